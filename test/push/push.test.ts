// One file: whoever sends takes from the one queue of the stack.
import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import { crearGente, type Gente, llamar, nuevoContrato } from '../api/support.ts'
import { sql } from '../support/sql.ts'
import { until } from '../support/until.ts'
import { type Firebase, type Mensaje, startFirebase } from './fcm.ts'
import { startTrabajador, type Trabajador } from './worker.ts'

let firebase: Firebase
let gente: Gente
let trabajador: Trabajador | undefined
beforeAll(async () => {
  firebase = await startFirebase()
})
afterAll(() => firebase.close())
beforeEach(async () => {
  firebase.pedidos.length = 0
  firebase.fallos.clear()
  firebase.demora = 0
  gente = await crearGente()
})
afterEach(async () => {
  await trabajador?.stop()
  trabajador = undefined
})

const tokenNuevo = () => `fcm:${randomBytes(24).toString('base64url')}`
const registrar = (quien: Gente['ana'], token: string, plataforma = 'android') =>
  llamar(quien, 'POST', '/dispositivos', { json: { token, plataforma } })
const decir = (quien: Gente['ana'], codigo: string, texto: string) =>
  llamar(quien, 'POST', `/contratos/${codigo}/mensajes`, { json: { texto } })
const enCola = (token: string) =>
  sql<{ muerta: boolean; intentos: number; motivo: string }>(
    'select muerta, intentos, motivo from privado.push_cola q join public.dispositivos d on d.id = q.dispositivo_id where d.token = $1',
    [token],
  )

describe('un dispositivo', () => {
  test('es del último que lo registró; nadie más lo ve ni lo quita', async () => {
    const token = tokenNuevo()
    expect((await registrar(gente.ana, token)).status).toBe(201)
    const suyos = async (quien: Gente['ana']) =>
      (await quien.supabase.from('dispositivos').select('token')).data
    expect(await suyos(gente.ana)).toEqual([{ token }])
    expect(await suyos(gente.rita)).toEqual([])
    const quitar = (quien: Gente['ana']) =>
      llamar(quien, 'DELETE', `/dispositivos/${encodeURIComponent(token)}`)
    expect((await quitar(gente.rita)).status).toBe(204)
    expect(await suyos(gente.ana)).toEqual([{ token }])
    expect((await registrar(gente.carlos, token, 'ios')).status).toBe(201)
    expect([await suyos(gente.ana), await suyos(gente.carlos)]).toEqual([[], [{ token }]])
    expect((await quitar(gente.carlos)).status).toBe(204)
    expect(await suyos(gente.carlos)).toEqual([])
    const otro = gente.rita.supabase.from('dispositivos').insert({ token, plataforma: 'ios' } as never)
    expect((await otro).error?.code).toBe('42501')
    for (const [json, campo] of [
      [{ token: '', plataforma: 'ios' }, 'token'],
      [{ token, plataforma: 'fax' }, 'plataforma'],
    ] as const)
      expect((await llamar(gente.ana, 'POST', '/dispositivos', { json })).cuerpo.errores[0].campo).toBe(campo)
  })

  test('se olvida al cerrar las sesiones de su dueño y al apagarlo', async () => {
    const quedan = async () =>
      (await sql('select 1 from public.dispositivos where usuario_id = $1', [gente.carlos.id])).length
    const ruta = `/usuarios/${gente.carlos.id}`
    await registrar(gente.carlos, tokenNuevo())
    await llamar(gente.teresa, 'PUT', ruta, { json: { activo: false } })
    expect(await quedan()).toBe(0)
    await llamar(gente.teresa, 'PUT', ruta, { json: { activo: true } })
    await registrar(gente.carlos, tokenNuevo())
    expect(await quedan()).toBe(1)
    await llamar(gente.teresa, 'POST', `${ruta}/cerrar-sesiones`)
    expect(await quedan()).toBe(0)
  })

  test('la cola y sus funciones no son de ningún usuario', async () => {
    for (const quien of [gente.ana, gente.teresa]) {
      expect(
        (
          await quien.supabase
            .schema('privado' as never)
            .from('push_cola')
            .select()
        ).error,
      ).not.toBeNull()
      expect((await quien.supabase.rpc('push_tomar' as never)).error).not.toBeNull()
    }
    expect((await gente.ana.supabase.rpc('push_muertas')).error?.message).toBe('push_solo_admin')
  })
})

describe('un aviso', () => {
  test('sale a los dispositivos de las otras partes, con lo que FCM espera y sin nada que no deba verse', async () => {
    trabajador = await startTrabajador(inject('stack'), firebase)
    const [deCarlos, deAna, deRita] = [tokenNuevo(), tokenNuevo(), tokenNuevo()]
    await Promise.all([
      registrar(gente.carlos, deCarlos),
      registrar(gente.ana, deAna),
      registrar(gente.rita, deRita),
    ])
    const { codigo } = await nuevoContrato(gente, { proveedores: [], precio_fijado_tm: 9876 })
    await until('it comes to be', () => firebase.accepted().length === 1)
    const [pedido] = firebase.pedidos
    const [aviso] = (await llamar(gente.carlos, 'GET', '/notificaciones')).cuerpo.notificaciones
    expect([...firebase.hosts].sort()).toEqual(['fcm.googleapis.com:443', 'oauth2.googleapis.com:443'])
    expect(pedido).toMatchObject({
      path: '/v1/projects/triboka-prueba/messages:send',
      headers: {
        authorization: 'Bearer acceso-1',
        'content-type': expect.stringMatching(/^application\/json/),
      },
    })
    expect(pedido!.message).toEqual({
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
    expect(JSON.stringify(pedido!.message)).not.toMatch(/9876|\b200\b/)
    await until('it comes to be', async () => (await enCola(deCarlos)).length === 0)
  })

  test('quien no quiere push no lo recibe, y una ráfaga suena pocas veces', async () => {
    const token = tokenNuevo()
    await registrar(gente.carlos, token)
    await llamar(gente.carlos, 'PUT', '/perfil', { json: { preferencias: { contrato: { push: false } } } })
    const { codigo } = await nuevoContrato(gente, { proveedores: [] })
    expect(await enCola(token)).toEqual([])
    for (let n = 1; n <= 9; n++) await decir(gente.ana, codigo, `Mensaje ${n}`)
    // Nobody sends yet: it waits once.
    expect(await enCola(token)).toHaveLength(1)
    trabajador = await startTrabajador(inject('stack'), firebase)
    await until('it comes to be', () => firebase.accepted().length === 1)
    expect(firebase.accepted()[0]!.notification.body).toBe(`9 mensajes nuevos en ${codigo}.`)
  })
})

describe('lo que falla', () => {
  /** Devices of Carlos, each in a contract of its own, failing in their ways. */
  async function conFallos(fallos: Record<string, Parameters<Firebase['fallos']['set']>[1]>) {
    const tokens = Object.fromEntries(
      Object.keys(fallos).map((nombre) => [nombre, `${nombre}:${tokenNuevo()}`]),
    )
    for (const [nombre, token] of Object.entries(tokens)) {
      firebase.fallos.set(token, fallos[nombre]!)
      await registrar(gente.carlos, token)
    }
    const { codigo } = await nuevoContrato(gente, { proveedores: [] })
    trabajador = await startTrabajador(inject('stack'), firebase)
    return { tokens, codigo }
  }
  const aceptados = (token: string) => firebase.accepted().filter((m: Mensaje) => m.token === token).length
  test('por culpa de ellos se repite hasta que sale, y se espera lo que piden', async () => {
    const { tokens } = await conFallos({
      ocupado: [{ status: 429, errorCode: 'QUOTA_EXCEEDED', headers: { 'retry-after': '3600' } }],
      roto: [{ status: 500, errorCode: 'INTERNAL' }],
      cortado: ['cut'],
      lento: ['hang'],
    })
    const { ocupado, ...otros } = tokens
    await until('the others', () => Object.values(otros).every((token) => aceptados(token) === 1), 60_000)
    // It waits the hour that was asked for, which now passes.
    const espera = await until('the wait is noted', async () => {
      const [fila] = await sql(
        `update privado.push_cola q set desde = now() from public.dispositivos d
         where d.id = q.dispositivo_id and d.token = $1 and q.desde > now() + interval '50 minutes'
         returning intentos`,
        [ocupado],
      )
      return fila
    })
    expect([espera, aceptados(ocupado!)]).toEqual([{ intentos: 1 }, 0])
    await until('what was busy', () => aceptados(ocupado!) === 1, 60_000)
    for (const token of Object.values(tokens))
      await until('it comes to be', async () => (await enCola(token)).length === 0)
  }, 90_000)

  test('un dispositivo que ya no está se olvida; lo que no tiene remedio queda con su motivo', async () => {
    const { tokens, codigo } = await conFallos({
      ido: [{ status: 404, errorCode: 'UNREGISTERED' }],
      veneno: [{ status: 400, errorCode: 'INVALID_ARGUMENT' }],
    })
    await until('it comes to be', async () => (await enCola(tokens.veneno!))[0]?.muerta === true)
    expect(await sql('select 1 from public.dispositivos where token = $1', [tokens.ido])).toEqual([])
    const { data } = await gente.teresa.supabase.rpc('push_muertas', { tope: 1 })
    expect(data).toMatchObject([
      {
        usuario_id: gente.carlos.id,
        plataforma: 'android',
        intentos: 1,
        motivo: expect.stringContaining('invalid-argument'),
      },
    ])
    // It does not hold up what comes after it.
    await llamar(gente.ana, 'PUT', `/contratos/${codigo}`, { json: { volumen_tm: 5 } })
    await until('it comes to be', () => aceptados(tokens.veneno!) === 1)
  })
})

describe('diez mil avisos', () => {
  test('con dos que envían, muertos tres veces a la fuerza: ninguno se pierde y cada contrato va en orden', async () => {
    const DISPOSITIVOS = 50
    const CONTRATOS = 10
    const RONDAS = 20
    const TOTAL = DISPOSITIVOS * CONTRATOS * RONDAS
    firebase.demora = 20
    const contratos = await Promise.all(
      Array.from({ length: CONTRATOS }, () => nuevoContrato(gente, { proveedores: [] })),
    )
    // Fifty phones of Carlos' company, as fifty people.
    const usuarios = await sql<{ id: string }>(
      `with cuentas as (
         insert into auth.users (id, email) select gen_random_uuid(), gen_random_uuid() || '@push.test' from generate_series(1, $1) returning id
       ) select id from cuentas`,
      [DISPOSITIVOS],
    )
    await sql(
      `insert into public.usuarios (id, empresa_id, nombre, rol) select id, $2, 'Push', 'centro_acopio' from unnest($1::uuid[]) as id`,
      [usuarios.map(({ id }) => id), gente.centro.id],
    )
    await sql(
      `insert into public.dispositivos (usuario_id, token, plataforma) select id, 'masivo:' || id, 'android' from unnest($1::uuid[]) as id`,
      [usuarios.map(({ id }) => id)],
    )
    await sql(
      `insert into public.notificaciones (usuario_id, contrato_id, tipo, texto, datos, en_app, push)
       select u, c, 'contrato', 'Aviso ' || ronda, jsonb_build_object('codigo', 'C' || c), true, true
       from generate_series(1, $3) as ronda, unnest($1::uuid[]) as u, unnest($2::bigint[]) as c`,
      [usuarios.map(({ id }) => id), contratos.map(({ id }) => id), RONDAS],
    )
    const esperados = await sql<{ id: string }>(
      `select n.id from public.notificaciones n where n.usuario_id = any ($1) and n.tipo = 'contrato' and n.texto like 'Aviso %'`,
      [usuarios.map(({ id }) => id)],
    )
    expect(esperados).toHaveLength(TOTAL)

    const masivos = () => firebase.accepted().filter(({ token }) => token.startsWith('masivo:'))
    const enVuelo = new Set<string>()
    const trabajadores = [
      await startTrabajador(inject('stack'), firebase),
      await startTrabajador(inject('stack'), firebase),
    ]
    for (const parte of [0.2, 0.4, 0.6]) {
      await until('it comes to be', () => masivos().length >= TOTAL * parte, 120_000)
      await trabajadores.shift()!.kill()
      // What it had sent and could not tell: all that may be sent again.
      const cola = await sql<{ id: string }>(
        'select notificacion_id as id from privado.push_cola where tomada_hasta is not null',
      )
      for (const { id } of cola) enVuelo.add(id)
      trabajadores.push(await startTrabajador(inject('stack'), firebase))
    }
    await until(
      'it comes to be',
      async () => {
        const [fila] = await sql('select count(*)::int as quedan from privado.push_cola where not muerta')
        return fila!.quedan === 0
      },
      120_000,
    )
    for (const otro of trabajadores) expect(await otro.stop()).toBe(0)

    const recibidos = masivos().map(({ data }) => data.notificacion_id)
    expect(new Set(recibidos)).toEqual(new Set(esperados.map(({ id }) => id)))
    const veces = new Map<string, number>()
    for (const id of recibidos) veces.set(id, (veces.get(id) ?? 0) + 1)
    const repetidos = [...veces].filter(([, n]) => n > 1).map(([id]) => id)
    expect(repetidos.filter((id) => !enVuelo.has(id))).toEqual([])
    // Each phone hears of each contract in order, whatever is repeated.
    const ultimo = new Map<string, number>()
    for (const { token, data } of masivos()) {
      const turno = `${token} ${data.contrato}`
      const id = Number(data.notificacion_id)
      if (veces.get(data.notificacion_id)! > 1 && id <= (ultimo.get(turno) ?? 0)) continue
      expect(id).toBeGreaterThan(ultimo.get(turno) ?? 0)
      ultimo.set(turno, id)
    }
    console.log(`${TOTAL} notices, 3 kills: ${repetidos.length} sent twice, of ${enVuelo.size} in flight.`)
  }, 300_000)
})

test('sin credenciales push está apagado y /salud lo dice', async () => {
  const salud = await (await fetch(`${inject('stack').functionsUrl}/salud`)).json()
  expect(salud).toMatchObject({ estado: 'listo', push: 'apagado' })
})
