// Two replicas of the functions behind a real nginx, restarted one after the other while people work.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { crearGente, formulario, type Gente, nuevoContrato } from '../api/support.ts'
import { type Nginx, startNginx } from '../support/nginx.ts'
import { pdf } from '../support/pdf.ts'
import { type Redis, startRedis } from '../support/redis.ts'
import { type Replica, startReplica } from '../support/replica.ts'
import { sql } from '../support/sql.ts'
import { until } from '../support/until.ts'

let gente: Gente
let redis: Redis
let replicas: Replica[]
let nginx: Nginx
let puerto: number
const env = () => ({
  REDIS_URL: redis.url,
  LIMIT_WRITES: '100000/60',
  LIMIT_ADDRESS: 'off',
})

beforeAll(async () => {
  gente = await crearGente()
  redis = await startRedis()
  replicas = await Promise.all([1, 2].map(() => startReplica(inject('stack'), env())))
  puerto = (await findFreePorts(1))[0]!
  nginx = await startNginx(
    `upstream functions {
       ${replicas.map(({ port }) => `server 127.0.0.1:${port} max_fails=1 fail_timeout=1s;`).join(' ')}
       keepalive 16;
     }
     server {
       listen 127.0.0.1:${puerto};
       client_max_body_size 51m;
       location / {
         proxy_pass http://functions;
         proxy_http_version 1.1;
         proxy_set_header Connection "";
         proxy_set_header X-Forwarded-For $remote_addr;
         proxy_set_header X-Request-Id $request_id;
         proxy_request_buffering off;
         proxy_next_upstream error timeout;
       }
     }`,
    [puerto],
  )
})
afterAll(async () => {
  await nginx.dispose()
  await Promise.all(replicas.map((replica) => replica.stop()))
  await redis.dispose()
})

const url = (ruta: string) => `http://127.0.0.1:${puerto}${ruta}`
const sesion = () => ({ authorization: `Bearer ${gente.ana.token}` })

/** Waits until nginx, which asks nobody whether they are ready, has found out that this one is. */
const vuelveAAtender = (replica: Replica) =>
  until('nginx asks it again', () => replica.log().some(({ route }) => route === '/contratos/:id'), 60_000)

/** Ends each replica as an operator does, and starts it again, one after the other. @returns exit codes. */
async function relevar(): Promise<(number | null)[]> {
  const codes: (number | null)[] = []
  for (const [i, old] of replicas.entries()) {
    await old.stop('SIGTERM')
    codes.push(old.child.exitCode)
    replicas[i] = await startReplica(inject('stack'), env(), old.port)
    await vuelveAAtender(replicas[i])
  }
  return codes
}

describe('un relevo de las dos réplicas', () => {
  test('no corta ni hace fallar ninguna petición', async () => {
    const { codigo, id } = await nuevoContrato(gente)
    let sigue = true
    const malas: string[] = []
    const hechas = { lecturas: 0, subidas: 0 }
    const enviados: string[] = []

    async function persona(work: (n: number) => Promise<Response>, esperado: number, nombre: string) {
      for (let n = 0; sigue; n++) {
        const response = await work(n).catch((error) => error as Error)
        if (response instanceof Error) malas.push(`${nombre}: ${response.message} ${response.cause}`)
        else if (response.status !== esperado)
          malas.push(`${nombre}: ${response.status} ${await response.text()}`)
        else await response.arrayBuffer()
      }
    }
    const lector = () =>
      persona(
        async () => {
          hechas.lecturas++
          return fetch(url(`/contratos/${codigo}`), { headers: sesion() })
        },
        200,
        'lectura',
      )
    const autor = (quien: number) =>
      persona(
        async (n) => {
          const texto = `${quien}-${n}`
          enviados.push(texto)
          return fetch(url(`/contratos/${codigo}/mensajes`), {
            method: 'POST',
            headers: { ...sesion(), 'content-type': 'application/json' },
            body: JSON.stringify({ texto }),
          })
        },
        201,
        'mensaje',
      )
    const archivista = () =>
      persona(
        async () => {
          hechas.subidas++
          const body = formulario({ tipo: 'otro', archivo: pdf(500_000) })
          return fetch(url(`/contratos/${codigo}/documento`), { method: 'POST', headers: sesion(), body })
        },
        201,
        'subida',
      )
    const trabajo = Promise.all([lector(), lector(), lector(), lector(), autor(1), autor(2), archivista()])
    const codes = [...(await relevar()), ...(await relevar())]
    sigue = false
    await trabajo

    expect(malas, await nginx.errors()).toEqual([])
    expect(codes).toEqual([0, 0, 0, 0])
    // Each was written, and none twice.
    const filas = await sql<{ texto: string }>(
      `select texto from public.mensajes where contrato_id = $1 and texto ~ '^[12]-[0-9]+$'`,
      [id],
    )
    expect(filas.map(({ texto }) => texto).sort()).toEqual(enviados.sort())
    expect(hechas.lecturas).toBeGreaterThan(100)
    expect(hechas.subidas).toBeGreaterThan(3)
  }, 180_000)

  test('a quien se despide lo dice: no está lista, termina lo que tiene y cierra', async () => {
    const replica = await startReplica(inject('stack'), { SHUTDOWN_DELAY: '2' })
    const { codigo } = await nuevoContrato(gente)
    // A form that arrives slowly: begun before the end was asked for, ended after it.
    const frontera = 'limite'
    const partes = [
      `--${frontera}\r\ncontent-disposition: form-data; name="tipo"\r\n\r\notro\r\n`,
      `--${frontera}\r\ncontent-disposition: form-data; name="archivo"; filename="a.pdf"\r\n\r\n`,
      ...Array.from({ length: 20 }, () => pdf(1000)),
      `\r\n--${frontera}--\r\n`,
    ]
    const cuerpo = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const parte = partes.shift()
        if (parte === undefined) return controller.close()
        controller.enqueue(Buffer.from(parte))
        await sleep(200)
      },
    })
    const subida = fetch(`${replica.url}/contratos/${codigo}/documento`, {
      method: 'POST',
      headers: { ...sesion(), 'content-type': `multipart/form-data; boundary=${frontera}` },
      body: cuerpo,
      duplex: 'half',
    } as RequestInit)
    await until('it is half way', () => partes.length < 18)
    const fin = replica.stop('SIGTERM')
    await until('it is not ready', async () => (await fetch(`${replica.url}/salud/listo`)).status === 503)
    expect((await fetch(`${replica.url}/contratos/${codigo}`, { headers: sesion() })).status).toBe(200)
    const guardada = await subida
    expect([guardada.status, guardada.headers.get('connection')]).toEqual([201, 'close'])
    await fin
    expect(replica.child.exitCode).toBe(0)
    expect(replica.log().map(({ msg }) => msg)).toContain('stopped')
  }, 90_000)
})
