// What a parameter of each kind may hold, as public.parametros asks it.
import * as v from 'valibot'
import { decimal, texto } from '../http/schemas.ts'

/** The kinds of parameters. */
export const TIPOS = [
  'quintal',
  'saco',
  'humedad_objetivo',
  'rendimiento',
  'descuento_calificacion',
  'costo_qq',
  'retencion',
  'norma_calidad',
  'lote_minimo',
  'limite_secado',
  'limite_fermentado',
  'rendimiento_hectarea',
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

const aviso = v.pipe(
  cifra({ desde: 0, hasta: 100, decimales: 2 }),
  v.description('Por ciento del que se avisa.'),
)
const alerta = v.pipe(
  cifra({ desde: 0, hasta: 100, decimales: 2 }),
  v.description('Por ciento que pide motivo.'),
)
const ganancia = v.pipe(
  cifra({ desde: 0, hasta: 100, decimales: 2 }),
  v.description('Por ciento de más que pide motivo.'),
)
const enOrden = <Limites extends { aviso: number; alerta: number }>() =>
  v.check<Limites, string>((limites) => limites.aviso <= limites.alerta, 'El aviso no pasa de la alerta.')

/** The value of each kind. */
export const VALORES = {
  quintal: kg,
  saco: kg,
  humedad_objetivo: v.strictObject({ porcentaje: porcentaje(2) }),
  rendimiento: v.strictObject({ factor: cifra({ desde: 0.0001, hasta: 1, decimales: 6 }) }),
  descuento_calificacion: v.strictObject({ tramos }),
  costo_qq: v.strictObject({ usd: cifra({ desde: 0, hasta: 10_000, decimales: 4 }) }),
  retencion: v.strictObject({ porcentaje: porcentaje(4) }),
  norma_calidad: v.strictObject({ edicion: texto(40), grados }),
  lote_minimo: v.strictObject({ qq: cifra({ desde: 0.0001, hasta: 1000, decimales: 4 }) }),
  limite_secado: v.pipe(v.strictObject({ aviso, alerta, ganancia }), enOrden()),
  limite_fermentado: v.pipe(v.strictObject({ aviso, alerta }), enOrden()),
  rendimiento_hectarea: v.strictObject({ kg: cifra({ desde: 1, hasta: 100_000, decimales: 3 }) }),
} as const satisfies Record<(typeof TIPOS)[number], v.GenericSchema>
