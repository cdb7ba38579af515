import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest'
import { createLog } from '../../server/process/log.ts'
import { crearGente, crearPersona, type Gente, nuevoContrato } from '../api/support.ts'
import { listen } from '../support/listen.ts'
import { type Replica, startReplica } from '../support/replica.ts'

let gente: Gente
let smtp: Server
let smtpPort: number
const texto = 'lo-que-alguien-escribio'

beforeAll(async () => {
  gente = await crearGente()
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
async function iniciar(env: Record<string, string> = {}) {
  replica = await startReplica(inject('stack'), env)
  onTestFinished(() => replica.stop())
}

const pedir = (ruta: string, init: RequestInit = {}) => fetch(replica.url + ruta, init)
const json = (quien: { token: string }, cuerpo: object, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { authorization: `Bearer ${quien.token}`, 'content-type': 'application/json', ...headers },
  body: JSON.stringify(cuerpo),
})

describe('el registro', () => {
  test('no guarda secretos, tokens ni texto de nadie, vengan por donde vengan', async () => {
    await iniciar({
      SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
      METRICS_TOKEN: 'la-clave-de-las-metricas',
    })
    const { supabase, ...persona } = await crearPersona(gente.exportadora)
    const correo = 'maria.perez@finca.test'
    const secreto = 'sb_secret_abcdefghijk'
    const { codigo } = await nuevoContrato(gente)
    await pedir(`/contratos?buscar=${texto}&token=${secreto}`, {
      headers: { authorization: `Bearer ${gente.ana.token}` },
    })
    await pedir(`/contratos/${texto}`, {
      headers: { authorization: `Bearer ${gente.ana.token}`, apikey: secreto, cookie: texto },
    })
    await pedir(`/${texto}/${secreto}`, { headers: { authorization: `Basic ${texto}`, 'user-agent': texto } })
    await pedir(`/contratos/${codigo}/mensajes`, json(gente.ana, { texto }))
    await pedir('/contratos', json(gente.ana, { observaciones: texto }, { 'idempotency-key': texto }))
    await pedir('/contratos', json(persona, {}, { 'x-request-id': `${texto} ${secreto}` }))
    await pedir(`/dispositivos/${texto}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${persona.token}` },
    })
    await pedir('/invitaciones/aceptar', json(persona, { testigo: texto }))
    // The mail is refused, and the refusal repeats the address and more.
    const invitacion = await pedir('/invitaciones', json(gente.ana, { email: correo }))
    expect(invitacion.status).toBe(201)
    const { enlace } = (await invitacion.json()) as { enlace: string }
    expect(enlace).toContain('testigo=')
    // A token of a session whose keys nobody publishes.
    await pedir('/contratos', {
      headers: { authorization: `Bearer eyJhbGciOiJFUzI1NiJ9.${'x'.repeat(20)}.${'y'.repeat(20)}` },
    })

    await replica.stop()
    const escrito = replica.output()
    const { jwtSecret, secretKey, publishableKey, authenticatorUrl } = inject('stack')
    for (const oculto of [
      texto,
      secreto,
      correo,
      'maria.perez',
      enlace.split('=')[1]!,
      gente.ana.token,
      persona.token,
      jwtSecret,
      secretKey,
      publishableKey,
      authenticatorUrl,
      'la-clave-de-las-metricas',
      'eyJ',
    ])
      expect(escrito).not.toContain(oculto)
    expect(escrito).toContain('the invitation was not mailed')
    expect(replica.log().filter(({ method }) => method)).toHaveLength(10)
  })

  test('dice de cada petición quién, qué, cómo fue y su identificador, que vuelve en la respuesta', async () => {
    await iniciar()
    const dado = 'proxy-0123456789'
    const { codigo } = await nuevoContrato(gente)
    const headers = { authorization: `Bearer ${gente.ana.token}`, 'x-forwarded-for': '203.0.113.9' }
    const primera = await pedir(`/functions/v1/contratos/${codigo}`, {
      headers: { ...headers, 'x-request-id': dado },
    })
    const segunda = await pedir('/contratos?limite=0', {
      headers: { ...headers, 'x-request-id': 'mal formado' },
    })
    expect(primera.headers.get('x-request-id')).toBe(dado)
    const propio = segunda.headers.get('x-request-id')
    expect(propio).toMatch(/^[0-9a-f-]{36}$/)
    await replica.stop()
    const [una, otra] = replica.log().filter(({ method }) => method)
    const comun = { method: 'GET', user: gente.ana.id, address: '203.0.113.9', level: 30 }
    expect(una).toMatchObject({
      ...comun,
      request: dado,
      route: '/contratos/:id',
      status: 200,
      ms: expect.any(Number),
    })
    expect(otra).toMatchObject({ ...comun, request: propio, route: '/contratos', status: 400 })
  })

  test('no pierde líneas al detenerse', async () => {
    await iniciar()
    await Promise.all(Array.from({ length: 300 }, () => pedir('/salud/vivo')))
    await replica.stop('SIGTERM')
    expect(replica.log().filter(({ route }) => route === '/salud/vivo')).toHaveLength(300)
  })

  test('no impide detenerse cuando ya nadie lo lee', async () => {
    await iniciar()
    replica.child.stdout?.destroy()
    await pedir('/salud/vivo')
    await replica.stop('SIGTERM')
    expect(replica.child.exitCode).toBe(0)
  })

  test('calla lo que se le pide que calle', async () => {
    await iniciar({ LOG_LEVEL: 'warn' })
    await pedir('/salud/vivo')
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
    for (const oculto of [texto, 'clave-x', 'abc.def', 'zzz']) expect(line).not.toContain(oculto)
    expect(JSON.parse(line)).toMatchObject({
      msg: 'error_interno',
      err: { message: 'Bearer [oculto] failed, ?testigo=[oculto]&x=1', cause: { code: 'ECONNREFUSED' } },
    })
    expect(line).toContain('log.test.ts')
  })
})
