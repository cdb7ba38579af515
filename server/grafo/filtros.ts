import * as v from 'valibot'
import {
  EntradaIdSchema,
  enOrden,
  FechaSchema,
  FUERA_DE_ORDEN,
  paginacion,
  SiNoSchema,
  texto,
} from '../http/schemas.ts'
import { condicion, nombreDeLote, TIPOS, uno } from './schemas.ts'

const FORMATOS = ['json', 'epcis'] as const
/** Of an answer that is not JSON alone: asked by Accept, or by this where an address is all there is. */
const formato = v.optional(
  v.pipe(
    v.picklist(FORMATOS, uno(FORMATOS)),
    v.description('En lugar de Accept: epcis es application/ld+json (EPCIS 2.0).'),
  ),
)
const tabla = v.optional(
  v.pipe(
    v.picklist(['json', 'csv'], uno(['json', 'csv'])),
    v.description('En lugar de Accept: csv es text/csv.'),
  ),
)

const periodo = {
  desde: v.optional(v.pipe(FechaSchema, v.description('Primer día, en Guayaquil.'))),
  hasta: v.optional(v.pipe(FechaSchema, v.description('Último día, incluido.'))),
}
const centro = v.optional(v.pipe(EntradaIdSchema, v.description('Id del centro.')))
const empresa = v.optional(
  v.pipe(EntradaIdSchema, v.description('Solo administradores: de una empresa; si falta, de todas.')),
)
/** GET /lotes: filters and page. */
export const FiltroLotesSchema = v.pipe(
  v.strictObject({
    centro,
    condicion: v.optional(condicion),
    con_saldo: v.optional(
      v.pipe(SiNoSchema, v.description('true, los que tienen kilos; false, los que no.')),
    ),
    retenido: v.optional(
      v.pipe(SiNoSchema, v.description('true, los que están retenidos; false, los que no.')),
    ),
    productor: v.optional(v.pipe(EntradaIdSchema, v.description('Id del productor que lo entregó.'))),
    codigo: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^LO-[\d-]{0,20}$/, 'Debe ser el principio de un código: LO-2026-'),
        v.description('Cómo empieza su código.'),
      ),
    ),
    certificacion: v.optional(v.pipe(texto(40), v.description('Una que lleve.'))),
    ...periodo,
    empresa,
    formato: tabla,
    ...paginacion,
  }),
  v.forward(
    v.check((filtro) => enOrden(filtro), FUERA_DE_ORDEN),
    ['hasta'],
  ),
)

/** GET /operaciones: filters and page. */
export const FiltroOperacionesSchema = v.pipe(
  v.strictObject({
    tipo: v.optional(v.picklist(TIPOS, uno(TIPOS))),
    centro: v.optional(v.pipe(EntradaIdSchema, v.description('Id del centro donde fue, o a donde.'))),
    lote: v.optional(v.pipe(nombreDeLote, v.description('Id o código de un lote que entra o sale.'))),
    ...periodo,
    empresa,
    formato,
    ...paginacion,
  }),
  v.forward(
    v.check((filtro) => enOrden(filtro), FUERA_DE_ORDEN),
    ['hasta'],
  ),
)

/** GET /lotes/{lote}/origen and /destino. */
export const FiltroTrazaSchema = v.strictObject({
  detalle: v.optional(
    v.pipe(SiNoSchema, v.description('true, también las operaciones por las que pasó.')),
    'false',
  ),
  formato: v.optional(
    v.pipe(
      v.picklist(['json', 'csv', 'epcis'], uno(['json', 'csv', 'epcis'])),
      v.description('En lugar de Accept: csv es text/csv; epcis, application/ld+json (EPCIS 2.0).'),
    ),
  ),
})
