import { calculadora } from './cuenta.ts'
import { decimal, escribir, esPositivo, sumar } from './decimal.ts'
import { EntradaInvalida } from './entrada-invalida.ts'
import type { EntradaFijacion, ResultadoFijacion } from './schemas/fijacion.ts'
import { TM_LOTE } from './unidades.ts'

/**
 * Average of partial fixings, P = Σ(TMᵢ × (NYᵢ + dif)) ÷ ΣTMᵢ in USD per metric ton; what is not fixed is the open
 * position, covered by whole contracts of 10 TM of the exchange, and the rest stays exposed.
 */
export const fijacion = calculadora<EntradaFijacion, ResultadoFijacion>('contrato_tm', (entrada, cuenta) => {
  const contrato = decimal(entrada.contrato_tm)
  const fijadas = entrada.fijaciones.map((una, i) => {
    const tm = decimal(una.tm)
    const ny = decimal(una.ny)
    const diferencial = decimal(una.diferencial ?? entrada.diferencial)
    const precio = ny.plus(diferencial)
    if (!esPositivo(precio)) {
      const campo = una.diferencial === undefined ? 'diferencial' : `fijaciones.${i}.diferencial`
      throw new EntradaInvalida(campo, 'El precio quedaría en cero o menos.')
    }
    const valor = tm.times(precio)
    const formula = `${una.tm} TM × (${una.ny} + (${diferencial.toFixed()}))`
    cuenta.anotar(`Fijación ${i + 1}${una.fecha ? ` (${una.fecha})` : ''}`, formula, valor, 'USD')
    return { tm, ny: tm.times(ny), valor }
  })
  const tm = sumar(fijadas.map((una) => una.tm))
  if (tm.gt(contrato))
    throw new EntradaInvalida(
      'fijaciones',
      `Suman ${tm.toFixed()} TM: pasan de las ${contrato.toFixed()} del contrato.`,
    )
  const valor = sumar(fijadas.map((una) => una.valor))
  const abiertas = contrato.minus(tm)
  const lotes = abiertas.div(TM_LOTE).floor()
  const cubiertas = lotes.times(TM_LOTE)
  const hayFijadas = esPositivo(tm)
  return {
    tm_fijadas: cuenta.anotar('Tonelaje fijado', 'suma de las fijaciones', tm, 'TM'),
    valor_fijado: cuenta.anotar('Valor fijado', 'suma de las fijaciones', valor, 'USD'),
    precio_promedio: hayFijadas
      ? cuenta.anotar('Precio promedio', `${escribir(valor)} ÷ ${escribir(tm)}`, valor.div(tm), 'USD/TM')
      : null,
    ny_promedio: hayFijadas ? cuenta.dar(sumar(fijadas.map((una) => una.ny)).div(tm), 'dinero') : null,
    tm_abiertas: cuenta.anotar('Posición abierta', `${contrato.toFixed()} − ${escribir(tm)}`, abiertas, 'TM'),
    lotes_cobertura: cuenta.anotar(
      'Lotes de cobertura',
      `${escribir(abiertas)} ÷ ${TM_LOTE.toFixed()}, enteros`,
      lotes,
      'lotes',
    ),
    tm_expuestas: cuenta.anotar(
      'Queda expuesto',
      `${escribir(abiertas)} − ${cubiertas.toFixed()}`,
      abiertas.minus(cubiertas),
      'TM',
    ),
  }
})
