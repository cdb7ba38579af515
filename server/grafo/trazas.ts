import type { H3Event } from 'h3'
import type { ByKey } from '../db/fragments.ts'
import { csvStream } from '../http/csv.ts'
import { readQueryAs } from '../http/input.ts'
import { problem } from '../http/problem.ts'
import type { UserDb } from '../session/as-user.ts'
import { FiltroTrazaSchema } from './filtros.ts'
import { epcis, formatoDe } from './formato.ts'
import { loteDe, para, sinLote } from './lote.ts'
import { exportar } from './queries.ts'

interface Traza {
  lote: { codigo: string }
  truncado: boolean
  operaciones: { operacion: string }[]
  origenes?: Record<string, unknown>[]
  destinos?: Record<string, unknown>[]
}

/** Lists of a row as a cell: their elements with commas. */
const enCeldas = (filas: Record<string, unknown>[]) =>
  filas.map((fila) =>
    Object.fromEntries(
      Object.entries(fila).map(([campo, valor]) => [campo, Array.isArray(valor) ? valor.join(', ') : valor]),
    ),
  )

/**
 * The answer of where a lot comes from, or of where it went: JSON, its list as CSV, or its operations as EPCIS.
 * @throws Problem 404, or 422 `traza_truncada` for EPCIS of a trace that is cut, which a document would not say.
 */
export async function responderTraza(
  event: H3Event,
  db: UserDb,
  query: ByKey,
  lista: 'origenes' | 'destinos',
  columnas: readonly string[],
) {
  const lote = loteDe(event)
  const filtro = readQueryAs(event, FiltroTrazaSchema)
  const formato = formatoDe(event, filtro.formato)
  const cuerpo = await db.one(para(lote, query), [lote.valor, formato === 'epcis' || filtro.detalle])
  if (!cuerpo) throw await sinLote(db)
  if (formato === 'json') return cuerpo
  const traza: Traza = JSON.parse(cuerpo)
  const nombre = `${lista}_${traza.lote.codigo}`
  if (formato === 'csv') return csvStream(event, `${nombre}.csv`, columnas, enCeldas(traza[lista] ?? []))
  if (traza.truncado) throw problem('traza_truncada')
  const ids = traza.operaciones.map(({ operacion }) => operacion)
  return epcis(event, `${nombre}.jsonld`, JSON.parse((await db.one(exportar, [ids]))!))
}
