import { type Cuenta, calculadora } from './cuenta.ts'
import { CIEN, type Decimal, decimal, escribir } from './decimal.ts'
import type { EntradaHumedad, ResultadoHumedad } from './schemas/humedad.ts'
import { kilosDe } from './unidades.ts'

/**
 * Weight at target moisture, when the water leaves and the dry matter stays: W × (100 − H) / (100 − H_obj).
 * Subtracting points instead takes too much. One point at 7 % is worth 100/93 = 1.0753 %.
 * @param humedad percent, measured. @param objetivo percent.
 */
export const aHumedad = (peso: Decimal, humedad: Decimal, objetivo: Decimal): Decimal =>
  peso.times(CIEN.minus(humedad)).div(CIEN.minus(objetivo))

/** The target moisture of an input or, failing that, of the company. */
export const objetivoDe = (dada: string | undefined, cuenta: Cuenta, campo: string): Decimal =>
  decimal(dada ?? cuenta.parametro('humedad_objetivo', campo).porcentaje)

/** What a moisture is called: dry below 8 %, semi-dry 15–25 %, wet (baba) 50–75 %; null between them. */
export function condicionDe(humedad: Decimal): 'seco' | 'semiseco' | 'baba' | null {
  const entre = (desde: string, hasta: string) => humedad.gte(desde) && humedad.lte(hasta)
  if (humedad.lt('8')) return 'seco'
  if (entre('15', '25')) return 'semiseco'
  return entre('50', '75') ? 'baba' : null
}

/** Weight at target moisture and what is lost, by the formula or, when nobody measured, by the company's yield. */
export const humedad = calculadora<EntradaHumedad, ResultadoHumedad>('peso', (entrada, cuenta) => {
  const kgQq = kilosDe('qq', cuenta, 'unidad')
  const kg = decimal(entrada.peso).times(kilosDe(entrada.unidad, cuenta, 'unidad'))
  const peso_kg = cuenta.anotar('Peso que llegó', `${entrada.peso} ${entrada.unidad}`, kg, 'kg')

  const { final, formula, ...como } = secar(kg, entrada, cuenta)
  const objetivo_kg = cuenta.anotar('Peso a la humedad objetivo', formula, final, 'kg')
  const perdida = kg.minus(final)
  const restado = `${escribir(kg)} − ${escribir(final)}`
  const perdida_kg = cuenta.anotar('Pérdida', restado, perdida, 'kg')
  const enPorcentaje = (parte: Decimal) => parte.times(CIEN).div(kg)
  const sobre = (parte: Decimal) => `${escribir(parte)} ÷ ${escribir(kg)} × 100`
  const enQq = (parte: Decimal) => `${escribir(parte)} kg ÷ ${kgQq.toFixed()} kg`
  return {
    ...como,
    peso_kg,
    peso_qq: cuenta.anotar('Peso que llegó, en quintales', enQq(kg), kg.div(kgQq), 'qq'),
    objetivo_kg,
    objetivo_qq: cuenta.anotar('Peso objetivo, en quintales', enQq(final), final.div(kgQq), 'qq'),
    perdida_kg,
    perdida_qq: cuenta.anotar('Pérdida, en quintales', enQq(perdida), perdida.div(kgQq), 'qq'),
    perdida_porcentaje: cuenta.anotar('Pérdida, del peso', sobre(perdida), enPorcentaje(perdida), '%'),
    rendimiento_porcentaje: cuenta.anotar('Rendimiento', sobre(final), enPorcentaje(final), '%'),
  }
})

function secar(kg: Decimal, entrada: EntradaHumedad, cuenta: Cuenta) {
  if (entrada.humedad === undefined) {
    const condicion = entrada.condicion!
    const factor = decimal(cuenta.parametro('rendimiento', 'condicion', condicion).factor)
    return {
      metodo: 'factor' as const,
      condicion,
      humedad_objetivo: null,
      final: kg.times(factor),
      formula: `${escribir(kg)} × ${factor.toFixed()}`,
    }
  }
  const medida = decimal(entrada.humedad)
  const objetivo = objetivoDe(entrada.humedad_objetivo, cuenta, 'humedad_objetivo')
  return {
    metodo: 'formula' as const,
    condicion: condicionDe(medida),
    humedad_objetivo: cuenta.dar(objetivo, 'porcentaje'),
    final: aHumedad(kg, medida, objetivo),
    formula: `${escribir(kg)} × (100 − ${medida.toFixed()}) ÷ (100 − ${objetivo.toFixed()})`,
  }
}
