// What Realtime sends of the price of a contract: to the two who sign it, and to no supplier.
import type { SupabaseClient } from '@supabase/supabase-js'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { acordar, call, makeContrato, makePeople, type People } from '../api/support.ts'
import { aMoment, until } from '../support/until.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

/** Everything that Postgres tells a person, by whatever table. */
async function listen(supabase: SupabaseClient) {
  await supabase.realtime.setAuth()
  const heard: { table: string; eventType: string; new: Record<string, unknown> }[] = []
  const told: string[] = []
  const channel = supabase.channel(`cambios-${Math.random()}`)
  channel.on('system', {}, ({ message }: { message: string }) => told.push(message))
  for (const table of [
    'contratos',
    'contratos_precios',
    'enmiendas',
    'lotes_asociados',
    'documentos_contrato',
    'mensajes',
  ])
    channel.on(
      'postgres_changes' as 'system',
      { event: '*', schema: 'public', table },
      (change: (typeof heard)[0]) => heard.push(change),
    )
  channel.subscribe()
  onTestFinished(async () => {
    await supabase.removeAllChannels()
  })
  await until('the word of the server', () => told.length > 0)
  return heard
}

test('el precio llega a quien firma; a un proveedor, que el contrato cambió y nada más', async () => {
  const [ana, jose, rita] = await Promise.all(
    [people.ana, people.jose, people.rita].map(({ supabase }) => listen(supabase)),
  )
  const canal = people.jose.supabase.channel(`usuario:${people.jose.id}`, { config: { private: true } })
  const avisos: unknown[] = []
  canal.on('broadcast', { event: 'notificacion' }, ({ payload }) => avisos.push(payload)).subscribe()
  const { codigo } = await makeContrato(people, {
    precio_fijado_tm: '98765.4300',
    diferencial_tm: '-4321.50',
  })
  await acordar(people, codigo, { precio_fijado_tm: '98765.5', diferencial_tm: null })
  await acordar(people, codigo, { precio_fijado_tm: null, modalidad_precio: 'por fijar' })
  await call(people.ana, 'POST', `/contratos/${codigo}/fijaciones`, {
    json: { tm: 5, ny: 98765, diferencial: 0 },
  })
  // The last of it, which both hear.
  await call(people.ana, 'POST', `/contratos/${codigo}/mensajes`, { json: { texto: 'fin' } })
  const isLast = ({ new: row }: { new: Record<string, unknown> }) => row.texto === 'fin'
  await until('the end', () => ana!.some(isLast) && jose!.some(isLast))
  await aMoment()

  const precios = ana!.filter(({ table }) => table === 'contratos_precios')
  expect(precios.map(({ eventType, new: row }) => [eventType, row.precio_fijado_tm])).toEqual([
    ['INSERT', 98765.43],
    ['UPDATE', 98765.5],
    ['UPDATE', null],
    ['UPDATE', 98765],
  ])
  // Each change of it is one version of the contract, which both are told.
  const versions = (heard: typeof jose) => heard!.filter(({ table }) => table === 'contratos').length
  expect([versions(ana), versions(jose)]).toEqual([4, 4])
  expect(
    ana!.filter(({ table }) => table === 'enmiendas').map(({ new: row }) => [row.n, row.estado]),
  ).toEqual([
    [1, 'propuesta'],
    [1, 'aceptada'],
    [2, 'propuesta'],
    [2, 'aceptada'],
  ])
  expect(jose!.filter(({ table }) => ['contratos_precios', 'enmiendas'].includes(table))).toEqual([])
  expect(rita).toEqual([])
  expect(avisos.length).toBeGreaterThan(0)
  expect(JSON.stringify([jose, avisos])).not.toMatch(/98765|4321|precio_fijado/)
})
