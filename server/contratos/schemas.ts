import * as v from 'valibot'
import { DocumentoSchema } from '../documentos/schemas.ts'
import { EnmiendaSchema } from '../enmiendas/schemas.ts'
import { FijacionContratoSchema } from '../fijaciones/schemas.ts'
import { FechaHoraSchema, IdSchema, NumeroSchema } from '../http/answer-schemas.ts'
import {
  EntradaIdSchema,
  enOrden,
  esInstante,
  FechaSchema,
  FUERA_DE_ORDEN,
  paginacion,
  texto,
} from '../http/schemas.ts'
import { LoteSchema } from '../lotes/schemas.ts'
import { CIERRES, MODALIDADES, TERMINOS, volumen_tm } from './terminos.ts'

export const ESTADOS = ['En revisión', 'Activo', 'Cerrado'] as const
const EstadoSchema = v.picklist(ESTADOS, `Debe ser uno de: ${ESTADOS.join(', ')}.`)

const observaciones = texto(5000)

/** POST /contratos: the other company, and what was agreed. */
export const NuevoContratoSchema = v.pipe(
  v.strictObject({
    contraparte_id: v.optional(EntradaIdSchema),
    exportadora_id: v.optional(EntradaIdSchema),
    ...TERMINOS,
    volumen_tm,
    fecha_firma: v.nullish(FechaSchema),
    observaciones: v.nullish(observaciones),
    proveedores: v.optional(v.pipe(v.array(EntradaIdSchema), v.maxLength(50, 'Admite 50 proveedores.')), []),
  }),
  v.forward(
    v.partialCheck(
      [['contraparte_id'], ['exportadora_id']],
      (entrada) => entrada.contraparte_id !== undefined || entrada.exportadora_id !== undefined,
      'Diga con qué empresa es el contrato (o exportadora_id, si usted es el centro de acopio).',
    ),
    ['contraparte_id'],
  ),
  v.description('Un contrato entre la empresa de quien lo crea y otra.'),
)

/** PUT /contratos/{id}: only what changes. */
export const EdicionContratoSchema = v.pipe(
  v.strictObject({
    ...TERMINOS,
    fecha_firma: v.nullish(FechaSchema),
    observaciones: v.nullish(observaciones),
    estado: v.optional(EstadoSchema),
    actualizado_en: v.optional(
      v.pipe(
        v.string(),
        v.check(esInstante, 'Debe ser el actualizado_en leído.'),
        v.description('El que se leyó: si el contrato cambió después, la edición se rechaza con 412.'),
      ),
    ),
  }),
  v.check(({ actualizado_en: _, ...cambios }) => Object.keys(cambios).length > 0, 'No hay nada que cambiar.'),
)

/** POST /contratos/{id}/reabrir. */
export const ReaperturaSchema = v.strictObject({
  motivo: v.pipe(texto(500), v.description('Por qué sigue: queda en la conversación.')),
})

/** GET /contratos: filters, order and page. */
export const FiltroContratosSchema = v.pipe(
  v.strictObject({
    estado: v.optional(EstadoSchema),
    contraparte: v.optional(
      v.pipe(texto(200), v.description('La otra empresa: su id o parte de su nombre.')),
    ),
    desde: v.optional(
      v.pipe(FechaSchema, v.description('Con fecha (de firma o, si falta, de creación) desde este día.')),
    ),
    hasta: v.optional(v.pipe(FechaSchema, v.description('Con fecha hasta este día inclusive.'))),
    texto: v.optional(v.pipe(texto(100), v.description('Parte del código o de las observaciones.'))),
    orden: v.optional(v.picklist(['recientes', 'antiguos'], 'Debe ser recientes o antiguos.'), 'recientes'),
    ...paginacion,
  }),
  v.forward(
    v.check((filtro) => enOrden(filtro), FUERA_DE_ORDEN),
    ['hasta'],
  ),
)

const resumen = {
  codigo: v.pipe(v.string(), v.regex(/^CT-\d{4}-(?:[A-Z\d]{2,8}-)?\d{5,}$/)),
  exportadora: v.string(),
  contraparte: v.string(),
  volumen_tm: NumeroSchema,
  estado: v.picklist(ESTADOS),
}
const datos = {
  id: IdSchema,
  exportadora_id: IdSchema,
  contraparte_id: IdSchema,
  precio_fijado_tm: v.nullable(NumeroSchema),
  diferencial_tm: v.nullable(NumeroSchema),
  fecha_firma: v.nullable(v.pipe(v.string(), v.isoDate())),
  observaciones: v.nullable(v.string()),
  calidad: v.nullable(v.string()),
  fecha_entrega: v.nullable(v.pipe(v.string(), v.isoDate())),
  tolerancia_pct: NumeroSchema,
  modalidad_precio: v.picklist(MODALIDADES),
  cierre: v.picklist(CIERRES),
  dias_confirmacion: v.pipe(v.number(), v.integer()),
  archivo_pdf: v.nullable(v.string()),
  creado_en: FechaHoraSchema,
  actualizado_en: FechaHoraSchema,
  cerrado_en: v.nullable(FechaHoraSchema),
  propuesto: v.boolean(),
  exportadora_acepto_en: v.nullable(FechaHoraSchema),
  contraparte_acepto_en: v.nullable(FechaHoraSchema),
  rechazado_en: v.nullable(FechaHoraSchema),
  rechazado_como: v.nullable(v.picklist(['rechazado', 'retirado'])),
  rechazo_motivo: v.nullable(v.string()),
}

export const ParticipanteSchema = v.strictObject({
  empresa_id: IdSchema,
  nombre: v.string(),
  papel: v.picklist(['exportadora', 'contraparte', 'proveedor']),
  pendiente: v.boolean(),
})

/** A contract in a list. */
export const ContratoResumenSchema = v.strictObject({
  ...resumen,
  ...datos,
  sin_leer: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(0),
    v.maxValue(100),
    v.description('Mensajes que no ha leído quien llama; 100 son 100 o más.'),
  ),
})

/** A contract whole: details, documents and lots. */
export const ContratoSchema = v.strictObject({
  ...resumen,
  documentos: v.array(DocumentoSchema),
  lotes: v.array(LoteSchema),
  ...datos,
  fijacion: v.nullable(FijacionContratoSchema),
  enmienda_pendiente: v.pipe(
    v.nullable(EnmiendaSchema),
    v.description('La que espera respuesta; null si ninguna, y para quien no firma el contrato.'),
  ),
  participantes: v.array(ParticipanteSchema),
})

export const PaginaContratosSchema = v.strictObject({
  contratos: v.array(ContratoResumenSchema),
  siguiente: v.pipe(
    v.nullable(v.string()),
    v.description('Cursor de la página siguiente; null en la última.'),
  ),
})
