import * as v from 'valibot'
import { FechaHoraSchema, IdSchema, NumeroSchema } from '../http/answer-schemas.ts'
import { decimal, texto } from '../http/schemas.ts'

export const ESTADOS_LOTE = ['En tránsito', 'Recibido', 'Secado', 'Exportado'] as const

const estado = v.picklist(ESTADOS_LOTE, `Debe ser uno de: ${ESTADOS_LOTE.join(', ')}.`)
const peso_qq = v.pipe(
  decimal({ mayorQue: 0, hasta: 1_000_000, decimales: 4 }),
  v.description('Quintales; no menos que el parámetro lote_minimo (1).'),
)
const humedad = v.pipe(decimal({ mayorQue: 0, menorQue: 100, decimales: 2 }), v.description('Por ciento.'))
const codigo_lote = v.pipe(
  v.string(),
  // As macOS writes Peña, n and ~ are two characters.
  v.normalize('NFC'),
  texto(40),
  v.regex(
    /^[\p{L}\p{N}]([\p{L}\p{N} ._/-]*[\p{L}\p{N}])?$/u,
    'Empieza y termina con letra o número; admite también espacios y los signos . _ / -',
  ),
  v.description('Si falta: LT-0001, LT-0002…'),
)
const lote_id = v.pipe(
  texto(40),
  v.description('Id o código LO-… del lote propio del que se prometen kilos: sus operaciones lo mueven.'),
)
const lote_kg = v.pipe(
  decimal({ mayorQue: 0, menorQue: 100_000_000, decimales: 3 }),
  v.description('Cuántos kilos; si faltan, los de `peso_qq`, o todos los que nadie espera.'),
)
export const ORIGENES_COMPARTIDOS = ['nada', 'resumen', 'productores'] as const
const origen_compartido = v.pipe(
  v.picklist(ORIGENES_COMPARTIDOS, `Debe ser uno de: ${ORIGENES_COMPARTIDOS.join(', ')}.`),
  v.description('Lo que el dueño del lote cuenta de su origen a quienes firman.'),
)

/** POST /contratos/{id}/lote. */
export const NuevoLoteSchema = v.pipe(
  v.strictObject({
    codigo_lote: v.nullish(codigo_lote),
    peso_qq: v.optional(peso_qq),
    humedad: v.optional(humedad),
    estado: v.optional(estado),
    lote_id: v.optional(lote_id),
    lote_kg: v.optional(lote_kg),
    origen_compartido: v.optional(origen_compartido),
  }),
  v.forward(
    v.partialCheck(
      [['peso_qq'], ['lote_id']],
      (lote) => (lote.peso_qq ?? lote.lote_id) !== undefined,
      'Es obligatorio.',
    ),
    ['peso_qq'],
  ),
  v.forward(
    v.partialCheck(
      [['humedad'], ['lote_id']],
      (lote) => (lote.humedad ?? lote.lote_id) !== undefined,
      'Es obligatorio.',
    ),
    ['humedad'],
  ),
)

/** PUT /contratos/{id}/lotes/{lote}: only what changes. */
export const EdicionLoteSchema = v.pipe(
  v.strictObject({
    peso_qq: v.optional(peso_qq),
    humedad: v.optional(humedad),
    estado: v.optional(estado),
    origen_compartido: v.optional(origen_compartido),
  }),
  v.check((cambios) => Object.keys(cambios).length > 0, 'No hay nada que cambiar.'),
)

/** A lot of a contract. */
export const LoteSchema = v.strictObject({
  codigo_lote: v.string(),
  peso_qq: NumeroSchema,
  humedad: NumeroSchema,
  id: IdSchema,
  estado: v.picklist(ESTADOS_LOTE),
  peso_inicial_qq: v.pipe(NumeroSchema, v.description('El peso con el que se registró.')),
  humedad_inicial: v.pipe(NumeroSchema, v.description('La humedad con la que se registró.')),
  recibido_en: v.nullable(FechaHoraSchema),
  secado_en: v.nullable(FechaHoraSchema),
  exportado_en: v.nullable(FechaHoraSchema),
  creado_en: FechaHoraSchema,
  actualizado_en: FechaHoraSchema,
  lote_id: v.pipe(v.nullable(v.string()), v.description('El lote del grafo del que promete kilos.')),
  lote_kg: v.pipe(v.nullable(NumeroSchema), v.description('Cuántos kilos se prometieron de él.')),
  origen_compartido: v.picklist(ORIGENES_COMPARTIDOS),
  lote: v.pipe(v.nullable(v.string()), v.description('Su código; null para quien no es su dueño.')),
})
