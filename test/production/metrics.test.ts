import parse from 'parse-prometheus-text-format'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { OPERATIONS } from '../../server/openapi/operations.ts'
import { formOf, makeContrato, makePeople, type People } from '../api/support.ts'
import { pdf } from '../support/pdf.ts'
import { type Redis, startRedis } from '../support/redis.ts'
import { type Replica, startReplica } from '../support/replica.ts'
import { sql } from '../support/sql.ts'

const METRICS_TOKEN = 'la-clave-de-las-metricas'
let people: People
let redis: Redis
let replica: Replica
beforeAll(async () => {
  people = await makePeople()
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
async function samplesOf(base: string, name: string): Promise<Sample[]> {
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
    const { codigo } = await makeContrato(people)
    const headers = { authorization: `Bearer ${people.ana.token}`, 'x-forwarded-for': '203.0.113.7' }
    for (const path of [
      `/contratos/${codigo}`,
      `/functions/v1/contratos/${codigo}`,
      '/lo-que-sea',
      '/otra/cosa',
    ])
      await fetch(replica.url + path, { headers })
    await fetch(replica.url, { method: 'PROPFIND', headers })
    const requests = await samplesOf(replica.url, 'http_requests_total')
    expect(requests).toContainEqual({
      labels: { method: 'GET', route: '/contratos/:id', status: '200' },
      value: '2',
    })
    expect(requests).toContainEqual({ labels: { method: 'GET', route: 'none', status: '404' }, value: '2' })
    const paths = [...OPERATIONS.map(({ path }) => path.replace(/{(\w+)}/g, ':$1')), 'none', '/metrics']
    for (const { labels } of requests) {
      expect(paths).toContain(labels!.route)
      expect(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'other']).toContain(labels!.method)
    }
    // The parser joins histograms of different labels into one.
    const texto = await (await fetch(`${replica.url}/metrics`)).text()
    expect(texto).toContain('http_request_duration_seconds_count{method="GET",route="/contratos/:id"} 2\n')
  })

  test('cuenta lo que se sube, lo que se rechaza, las conexiones y la cola de avisos', async () => {
    const { codigo } = await makeContrato(people)
    const file = pdf(5000)
    const upload = await fetch(`${replica.url}/contratos/${codigo}/documento`, {
      method: 'POST',
      headers: { authorization: `Bearer ${people.ana.token}` },
      body: formOf({ tipo: 'otro', archivo: file }),
    })
    expect(upload.status).toBe(201)
    for (let i = 0; i < 5; i++)
      await fetch(`${replica.url}/contratos`, { headers: { 'x-forwarded-for': '203.0.113.8' } })
    const one = async (name: string) => (await samplesOf(replica.url, name))[0]?.value
    expect(await one('triboka_uploads_total')).toBe('1')
    expect(await one('triboka_upload_bytes_total')).toBe(String(file.length))
    expect(await samplesOf(replica.url, 'triboka_rate_limited_total')).toEqual([
      { labels: { quota: 'sin-sesion' }, value: '2' },
    ])
    expect(await one('triboka_redis_up')).toBe('1')
    const connections = await samplesOf(replica.url, 'triboka_pg_connections')
    expect(connections.map(({ labels }) => `${labels!.pool} ${labels!.state}`)).toEqual(
      ['writers', 'readers'].flatMap((pool) =>
        ['total', 'idle', 'waiting'].map((state) => `${pool} ${state}`),
      ),
    )
    expect(Number(await one('process_resident_memory_bytes'))).toBeGreaterThan(1e6)
  })

  test('la cola de avisos la cuenta una réplica para todas, y de nuevo a los pocos segundos', async () => {
    const queue = (own: Replica) => samplesOf(own.url, 'triboka_push_queue')
    const other = await startReplica(inject('stack'), { REDIS_URL: redis.url })
    onTestFinished(() => other.stop())
    const before = await queue(replica)
    expect(before.map(({ labels }) => labels!.state)).toEqual(['pending', 'dead'])
    const { id } = await makeContrato(people)
    await sql(`insert into public.dispositivos (usuario_id, token, plataforma) values ($1, $2, 'web')`, [
      people.ana.id,
      `metricas-${people.ana.id}`,
    ])
    await sql(
      `insert into public.notificaciones (usuario_id, contrato_id, tipo, texto, en_app, push)
       select $1, $2, 'contrato', 'Aviso', false, true from generate_series(1, 1000)`,
      [people.ana.id, id],
    )
    expect(await queue(other)).toEqual(before)
    const waiting = async (own: Replica) => Number((await queue(own))[0]!.value)
    await expect
      .poll(() => waiting(other), { timeout: 30_000, interval: 1000 })
      .toBeGreaterThanOrEqual(Number(before[0]!.value) + 1000)
    expect(await waiting(replica)).toBe(await waiting(other))
  }, 60_000)

  test('cuenta los documentos que esperan lectura, los alterados y los que perdieron su archivo', async () => {
    const documents = await samplesOf(replica.url, 'triboka_documents')
    expect(documents.map(({ labels }) => labels!.state)).toEqual(['waiting', 'altered', 'lost'])
  })

  test('solo existe para esta máquina, las direcciones permitidas o quien tiene la clave', async () => {
    const from = (address: string, headers: Record<string, string> = {}) =>
      fetch(`${replica.url}/metrics`, { headers: { 'x-forwarded-for': address, ...headers } })
    const outside = await from('203.0.113.1')
    expect([outside.status, await outside.json()]).toMatchObject([404, { clave: 'ruta_inexistente' }])
    expect((await from('203.0.113.1', { authorization: 'Bearer otra' })).status).toBe(404)
    expect((await from('203.0.113.1', { authorization: `Bearer ${METRICS_TOKEN}` })).status).toBe(200)
    expect(
      (
        await fetch(`${inject('stack').supabaseUrl}/functions/v1/metrics`, {
          headers: { 'x-forwarded-for': '203.0.113.1' },
        })
      ).status,
    ).toBe(404)
    const other = await startReplica(inject('stack'), { METRICS_ALLOW: '203.0.113.0/24' })
    const status = async (address: string) =>
      (await fetch(`${other.url}/metrics`, { headers: { 'x-forwarded-for': address } })).status
    const statuses = [await status('203.0.113.200'), await status('203.0.112.1'), await status('127.0.0.1')]
    await other.stop()
    expect(statuses).toEqual([200, 404, 404])
  })

  test('de la pasarela cuenta los sockets, los canales y los mensajes de Realtime', async () => {
    const { supabaseUrl } = inject('stack')
    const value = async (name: string) =>
      Number((await samplesOf(supabaseUrl, `triboka_realtime_${name}`))[0]?.value)
    const before = { sockets: await value('sockets'), messages: await value('messages') }
    const channel = people.ana.supabase.channel('metricas', {
      config: { broadcast: { ack: true, self: true } },
    })
    await new Promise<void>((resolve) => channel.subscribe((state) => state === 'SUBSCRIBED' && resolve()))
    await channel.send({ type: 'broadcast', event: 'x', payload: {} })
    expect(await value('sockets')).toBeGreaterThan(0)
    expect(await value('channels')).toBeGreaterThan(0)
    expect(await value('messages')).toBeGreaterThan(before.messages)
    await people.ana.supabase.removeAllChannels()
    const outside = await fetch(`${supabaseUrl}/metrics`, { headers: { 'x-forwarded-for': '203.0.113.1' } })
    expect(outside.status).toBe(404)
  })
})
