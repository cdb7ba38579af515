import * as v from 'valibot'
import { NumeroSchema } from '../../http/answer-schemas.ts'
import { comunes, diferencial, dolares, exactamenteUno, ny, variantes } from './comunes.ts'

/** POST /calculadora/fob. */
export const EntradaFobSchema = v.pipe(
  v.strictObject({
    ny: v.optional(ny),
    fob: v.optional(v.pipe(ny, v.description('Precio FOB, USD por TM.'))),
    finca: v.optional(v.pipe(dolares, v.description('Precio en finca, USD por quintal.'))),
    diferencial: v.optional(diferencial, '0'),
    costo_qq: v.optional(
      v.pipe(dolares, v.description('De la finca al FOB, USD por quintal; el de la empresa, si falta.')),
    ),
    gravamenes: variantes('Retenciones sobre el valor FOB: agrocalidad…'),
    ...comunes,
  }),
  exactamenteUno(['ny', 'fob', 'finca'], 'Diga uno: el precio de bolsa, el FOB o el de finca.'),
)
export type EntradaFob = v.InferOutput<typeof EntradaFobSchema>

export const ResultadoFobSchema = v.strictObject({
  ny: v.pipe(NumeroSchema, v.description('USD por TM.')),
  diferencial: NumeroSchema,
  fob_tm: v.pipe(NumeroSchema, v.description('USD por TM.')),
  fob_qq: v.pipe(NumeroSchema, v.description('USD por quintal.')),
  gravamenes_qq: NumeroSchema,
  costo_qq: NumeroSchema,
  finca_qq: v.pipe(NumeroSchema, v.description('USD por quintal.')),
})
export type ResultadoFob = v.InferOutput<typeof ResultadoFobSchema>
