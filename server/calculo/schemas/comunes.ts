import * as v from 'valibot'
import { decimal, FechaSchema } from '../../http/schemas.ts'
import { UNIDADES } from '../unidades.ts'

/** What every calculator takes besides its own figures. */
export const comunes = {
  fecha: v.optional(
    v.pipe(FechaSchema, v.description('Con los parámetros de este día; hoy en Guayaquil, si falta.')),
  ),
  guardar: v.optional(v.pipe(v.boolean(), v.description('Con sesión, si queda en el historial.')), true),
}

export const unidad = v.picklist(UNIDADES, `Debe ser uno de: ${UNIDADES.join(', ')}.`)
export const peso = decimal({ mayorQue: 0, hasta: 10_000_000, decimales: 6 })
/** Moisture of cocoa as it came: neither bone dry nor water. */
export const humedad = v.pipe(
  decimal({ mayorQue: 0, menorQue: 100, decimales: 2 }),
  v.description('Por ciento, medida.'),
)
export const humedad_objetivo = v.pipe(
  decimal({ desde: 0, menorQue: 100, decimales: 2 }),
  v.description('Por ciento; la de la empresa, si falta.'),
)
export const porcentaje = decimal({ desde: 0, hasta: 100, decimales: 4 })
export const dolares = decimal({ desde: 0, hasta: 1_000_000, decimales: 4 })
export const diferencial = v.pipe(
  decimal({ desde: -1_000_000, hasta: 1_000_000, decimales: 4 }),
  v.description('USD por TM, con su signo: −700 es un descuento sobre la bolsa.'),
)
export const ny = v.pipe(
  decimal({ mayorQue: 0, hasta: 1_000_000, decimales: 4 }),
  v.description('Bolsa de Nueva York, USD por TM.'),
)

/** Variants of public.parametros: `agrocalidad`, `inen_176`. */
export const variante = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9_]{0,39}$/, 'Debe ser el nombre de un parámetro.'),
)
export const variantes = (descripcion: string) =>
  v.optional(
    v.pipe(
      v.array(variante),
      v.maxLength(10, 'Admite 10.'),
      v.check((nombres) => new Set(nombres).size === nombres.length, 'Alguna está repetida.'),
      v.description(descripcion),
    ),
    [],
  )

/** Of these fields, exactly one; the one too many is blamed, or the first when none came. */
export const exactamenteUno = <T extends object>(campos: (keyof T & string)[], mensaje: string) =>
  v.rawCheck<T>(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const input = dataset.value as Record<string, unknown>
    const dados = campos.filter((campo) => input[campo] !== undefined)
    const key = dados[1] ?? campos[0]!
    if (dados.length !== 1)
      addIssue({
        message: mensaje,
        path: [{ type: 'object', origin: 'value', input, key, value: input[key] }],
      })
  })
