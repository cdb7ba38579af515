// Who takes an expediente has turns, and gives them back however it ends.
import { beforeAll, expect, inject, test } from 'vitest'
import { pdf } from '../support/pdf.ts'
import { connected, sql } from '../support/sql.ts'
import { until } from '../support/until.ts'
import { bajarCuandoHayaTurno, bajarDe, bytesDe } from './expediente.ts'
import { makeContrato, makePeople, type People, upload } from './support.ts'

const { functionsUrl } = inject('stack')
let people: People
let contrato: { id: number; codigo: string }

beforeAll(async () => {
  people = await makePeople()
  contrato = await makeContrato(people)
})

test('quien se va antes de que empiece tampoco se queda con su turno', async () => {
  const otro = await makeContrato(people)
  // More than is held of what nobody takes.
  await upload(people.ana, otro.codigo, { tipo: 'otro', archivo: pdf(2_000_000) }, 'Grande.pdf')
  const abort = new AbortController()
  await connected(inject('stack').databaseUrl, async (client) => {
    await client.query('begin')
    // Its token is not made while somebody has the contract.
    await client.query('select from public.contratos where id = $1 for no key update', [otro.id])
    const left = fetch(`${functionsUrl}/contratos/${otro.codigo}/expediente`, {
      headers: { authorization: `Bearer ${people.carlos.token}` },
      signal: abort.signal,
    })
    const waiting = `select from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'testigo_de_exp'`
    await until('it waits', async () => (await sql(waiting)).length || undefined)
    abort.abort()
    await expect(left).rejects.toThrow('abort')
    // Until the server has heard of it.
    await new Promise((resolve) => setTimeout(resolve, 200))
    await client.query('commit')
  })
  expect((await bajarCuandoHayaTurno(people.carlos, otro.codigo)).status).toBe(200)
})

test('de una persona se hace uno a la vez y otro espera: el tercero es 429', async () => {
  const todos = await Promise.all(Array.from({ length: 8 }, () => bajarDe(people.teresa, contrato.codigo)))
  const estados = todos.map(({ status }) => status)
  await Promise.all(todos.map(bytesDe))
  expect(new Set(estados)).toEqual(new Set([200, 429]))
  expect((await bajarCuandoHayaTurno(people.teresa, contrato.codigo)).status).toBe(200)
})
