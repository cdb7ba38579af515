import type { Database } from '../db/types.ts'
import { type Fuente, pedirPrecio } from './fuente.ts'

/** What became of it: taken, waiting for an administrator, there already, or too early in the day. */
export type Toma = 'tomado' | 'pendiente' | 'ya_estaba' | 'temprano'

const task = { role: 'service_role' }

/**
 * Takes the price of today in Guayaquil, unless it is there. Rule: privado.tomar_precio, which any number of processes
 * may call at once.
 * @throws FuenteError when the source gives none; the next run asks again.
 */
export async function tomarPrecio(database: Database, fuente: Fuente, ahora = new Date()): Promise<Toma> {
  const { fecha, hora } = enGuayaquil(ahora)
  if (hora < fuente.hora) return 'temprano'
  const db = database.as(task)
  const { calidad, mercado } = fuente
  const [falta] = await db.query<{ si: boolean }>('select privado.falta_precio($1, $2, $3) as si', [
    fecha,
    calidad,
    mercado,
  ])
  if (!falta?.si) return 'ya_estaba'
  const precio = await pedirPrecio(fuente)
  // The host alone: the rest of an address may carry a key.
  const valores = [fecha, calidad, mercado, precio, new URL(fuente.url).host, fuente.saltoMaximo]
  const [fila] = await db.query<{ toma: Toma }>(
    'select privado.tomar_precio($1, $2, $3, $4, $5, $6) as toma',
    valores,
  )
  return fila!.toma
}

function enGuayaquil(instante: Date): { fecha: string; hora: number } {
  // Ecuador keeps no summer time: always five hours behind UTC.
  const local = new Date(instante.getTime() - 5 * 3_600_000).toISOString()
  return { fecha: local.slice(0, 10), hora: Number(local.slice(11, 13)) }
}
