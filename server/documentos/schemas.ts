import * as v from 'valibot'
import { FechaHoraSchema, IdSchema } from '../http/answer-schemas.ts'
import { paginacion, texto } from '../http/schemas.ts'
import { ADMITTED_NAMES } from './content/admitted-types.ts'

export const TIPOS = [
  'contrato',
  'factura',
  'guia_remision',
  'analisis',
  'certificado_calidad',
  'pago',
  'foto',
  'otro',
] as const

const tipo = v.picklist(TIPOS, `Debe ser uno de: ${TIPOS.join(', ')}.`)
const etiqueta = v.pipe(
  texto(40),
  v.toLowerCase(),
  v.regex(/^[a-z0-9][a-z0-9_-]*$/, 'Admite letras sin tilde, números, _ y -: humedad.'),
  v.description('De qué es un análisis: humedad → analisis_humedad.csv.'),
)
const lote = v.pipe(texto(60), v.description('Código o id del lote del que trata.'))

/** The text fields of POST /contratos/{id}/documento. */
export const CamposDocumentoSchema = v.pipe(
  v.strictObject({ tipo, etiqueta: v.optional(etiqueta), lote: v.optional(lote) }),
  v.forward(
    v.partialCheck(
      [['tipo'], ['etiqueta']],
      (campos) => campos.tipo !== 'analisis' || campos.etiqueta !== undefined,
      'Un análisis lleva etiqueta: humedad, por ejemplo.',
    ),
    ['etiqueta'],
  ),
)
export type CamposDocumento = v.InferOutput<typeof CamposDocumentoSchema>

/** The whole form, as OpenAPI tells it. */
export const FormularioDocumentoSchema = v.strictObject({
  tipo,
  etiqueta: v.optional(etiqueta),
  lote: v.optional(lote),
  archivo: v.pipe(
    v.string(),
    v.description(`${ADMITTED_NAMES}; 50 MiB como máximo. Se mira el contenido.`),
    v.metadata({ format: 'binary' }),
  ),
})

/** GET /contratos/{id}/documentos: filters and page. */
export const FiltroDocumentosSchema = v.strictObject({
  tipo: v.optional(tipo),
  lote: v.optional(lote),
  ...paginacion,
})

const pixeles = (nombre: string) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,5}$/, 'Debe ser un número entero.'),
    v.transform(Number),
    v.minValue(16, 'Debe ser 16 o más.'),
    v.maxValue(1600, 'Debe ser 1600 o menos.'),
    v.description(nombre),
  )

/** GET /contratos/{id}/documentos/{documento}/miniatura. */
export const MiniaturaSchema = v.strictObject({
  ancho: v.optional(pixeles('Píxeles de ancho como máximo, de 16 a 1600.'), '320'),
  alto: v.optional(pixeles('Píxeles de alto como máximo, de 16 a 1600.')),
})

/** A document of a contract. */
export const DocumentoSchema = v.strictObject({
  tipo: v.picklist(TIPOS),
  nombre: v.string(),
  id: IdSchema,
  etiqueta: v.nullable(v.string()),
  lote: v.nullable(v.string()),
  bytes: v.pipe(v.number(), v.integer(), v.minValue(1)),
  mime: v.string(),
  sha256: v.pipe(
    v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))),
    v.description('De los bytes, como los leyó el servidor; null hasta entonces, si lo registró un SDK.'),
  ),
  verificacion: v.pipe(
    v.picklist(['por verificar', 'verificado', 'alterado', 'sin archivo']),
    v.description(
      'Si sus bytes guardados son los de `sha256`: lo registrado por un SDK está por verificar hasta que el servidor los lee.',
    ),
  ),
  duplicado_de: v.pipe(
    v.nullable(IdSchema),
    v.description('Documento de la misma empresa, en este contrato, que ya tenía estos bytes.'),
  ),
  fecha_subida: FechaHoraSchema,
  url_archivo: v.pipe(v.string(), v.description('<bucket>/<objeto>, para Storage.')),
  url: v.pipe(v.string(), v.description('Ruta de descarga en estas funciones.')),
})

export const PaginaDocumentosSchema = v.strictObject({
  documentos: v.array(DocumentoSchema),
  siguiente: v.nullable(v.string()),
})
