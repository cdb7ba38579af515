// One file: whoever sends takes from the one queue of the stack.
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { call, makeContrato, makePeople, type People } from '../api/support.ts'
import { sql } from '../support/sql.ts'
import { until } from '../support/until.ts'
import { type Firebase, type Message, startFirebase } from './fcm.ts'
import { type PushProcess, startPushWorker } from './worker.ts'

let firebase: Firebase
let people: People
let worker: PushProcess | undefined
beforeAll(async () => {
  firebase = await startFirebase()
})
afterAll(() => firebase.close())
beforeEach(async () => {
  firebase.requests.length = 0
  firebase.failures.clear()
  firebase.delay = 0
  people = await makePeople()
})
afterEach(async () => {
  await worker?.stop()
  worker = undefined
})

const newToken = () => `fcm:${randomBytes(24).toString('base64url')}`
const register = (who: People['ana'], token: string, plataforma = 'android') =>
  call(who, 'POST', '/dispositivos', { json: { token, plataforma } })
const say = (who: People['ana'], codigo: string, texto: string) =>
  call(who, 'POST', `/contratos/${codigo}/mensajes`, { json: { texto } })
const queued = (token: string) =>
  sql<{ muerta: boolean; intentos: number; motivo: string }>(
    'select muerta, intentos, motivo from privado.push_cola q join public.dispositivos d on d.id = q.dispositivo_id where d.token = $1',
    [token],
  )

describe('un dispositivo', () => {
  test('es del último que lo registró; nadie más lo ve ni lo quita', async () => {
    const token = newToken()
    expect((await register(people.ana, token)).status).toBe(201)
    const devicesOf = async (who: People['ana']) =>
      (await who.supabase.from('dispositivos').select('token')).data
    expect(await devicesOf(people.ana)).toEqual([{ token }])
    expect(await devicesOf(people.rita)).toEqual([])
    const remove = (who: People['ana']) => call(who, 'DELETE', `/dispositivos/${encodeURIComponent(token)}`)
    expect((await remove(people.rita)).status).toBe(204)
    expect(await devicesOf(people.ana)).toEqual([{ token }])
    expect((await register(people.carlos, token, 'ios')).status).toBe(201)
    expect([await devicesOf(people.ana), await devicesOf(people.carlos)]).toEqual([[], [{ token }]])
    expect((await remove(people.carlos)).status).toBe(204)
    expect(await devicesOf(people.carlos)).toEqual([])
    const another = people.rita.supabase.from('dispositivos').insert({ token, plataforma: 'ios' } as never)
    expect((await another).error?.code).toBe('42501')
    for (const [json, campo] of [
      [{ token: '', plataforma: 'ios' }, 'token'],
      [{ token, plataforma: 'fax' }, 'plataforma'],
    ] as const)
      expect((await call(people.ana, 'POST', '/dispositivos', { json })).body.errores[0].campo).toBe(campo)
  })

  test('se olvida al cerrar las sesiones de su dueño y al apagarlo', async () => {
    const left = async () =>
      (await sql('select 1 from public.dispositivos where usuario_id = $1', [people.carlos.id])).length
    const path = `/usuarios/${people.carlos.id}`
    await register(people.carlos, newToken())
    await call(people.teresa, 'PUT', path, { json: { activo: false } })
    expect(await left()).toBe(0)
    await call(people.teresa, 'PUT', path, { json: { activo: true } })
    await register(people.carlos, newToken())
    expect(await left()).toBe(1)
    await call(people.teresa, 'POST', `${path}/cerrar-sesiones`)
    expect(await left()).toBe(0)
  })

  test('la cola y sus funciones no son de ningún usuario', async () => {
    for (const who of [people.ana, people.teresa]) {
      expect(
        (
          await who.supabase
            .schema('privado' as never)
            .from('push_cola')
            .select()
        ).error,
      ).not.toBeNull()
      expect((await who.supabase.rpc('push_tomar' as never)).error).not.toBeNull()
    }
    expect((await people.ana.supabase.rpc('push_muertas')).error?.message).toBe('push_solo_admin')
  })
})

describe('un aviso', () => {
  test('sale a los dispositivos de las otras partes, con lo que FCM espera y sin nada que no deba verse', async () => {
    worker = await startPushWorker(inject('stack'), firebase)
    const [deCarlos, deAna, deRita] = [newToken(), newToken(), newToken()]
    await Promise.all([
      register(people.carlos, deCarlos),
      register(people.ana, deAna),
      register(people.rita, deRita),
    ])
    const { codigo } = await makeContrato(people, { proveedores: [], precio_fijado_tm: 9876 })
    await until('it comes to be', () => firebase.accepted().length === 1)
    const [asked] = firebase.requests
    const [aviso] = (await call(people.carlos, 'GET', '/notificaciones')).body.notificaciones
    expect([...firebase.hosts].sort()).toEqual(['fcm.googleapis.com:443', 'oauth2.googleapis.com:443'])
    expect(asked).toMatchObject({
      path: '/v1/projects/triboka-prueba/messages:send',
      headers: {
        authorization: 'Bearer acceso-1',
        'content-type': expect.stringMatching(/^application\/json/),
      },
    })
    expect(asked!.message).toEqual({
      token: deCarlos,
      notification: { title: 'Triboka', body: aviso.texto },
      data: { notificacion_id: String(aviso.id), tipo: 'contrato', contrato: codigo },
      android: { collapse_key: codigo, priority: 'high', notification: { tag: codigo } },
      apns: {
        headers: { 'apns-collapse-id': codigo },
        payload: { aps: { 'thread-id': codigo, sound: 'default' } },
      },
      webpush: { headers: { Topic: codigo }, notification: { tag: codigo } },
    })
    expect(JSON.stringify(asked!.message)).not.toMatch(/9876|\b200\b/)
    await until('it comes to be', async () => (await queued(deCarlos)).length === 0)
  })

  test('quien no quiere push no lo recibe, y una ráfaga suena pocas veces', async () => {
    const token = newToken()
    await register(people.carlos, token)
    await call(people.carlos, 'PUT', '/perfil', { json: { preferencias: { contrato: { push: false } } } })
    const { codigo } = await makeContrato(people, { proveedores: [] })
    expect(await queued(token)).toEqual([])
    for (let n = 1; n <= 9; n++) await say(people.ana, codigo, `Mensaje ${n}`)
    // Nobody sends yet: it waits once.
    expect(await queued(token)).toHaveLength(1)
    worker = await startPushWorker(inject('stack'), firebase)
    await until('it comes to be', () => firebase.accepted().length === 1)
    expect(firebase.accepted()[0]!.notification.body).toBe(`9 mensajes nuevos en ${codigo}.`)
  })
})

describe('lo que falla', () => {
  /** Devices of Carlos, each in a contract of its own, failing in their ways. */
  async function withFailures(failures: Record<string, Parameters<Firebase['failures']['set']>[1]>) {
    const tokens = Object.fromEntries(
      Object.keys(failures).map((nombre) => [nombre, `${nombre}:${newToken()}`]),
    )
    for (const [nombre, token] of Object.entries(tokens)) {
      firebase.failures.set(token, failures[nombre]!)
      await register(people.carlos, token)
    }
    const { codigo } = await makeContrato(people, { proveedores: [] })
    worker = await startPushWorker(inject('stack'), firebase)
    return { tokens, codigo }
  }
  const acceptedBy = (token: string) => firebase.accepted().filter((m: Message) => m.token === token).length
  test('por culpa de ellos se repite hasta que sale, y se espera lo que piden', async () => {
    const { tokens } = await withFailures({
      ocupado: [{ status: 429, errorCode: 'QUOTA_EXCEEDED', headers: { 'retry-after': '3600' } }],
      roto: [{ status: 500, errorCode: 'INTERNAL' }],
      cortado: ['cut'],
      lento: ['hang'],
    })
    const { ocupado: busy, ...others } = tokens
    await until('the others', () => Object.values(others).every((token) => acceptedBy(token) === 1), 60_000)
    // It waits the hour that was asked for, which now passes.
    const wait = await until('the wait is noted', async () => {
      const [row] = await sql(
        `update privado.push_cola q set desde = now() from public.dispositivos d
         where d.id = q.dispositivo_id and d.token = $1 and q.desde > now() + interval '50 minutes'
         returning intentos`,
        [busy],
      )
      return row
    })
    expect([wait, acceptedBy(busy!)]).toEqual([{ intentos: 1 }, 0])
    await until('what was busy', () => acceptedBy(busy!) === 1, 60_000)
    for (const token of Object.values(tokens))
      await until('it comes to be', async () => (await queued(token)).length === 0)
  }, 90_000)

  test('un dispositivo que ya no está se olvida; lo que no tiene remedio queda con su motivo', async () => {
    const { tokens, codigo } = await withFailures({
      ido: [{ status: 404, errorCode: 'UNREGISTERED' }],
      veneno: [{ status: 400, errorCode: 'INVALID_ARGUMENT' }],
    })
    await until('it comes to be', async () => (await queued(tokens.veneno!))[0]?.muerta === true)
    expect(await sql('select 1 from public.dispositivos where token = $1', [tokens.ido])).toEqual([])
    const { data } = await people.teresa.supabase.rpc('push_muertas', { tope: 1 })
    expect(data).toMatchObject([
      {
        usuario_id: people.carlos.id,
        plataforma: 'android',
        intentos: 1,
        motivo: expect.stringContaining('invalid-argument'),
      },
    ])
    // It does not hold up what comes after it.
    await call(people.ana, 'PUT', `/contratos/${codigo}`, { json: { observaciones: 'Otra cosa' } })
    await until('it comes to be', () => acceptedBy(tokens.veneno!) === 1)
  })
})

describe('diez mil avisos', () => {
  test('con dos que envían, muertos tres veces a la fuerza: ninguno se pierde y cada contrato va en orden', async () => {
    const DEVICES = 50
    const CONTRATOS = 10
    const ROUNDS = 20
    const TOTAL = DEVICES * CONTRATOS * ROUNDS
    firebase.delay = 20
    const contratos = await Promise.all(
      Array.from({ length: CONTRATOS }, () => makeContrato(people, { proveedores: [] })),
    )
    // Fifty phones of Carlos' company, as fifty people.
    const usuarios = await sql<{ id: string }>(
      `with cuentas as (
         insert into auth.users (id, email) select gen_random_uuid(), gen_random_uuid() || '@push.test' from generate_series(1, $1) returning id
       ) select id from cuentas`,
      [DEVICES],
    )
    await sql(
      `insert into public.usuarios (id, empresa_id, nombre, rol) select id, $2, 'Push', 'centro_acopio' from unnest($1::uuid[]) as id`,
      [usuarios.map(({ id }) => id), people.centro.id],
    )
    await sql(
      `insert into public.dispositivos (usuario_id, token, plataforma) select id, 'masivo:' || id, 'android' from unnest($1::uuid[]) as id`,
      [usuarios.map(({ id }) => id)],
    )
    await sql(
      `insert into public.notificaciones (usuario_id, contrato_id, tipo, texto, datos, en_app, push)
       select u, c, 'contrato', 'Aviso ' || ronda, jsonb_build_object('codigo', 'C' || c), true, true
       from generate_series(1, $3) as ronda, unnest($1::uuid[]) as u, unnest($2::bigint[]) as c`,
      [usuarios.map(({ id }) => id), contratos.map(({ id }) => id), ROUNDS],
    )
    const expected = await sql<{ id: string }>(
      `select n.id from public.notificaciones n where n.usuario_id = any ($1) and n.tipo = 'contrato' and n.texto like 'Aviso %'`,
      [usuarios.map(({ id }) => id)],
    )
    expect(expected).toHaveLength(TOTAL)

    const bulk = () => firebase.accepted().filter(({ token }) => token.startsWith('masivo:'))
    const inFlight = new Set<string>()
    const workers = [
      await startPushWorker(inject('stack'), firebase),
      await startPushWorker(inject('stack'), firebase),
    ]
    for (const part of [0.2, 0.4, 0.6]) {
      await until('it comes to be', () => bulk().length >= TOTAL * part, 120_000)
      await workers.shift()!.kill()
      // What it had sent and could not tell: all that may be sent again.
      const queue = await sql<{ id: string }>(
        'select notificacion_id as id from privado.push_cola where tomada_hasta is not null',
      )
      for (const { id } of queue) inFlight.add(id)
      workers.push(await startPushWorker(inject('stack'), firebase))
    }
    await until(
      'it comes to be',
      async () => {
        const [row] = await sql('select count(*)::int as quedan from privado.push_cola where not muerta')
        return row!.quedan === 0
      },
      120_000,
    )
    for (const another of workers) expect(await another.stop()).toBe(0)

    const received = bulk().map(({ data }) => data.notificacion_id)
    expect(new Set(received)).toEqual(new Set(expected.map(({ id }) => id)))
    const times = new Map<string, number>()
    for (const id of received) times.set(id, (times.get(id) ?? 0) + 1)
    const repeated = [...times].filter(([, n]) => n > 1).map(([id]) => id)
    expect(repeated.filter((id) => !inFlight.has(id))).toEqual([])
    // Each phone hears of each contract in order, whatever is repeated.
    const last = new Map<string, number>()
    for (const { token, data } of bulk()) {
      const turn = `${token} ${data.contrato}`
      const id = Number(data.notificacion_id)
      if (times.get(data.notificacion_id)! > 1 && id <= (last.get(turn) ?? 0)) continue
      expect(id).toBeGreaterThan(last.get(turn) ?? 0)
      last.set(turn, id)
    }
    console.log(`${TOTAL} notices, 3 kills: ${repeated.length} sent twice, of ${inFlight.size} in flight.`)
  }, 300_000)
})

test('sin credenciales push está apagado y /salud lo dice', async () => {
  const salud = await (await fetch(`${inject('stack').functionsUrl}/salud`)).json()
  expect(salud).toMatchObject({ estado: 'listo', push: 'apagado' })
})
