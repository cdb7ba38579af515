import * as v from 'valibot'
import { NumeroSchema } from '../../http/answer-schemas.ts'
import { decimal, FechaSchema } from '../../http/schemas.ts'
import { comunes, diferencial, ny } from './comunes.ts'

const tm = decimal({ mayorQue: 0, hasta: 1_000_000, decimales: 4 })

/** POST /calculadora/fijacion. */
export const EntradaFijacionSchema = v.strictObject({
  contrato_tm: v.pipe(tm, v.description('Tonelaje del contrato.')),
  diferencial: v.optional(v.pipe(diferencial, v.description('De las fijaciones que no traen el suyo.')), '0'),
  fijaciones: v.pipe(
    v.array(v.strictObject({ tm, ny, diferencial: v.optional(diferencial), fecha: v.optional(FechaSchema) })),
    v.maxLength(500, 'Admite 500 fijaciones.'),
  ),
  ...comunes,
})
export type EntradaFijacion = v.InferOutput<typeof EntradaFijacionSchema>

export const ResultadoFijacionSchema = v.strictObject({
  precio_promedio: v.pipe(v.nullable(NumeroSchema), v.description('USD por TM; null sin fijaciones.')),
  ny_promedio: v.nullable(NumeroSchema),
  valor_fijado: v.pipe(NumeroSchema, v.description('USD.')),
  tm_fijadas: NumeroSchema,
  tm_abiertas: v.pipe(NumeroSchema, v.description('Posición abierta: lo que falta fijar.')),
  lotes_cobertura: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(0),
    v.description('Contratos CC enteros, de 10 TM, que cubren la posición abierta.'),
  ),
  tm_expuestas: v.pipe(NumeroSchema, v.description('Lo que esos lotes no alcanzan a cubrir.')),
})
export type ResultadoFijacion = v.InferOutput<typeof ResultadoFijacionSchema>
