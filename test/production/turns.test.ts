// What one user asks for, on the worst data that it can make, is not felt by another.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { makeContrato, makePeople, type People, type Person } from '../api/support.ts'
import { type Replica, startReplica } from '../support/replica.ts'
import { sql } from '../support/sql.ts'

let people: People
let replica: Replica
let codigo: string
beforeAll(async () => {
  people = await makePeople()
  ;({ codigo } = await makeContrato(people))
  replica = await startReplica(inject('stack'), { LIMIT_UPLOADS: 'off' })
})
afterAll(async () => {
  await replica.stop()
  await sql('delete from public.precios_fob where empresa_id = any ($1)', [
    [people.rita, people.cesar].map(({ empresa }) => empresa!.id),
  ])
})

const ask = (who: Person, path: string, most: RequestInit = {}) =>
  fetch(replica.url + path, { ...most, headers: { authorization: `Bearer ${who.token}`, ...most.headers } })

/** How long each of another's reads takes, in milliseconds, while a piece of work goes on. */
async function during(work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = []
  const from = performance.now()
  let isOver = false
  const all = work().finally(() => {
    isOver = true
  })
  while (!isOver) {
    for (const path of [`/contratos/${codigo}`, '/contratos', '/precios-fob']) {
      const start = performance.now()
      const answer = await ask(people.ana, path)
      await answer.arrayBuffer()
      expect(answer.status).toBe(200)
      times.push(performance.now() - start)
    }
  }
  await all
  times.sort((a, b) => a - b)
  // Others were answered all along, as they would not be if each waited for the work to end.
  expect(times.at(-1)).toBeLessThan((performance.now() - from) / 2)
  return times
}
const report = (que: string, times: number[]) =>
  console.log(
    `${que}: ${times.length} reads, median ${Math.round(times[times.length >> 1]!)} ms, worst ${Math.round(times.at(-1)!)} ms`,
  )

const csv = (n: number) => {
  const rows = Array.from({ length: 5000 }, (_, i) => {
    const date = new Date(Date.UTC(1995, 0, 1) + i * 86_400_000).toISOString().slice(0, 10)
    return `${date},importada ${n % 3},NY,${1000 + i + n}`
  })
  return `fecha,calidad,mercado,precio_tm\n${rows.join('\n')}`
}

describe('lo que pide uno no lo notan los demás', () => {
  test('doce listas de precios de quien guardó decenas de miles de calidades', async () => {
    await sql(
      `insert into public.precios_fob (fecha, calidad, precio_tm, empresa_id)
       select '2025-01-01', 'mia ' || n, 100, $1 from generate_series(1, 40000) as n`,
      [people.rita.empresa!.id],
    )
    const statuses: number[] = []
    const list = async (path: string) => statuses.push((await ask(people.rita, path)).status)
    const times = await during(() =>
      Promise.all(
        Array.from({ length: 12 }, () => [
          list('/precios-fob?ambito=propio'),
          list('/precios-fob?mercado=LDN'),
          list('/precios-fob?desde=2020-01-01&calidad=ninguna'),
        ]).flat(),
      ),
    )
    report('price lists', times)
    expect(new Set(statuses)).toEqual(new Set([200]))
  }, 60_000)

  test('veinticuatro importaciones a la vez: unas entran, las demás esperan o reciben 429 con Retry-After', async () => {
    const answers: { status: number; espera: string | null; clave?: string }[] = []
    const importCsv = async (n: number) => {
      const r = await ask(people.cesar, '/precios-fob/importar', {
        method: 'POST',
        body: csv(n),
        headers: { 'content-type': 'text/csv' },
      })
      const { clave } = (await r.json()) as { clave?: string }
      answers.push({ status: r.status, espera: r.headers.get('retry-after'), ...(clave && { clave }) })
    }
    const times = await during(() => Promise.all(Array.from({ length: 24 }, (_, n) => importCsv(n))))
    report('imports', times)
    console.log(answers.map(({ status, clave }) => `${status} ${clave ?? ''}`).join(', '))
    expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
    for (const { status, espera, clave } of answers.filter(({ status }) => status !== 200)) {
      expect([429, 503]).toContain(status)
      expect(espera).not.toBeNull()
      if (status === 429) expect(clave).toBe('demasiadas_a_la_vez')
    }
  }, 90_000)
})
