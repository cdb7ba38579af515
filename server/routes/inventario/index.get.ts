import { FiltroInventarioSchema } from '../../grafo/filtros.ts'
import { epcis, formatoDe } from '../../grafo/formato.ts'
import { lineasDe } from '../../grafo/inventario.ts'
import {
  exportar,
  OPERACIONES_AL_EXPORTAR,
  operacionesDeInventario,
  verInventario,
} from '../../grafo/queries.ts'
import { csv } from '../../http/csv.ts'
import { readQueryAs } from '../../http/input.ts'
import { fieldProblem, renamingFields } from '../../http/problem.ts'
import { asUser } from '../../session/as-user.ts'

const DEMASIADAS = 'Son más de 10 000 operaciones: pida un período más corto.'

/** What the function calls `centro_id` is here the parameter `centro`, as in the other lists. */
const comoParametro = (campo: string) => (campo === 'centro_id' ? 'centro' : campo)

/** GET /inventario — what a place had, what came, left and was lost, and what is there. Rule: public.inventario. */
export default asUser(async (event, db) => {
  const filtro = readQueryAs(event, FiltroInventarioSchema)
  const formato = formatoDe(event, filtro.formato)
  // The function refuses or answers.
  const cuerpo = (await db.one(verInventario, [filtro.centro, filtro.desde, filtro.hasta]).catch((error) => {
    throw renamingFields(error, comoParametro)
  }))!
  if (formato === 'json') return cuerpo
  const inventario = JSON.parse(cuerpo)
  const nombre = `inventario_${inventario.desde}_${inventario.hasta}`
  if (formato === 'csv')
    return csv(event, `${nombre}.csv`, ['concepto', 'detalle', 'kg'], lineasDe(inventario))
  const periodo = [filtro.centro, inventario.desde, inventario.hasta]
  const filas = await db.query<{ id: string }>(operacionesDeInventario, periodo)
  if (filas.length > OPERACIONES_AL_EXPORTAR) throw fieldProblem('hasta', DEMASIADAS, 'parametros_invalidos')
  const exportacion = (await db.one(exportar, [filas.map(({ id }) => id)]))!
  return epcis(event, `${nombre}.jsonld`, JSON.parse(exportacion))
})
