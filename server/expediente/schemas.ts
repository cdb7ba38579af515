import * as v from 'valibot'
import { FechaHoraSchema, IdSchema } from '../http/answer-schemas.ts'
import { esInstante } from '../http/schemas.ts'

/**
 * A fact of the chain and the beginning of its hash, as an expediente has it printed, and no more of it: answers to longer
 * ones would tell the whole hash, digit by digit, and with it whoever knows the rest of a fact finds its price by trying.
 */
const SELLO = /^[1-9]\d{0,17}-[0-9a-f]{8,16}$/
export const SHA256 = /^[0-9a-f]{64}$/

export const CAMPOS = ['partes', 'calidad', 'volumen', 'entrega', 'lotes', 'documentos'] as const

/** POST /contratos/{id}/testigos. */
export const NuevoTestigoSchema = v.strictObject({
  vence_en: v.nullish(
    v.pipe(
      v.string(),
      v.check(esInstante, 'Debe ser un instante: 2027-01-31T00:00:00Z.'),
      v.description('Hasta cuándo vale; sin él, hasta que alguien lo revoque.'),
    ),
  ),
})

const testigo = {
  id: IdSchema,
  de_expediente: v.pipe(v.boolean(), v.description('Si es la del QR de expediente.pdf.')),
  creado_por: v.nullable(v.pipe(v.string(), v.uuid())),
  empresa_id: v.nullable(IdSchema),
  creado_en: FechaHoraSchema,
  vence_en: v.nullable(FechaHoraSchema),
  revocado_en: v.pipe(v.nullable(FechaHoraSchema), v.description('Desde cuándo no abre nada; nulo si vale.')),
}

/** A token as it is answered once, when it is made. */
export const TestigoNuevoSchema = v.strictObject({
  ...testigo,
  testigo: v.pipe(v.string(), v.description('Se dice esta vez: no se guarda.')),
  url: v.pipe(v.string(), v.url(), v.description('La página pública.')),
  qr: v.pipe(v.string(), v.description('La misma dirección, como QR en SVG.')),
})

const veces = (texto: string) => v.pipe(v.number(), v.integer(), v.minValue(0), v.description(texto))

const CamposSchema = v.array(v.picklist(CAMPOS))
/** What each party lets be published, and what is published. */
export const MuestrasSchema = v.strictObject({
  exportadora: v.pipe(CamposSchema, v.description('Lo que acepta publicar la exportadora.')),
  contraparte: v.pipe(CamposSchema, v.description('Lo que acepta publicar la contraparte.')),
  publica: v.pipe(CamposSchema, v.description('Lo que se publica: lo que aceptan las dos.')),
})

/** GET /contratos/{id}/testigos. */
export const PaginaTestigosSchema = v.strictObject({
  testigos: v.pipe(
    v.array(
      v.strictObject({
        ...testigo,
        vistas: veces('Cuántas veces se abrió su página.'),
        vistas_hoy: veces('De ellas, las de hoy en Guayaquil.'),
      }),
    ),
    v.description('De la más nueva a la más antigua.'),
  ),
  muestra: v.pipe(MuestrasSchema, v.description('Lo que muestran todas.')),
  siguiente: v.nullable(v.string()),
})

/** PUT /contratos/{id}/muestra. */
export const MuestraSchema = v.strictObject({
  campos: v.pipe(
    v.array(v.picklist(CAMPOS, `Debe ser uno de: ${CAMPOS.join(', ')}.`)),
    v.maxLength(CAMPOS.length, `Admite ${CAMPOS.length} campos.`),
    v.description(
      'Lo que su empresa acepta que se publique, además del estado y las fechas; nunca un precio.',
    ),
  ),
})

// A reader of QR may add what it likes to an address: what does not fit is as if it were not there.
const otherwiseNothing = <S extends v.GenericSchema<string>>(schema: S, texto: string) =>
  v.fallback(v.optional(v.pipe(schema, v.description(texto))), undefined)

/** GET /v/{codigo}/{testigo}. */
export const ConsultaPaginaSchema = v.object({
  s: otherwiseNothing(
    v.pipe(v.string(), v.toLowerCase(), v.regex(SELLO)),
    'El sello impreso en el expediente: 17-3c1042314291ed99.',
  ),
  h: otherwiseNothing(
    v.pipe(v.string(), v.trim(), v.toLowerCase(), v.regex(SHA256)),
    'SHA-256 de un archivo, para comprobarlo.',
  ),
  l: otherwiseNothing(v.picklist(['es', 'en']), 'Idioma; si falta, el del navegador.'),
})

/** GET /v/{codigo}/{testigo}/h/{sha256}. */
export const ArchivoProbadoSchema = v.strictObject({
  esta: v.pipe(v.boolean(), v.description('Si ese archivo es de este contrato.')),
  es: v.pipe(
    v.nullable(v.picklist(['documento', 'expediente'])),
    v.description('Qué es, si es de este contrato.'),
  ),
})
