// What Realtime sends of the graph of lots: nothing to anybody but its company, whichever way it is listened for.
import type { SupabaseClient } from '@supabase/supabase-js'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { call, makeContrato, makePeople, type People } from '../api/support.ts'
import { sql } from '../support/sql.ts'
import { aMoment, until } from '../support/until.ts'

const GRAFO = [
  ...['centros', 'productores', 'lotes', 'operaciones', 'consumos', 'productos', 'perdidas'],
  ...['retenciones', 'ajustes'],
]
let people: People
beforeAll(async () => {
  people = await makePeople()
})

/** Every change of the schema, whatever the table, and what is said on a topic that could be of the graph. */
async function listen(supabase: SupabaseClient, empresa: number) {
  await supabase.realtime.setAuth()
  const heard: { table?: string; new?: Record<string, unknown> }[] = []
  const told: string[] = []
  const channel = supabase.channel(`cambios-${Math.random()}`)
  channel.on('system', {}, ({ message }: { message: string }) => told.push(message))
  channel.on('postgres_changes', { event: '*', schema: 'public' }, (change) => heard.push(change))
  channel.subscribe()
  const refused: string[] = []
  for (const topic of [`empresa:${empresa}`, `grafo:${empresa}`, 'lotes', 'operaciones'])
    supabase
      .channel(topic, { config: { private: true } })
      .on('broadcast', { event: '*' }, (said) => heard.push({ new: said }))
      .subscribe((state) => {
        if (state === 'CHANNEL_ERROR') refused.push(topic)
      })
  onTestFinished(async () => {
    await supabase.removeAllChannels()
  })
  await until('the word of the server', () => told.length > 0 && refused.length >= 4)
  return heard
}

test('lo que una empresa hace con sus lotes no lo oye su rival, ni la otra parte de su contrato', async () => {
  const empresa = people.ana.empresa!.id
  const [rita, carlos] = await Promise.all(
    [people.rita, people.carlos].map(({ supabase }) => listen(supabase, empresa)),
  )
  const { supabase } = people.ana
  const place = { codigo: 'OIR', nombre: 'Vinces', tipo: 'acopio' }
  const { data } = await supabase.from('centros').insert(place).select('id').single().throwOnError()
  const operar = (json: object) => call(people.ana, 'POST', '/operaciones', { json })
  const recibida = await operar({
    ...{ tipo: 'recibir', centro_id: data.id, motivo: 'secreto-4321' },
    salidas: [{ kg: 4321.987, condicion: 'seco' }],
  })
  expect(recibida.status, recibida.text).toBe(201)
  const [lote] = recibida.body.lotes
  await supabase.rpc('retener_lote', { lote: lote.id, motivo: 'secreto-4321' }).throwOnError()
  await supabase.rpc('levantar_retencion', { lote: lote.id, motivo: 'secreto-4321' }).throwOnError()
  await supabase.rpc('proponer_ajuste', { lote: lote.id, kg_contado: 1, motivo: 'secreto-4321' })
  await operar({ tipo: 'embarcar', entradas: [{ lote: lote.id, kg: 1 }] })
  // The last of it, which the other party hears, and the rival one of its own.
  const { codigo } = await makeContrato(people)
  await call(people.ana, 'POST', `/contratos/${codigo}/mensajes`, { json: { texto: 'fin' } })
  const isLast = ({ new: row }: { new?: Record<string, unknown> }) => row?.texto === 'fin'
  await until('the end', () => carlos!.some(isLast))
  await aMoment()

  expect(rita).toEqual([])
  expect(carlos!.filter(({ table }) => table && GRAFO.includes(table))).toEqual([])
  expect(JSON.stringify(carlos)).not.toMatch(/4321|LO-\d{4}-/)
})

test('ninguna de sus tablas está en la publicación', async () => {
  const rows = await sql<{ tablename: string }>(
    `select tablename from pg_publication_tables where pubname = 'supabase_realtime' and schemaname = 'public'`,
  )
  expect(rows.length).toBeGreaterThan(3)
  expect(rows.filter(({ tablename }) => GRAFO.includes(tablename))).toEqual([])
})
