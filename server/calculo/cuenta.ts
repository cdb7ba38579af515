import { type Decimal, type Medida, redondear } from './decimal.ts'
import { EntradaInvalida } from './entrada-invalida.ts'
import { nombreDe, type Parametro, type TipoParametro, type Valores } from './parametros.ts'

/** One line of a calculation, for whoever checks it with pencil and paper. */
export interface Paso {
  etiqueta: string
  formula: string
  valor: number
  unidad: string
}

/** What a calculator answers: its figures, how it got to them, and the dated data it took. */
export interface Calculo<Resultado> {
  resultado: Resultado
  pasos: Paso[]
  parametros: Parametro[]
}

// Up to here every figure, with its decimals, has 15 digits at most: JSON numbers hold those exactly.
const TOPE = { peso: 1e11, porcentaje: 1e11, dinero: 1e13 } as const

/** What one calculation is written down in. */
export interface Cuenta {
  /**
   * The parameter of a kind in force that day; it is listed among those used.
   * @param campo the field to blame when nobody defined it.
   */
  parametro<T extends TipoParametro>(tipo: T, campo: string, variante?: string): Valores[T]
  /** Rounds a value as it is reported. */
  dar(valor: Decimal, medida: Medida): number
  /** Writes a step down and gives back its value as it is reported. */
  anotar(etiqueta: string, formula: string, valor: Decimal, unidad: string, medida?: Medida): number
}

const medidaDe = (unidad: string): Medida =>
  unidad.startsWith('USD') ? 'dinero' : unidad === '%' ? 'porcentaje' : 'peso'

/**
 * Makes a calculator: a pure function of its input and the parameters of a date.
 * @param principal the field to blame when the figures grow out of what JSON numbers hold.
 * @throws EntradaInvalida, with its field, for what cannot be.
 */
export function calculadora<Entrada, Resultado>(
  principal: string,
  calcular: (entrada: Entrada, cuenta: Cuenta) => Resultado,
): (entrada: Entrada, parametros: readonly Parametro[]) => Calculo<Resultado> {
  return (entrada, vigentes) => {
    const pasos: Paso[] = []
    const usados = new Set<Parametro>()
    const dar = (valor: Decimal, medida: Medida) => {
      // `|| 0`: zero has no sign.
      const numero = redondear(valor, medida).toNumber() || 0
      if (Math.abs(numero) >= TOPE[medida]) throw new EntradaInvalida(principal, 'Es demasiado grande.')
      return numero
    }
    const resultado = calcular(entrada, {
      parametro<T extends TipoParametro>(tipo: T, campo: string, variante = '') {
        const parametro = vigentes.find((p) => p.tipo === tipo && p.variante === variante)
        if (!parametro)
          throw new EntradaInvalida(
            campo,
            `Para esa fecha no está definido ${nombreDe(tipo, variante)}.`,
            'parametro_sin_definir',
          )
        usados.add(parametro)
        return parametro.valor as Valores[T]
      },
      dar,
      anotar(etiqueta, formula, exacto, unidad, medida = medidaDe(unidad)) {
        const valor = dar(exacto, medida)
        pasos.push({ etiqueta, formula, valor, unidad })
        return valor
      },
    })
    return { resultado, pasos, parametros: [...usados] }
  }
}
