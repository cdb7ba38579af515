import { beforeAll, expect, test } from 'vitest'
import { call, makePeople, type People } from './support.ts'

/** A day of these operations alone. */
const EN = '1999-05-05'

let people: People
const hechas: string[] = []
/** Two companies that have each received a lot. */
beforeAll(async () => {
  people = await makePeople()
  for (const quien of [people.ana, people.rita]) {
    const { data, error } = await quien.supabase
      .from('centros')
      .insert({ codigo: 'VIN', nombre: 'Vinces', tipo: 'acopio' })
      .select('id')
      .single()
    if (error) throw error
    for (const kg of [1, 2]) {
      const json = {
        tipo: 'recibir',
        centro_id: data.id,
        salidas: [{ kg, condicion: 'seco' }],
        en: `${EN}T10:00:00-05:00`,
      }
      const { body, status } = await call(quien, 'POST', '/operaciones', { json })
      expect(status).toBe(201)
      hechas.push(body.operacion.id)
    }
  }
})

// Each company has numbers of its own: two have the same.
test('un administrador lee las operaciones de todas las empresas página por página, y ninguna falta', async () => {
  const lista = `/operaciones?desde=${EN}&hasta=${EN}&limite=3`
  const vistas: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { body } = await call(people.teresa, 'GET', `${lista}${cursor && `&cursor=${cursor}`}`)
    vistas.push(...body.operaciones.map(({ id }: { id: string }) => id))
    cursor = body.siguiente
  }
  expect(vistas.toSorted()).toEqual(hechas.toSorted())
})

test('el inventario de su empresa no trae las operaciones de otras', async () => {
  const { body } = await call(people.teresa, 'GET', `/inventario?desde=${EN}&hasta=${EN}`)
  expect(body).toMatchObject({ centro: null, final_kg: 0 })
  const { text } = await call(people.teresa, 'GET', `/inventario?desde=${EN}&hasta=${EN}&formato=epcis`)
  expect(JSON.parse(text).epcisBody.eventList).toEqual([])
})
