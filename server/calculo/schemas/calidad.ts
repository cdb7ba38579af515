import * as v from 'valibot'
import { NumeroSchema } from '../../http/answer-schemas.ts'
import { decimal } from '../../http/schemas.ts'
import { comunes, porcentaje, variante } from './comunes.ts'

/** What the cut test tells apart; a bean is one of them or something else. */
export const GRANOS = ['bien_fermentado', 'ligeramente_fermentado', 'violeta', 'pizarroso', 'moho'] as const
export const VARIEDADES = ['nacional', 'CCN-51'] as const

const cuenta = (que: string) =>
  v.pipe(
    decimal({ desde: 0, hasta: 300, decimales: 2 }),
    v.description(`${que}: granos, o % sin \`granos\`.`),
  )

/** POST /calculadora/calidad. */
export const EntradaCalidadSchema = v.pipe(
  v.strictObject({
    granos: v.optional(
      v.pipe(
        v.picklist([100, 300], 'La prueba de corte es de 100 o de 300 granos.'),
        v.description('Cuántos se cortaron; si falta, los demás son porcentajes.'),
      ),
    ),
    bien_fermentado: cuenta('Bien fermentados'),
    ligeramente_fermentado: cuenta('Ligeramente fermentados'),
    violeta: cuenta('Violetas'),
    pizarroso: cuenta('Pizarrosos'),
    moho: cuenta('Con moho'),
    gramos_100: v.optional(
      v.pipe(decimal({ mayorQue: 0, hasta: 1000, decimales: 2 }), v.description('Peso de 100 granos.')),
    ),
    defectos: v.optional(v.pipe(porcentaje, v.description('Por ciento en 500 g.'))),
    humedad: v.optional(porcentaje),
    variedad: v.optional(v.picklist(VARIEDADES, `Debe ser ${VARIEDADES.join(' o ')}.`), 'nacional'),
    norma: v.optional(v.pipe(variante, v.description('inen_176, inen_176_2021…')), 'inen_176'),
    ...comunes,
  }),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return
    const { granos, ...entrada } = dataset.value
    const blame = (key: string, message: string) =>
      addIssue({
        message,
        path: [{ type: 'object', origin: 'value', input: dataset.value, key, value: undefined }],
      })
    for (const grano of GRANOS)
      if (granos !== undefined && entrada[grano].includes('.')) blame(grano, 'Los granos se cuentan enteros.')
    // In hundredths: counts and percentages have two decimals.
    const suma = GRANOS.reduce((total, grano) => total + Math.round(Number(entrada[grano]) * 100), 0)
    if (suma > (granos ?? 100) * 100)
      blame(granos === undefined ? 'bien_fermentado' : 'granos', `La suma pasa de ${granos ?? '100 %'}.`)
  }),
)
export type EntradaCalidad = v.InferOutput<typeof EntradaCalidadSchema>

const IncumplidoSchema = v.strictObject({
  limite: v.pipe(v.string(), v.description('bien_fermentado, violeta, gramos_100…')),
  valor: NumeroSchema,
  minimo: v.optional(NumeroSchema),
  maximo: v.optional(NumeroSchema),
})

export const ResultadoCalidadSchema = v.strictObject({
  norma: v.string(),
  edicion: v.string(),
  grado: v.pipe(v.nullable(v.string()), v.description('El mejor que cumple; null, si ninguno.')),
  porcentajes: v.strictObject({
    bien_fermentado: NumeroSchema,
    ligeramente_fermentado: NumeroSchema,
    fermentado: NumeroSchema,
    violeta: NumeroSchema,
    pizarroso: NumeroSchema,
    moho: NumeroSchema,
  }),
  grados: v.pipe(
    v.array(v.strictObject({ grado: v.string(), cumple: v.boolean(), incumple: v.array(IncumplidoSchema) })),
    v.description('Cada grado, del mejor al peor, y los límites que incumple.'),
  ),
  sin_medir: v.pipe(v.array(v.string()), v.description('Límites que la norma pone y nadie midió.')),
})
export type ResultadoCalidad = v.InferOutput<typeof ResultadoCalidadSchema>
