import * as v from 'valibot'
import { DocumentoSchema } from '../documentos/schemas.ts'
import { FijacionContratoSchema } from '../fijaciones/schemas.ts'
import { FechaHoraSchema, IdSchema, NumeroSchema } from '../http/answer-schemas.ts'
import {
  decimal,
  EntradaIdSchema,
  enOrden,
  esInstante,
  FechaSchema,
  FUERA_DE_ORDEN,
  paginacion,
  texto,
} from '../http/schemas.ts'
import { LoteSchema } from '../lotes/schemas.ts'

export const ESTADOS = ['En revisión', 'Activo', 'Cerrado'] as const
const EstadoSchema = v.picklist(ESTADOS, `Debe ser uno de: ${ESTADOS.join(', ')}.`)

const volumen_tm = v.pipe(
  decimal({ mayorQue: 0, hasta: 1_000_000, decimales: 4 }),
  v.description('Toneladas métricas.'),
)
const precio_fijado_tm = v.pipe(
  decimal({ mayorQue: 0, hasta: 1_000_000, decimales: 4 }),
  v.description('Dólares por tonelada métrica.'),
)
const diferencial_tm = v.pipe(
  decimal({ desde: -1_000_000, hasta: 1_000_000, decimales: 2 }),
  v.description('Lo acordado sobre Nueva York, con su signo, en dólares por tonelada métrica.'),
)
const observaciones = texto(5000)
export const MODALIDADES = ['fijo', 'por fijar'] as const
const CIERRES = ['al exportar los lotes', 'al completar el volumen'] as const
const entrega = {
  calidad: v.nullish(v.pipe(texto(40), v.description('Como la nombran las partes: ASE, CCN-51.'))),
  fecha_entrega: v.nullish(FechaSchema),
  tolerancia_pct: v.optional(
    v.pipe(
      decimal({ desde: 0, hasta: 50, decimales: 2 }),
      v.description('Cuánto más o menos del volumen se admite.'),
    ),
  ),
  modalidad_precio: v.optional(
    v.pipe(
      v.picklist(MODALIDADES, `Debe ser uno de: ${MODALIDADES.join(', ')}.`),
      v.description('Por fijar: el precio es el promedio de las fijaciones, y no se escribe.'),
    ),
  ),
  cierre: v.optional(
    v.pipe(
      v.picklist(CIERRES, `Debe ser uno de: ${CIERRES.join(', ')}.`),
      v.description(
        'Cuándo se cierra solo: con todos sus lotes exportados, o cuando además completan el volumen menos la tolerancia. Lo elige la exportadora.',
      ),
    ),
  ),
}

/** POST /contratos: the other company, and what was agreed. */
export const NuevoContratoSchema = v.pipe(
  v.strictObject({
    contraparte_id: v.optional(EntradaIdSchema),
    exportadora_id: v.optional(EntradaIdSchema),
    volumen_tm,
    precio_fijado_tm: v.nullish(precio_fijado_tm),
    diferencial_tm: v.nullish(diferencial_tm),
    fecha_firma: v.nullish(FechaSchema),
    observaciones: v.nullish(observaciones),
    ...entrega,
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
    volumen_tm: v.optional(volumen_tm),
    precio_fijado_tm: v.nullish(precio_fijado_tm),
    diferencial_tm: v.nullish(diferencial_tm),
    fecha_firma: v.nullish(FechaSchema),
    observaciones: v.nullish(observaciones),
    ...entrega,
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
  participantes: v.array(ParticipanteSchema),
})

export const PaginaContratosSchema = v.strictObject({
  contratos: v.array(ContratoResumenSchema),
  siguiente: v.pipe(
    v.nullable(v.string()),
    v.description('Cursor de la página siguiente; null en la última.'),
  ),
})
