import { calculadora } from './cuenta.ts'
import { type Decimal, decimal, escribir, UNO } from './decimal.ts'
import type { EntradaConversion, ResultadoConversion } from './schemas/conversion.ts'
import { kilosDe, UNIDADES } from './unidades.ts'

/** An amount of one unit in another, exact but for the last of 40 digits: kg of one over kg of the other. */
export const convertir = (cantidad: Decimal, kgDe: Decimal, kgA: Decimal): Decimal =>
  cantidad.times(kgDe).div(kgA)

/** Kilograms, pounds, quintals, metric tons and sacks of one weight. 1 TM = 22.0462 qq of 100 lb. */
export const conversion = calculadora<EntradaConversion, ResultadoConversion>(
  'cantidad',
  ({ cantidad, de }, cuenta) => {
    const kgDe = kilosDe(de, cuenta, 'de')
    const en = Object.fromEntries(
      UNIDADES.map((a) => {
        const kgA = kilosDe(a, cuenta, 'de')
        const formula = `${cantidad} ${de} × ${kgDe.toFixed()} kg ÷ ${kgA.toFixed()} kg`
        return [a, cuenta.anotar(`En ${a}`, formula, convertir(decimal(cantidad), kgDe, kgA), a)]
      }),
    ) as Record<(typeof UNIDADES)[number], number>
    const porTm = convertir(UNO, kilosDe('tm', cuenta, 'de'), kilosDe('qq', cuenta, 'de'))
    return { ...en, qq_por_tm: Number(escribir(porTm)) }
  },
)
