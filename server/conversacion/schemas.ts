import * as v from 'valibot'
import { FechaHoraSchema, IdSchema } from '../http/answer-schemas.ts'
import { EntradaIdSchema, paginacion, texto } from '../http/schemas.ts'

/** POST /contratos/{id}/mensajes. */
export const NuevoMensajeSchema = v.strictObject({
  texto: texto(4000),
  documento: v.nullish(v.pipe(EntradaIdSchema, v.description('Id del documento del que trata.'))),
  lote: v.nullish(v.pipe(texto(60), v.description('Código o id del lote del que trata.'))),
})

/** GET /contratos/{id}/mensajes: page and where to stop. */
export const FiltroMensajesSchema = v.strictObject({
  despues_de: v.optional(
    v.pipe(EntradaIdSchema, v.description('Solo los posteriores a este mensaje: lo que faltó oír.')),
  ),
  ...paginacion,
})

/** PUT /contratos/{id}/lectura. */
export const LecturaSchema = v.strictObject({
  hasta: v.pipe(EntradaIdSchema, v.description('Id del último mensaje leído.')),
})

/** A message of a contract. */
export const MensajeSchema = v.strictObject({
  id: v.pipe(IdSchema, v.description('Creciente dentro del contrato.')),
  tipo: v.picklist(['usuario', 'sistema']),
  autor: v.string(),
  empresa: v.nullable(v.string()),
  texto: v.string(),
  documento: v.nullable(IdSchema),
  lote: v.nullable(v.string()),
  usuario_id: v.nullable(v.pipe(v.string(), v.uuid())),
  creado_en: FechaHoraSchema,
})

export const PaginaMensajesSchema = v.strictObject({
  mensajes: v.array(MensajeSchema),
  siguiente: v.nullable(v.string()),
})

/** How far the caller has read. */
export const LecturaGuardadaSchema = v.strictObject({
  hasta: v.pipe(v.number(), v.integer(), v.minValue(0)),
  leido_en: FechaHoraSchema,
})
