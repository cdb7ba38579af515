import { randomBytes } from 'node:crypto'
import { afterAll } from 'vitest'
import { sql } from '../support/sql.ts'
import { call, type Person } from './support.ts'

/** Imports a CSV of prices, as a program does. */
export const importar = (
  who: Person | null,
  csv: string | Uint8Array,
  { consulta = '', headers = {} as Record<string, string> } = {},
) =>
  call(who, 'POST', `/precios-fob/importar${consulta}`, {
    body: csv as BodyInit,
    headers: { 'content-type': 'text/csv', ...headers },
  })

/** The prices of a quality, as they were kept. */
export const guardados = (calidad: string) =>
  sql(
    'select fecha::text, mercado, precio_tm, diferencial, fuente from public.precios_fob where calidad = $1 order by fecha',
    [calidad],
  )

/** What became of each line: `2 creado`. */
export const estados = (body: { lineas: { linea: number; estado: string }[] }) =>
  body.lineas.map(({ linea, estado }) => `${linea} ${estado}`)

/** Names of qualities that no other test has; their prices go with the test file. */
export function useCalidades(name: string): () => string {
  const prefix = `${name}-${randomBytes(3).toString('hex')}`
  let count = 0
  afterAll(() => sql(`delete from public.precios_fob where calidad like $1 || ' %'`, [prefix]))
  return () => `${prefix} ${++count}`
}
