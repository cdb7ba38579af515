import type { SupabaseClient } from '@supabase/supabase-js'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import WebSocket from 'ws'
import { makeContrato, makePeople, type People } from '../api/support.ts'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'

const stack = inject('stack')
let people: People
beforeAll(async () => {
  people = await makePeople()
})

const send = (path: string, body: string, type = 'application/json', more: Record<string, string> = {}) =>
  fetch(`${stack.supabaseUrl}${path}`, {
    method: 'POST',
    headers: {
      apikey: stack.publishableKey,
      authorization: `Bearer ${people.ana.token}`,
      'content-type': type,
      ...more,
    },
    body,
  })

const MEGABYTES = 2 ** 20
const DEEP = '['.repeat(9 * MEGABYTES)
const WIDE = `[${'[],'.repeat(1.6 * MEGABYTES)}[]]`
const SERVERS = [
  '/rest/v1/mensajes',
  '/rest/v1/rpc/leer_notificaciones',
  '/auth/v1/signup',
  '/auth/v1/token?grant_type=password',
  '/realtime/v1/api/broadcast',
  '/realtime/v1/api/broadcast/a/events/b',
  '/storage/v1/object/list/contratos',
  '/functions/v1/contratos',
]

describe('un cuerpo que cuesta', () => {
  test.each(SERVERS)('%s lo niega', async (path) => {
    for (const body of [DEEP, WIDE, `{"a":${'['.repeat(40_000)}`, `{"a":${'{"a":'.repeat(10_000)}`]) {
      const answer = await send(path, body)
      const text = await answer.text()
      expect([400, 413, 422], `${path} ${text}`).toContain(answer.status)
      expect(text).not.toContain('[[')
    }
  })

  test('lo niega también si dice que es CSV y JSON a la vez', async () => {
    for (const path of ['/rest/v1/mensajes', '/auth/v1/signup']) {
      const answer = await send(path, '['.repeat(50_000), 'text/csv; application/json')
      expect([path, answer.status]).toEqual([path, 400])
    }
  })

  test('por un socket, cierra', async () => {
    for (const body of ['['.repeat(4_900_000), `[null,null,"realtime:x","phx_join",${'['.repeat(200_000)}`]) {
      const url = `${stack.supabaseUrl.replace('http', 'ws')}/realtime/v1/websocket?apikey=${stack.publishableKey}&vsn=2.0.0`
      const ws = new WebSocket(url)
      await new Promise((resolve) => ws.once('open', resolve))
      const closed = new Promise<number>((resolve) => ws.once('close', resolve))
      ws.send(body)
      expect(await closed).toBe(1003)
    }
  })

  test('el que dice cuánto pasa lo dice en español', async () => {
    expect(await (await send('/rest/v1/mensajes', '['.repeat(100))).json()).toEqual({
      code: 'PT400',
      message: 'json_invalido',
      details: 'El JSON pasa de 64 niveles.',
      hint: null,
    })
    expect(await (await send('/rest/v1/mensajes', `"${'x'.repeat(6e6)}"`)).json()).toMatchObject({
      code: 'PT413',
      message: 'cuerpo_demasiado_grande',
    })
    // What is within a text is no bracket.
    const { error } = await people.ana.supabase
      .from('mensajes')
      .insert({ contrato_id: 0, texto: '[{"\\'.repeat(400) })
    expect(error).not.toMatchObject({ message: 'json_invalido' })
  })
})

describe('las filas de una petición', () => {
  test('mil entran; mil y una no, ni en una lista, ni en CSV, ni en los datos de una función', async () => {
    const { id } = await makeContrato(people)
    const row = { contrato_id: id, texto: 'Uno de muchos' }
    const lista = (rows: number) => JSON.stringify(Array.from({ length: rows }, () => row))
    const csv = (rows: number) => `contrato_id,texto\n${`${id},"uno, y otro"\n`.repeat(rows)}`
    const many = { code: 'PT413', message: 'demasiadas_filas' }
    for (const [path, body, type] of [
      ['/rest/v1/mensajes', lista(1001), 'application/json'],
      ['/rest/v1/mensajes', csv(1001), 'text/csv'],
      ['/rest/v1/rpc/leer_notificaciones', JSON.stringify({ ids: Array(1001).fill(1) }), 'application/json'],
    ] as const) {
      const answer = await send(path, body, type)
      expect([answer.status, await answer.json()]).toMatchObject([413, many])
    }
    const [none] = await sql<{ n: number }>(
      'select count(*)::int as n from public.mensajes where contrato_id = $1 and tipo = $2',
      [id, 'usuario'],
    )
    expect(none!.n).toBe(0)
    const { error } = await people.ana.supabase
      .from('calculos')
      .insert(
        Array(1000).fill({ tipo: 'fob', fecha: '2025-11-03', entrada: {}, parametros: [], resultado: {} }),
      )
    expect(error).toBeNull()
  }, 60_000)
})

describe('contar', () => {
  test.each(['planned', 'estimated'] as const)('count=%s cuenta lo propio, no lo de todos', async (count) => {
    const stranger: SupabaseClient = client(stack.supabaseUrl, stack.publishableKey)
    await makeContrato(people)
    await sql('analyze public.contratos')
    for (const [who, supabase] of [
      ['rita', people.rita.supabase],
      ['ana', people.ana.supabase],
    ] as const) {
      const [asked, exact] = [
        await supabase.from('contratos').select('id', { count, head: true }),
        await supabase.from('contratos').select('id', { count: 'exact', head: true }),
      ]
      expect([who, asked.count]).toEqual([who, exact.count])
    }
    const asked = await stranger.from('contratos').select('id', { count, head: true })
    expect(asked.count ?? 0).toBe(0)
  })
})
