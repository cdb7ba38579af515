import type { Cuenta } from './cuenta.ts'
import { CIEN, type Decimal, decimal, sumar } from './decimal.ts'
import { EntradaInvalida } from './entrada-invalida.ts'

export interface Retencion {
  variante: string
  porcentaje: Decimal
}

/** The levies and withholdings of the date that an input names. @param campo where it names them. */
export function retencionesDe(variantes: readonly string[], cuenta: Cuenta, campo: string): Retencion[] {
  const retenciones = variantes.map((variante, i) => ({
    variante,
    porcentaje: decimal(cuenta.parametro('retencion', `${campo}.${i}`, variante).porcentaje),
  }))
  if (sumar(retenciones.map(({ porcentaje }) => porcentaje)).gte(CIEN))
    throw new EntradaInvalida(campo, 'Juntas deben ser menos del 100 %.')
  return retenciones
}
