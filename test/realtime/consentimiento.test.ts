// What Realtime sends of a contract to who has not accepted to be party to it: nothing; and all of it from then on.
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { call, makeEmpresa, makePeople, makePerson, type People, type Person } from '../api/support.ts'
import { aMoment, until } from '../support/until.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

/** Everything that Postgres tells a person. */
async function listen({ supabase }: Person) {
  await supabase.realtime.setAuth()
  const heard: { table: string; new: Record<string, unknown> }[] = []
  const told: string[] = []
  const channel = supabase.channel(`cambios-${Math.random()}`)
  channel.on('system', {}, ({ message }: { message: string }) => told.push(message))
  for (const table of ['contratos', 'contratos_precios', 'mensajes', 'enmiendas'])
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

/** Whether a private channel lets a person in. */
function join({ supabase }: Person, topic: string): Promise<string> {
  return new Promise((resolve) => {
    supabase.channel(topic, { config: { private: true } }).subscribe((status) => resolve(status))
  })
}

test('a quien se le propone un contrato solo le llega su aviso, hasta que acepta', async () => {
  const eva = await makePerson(await makeEmpresa('exportadora'))
  const suyo = await listen(eva)
  const ajeno = await listen(people.carlos)
  const avisos: Record<string, unknown>[] = []
  const propio = people.carlos.supabase.channel(`usuario:${people.carlos.id}`, { config: { private: true } })
  await new Promise((resolve) => {
    propio
      .on('broadcast', { event: 'notificacion' }, ({ payload }) => avisos.push(payload))
      .subscribe(resolve)
  })
  const json = { contraparte_id: people.centro.id, volumen_tm: 40, precio_fijado_tm: 98765 }
  const { codigo } = (await call(eva, 'POST', '/contratos', { json })).body
  await call(eva, 'PUT', `/contratos/${codigo}`, { json: { precio_fijado_tm: 98764 } })
  await call(eva, 'POST', `/contratos/${codigo}/mensajes`, { json: { texto: 'fin' } })
  await until('her own', () => suyo.some(({ new: row }) => row.texto === 'fin'))
  await until('the notice', () => avisos.length > 0)
  await aMoment()
  expect(ajeno).toEqual([])
  expect(avisos.map(({ tipo, contrato_id }) => [tipo, contrato_id ?? null])).toEqual([['relacion', null]])
  expect(JSON.stringify(avisos)).not.toMatch(/9876[45]|"40"/)
  expect(await join(people.carlos, `contrato:${codigo}`)).not.toBe('SUBSCRIBED')

  await call(people.carlos, 'POST', `/contratos/${codigo}/aceptar`)
  await call(eva, 'POST', `/contratos/${codigo}/mensajes`, { json: { texto: 'ahora' } })
  await until('what is said to both', () => ajeno.some(({ new: row }) => row.texto === 'ahora'))
})
