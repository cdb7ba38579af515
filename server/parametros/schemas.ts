import * as v from 'valibot'
import { FechaHoraSchema, IdSchema } from '../http/answer-schemas.ts'
import { FechaSchema, paginacion, SiNoSchema } from '../http/schemas.ts'
import { TIPOS, VALORES } from './valores.ts'

const nombrada = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9_]{0,39}$/, 'Admite 40 letras minúsculas sin tilde, dígitos y _; empieza por letra.'),
)
const sinVariante = v.optional(v.literal('', 'Este tipo no tiene variantes.'), '')
const VARIANTES = {
  rendimiento: v.picklist(['baba', 'escurrido', 'semiseco'], 'Debe ser baba, escurrido o semiseco.'),
  retencion: nombrada,
  norma_calidad: nombrada,
} as const

const desde = v.pipe(FechaSchema, v.description('Primer día en que rige.'))
const hasta = v.pipe(FechaSchema, v.description('Primer día en que ya no rige.'))
const fechas = { desde, hasta: v.nullish(hasta) }

/** POST /parametros. */
export const NuevoParametroSchema = v.variant(
  'tipo',
  [
    v.strictObject({ tipo: v.literal('quintal'), variante: sinVariante, valor: VALORES.quintal, ...fechas }),
    v.strictObject({ tipo: v.literal('saco'), variante: sinVariante, valor: VALORES.saco, ...fechas }),
    v.strictObject({
      tipo: v.literal('humedad_objetivo'),
      variante: sinVariante,
      valor: VALORES.humedad_objetivo,
      ...fechas,
    }),
    v.strictObject({
      tipo: v.literal('rendimiento'),
      variante: VARIANTES.rendimiento,
      valor: VALORES.rendimiento,
      ...fechas,
    }),
    v.strictObject({
      tipo: v.literal('descuento_calificacion'),
      variante: sinVariante,
      valor: VALORES.descuento_calificacion,
      ...fechas,
    }),
    v.strictObject({
      tipo: v.literal('costo_qq'),
      variante: sinVariante,
      valor: VALORES.costo_qq,
      ...fechas,
    }),
    v.strictObject({
      tipo: v.literal('retencion'),
      variante: VARIANTES.retencion,
      valor: VALORES.retencion,
      ...fechas,
    }),
    v.strictObject({
      tipo: v.literal('norma_calidad'),
      variante: VARIANTES.norma_calidad,
      valor: VALORES.norma_calidad,
      ...fechas,
    }),
    v.strictObject({
      tipo: v.literal('lote_minimo'),
      variante: sinVariante,
      valor: VALORES.lote_minimo,
      ...fechas,
    }),
    v.strictObject({
      tipo: v.literal('limite_secado'),
      variante: sinVariante,
      valor: VALORES.limite_secado,
      ...fechas,
    }),
    v.strictObject({
      tipo: v.literal('limite_fermentado'),
      variante: sinVariante,
      valor: VALORES.limite_fermentado,
      ...fechas,
    }),
    v.strictObject({
      tipo: v.literal('rendimiento_hectarea'),
      variante: sinVariante,
      valor: VALORES.rendimiento_hectarea,
      ...fechas,
    }),
  ],
  `Debe ser uno de: ${TIPOS.join(', ')}.`,
)

/** PUT /parametros/{parametro}: only what changes; the table knows its kind. */
export const EdicionParametroSchema = v.pipe(
  v.strictObject({
    valor: v.optional(
      v.union(Object.values(VALORES), 'No tiene la forma de ningún tipo, o pasa de sus límites.'),
    ),
    desde: v.optional(desde),
    hasta: v.nullish(hasta),
  }),
  v.check((cambios) => Object.keys(cambios).length > 0, 'No hay nada que cambiar.'),
)

/** GET /parametros: filters and page. */
export const FiltroParametrosSchema = v.strictObject({
  tipo: v.optional(v.picklist(TIPOS, `Debe ser uno de: ${TIPOS.join(', ')}.`)),
  fecha: v.optional(v.pipe(FechaSchema, v.description('Solo los que rigen ese día para la empresa.'))),
  propios: v.optional(v.pipe(SiNoSchema, v.description('true, los de la empresa; false, los de todas.'))),
  ...paginacion,
})

/** A parameter, with the days it holds. */
export const ParametroSchema = v.strictObject({
  id: IdSchema,
  tipo: v.picklist(TIPOS),
  variante: v.string(),
  valor: v.union(Object.values(VALORES)),
  desde: v.pipe(v.string(), v.isoDate()),
  hasta: v.nullable(v.pipe(v.string(), v.isoDate(), v.description('Primer día en que ya no rige.'))),
  propio: v.pipe(v.boolean(), v.description('De la empresa; si no, de todas.')),
  creado_en: FechaHoraSchema,
})

export const PaginaParametrosSchema = v.strictObject({
  parametros: v.array(ParametroSchema),
  siguiente: v.nullable(v.string()),
})
