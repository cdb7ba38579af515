import * as v from 'valibot'
import { FechaHoraSchema, IdSchema } from '../http/answer-schemas.ts'
import { EntradaIdSchema, paginacion, texto } from '../http/schemas.ts'

export const ESTADOS_RELACION = ['propuesta', 'aceptada', 'rechazada', 'retirada', 'terminada'] as const

/** POST /relaciones: a company of the directory, or a RUC. */
export const NuevaRelacionSchema = v.pipe(
  v.strictObject({
    empresa_id: v.optional(v.pipe(EntradaIdSchema, v.description('Una empresa del directorio.'))),
    ruc: v.optional(
      v.pipe(
        texto(13),
        v.regex(/^\d{13}$/, 'Debe tener 13 dígitos.'),
        v.description('El RUC de otra, esté o no en Triboka: no se dice si está.'),
      ),
    ),
    correo: v.optional(
      v.pipe(
        texto(254),
        v.regex(/^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/, 'Debe ser una dirección de correo.'),
        v.description('A quién escribir en ella, para el administrador que la registre.'),
      ),
    ),
  }),
  v.forward(
    v.check(
      ({ empresa_id, ruc }) => (empresa_id === undefined) !== (ruc === undefined),
      'Diga una empresa del directorio o un RUC, no ambos.',
    ),
    ['empresa_id'],
  ),
  v.description('A quién se propone trabajar juntos.'),
)

/** Why one says no. */
export const MotivoSchema = v.strictObject({
  motivo: v.pipe(texto(500), v.description('Por qué: lo lee la otra empresa.')),
})
export const MotivoOpcionalSchema = v.strictObject({
  motivo: v.optional(v.pipe(texto(500), v.description('Por qué: lo lee la otra empresa.'))),
})

export const FiltroRelacionesSchema = v.strictObject({
  estado: v.optional(v.picklist(ESTADOS_RELACION, `Debe ser uno de: ${ESTADOS_RELACION.join(', ')}.`)),
  ...paginacion,
})

const EmpresaSchema = v.strictObject({
  id: IdSchema,
  nombre: v.string(),
  tipo: v.picklist(['exportadora', 'centro_acopio', 'proveedor']),
})

export const RelacionSchema = v.strictObject({
  id: IdSchema,
  estado: v.picklist(ESTADOS_RELACION),
  propia: v.boolean(),
  propone: EmpresaSchema,
  con: v.nullable(EmpresaSchema),
  ruc: v.nullable(v.string()),
  correo: v.nullable(v.string()),
  contrato_id: v.nullable(IdSchema),
  motivo: v.nullable(v.string()),
  propuesta_en: FechaHoraSchema,
  respondida_en: v.nullable(FechaHoraSchema),
  terminada_en: v.nullable(FechaHoraSchema),
})

export const PaginaRelacionesSchema = v.strictObject({
  relaciones: v.array(RelacionSchema),
  siguiente: v.nullable(v.string()),
})

/** What waits for an answer of the caller's company: names, and nothing else. */
const PropuestaSchema = v.strictObject({
  id: IdSchema,
  codigo: v.string(),
  exportadora: v.string(),
  contraparte: v.string(),
  papel: v.picklist(['exportadora', 'contraparte', 'proveedor']),
  propone: v.nullable(v.string()),
  propuesto_en: FechaHoraSchema,
})

export const PaginaPropuestasSchema = v.strictObject({
  propuestas: v.array(PropuestaSchema),
  siguiente: v.nullable(v.string()),
})
