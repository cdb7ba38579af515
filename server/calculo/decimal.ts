import { Decimal } from 'decimal.js'

export type { Decimal }

// Sums and products of the figures that are taken have fewer digits than these: they are exact, and a quotient keeps 40.
// A constructor of our own: the settings of the library are global to each.
const Exacto = Decimal.clone({ precision: 40, rounding: Decimal.ROUND_HALF_UP })

/** The decimal that a text (`'474.79'`) or a JSON number of a parameter says: of a number, the digits that JSON shows. */
export const decimal = (valor: string | number): Decimal => new Exacto(valor)

export const CERO = decimal(0)
export const UNO = decimal(1)
export const CIEN = decimal(100)
const CENTESIMO = decimal('0.01')

/** So much per cent of a value. */
export const porCiento = (valor: Decimal, porcentaje: Decimal): Decimal =>
  valor.times(porcentaje).times(CENTESIMO)

/** Decimals of what is reported; each value is rounded once, here, and goes on exact in what follows. */
const DECIMALES = { peso: 4, porcentaje: 4, dinero: 2 } as const
export type Medida = keyof typeof DECIMALES

// Most values are short already: rounding them would copy them.
const conDecimales = (valor: Decimal, decimales: number) =>
  valor.decimalPlaces() <= decimales ? valor : valor.toDecimalPlaces(decimales)

/**
 * A value as it is reported: weights and percentages with 4 decimals, money with 2, half away from zero, as
 * round(numeric, n) of Postgres.
 */
export const redondear = (valor: Decimal, medida: Medida): Decimal => conDecimales(valor, DECIMALES[medida])

/** A value within a formula: whole, or its first six decimals. */
export const escribir = (valor: Decimal): string => conDecimales(valor, 6).toFixed()

export const sumar = (valores: readonly Decimal[]): Decimal =>
  valores.length === 0 ? CERO : valores.reduce((a, b) => a.plus(b))

export const esNegativo = (valor: Decimal): boolean => valor.isNegative() && !valor.isZero()
export const esPositivo = (valor: Decimal): boolean => valor.isPositive() && !valor.isZero()
