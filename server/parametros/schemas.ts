import * as v from 'valibot'
import { FechaHoraSchema, IdSchema } from '../http/answer-schemas.ts'
import { decimal, FechaSchema, paginacion, SiNoSchema, texto } from '../http/schemas.ts'

const TIPOS = [
  'quintal',
  'saco',
  'humedad_objetivo',
  'rendimiento',
  'descuento_calificacion',
  'costo_qq',
  'retencion',
  'norma_calidad',
  'lote_minimo',
] as const

/** A figure within a value: 15 digits at most, which a JSON number holds exactly. */
const cifra = (rango: Parameters<typeof decimal>[0]) => v.pipe(decimal(rango), v.transform(Number))
const porcentaje = (decimales: number) => cifra({ desde: 0, menorQue: 100, decimales })
const limite = v.optional(cifra({ desde: 0, hasta: 100, decimales: 2 }))
const gramos = cifra({ desde: 1, hasta: 1000, decimales: 2 })
const kg = v.strictObject({ kg: cifra({ desde: 0.001, hasta: 1000, decimales: 6 }) })

const tramo = v.strictObject({
  calificacion: cifra({ desde: 0, hasta: 100, decimales: 2 }),
  descuento: v.pipe(porcentaje(4), v.description('Por ciento del peso.')),
})
const tramos = v.pipe(
  v.array(tramo),
  v.minLength(1, 'Diga al menos un tramo.'),
  v.maxLength(200, 'Admite 200 tramos.'),
  v.check(([primero]) => primero?.calificacion === 0, 'El primer tramo es el de calificación 0.'),
  v.check(
    (filas) =>
      filas.every(
        ({ calificacion, descuento }, i) =>
          i === 0 || (calificacion > filas[i - 1]!.calificacion && descuento >= filas[i - 1]!.descuento),
      ),
    'Las calificaciones crecen y los descuentos no bajan.',
  ),
)

const grado = v.strictObject({
  grado: texto(20),
  gramos_100: v.optional(
    v.pipe(
      v.tuple([gramos, gramos], 'Debe ser [mínimo, máximo].'),
      v.check(([minimo, maximo]) => minimo <= maximo, 'El mínimo no pasa del máximo.'),
      v.description('Gramos de 100 granos, mínimo y máximo.'),
    ),
  ),
  bien_fermentado_min: limite,
  ligeramente_fermentado_min: limite,
  fermentado_min: limite,
  violeta_max: limite,
  pizarroso_max: limite,
  moho_max: limite,
  defectos_max: limite,
  humedad_max: limite,
})
const grados = v.pipe(
  v.array(grado),
  v.minLength(1, 'Diga al menos un grado.'),
  v.maxLength(20, 'Admite 20 grados.'),
  v.check((filas) => new Set(filas.map(({ grado }) => grado)).size === filas.length, 'Un grado se repite.'),
  v.description('Del mejor al peor; falta el límite que la edición no fija.'),
)

/** The value of each kind. */
const VALORES = {
  quintal: kg,
  saco: kg,
  humedad_objetivo: v.strictObject({ porcentaje: porcentaje(2) }),
  rendimiento: v.strictObject({ factor: cifra({ desde: 0.0001, hasta: 1, decimales: 6 }) }),
  descuento_calificacion: v.strictObject({ tramos }),
  costo_qq: v.strictObject({ usd: cifra({ desde: 0, hasta: 10_000, decimales: 4 }) }),
  retencion: v.strictObject({ porcentaje: porcentaje(4) }),
  norma_calidad: v.strictObject({ edicion: texto(40), grados }),
  lote_minimo: v.strictObject({ qq: cifra({ desde: 0.0001, hasta: 1000, decimales: 4 }) }),
} as const satisfies Record<(typeof TIPOS)[number], v.GenericSchema>

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
