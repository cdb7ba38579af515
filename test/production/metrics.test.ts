import parse from 'parse-prometheus-text-format'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { OPERATIONS } from '../../server/openapi/operations.ts'
import { crearGente, formulario, type Gente, nuevoContrato } from '../api/support.ts'
import { pdf } from '../support/pdf.ts'
import { type Redis, startRedis } from '../support/redis.ts'
import { type Replica, startReplica } from '../support/replica.ts'
import { sql } from '../support/sql.ts'

const METRICS_TOKEN = 'la-clave-de-las-metricas'
let gente: Gente
let redis: Redis
let replica: Replica
beforeAll(async () => {
  gente = await crearGente()
  redis = await startRedis()
  replica = await startReplica(inject('stack'), {
    REDIS_URL: redis.url,
    METRICS_TOKEN,
    LIMIT_ANONYMOUS: '3/3600',
  })
})
afterAll(async () => {
  await replica.stop()
  await redis.dispose()
})

interface Sample {
  labels?: Record<string, string>
  value?: string
}

/** The samples of a metric, as Prometheus would read them. */
async function muestras(base: string, name: string): Promise<Sample[]> {
  const response = await fetch(`${base}/metrics`)
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    expect.stringContaining('text/plain'),
  ])
  const family = parse(await response.text()).find((found) => found.name === name)
  return (family?.metrics ?? []) as Sample[]
}

describe('/metrics', () => {
  test('cuenta peticiones y tiempos por ruta, nunca por lo que alguien escribió', async () => {
    const { codigo } = await nuevoContrato(gente)
    const headers = { authorization: `Bearer ${gente.ana.token}`, 'x-forwarded-for': '203.0.113.7' }
    for (const ruta of [
      `/contratos/${codigo}`,
      `/functions/v1/contratos/${codigo}`,
      '/lo-que-sea',
      '/otra/cosa',
    ])
      await fetch(replica.url + ruta, { headers })
    await fetch(replica.url, { method: 'PROPFIND', headers })
    const peticiones = await muestras(replica.url, 'http_requests_total')
    expect(peticiones).toContainEqual({
      labels: { method: 'GET', route: '/contratos/:id', status: '200' },
      value: '2',
    })
    expect(peticiones).toContainEqual({ labels: { method: 'GET', route: 'none', status: '404' }, value: '2' })
    const rutas = [...OPERATIONS.map(({ path }) => path.replace(/{(\w+)}/g, ':$1')), 'none', '/metrics']
    for (const { labels } of peticiones) {
      expect(rutas).toContain(labels!.route)
      expect(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'other']).toContain(labels!.method)
    }
    // The parser joins histograms of different labels into one.
    const texto = await (await fetch(`${replica.url}/metrics`)).text()
    expect(texto).toContain('http_request_duration_seconds_count{method="GET",route="/contratos/:id"} 2\n')
  })

  test('cuenta lo que se sube, lo que se rechaza, las conexiones y la cola de avisos', async () => {
    const { codigo } = await nuevoContrato(gente)
    const archivo = pdf(5000)
    const subida = await fetch(`${replica.url}/contratos/${codigo}/documento`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gente.ana.token}` },
      body: formulario({ tipo: 'otro', archivo }),
    })
    expect(subida.status).toBe(201)
    for (let i = 0; i < 5; i++)
      await fetch(`${replica.url}/contratos`, { headers: { 'x-forwarded-for': '203.0.113.8' } })
    const uno = async (name: string) => (await muestras(replica.url, name))[0]?.value
    expect(await uno('triboka_uploads_total')).toBe('1')
    expect(await uno('triboka_upload_bytes_total')).toBe(String(archivo.length))
    expect(await muestras(replica.url, 'triboka_rate_limited_total')).toEqual([
      { labels: { quota: 'sin-sesion' }, value: '2' },
    ])
    expect(await uno('triboka_redis_up')).toBe('1')
    const conexiones = await muestras(replica.url, 'triboka_pg_connections')
    expect(conexiones.map(({ labels }) => `${labels!.pool} ${labels!.state}`)).toEqual(
      ['writers', 'readers'].flatMap((pool) =>
        ['total', 'idle', 'waiting'].map((state) => `${pool} ${state}`),
      ),
    )
    expect(Number(await uno('process_resident_memory_bytes'))).toBeGreaterThan(1e6)
  })

  test('la cola de avisos la cuenta una réplica para todas, y de nuevo a los pocos segundos', async () => {
    const cola = (de: Replica) => muestras(de.url, 'triboka_push_queue')
    const otra = await startReplica(inject('stack'), { REDIS_URL: redis.url })
    onTestFinished(() => otra.stop())
    const antes = await cola(replica)
    expect(antes.map(({ labels }) => labels!.state)).toEqual(['pending', 'dead'])
    const { id } = await nuevoContrato(gente)
    await sql(`insert into public.dispositivos (usuario_id, token, plataforma) values ($1, $2, 'web')`, [
      gente.ana.id,
      `metricas-${gente.ana.id}`,
    ])
    await sql(
      `insert into public.notificaciones (usuario_id, contrato_id, tipo, texto, en_app, push)
       select $1, $2, 'contrato', 'Aviso', false, true from generate_series(1, 1000)`,
      [gente.ana.id, id],
    )
    expect(await cola(otra)).toEqual(antes)
    const esperan = async (de: Replica) => Number((await cola(de))[0]!.value)
    await expect
      .poll(() => esperan(otra), { timeout: 30_000, interval: 1000 })
      .toBeGreaterThanOrEqual(Number(antes[0]!.value) + 1000)
    expect(await esperan(replica)).toBe(await esperan(otra))
  }, 60_000)

  test('solo existe para esta máquina, las direcciones permitidas o quien tiene la clave', async () => {
    const desde = (direccion: string, headers: Record<string, string> = {}) =>
      fetch(`${replica.url}/metrics`, { headers: { 'x-forwarded-for': direccion, ...headers } })
    const fuera = await desde('203.0.113.1')
    expect([fuera.status, await fuera.json()]).toMatchObject([404, { clave: 'ruta_inexistente' }])
    expect((await desde('203.0.113.1', { authorization: 'Bearer otra' })).status).toBe(404)
    expect((await desde('203.0.113.1', { authorization: `Bearer ${METRICS_TOKEN}` })).status).toBe(200)
    expect(
      (
        await fetch(`${inject('stack').supabaseUrl}/functions/v1/metrics`, {
          headers: { 'x-forwarded-for': '203.0.113.1' },
        })
      ).status,
    ).toBe(404)
    const otra = await startReplica(inject('stack'), { METRICS_ALLOW: '203.0.113.0/24' })
    const status = async (direccion: string) =>
      (await fetch(`${otra.url}/metrics`, { headers: { 'x-forwarded-for': direccion } })).status
    const statuses = [await status('203.0.113.200'), await status('203.0.112.1'), await status('127.0.0.1')]
    await otra.stop()
    expect(statuses).toEqual([200, 404, 404])
  })

  test('de la pasarela cuenta los sockets, los canales y los mensajes de Realtime', async () => {
    const { supabaseUrl } = inject('stack')
    const valor = async (name: string) =>
      Number((await muestras(supabaseUrl, `triboka_realtime_${name}`))[0]?.value)
    const antes = { sockets: await valor('sockets'), messages: await valor('messages') }
    const canal = gente.ana.supabase.channel('metricas', { config: { broadcast: { ack: true, self: true } } })
    await new Promise<void>((resolve) => canal.subscribe((state) => state === 'SUBSCRIBED' && resolve()))
    await canal.send({ type: 'broadcast', event: 'x', payload: {} })
    expect(await valor('sockets')).toBeGreaterThan(0)
    expect(await valor('channels')).toBeGreaterThan(0)
    expect(await valor('messages')).toBeGreaterThan(antes.messages)
    await gente.ana.supabase.removeAllChannels()
    const fuera = await fetch(`${supabaseUrl}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.1' } })
    expect(fuera.status).toBe(404)
  })
})
