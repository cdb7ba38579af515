import type { Cuenta } from './cuenta.ts'
import { type Decimal, decimal, UNO } from './decimal.ts'

export const UNIDADES = ['kg', 'lb', 'qq', 'tm', 'saco'] as const
export type Unidad = (typeof UNIDADES)[number]

/** Kilograms of an avoirdupois pound, exact since 1959; 100 of them are 45.359237 kg. */
const KG_LIBRA = decimal('0.45359237')
/** Kilograms of a metric ton. The New York exchange quotes cocoa by it: never by short or long tons. */
export const KG_TM = decimal(1000)
/** Metric tons of a contract of the New York exchange (CC). */
export const TM_LOTE = decimal(10)

/** Kilograms of one unit; quintal and sack are those of the company. */
export function kilosDe(unidad: Unidad, cuenta: Cuenta, campo: string): Decimal {
  switch (unidad) {
    case 'kg':
      return UNO
    case 'lb':
      return KG_LIBRA
    case 'tm':
      return KG_TM
    case 'qq':
      return decimal(cuenta.parametro('quintal', campo).kg)
    case 'saco':
      return decimal(cuenta.parametro('saco', campo).kg)
  }
}
