import Big from 'big.js'

/** An exact decimal. Sums and products keep every digit; a quotient keeps 40 decimals. */
export type Decimal = Big

// A constructor of our own: the settings of big.js are global to each. `strict` lets no binary number in.
const Exacto = Big()
Exacto.DP = 40
Exacto.RM = 1 // half away from zero, as round(numeric, n) of Postgres
Exacto.strict = true

/** The decimal that a text (`'474.79'`) or a JSON number of a parameter says. */
export const decimal = (valor: string | number): Decimal => new Exacto(String(valor))

export const CERO = decimal(0)
export const CIEN = decimal(100)

/** Decimals of what is reported; each value is rounded once, here, and goes on exact in what follows. */
export const DECIMALES = { peso: 4, porcentaje: 4, dinero: 2 } as const
export type Medida = keyof typeof DECIMALES

/** A value as it is reported: weights and percentages with 4 decimals, money with 2, half away from zero. */
export const redondear = (valor: Decimal, medida: Medida): Decimal => valor.round(DECIMALES[medida])

/** A value within a formula: whole, or its first six decimals. */
export const escribir = (valor: Decimal): string => valor.round(6).toFixed()

export const sumar = (valores: readonly Decimal[]): Decimal => valores.reduce((a, b) => a.plus(b), CERO)
