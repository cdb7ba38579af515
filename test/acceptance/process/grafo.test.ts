// kill -9 of Postgres in the middle of a mix: nothing is lost, nothing is double, and whoever repeats what had no answer
// finds it done once.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SupabaseClient } from '@supabase/supabase-js'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type StackProcess, startStackProcess } from '../../support/stack.ts'
import { until } from '../../support/until.ts'
import { invoke } from '../support.ts'
import { ask, familyOf, killAll, postmasterOf, run, signInOn } from './support.ts'

const GRAMOS = 1000
const LOTES = 6
let running: StackProcess
let agroarriba: SupabaseClient
let lotes: string[]

beforeAll(async () => {
  running = await startStackProcess()
  agroarriba = await signInOn(running, 'agroarriba')
  const { data, error } = await agroarriba
    .from('centros')
    .insert({ codigo: 'KILL', nombre: 'Muelle', tipo: 'acopio' })
    .select('id')
    .single()
  if (error) throw error
  lotes = []
  for (let n = 0; n < LOTES; n++) {
    const { data: hecha } = await invoke(agroarriba, 'operaciones', {
      body: { tipo: 'recibir', centro_id: data.id, salidas: [{ kg: 100_000, condicion: 'seco' }] },
    })
    lotes.push(hecha.lotes[0].id)
  }
})
afterAll(async () => running?.dispose())

/** A mix of two of the lots, told by an id of the app's own, so that it can be repeated. */
const mezcla = (n: number) => ({
  ...{ tipo: 'mezclar', id: randomUUID(), motivo: 'Prueba' },
  entradas: [n % LOTES, (n + 1 + (n % (LOTES - 1))) % LOTES].map((i) => ({ lote: lotes[i]!, kg: 1 })),
  perdidas: [{ causa: 'polvo', kg: 0.5 }],
})
const registrar = (body: ReturnType<typeof mezcla>) => invoke(agroarriba, 'operaciones', { body })

/** One who is in the very middle: all is written, nothing is committed. */
async function aMedias(): Promise<{ id: string; ended: Promise<unknown> }> {
  const { data } = await agroarriba.auth.getUser()
  const client = new pg.Client({ connectionString: running.stack.databaseUrl })
  const ended = new Promise((resolve) => client.on('error', resolve))
  await client.connect()
  const claims = JSON.stringify({ role: 'authenticated', sub: data.user!.id })
  await client.query('begin')
  await client.query(
    `select set_config('request.jwt.claims', $1, true), set_config('role', 'authenticated', true)`,
    [claims],
  )
  const { id, entradas, perdidas } = mezcla(0)
  await client.query(
    `select public.registrar_operacion('mezclar', entradas => $1, perdidas => $2, motivo => 'Prueba', id => $3)`,
    [JSON.stringify(entradas), JSON.stringify(perdidas), id],
  )
  return { id, ended }
}

const contar = async (sql: string) => Number((await ask<{ n: string }>(running, sql))[0]!.n)

test('con kill -9 a Postgres en mitad de mezclas no se pierde ni se duplica nada', {
  timeout: 120_000,
}, async () => {
  const confirmadas = new Set<string>()
  const dudosas: ReturnType<typeof mezcla>[] = []
  let isOver = false
  let n = 0
  const mezclador = async () => {
    while (!isOver) {
      const pedida = mezcla(n++)
      const hecha = await registrar(pedida).catch(() => null)
      if (hecha?.status === 201) confirmadas.add(pedida.id)
      else {
        dudosas.push(pedida)
        await sleep(20)
      }
    }
  }
  const mezcladores = Array.from({ length: 8 }, mezclador)
  await until('fifty mixes', () => confirmadas.size >= 50, 60_000)
  // It holds the balances of two lots, which the others now wait for.
  const media = await aMedias()
  await killAll(await familyOf((await postmasterOf(running)).pid))
  await media.ended
  const antes = confirmadas.size
  await until('mixing goes on', () => confirmadas.size >= antes + 50, 60_000)
  isOver = true
  await Promise.all(mezcladores)
  expect(dudosas.length).toBeGreaterThan(0)

  // Whoever had no answer asks again, twice at once: both get the one operation.
  for (const pedida of dudosas) {
    const [una, otra] = await Promise.all([registrar(pedida), registrar(pedida)])
    expect([una.status, otra.status]).toEqual([201, 201])
    expect(otra.data.lotes).toEqual(una.data.lotes)
  }
  const pedidas = [...confirmadas, ...dudosas.map(({ id }) => id)]
  const hechas = await ask<{ id: string }>(
    running,
    `select id from public.operaciones where tipo = 'mezclar' and motivo = 'Prueba'`,
  )
  expect(hechas.map(({ id }) => id).sort()).toEqual(pedidas.sort())
  expect(hechas.map(({ id }) => id)).not.toContain(media.id)

  // Each is whole: two inputs, one lot with its balance, one loss, and the kilos of the lots are what they should be.
  const enteras = `select count(*) as n from public.operaciones o where o.tipo = 'mezclar' and o.motivo = 'Prueba'
    and (select count(*) = 2 and sum(kg) = 2 from public.consumos c where c.operacion_id = o.id)
    and (select count(*) = 1 and sum(p.kg) = 1.5 from public.productos p
      join public.lotes l on l.id = p.lote_id and l.operacion_id = o.id
      join privado.saldos s on s.lote_id = l.id and s.kg = 1.5 where p.operacion_id = o.id)
    and (select count(*) = 1 and sum(kg) = 0.5 from public.perdidas p where p.operacion_id = o.id)`
  expect(await contar(enteras)).toBe(pedidas.length)
  const quedan = `select 1000 * sum(s.kg) as n from privado.saldos s where s.lote_id in ('${lotes.join("','")}')`
  expect(await contar(quedan)).toBe(LOTES * 100_000 * GRAMOS - pedidas.length * 2 * GRAMOS)
  const mal = `select count(*) as n from privado.saldos s join public.lotes l on l.id = s.lote_id
    where s.kg <> l.kg - coalesce((select sum(c.kg) from public.consumos c where c.lote_id = l.id
      and not exists (select from public.operaciones a where a.anula = c.operacion_id)), 0)`
  expect(await contar(mal)).toBe(0)
  const huecos = `select max(substr(codigo, 9)::int) - count(*) as n from public.lotes
    where empresa_id = (select empresa_id from public.lotes where id = '${lotes[0]}')`
  expect(await contar(huecos)).toBe(0)
  const saltos = `select max(secuencia) - min(secuencia) + 1 - count(*) as n from public.operaciones
    where empresa_id = (select empresa_id from public.lotes where id = '${lotes[0]}')`
  expect(await contar(saltos)).toBe(0)
  // And the chain of the company tells all of it.
  const verificado = await run('verificar', running.env)
  expect({ code: verificado.code, stderr: verificado.stderr }).toEqual({ code: 0, stderr: '' })
})
