import * as v from 'valibot'
import { NumeroSchema } from '../../http/answer-schemas.ts'
import { decimal } from '../../http/schemas.ts'
import { comunes, unidad } from './comunes.ts'

/** POST /calculadora/conversion. */
export const EntradaConversionSchema = v.strictObject({
  cantidad: decimal({ mayorQue: 0, hasta: 1_000_000_000, decimales: 6 }),
  de: unidad,
  ...comunes,
})
export type EntradaConversion = v.InferOutput<typeof EntradaConversionSchema>

export const ResultadoConversionSchema = v.strictObject({
  kg: NumeroSchema,
  lb: NumeroSchema,
  qq: v.pipe(NumeroSchema, v.description('Del quintal de la empresa.')),
  tm: NumeroSchema,
  saco: NumeroSchema,
  qq_por_tm: v.pipe(NumeroSchema, v.description('22.046226 con el quintal de 100 libras.')),
})
export type ResultadoConversion = v.InferOutput<typeof ResultadoConversionSchema>
