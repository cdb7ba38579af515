import * as v from 'valibot'
import { NumeroSchema } from '../../http/answer-schemas.ts'
import { decimal, texto } from '../../http/schemas.ts'
import { comunes, dolares, exactamenteUno, porcentaje, variantes } from './comunes.ts'
import { RecepcionSchema, ResultadoRecepcionSchema } from './recepcion.ts'

const concepto = texto(100)
/** As a ticket says them. */
const quintales = decimal({ mayorQue: 0, hasta: 10_000_000, decimales: 4 })
const monto = { usd: v.optional(dolares), usd_qq: v.optional(dolares), porcentaje: v.optional(porcentaje) }
const AjusteSchema = v.pipe(
  v.strictObject({ concepto, ...monto }),
  exactamenteUno(['usd', 'usd_qq', 'porcentaje'], 'Diga uno: usd, usd_qq (por quintal) o porcentaje.'),
)
export type Ajuste = v.InferOutput<typeof AjusteSchema>
const ajustes = v.optional(v.pipe(v.array(AjusteSchema), v.maxLength(20, 'Admite 20.')), [])

/** POST /calculadora/liquidacion. */
export const EntradaLiquidacionSchema = v.pipe(
  v.strictObject({
    qq: v.optional(v.pipe(quintales, v.description('Quintales por pagar, si la recepción ya se calculó.'))),
    recepcion: v.optional(RecepcionSchema),
    precio_qq: v.pipe(dolares, v.description('USD por quintal.')),
    primas: ajustes,
    descuentos: ajustes,
    anticipos: v.optional(
      v.pipe(v.array(v.strictObject({ concepto, usd: dolares })), v.maxLength(20, 'Admite 20.')),
      [],
    ),
    retenciones: variantes('Las de la fecha: renta_productor, agrocalidad…'),
    ...comunes,
  }),
  exactamenteUno(['qq', 'recepcion'], 'Diga los quintales por pagar o la recepción: uno de los dos.'),
)
export type EntradaLiquidacion = v.InferOutput<typeof EntradaLiquidacionSchema>

const LineaSchema = v.strictObject({ concepto: v.string(), usd: NumeroSchema })

export const ResultadoLiquidacionSchema = v.strictObject({
  recepcion: v.nullable(ResultadoRecepcionSchema),
  qq: NumeroSchema,
  precio_qq: NumeroSchema,
  valor: v.pipe(NumeroSchema, v.description('Quintales por precio.')),
  primas: v.array(LineaSchema),
  descuentos: v.array(LineaSchema),
  subtotal: v.pipe(NumeroSchema, v.description('Base de las retenciones.')),
  retenciones: v.array(LineaSchema),
  anticipos: v.array(LineaSchema),
  redondeo: v.pipe(
    NumeroSchema,
    v.description('Los centavos en que la suma de las líneas, ya redondeadas, se aparta del neto.'),
  ),
  neto_a_pagar: NumeroSchema,
  saldo_por_cobrar: v.pipe(
    NumeroSchema,
    v.description('Lo que los anticipos pasan de lo que hay que pagar.'),
  ),
})
export type ResultadoLiquidacion = v.InferOutput<typeof ResultadoLiquidacionSchema>
