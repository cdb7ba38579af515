import * as v from 'valibot'
import { decimal, FechaSchema, texto } from '../http/schemas.ts'

export const volumen_tm = v.pipe(
  decimal({ mayorQue: 0, hasta: 1_000_000, decimales: 4 }),
  v.description('Toneladas métricas.'),
)
export const MODALIDADES = ['fijo', 'por fijar'] as const
export const CIERRES = ['al exportar los lotes', 'al completar el volumen'] as const

/** The essential terms of a contract, as they are asked for: what neither side changes alone once it is Active. */
export const TERMINOS = {
  volumen_tm: v.optional(volumen_tm),
  precio_fijado_tm: v.nullish(
    v.pipe(
      decimal({ mayorQue: 0, hasta: 1_000_000, decimales: 4 }),
      v.description('Dólares por tonelada métrica.'),
    ),
  ),
  diferencial_tm: v.nullish(
    v.pipe(
      decimal({ desde: -1_000_000, hasta: 1_000_000, decimales: 2 }),
      v.description('Lo acordado sobre Nueva York, con su signo, en dólares por tonelada métrica.'),
    ),
  ),
  modalidad_precio: v.optional(
    v.pipe(
      v.picklist(MODALIDADES, `Debe ser uno de: ${MODALIDADES.join(', ')}.`),
      v.description('Por fijar: el precio es el promedio de las fijaciones, y no se escribe.'),
    ),
  ),
  calidad: v.nullish(v.pipe(texto(40), v.description('Como la nombran las partes: ASE, CCN-51.'))),
  fecha_entrega: v.nullish(FechaSchema),
  tolerancia_pct: v.optional(
    v.pipe(
      decimal({ desde: 0, hasta: 50, decimales: 2 }),
      v.description('Cuánto más o menos del volumen se admite.'),
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
  dias_confirmacion: v.optional(
    v.pipe(
      v.number(),
      v.integer('Debe ser un número entero.'),
      v.minValue(0, 'Debe ser 0 como mínimo.'),
      v.maxValue(60, 'Debe ser 60 como máximo.'),
      v.description('Días que tiene la otra parte para confirmar una fijación; con 0, vale en el acto.'),
    ),
  ),
}
