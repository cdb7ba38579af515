import * as v from 'valibot'
import { NumeroSchema } from '../../http/answer-schemas.ts'
import { decimal } from '../../http/schemas.ts'
import { comunes, humedad, humedad_objetivo, peso, unidad } from './comunes.ts'

/** What is weighed and measured when cocoa comes in. */
const campos = v.strictObject({
  bruto: v.pipe(peso, v.description('Peso bruto, en `unidad`.')),
  unidad: v.optional(unidad, 'kg'),
  tara: v.optional(
    v.pipe(
      decimal({ desde: 0, hasta: 10_000_000, decimales: 6 }),
      v.description('Toda la tara, en `unidad`.'),
    ),
  ),
  sacos: v.optional(decimal({ mayorQue: 0, hasta: 1_000_000, decimales: 0 })),
  tara_por_saco: v.optional(
    v.pipe(decimal({ desde: 0, hasta: 1000, decimales: 6 }), v.description('De cada saco, en `unidad`.')),
  ),
  impurezas: v.optional(
    v.pipe(decimal({ desde: 0, menorQue: 100, decimales: 2 }), v.description('Por ciento.')),
    '0',
  ),
  humedad: v.optional(humedad),
  humedad_objetivo: v.optional(humedad_objetivo),
  calificacion: v.optional(
    v.pipe(
      decimal({ desde: 0, hasta: 100, decimales: 2 }),
      v.description('Con la tabla de descuentos de la empresa, en vez de la humedad.'),
    ),
  ),
})
type Campos = v.InferOutput<typeof campos>

const reglas = <T extends Campos>() =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const input = dataset.value
    const { tara, sacos, tara_por_saco, humedad, humedad_objetivo, calificacion } = input
    const blame = (key: keyof Campos, message: string) =>
      addIssue({ message, path: [{ type: 'object', origin: 'value', input, key, value: input[key] }] })
    if ((humedad === undefined) === (calificacion === undefined))
      blame(
        humedad === undefined ? 'humedad' : 'calificacion',
        'Diga la humedad medida o la calificación: una de las dos.',
      )
    if (humedad_objetivo !== undefined && calificacion !== undefined)
      blame('humedad_objetivo', 'La tabla de descuentos no lleva humedad objetivo.')
    if (tara !== undefined && sacos !== undefined)
      blame('tara', 'Diga toda la tara, o los sacos y la tara de cada uno.')
    if ((sacos === undefined) !== (tara_por_saco === undefined))
      blame(sacos === undefined ? 'sacos' : 'tara_por_saco', 'Diga los sacos y la tara de cada uno.')
  })

/** A reception within another calculation. */
export const RecepcionSchema = v.pipe(campos, reglas())
export type Recepcion = v.InferOutput<typeof RecepcionSchema>

/** POST /calculadora/recepcion. */
export const EntradaRecepcionSchema = v.pipe(v.strictObject({ ...campos.entries, ...comunes }), reglas())

export const ResultadoRecepcionSchema = v.strictObject({
  metodo: v.picklist(['humedad', 'calificacion']),
  bruto_kg: NumeroSchema,
  tara_kg: NumeroSchema,
  neto_kg: NumeroSchema,
  impurezas_kg: NumeroSchema,
  limpio_kg: NumeroSchema,
  descuento_kg: v.pipe(NumeroSchema, v.description('Por humedad o por calificación.')),
  pagable_kg: NumeroSchema,
  pagable_qq: NumeroSchema,
  rendimiento_porcentaje: v.pipe(NumeroSchema, v.description('Lo que se paga, del peso bruto.')),
})
export type ResultadoRecepcion = v.InferOutput<typeof ResultadoRecepcionSchema>
