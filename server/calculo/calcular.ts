import { isDeepStrictEqual } from 'node:util'
import * as v from 'valibot'
import { fieldProblem } from '../http/problem.ts'
import { type Calculadora, calculadoraDe } from './calculadoras.ts'
import type { Calculo } from './cuenta.ts'
import { EntradaInvalida } from './entrada-invalida.ts'
import type { Parametro } from './parametros.ts'

/**
 * Calculates for a request.
 * @param entrada checked by the calculator's schema.
 * @throws Problem 422 with the field, for what cannot be or needs a parameter that nobody defined.
 */
export function calcular(
  { calcular: hacer }: Calculadora,
  entrada: object,
  parametros: readonly Parametro[],
): Calculo<unknown> {
  try {
    return hacer(entrada as never, parametros)
  } catch (error) {
    if (error instanceof EntradaInvalida) throw fieldProblem(error.campo, error.message, error.clave)
    throw error
  }
}

/** A kept calculation, as public.calculos has it. */
export interface CalculoGuardado {
  tipo: string
  entrada: unknown
  parametros: readonly Parametro[]
  resultado: unknown
}

/**
 * Calculates again what was kept, from its own input and parameters.
 * @returns null figures when that input gives none; `coincide` when the result is, to the cent, the one kept.
 */
export function recalcular({ tipo, entrada, parametros, resultado }: CalculoGuardado) {
  const recalculado = hacerDeNuevo(calculadoraDe(tipo), entrada, parametros)
  return {
    recalculado,
    coincide: recalculado !== null && isDeepStrictEqual(recalculado.resultado, resultado),
  }
}

function hacerDeNuevo(
  calculadora: Calculadora | undefined,
  entrada: unknown,
  parametros: readonly Parametro[],
): Pick<Calculo<unknown>, 'resultado' | 'pasos'> | null {
  const leida = calculadora && v.safeParse(calculadora.entrada, entrada)
  if (!leida?.success) return null
  try {
    const { resultado, pasos } = calculadora!.calcular(leida.output as never, parametros)
    // As JSON keeps it: what is undefined is absent.
    return { resultado: JSON.parse(JSON.stringify(resultado)), pasos }
  } catch (error) {
    // Whoever kept it by the SDK may have written any input.
    if (error instanceof EntradaInvalida) return null
    throw error
  }
}
