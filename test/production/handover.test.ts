// Two replicas of the functions behind a real nginx, restarted one after the other while people work.
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { formOf, makeContrato, makePeople, type People } from '../api/support.ts'
import { type Nginx, startNginx } from '../support/nginx.ts'
import { pdf } from '../support/pdf.ts'
import { type Redis, startRedis } from '../support/redis.ts'
import { type Replica, startReplica } from '../support/replica.ts'
import { sql } from '../support/sql.ts'
import { until } from '../support/until.ts'

let people: People
let redis: Redis
let replicas: Replica[]
let nginx: Nginx
let port: number
const env = () => ({
  REDIS_URL: redis.url,
  LIMIT_WRITES: '100000/60',
  LIMIT_ADDRESS: 'off',
})

beforeAll(async () => {
  people = await makePeople()
  redis = await startRedis()
  replicas = await Promise.all([1, 2].map(() => startReplica(inject('stack'), env())))
  port = (await findFreePorts(1))[0]!
  nginx = await startNginx(
    `upstream functions {
       ${replicas.map(({ port }) => `server 127.0.0.1:${port} max_fails=1 fail_timeout=1s;`).join(' ')}
       keepalive 16;
     }
     server {
       listen 127.0.0.1:${port};
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
    [port],
  )
})
afterAll(async () => {
  await nginx.dispose()
  await Promise.all(replicas.map((replica) => replica.stop()))
  await redis.dispose()
})

const url = (path: string) => `http://127.0.0.1:${port}${path}`
const session = () => ({ authorization: `Bearer ${people.ana.token}` })

/** Waits until nginx, which asks nobody whether they are ready, has found out that this one is. */
const servesAgain = (replica: Replica) =>
  until('nginx asks it again', () => replica.log().some(({ route }) => route === '/contratos/:id'), 60_000)

/** Ends each replica as an operator does, and starts it again, one after the other. @returns exit codes. */
async function handOver(): Promise<(number | null)[]> {
  const codes: (number | null)[] = []
  for (const [i, old] of replicas.entries()) {
    await old.stop('SIGTERM')
    codes.push(old.child.exitCode)
    replicas[i] = await startReplica(inject('stack'), env(), old.port)
    await servesAgain(replicas[i])
  }
  return codes
}

describe('un relevo de las dos réplicas', () => {
  test('no corta ni hace fallar ninguna petición', async () => {
    const { codigo, id } = await makeContrato(people)
    let isOn = true
    const failures: string[] = []
    const done = { lecturas: 0, subidas: 0 }
    const sent: string[] = []

    async function person(work: (n: number) => Promise<Response>, expected: number, nombre: string) {
      for (let n = 0; isOn; n++) {
        const response = await work(n).catch((error) => error as Error)
        if (response instanceof Error) failures.push(`${nombre}: ${response.message} ${response.cause}`)
        else if (response.status !== expected)
          failures.push(`${nombre}: ${response.status} ${await response.text()}`)
        else await response.arrayBuffer()
      }
    }
    const reader = () =>
      person(
        async () => {
          done.lecturas++
          return fetch(url(`/contratos/${codigo}`), { headers: session() })
        },
        200,
        'lectura',
      )
    const author = (who: number) =>
      person(
        async (n) => {
          const texto = `${who}-${n}`
          sent.push(texto)
          return fetch(url(`/contratos/${codigo}/mensajes`), {
            method: 'POST',
            headers: { ...session(), 'content-type': 'application/json' },
            body: JSON.stringify({ texto }),
          })
        },
        201,
        'mensaje',
      )
    const filer = () =>
      person(
        async () => {
          done.subidas++
          const body = formOf({ tipo: 'otro', archivo: pdf(500_000) })
          return fetch(url(`/contratos/${codigo}/documento`), { method: 'POST', headers: session(), body })
        },
        201,
        'subida',
      )
    const working = Promise.all([reader(), reader(), reader(), reader(), author(1), author(2), filer()])
    const codes = [...(await handOver()), ...(await handOver())]
    isOn = false
    await working

    expect(failures, await nginx.errors()).toEqual([])
    expect(codes).toEqual([0, 0, 0, 0])
    // Each was written, and none twice.
    const rows = await sql<{ texto: string }>(
      `select texto from public.mensajes where contrato_id = $1 and texto ~ '^[12]-[0-9]+$'`,
      [id],
    )
    expect(rows.map(({ texto }) => texto).sort()).toEqual(sent.sort())
    expect(done.lecturas).toBeGreaterThan(100)
    expect(done.subidas).toBeGreaterThan(3)
  }, 180_000)

  test('a quien se despide lo dice: no está lista, termina lo que tiene y cierra', async () => {
    const replica = await startReplica(inject('stack'), { SHUTDOWN_DELAY: '2' })
    const { codigo } = await makeContrato(people)
    // A form that arrives slowly: begun before the end was asked for, ended after it.
    const boundary = 'limite'
    const parts = [
      `--${boundary}\r\ncontent-disposition: form-data; name="tipo"\r\n\r\notro\r\n`,
      `--${boundary}\r\ncontent-disposition: form-data; name="archivo"; filename="a.pdf"\r\n\r\n`,
      ...Array.from({ length: 20 }, () => pdf(1000)),
      `\r\n--${boundary}--\r\n`,
    ]
    const payload = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const part = parts.shift()
        if (part === undefined) return controller.close()
        controller.enqueue(Buffer.from(part))
        await sleep(200)
      },
    })
    const upload = fetch(`${replica.url}/contratos/${codigo}/documento`, {
      method: 'POST',
      headers: { ...session(), 'content-type': `multipart/form-data; boundary=${boundary}` },
      body: payload,
      duplex: 'half',
    } as RequestInit)
    await until('it is half way', () => parts.length < 18)
    const end = replica.stop('SIGTERM')
    await until('it is not ready', async () => (await fetch(`${replica.url}/salud/listo`)).status === 503)
    expect((await fetch(`${replica.url}/contratos/${codigo}`, { headers: session() })).status).toBe(200)
    const saved = await upload
    expect([saved.status, saved.headers.get('connection')]).toEqual([201, 'close'])
    await end
    expect(replica.child.exitCode).toBe(0)
    expect(replica.log().map(({ msg }) => msg)).toContain('stopped')
  }, 90_000)
})
