import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { createLog } from '../../server/process/log.ts'
import { makeContrato, makePeople, makePerson, type People } from '../api/support.ts'
import { listen } from '../support/listen.ts'
import { type Replica, startReplica } from '../support/replica.ts'

let people: People
let smtp: Server
let smtpPort: number
const texto = 'lo-que-alguien-escribio'

beforeAll(async () => {
  people = await makePeople()
  // A mail server whose refusal repeats what it was told.
  smtp = createServer((socket) => {
    socket.on('error', () => {})
    socket.write('220 hola\r\n')
    socket.on('data', (data) => {
      const line = data.toString().trim()
      socket.write(/^RCPT/.test(line) ? `550 ${line}\r\n` : '250 ok\r\n')
    })
  })
  smtpPort = await listen(smtp)
})
afterAll(() => smtp.close())

let replica: Replica
/** Starts a replica for one test, which ends it to read all that it wrote. */
async function begin(env: Record<string, string> = {}) {
  replica = await startReplica(inject('stack'), env)
  onTestFinished(() => replica.stop())
}

const ask = (path: string, init: RequestInit = {}) => fetch(replica.url + path, init)
const json = (who: { token: string }, payload: object, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { authorization: `Bearer ${who.token}`, 'content-type': 'application/json', ...headers },
  body: JSON.stringify(payload),
})

describe('el registro', () => {
  test('no guarda secretos, tokens ni texto de nadie, vengan por donde vengan', async () => {
    await begin({
      SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      METRICS_TOKEN: 'la-clave-de-las-metricas',
    })
    const { supabase, ...person } = await makePerson(people.exportadora)
    const email = 'maria.perez@finca.test'
    const secret = 'sb_secret_abcdefghijk'
    const { codigo } = await makeContrato(people)
    await ask(`/contratos?buscar=${texto}&token=${secret}`, {
      headers: { authorization: `Bearer ${people.ana.token}` },
    })
    await ask(`/contratos/${texto}`, {
      headers: { authorization: `Bearer ${people.ana.token}`, apikey: secret, cookie: texto },
    })
    await ask(`/${texto}/${secret}`, { headers: { authorization: `Basic ${texto}`, 'user-agent': texto } })
    await ask(`/contratos/${codigo}/mensajes`, json(people.ana, { texto }))
    await ask('/contratos', json(people.ana, { observaciones: texto }, { 'idempotency-key': texto }))
    await ask('/contratos', json(person, {}, { 'x-request-id': `${texto} ${secret}` }))
    await ask(`/dispositivos/${texto}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${person.token}` },
    })
    await ask('/invitaciones/aceptar', json(person, { testigo: texto }))
    // The mail is refused, and the refusal repeats the address and more.
    const invitacion = await ask('/invitaciones', json(people.ana, { email }))
    expect(invitacion.status).toBe(201)
    const { enlace: link } = (await invitacion.json()) as { enlace: string }
    expect(link).toContain('testigo=')
    // A token of a session whose keys nobody publishes.
    await ask('/contratos', {
      headers: { authorization: `Bearer eyJhbGciOiJFUzI1NiJ9.${'x'.repeat(20)}.${'y'.repeat(20)}` },
    })

    await replica.stop()
    const written = replica.output()
    const { jwtSecret, secretKey, publishableKey, authenticatorUrl } = inject('stack')
    for (const hidden of [
      texto,
      secret,
      email,
      'maria.perez',
      link.split('=')[1]!,
      people.ana.token,
      person.token,
      jwtSecret,
      secretKey,
      publishableKey,
      authenticatorUrl,
      'la-clave-de-las-metricas',
      'eyJ',
    ])
      expect(written).not.toContain(hidden)
    expect(written).toContain('the invitation was not mailed')
    expect(replica.log().filter(({ method }) => method)).toHaveLength(10)
  })

  test('dice de cada petición quién, qué, cómo fue y su identificador, que vuelve en la respuesta', async () => {
    await begin()
    const given = 'proxy-0123456789'
    const { codigo } = await makeContrato(people)
    const headers = { authorization: `Bearer ${people.ana.token}`, 'x-forwarded-for': '203.0.113.9' }
    const first = await ask(`/functions/v1/contratos/${codigo}`, {
      headers: { ...headers, 'x-request-id': given },
    })
    const second = await ask('/contratos?limite=0', {
      headers: { ...headers, 'x-request-id': 'mal formado' },
    })
    expect(first.headers.get('x-request-id')).toBe(given)
    const own = second.headers.get('x-request-id')
    expect(own).toMatch(/^[0-9a-f-]{36}$/)
    await replica.stop()
    const [one, other] = replica.log().filter(({ method }) => method)
    const common = { method: 'GET', user: people.ana.id, address: '203.0.113.9', level: 30 }
    expect(one).toMatchObject({
      ...common,
      request: given,
      route: '/contratos/:id',
      status: 200,
      ms: expect.any(Number),
    })
    expect(other).toMatchObject({ ...common, request: own, route: '/contratos', status: 400 })
  })

  test('no pierde líneas al detenerse', async () => {
    await begin()
    await Promise.all(Array.from({ length: 300 }, () => ask('/salud/vivo')))
    await replica.stop('SIGTERM')
    expect(replica.log().filter(({ route }) => route === '/salud/vivo')).toHaveLength(300)
  })

  test('no impide detenerse cuando ya nadie lo lee', async () => {
    await begin()
    replica.child.stdout?.destroy()
    await ask('/salud/vivo')
    await replica.stop('SIGTERM')
    expect(replica.child.exitCode).toBe(0)
  })

  test('calla lo que se le pide que calle', async () => {
    await begin({ LOG_LEVEL: 'warn' })
    await ask('/salud/vivo')
    await replica.stop()
    expect(replica.output()).toBe('')
  })

  test('de un error cuenta qué fue y dónde, y no lo que llevaba', () => {
    const lines: string[] = []
    const log = createLog({ write: (line) => void lines.push(line) })
    const cause = Object.assign(new Error(`connect to postgres://u:clave-x@h/db for ${texto}@finca.test`), {
      code: 'ECONNREFUSED',
      detail: `Key (email)=(${texto}) already exists.`,
      parameters: [texto],
    })
    log.error({ err: new Error('Bearer abc.def failed, ?testigo=zzz&x=1', { cause }) }, 'error_interno')
    const [line = ''] = lines
    for (const hidden of [texto, 'clave-x', 'abc.def', 'zzz']) expect(line).not.toContain(hidden)
    expect(JSON.parse(line)).toMatchObject({
      msg: 'error_interno',
      err: { message: 'Bearer [oculto] failed, ?testigo=[oculto]&x=1', cause: { code: 'ECONNREFUSED' } },
    })
    expect(line).toContain('log.test.ts')
  })
})
