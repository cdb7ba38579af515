// What one user asks for, on the worst data that it can make, is not felt by another.
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { crearGente, type Gente, nuevoContrato, type Persona } from '../api/support.ts'
import { type Replica, startReplica } from '../support/replica.ts'
import { sql } from '../support/sql.ts'

let gente: Gente
let replica: Replica
let codigo: string
beforeAll(async () => {
  gente = await crearGente()
  ;({ codigo } = await nuevoContrato(gente))
  replica = await startReplica(inject('stack'), { LIMIT_UPLOADS: 'off' })
})
afterAll(async () => {
  await replica.stop()
  await sql('delete from public.precios_fob where empresa_id = any ($1)', [
    [gente.rita, gente.cesar].map(({ empresa }) => empresa!.id),
  ])
})

const pedir = (quien: Persona, ruta: string, mas: RequestInit = {}) =>
  fetch(replica.url + ruta, { ...mas, headers: { authorization: `Bearer ${quien.token}`, ...mas.headers } })

/** How long each of another's reads takes, in milliseconds, while a piece of work goes on. */
async function mientras(work: () => Promise<unknown>): Promise<number[]> {
  const tiempos: number[] = []
  const desde = performance.now()
  let isOver = false
  const todo = work().finally(() => {
    isOver = true
  })
  while (!isOver) {
    for (const ruta of [`/contratos/${codigo}`, '/contratos', '/precios-fob']) {
      const inicio = performance.now()
      const respuesta = await pedir(gente.ana, ruta)
      await respuesta.arrayBuffer()
      expect(respuesta.status).toBe(200)
      tiempos.push(performance.now() - inicio)
    }
  }
  await todo
  tiempos.sort((a, b) => a - b)
  // Others were answered all along, as they would not be if each waited for the work to end.
  expect(tiempos.at(-1)).toBeLessThan((performance.now() - desde) / 2)
  return tiempos
}
const nota = (que: string, tiempos: number[]) =>
  console.log(
    `${que}: ${tiempos.length} reads, median ${Math.round(tiempos[tiempos.length >> 1]!)} ms, worst ${Math.round(tiempos.at(-1)!)} ms`,
  )

const csv = (n: number) => {
  const filas = Array.from({ length: 5000 }, (_, i) => {
    const fecha = new Date(Date.UTC(1995, 0, 1) + i * 86_400_000).toISOString().slice(0, 10)
    return `${fecha},importada ${n % 3},NY,${1000 + i + n}`
  })
  return `fecha,calidad,mercado,precio_tm\n${filas.join('\n')}`
}

describe('lo que pide uno no lo notan los demás', () => {
  test('doce listas de precios de quien guardó decenas de miles de calidades', async () => {
    await sql(
      `insert into public.precios_fob (fecha, calidad, precio_tm, empresa_id)
       select '2025-01-01', 'mia ' || n, 100, $1 from generate_series(1, 40000) as n`,
      [gente.rita.empresa!.id],
    )
    const estados: number[] = []
    const lista = async (ruta: string) => estados.push((await pedir(gente.rita, ruta)).status)
    const tiempos = await mientras(() =>
      Promise.all(
        Array.from({ length: 12 }, () => [
          lista('/precios-fob?ambito=propio'),
          lista('/precios-fob?mercado=LDN'),
          lista('/precios-fob?desde=2020-01-01&calidad=ninguna'),
        ]).flat(),
      ),
    )
    nota('price lists', tiempos)
    expect(new Set(estados)).toEqual(new Set([200]))
  }, 60_000)

  test('veinticuatro importaciones a la vez: unas entran, las demás esperan o reciben 429 con Retry-After', async () => {
    const respuestas: { status: number; espera: string | null; clave?: string }[] = []
    const importar = async (n: number) => {
      const r = await pedir(gente.cesar, '/precios-fob/importar', {
        method: 'POST',
        body: csv(n),
        headers: { 'content-type': 'text/csv' },
      })
      const { clave } = (await r.json()) as { clave?: string }
      respuestas.push({ status: r.status, espera: r.headers.get('retry-after'), ...(clave && { clave }) })
    }
    const tiempos = await mientras(() => Promise.all(Array.from({ length: 24 }, (_, n) => importar(n))))
    nota('imports', tiempos)
    console.log(respuestas.map(({ status, clave }) => `${status} ${clave ?? ''}`).join(', '))
    expect(respuestas.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
    for (const { status, espera, clave } of respuestas.filter(({ status }) => status !== 200)) {
      expect([429, 503]).toContain(status)
      expect(espera).not.toBeNull()
      if (status === 429) expect(clave).toBe('demasiadas_a_la_vez')
    }
  }, 90_000)
})
