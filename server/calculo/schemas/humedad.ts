import * as v from 'valibot'
import { NumeroSchema } from '../../http/answer-schemas.ts'
import { comunes, exactamenteUno, humedad, humedad_objetivo, peso, unidad } from './comunes.ts'

export const RENDIMIENTOS = ['baba', 'escurrido', 'semiseco'] as const
/** The condition that a moisture is called by; null between them. */
export const CONDICIONES = ['seco', 'semiseco', 'baba'] as const

/** POST /calculadora/humedad. */
export const EntradaHumedadSchema = v.pipe(
  v.strictObject({
    peso,
    unidad: v.optional(unidad, 'qq'),
    humedad: v.optional(humedad),
    humedad_objetivo: v.optional(humedad_objetivo),
    condicion: v.optional(
      v.pipe(
        v.picklist(RENDIMIENTOS, `Debe ser uno de: ${RENDIMIENTOS.join(', ')}.`),
        v.description('Cuando nadie midió: se usa el rendimiento de la empresa.'),
      ),
    ),
    ...comunes,
  }),
  exactamenteUno(['humedad', 'condicion'], 'Diga la humedad medida o la condición: una de las dos.'),
  v.forward(
    v.partialCheck(
      [['humedad_objetivo'], ['condicion']],
      (entrada) => entrada.condicion === undefined || entrada.humedad_objetivo === undefined,
      'El rendimiento de una condición ya es a la humedad objetivo de la empresa.',
    ),
    ['humedad_objetivo'],
  ),
)
export type EntradaHumedad = v.InferOutput<typeof EntradaHumedadSchema>

export const ResultadoHumedadSchema = v.strictObject({
  metodo: v.picklist(['formula', 'factor']),
  condicion: v.nullable(v.picklist([...CONDICIONES, 'escurrido'])),
  humedad_objetivo: v.nullable(NumeroSchema),
  peso_kg: NumeroSchema,
  peso_qq: NumeroSchema,
  objetivo_kg: NumeroSchema,
  objetivo_qq: NumeroSchema,
  perdida_kg: v.pipe(NumeroSchema, v.description('Negativa, si llegó más seco que el objetivo.')),
  perdida_qq: NumeroSchema,
  perdida_porcentaje: NumeroSchema,
  rendimiento_porcentaje: NumeroSchema,
})
export type ResultadoHumedad = v.InferOutput<typeof ResultadoHumedadSchema>
