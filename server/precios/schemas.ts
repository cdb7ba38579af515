import * as v from 'valibot'
import { FechaHoraSchema, IdSchema, NumeroSchema } from '../http/answer-schemas.ts'
import { decimal, enOrden, FechaSchema, FUERA_DE_ORDEN, paginacion, texto } from '../http/schemas.ts'

const NADA = 'No hay nada que cambiar.'
const TOPE = 1_000_000
const AMBITOS = ['global', 'propio'] as const

const nombre = (maximo: number) =>
  v.pipe(texto(maximo), v.regex(/^\P{Cc}+$/u, 'Tiene caracteres que no se admiten.'))
const calidad = v.pipe(nombre(40), v.description('ASSS, ASE, CCN-51…'))
const mercado = v.pipe(
  v.string(),
  v.trim(),
  v.regex(/^[A-Z][A-Z0-9_.-]{0,19}$/, 'Admite 20 mayúsculas, dígitos y . _ -; empieza por letra.'),
  v.description('NY es el cacao de ICE Nueva York (CC).'),
)
const precio_tm = v.pipe(
  decimal({ mayorQue: 0, hasta: TOPE, decimales: 4 }),
  v.description('Precio del mercado, USD por tonelada métrica.'),
)
const diferencial = v.pipe(
  decimal({ desde: -TOPE, hasta: TOPE, decimales: 4 }),
  v.description('Con signo, USD por tonelada métrica: FOB = precio_tm + diferencial.'),
)
const fuente = v.pipe(nombre(200), v.description('De dónde salió; manual, si falta.'))

/** Ten-thousandths of a decimal text, which both numbers hold exactly. */
const enteros = (texto: string) => Math.round(Number(texto) * 10_000)

/** POST /precios-fob; also a line of the CSV. */
export const NuevoPrecioSchema = v.pipe(
  v.strictObject({
    fecha: FechaSchema,
    calidad,
    mercado: v.optional(mercado, 'NY'),
    precio_tm,
    diferencial: v.optional(diferencial, '0'),
    fuente: v.optional(fuente, 'manual'),
  }),
  v.forward(
    v.partialCheck(
      [['precio_tm'], ['diferencial']],
      ({ precio_tm, diferencial }) => enteros(precio_tm) + enteros(diferencial) > 0,
      'El precio con su diferencial debe ser mayor que 0.',
    ),
    ['diferencial'],
  ),
)
export type NuevoPrecio = v.InferOutput<typeof NuevoPrecioSchema>

/** PUT /precios-fob/{precio}: only what changes. */
export const EdicionPrecioSchema = v.pipe(
  v.strictObject({
    precio_tm: v.optional(precio_tm),
    diferencial: v.optional(diferencial),
    fuente: v.optional(fuente),
  }),
  v.check((cambios) => Object.keys(cambios).length > 0, NADA),
)

/** GET /precios-fob: filters and page. */
export const FiltroPreciosSchema = v.pipe(
  v.strictObject({
    calidad: v.optional(calidad),
    mercado: v.optional(mercado),
    ambito: v.optional(
      v.pipe(
        v.picklist(AMBITOS, 'Debe ser global o propio.'),
        v.description('global, los de todas; propio, los de la empresa.'),
      ),
    ),
    fecha: v.optional(v.pipe(FechaSchema, v.description('El precio que rige ese día: el último hasta él.'))),
    desde: v.optional(v.pipe(FechaSchema, v.description('Con desde o hasta, la serie.'))),
    hasta: v.optional(v.pipe(FechaSchema, v.description('Incluido.'))),
    ...paginacion,
  }),
  v.forward(
    v.check(
      ({ fecha, desde, hasta }) => fecha === undefined || (desde === undefined && hasta === undefined),
      'Pida una fecha o una serie, no ambas.',
    ),
    ['fecha'],
  ),
  v.forward(
    v.check((filtro) => enOrden(filtro), FUERA_DE_ORDEN),
    ['hasta'],
  ),
)

/** The price of a quality in a market from a day on. */
export const PrecioSchema = v.strictObject({
  id: IdSchema,
  fecha: v.pipe(v.string(), v.isoDate()),
  calidad: v.string(),
  mercado: v.string(),
  precio_tm: v.pipe(NumeroSchema, v.description('Precio del mercado, USD/TM.')),
  diferencial: v.pipe(NumeroSchema, v.description('Con signo, USD/TM.')),
  fob_tm: v.pipe(NumeroSchema, v.description('precio_tm + diferencial.')),
  fuente: v.string(),
  ambito: v.picklist(AMBITOS),
  creado_en: FechaHoraSchema,
  actualizado_en: FechaHoraSchema,
})

export const PaginaPreciosSchema = v.strictObject({
  precios: v.array(PrecioSchema),
  siguiente: v.nullable(v.string()),
})

/** POST /precios-fob/importar: how. */
export const ImportacionSchema = v.strictObject({
  simular: v.optional(
    v.pipe(
      v.picklist(['true', 'false'], 'Debe ser true o false.'),
      v.transform((valor) => valor === 'true'),
      v.description('true no cambia nada.'),
    ),
    'false',
  ),
})

const cuantas = v.pipe(v.number(), v.integer(), v.minValue(0))

/** What became of each line of a CSV. */
export const InformeSchema = v.strictObject({
  simulado: v.boolean(),
  totales: v.strictObject({
    lineas: cuantas,
    creado: cuantas,
    actualizado: cuantas,
    sin_cambio: cuantas,
    rechazado: cuantas,
  }),
  lineas: v.array(
    v.strictObject({
      linea: v.pipe(IdSchema, v.description('Del archivo; el encabezado es la 1.')),
      estado: v.picklist(['creado', 'actualizado', 'sin_cambio', 'rechazado']),
      errores: v.array(v.strictObject({ campo: v.string(), mensaje: v.string() })),
    }),
  ),
})

/** A price that jumped, and waits for an administrator. */
export const PrecioPendienteSchema = v.strictObject({
  id: IdSchema,
  fecha: v.pipe(v.string(), v.isoDate()),
  calidad: v.string(),
  mercado: v.string(),
  precio_tm: NumeroSchema,
  diferencial: NumeroSchema,
  fuente: v.string(),
  anterior_tm: NumeroSchema,
  anterior_fecha: v.pipe(v.string(), v.isoDate()),
  salto: v.pipe(NumeroSchema, v.description('Por ciento respecto del anterior.')),
  estado: v.picklist(['pendiente', 'confirmado', 'rechazado']),
  creado_en: FechaHoraSchema,
  resuelto_en: v.nullable(FechaHoraSchema),
})

export const PaginaPendientesSchema = v.strictObject({
  pendientes: v.array(PrecioPendienteSchema),
  siguiente: v.nullable(v.string()),
})
