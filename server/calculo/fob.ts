import { type Cuenta, calculadora } from './cuenta.ts'
import { CIEN, type Decimal, decimal, escribir, esNegativo, esPositivo, porCiento, sumar } from './decimal.ts'
import { EntradaInvalida } from './entrada-invalida.ts'
import { type Retencion, retencionesDe } from './retenciones.ts'
import type { EntradaFob, ResultadoFob } from './schemas/fob.ts'
import { KG_TM, kilosDe } from './unidades.ts'

/**
 * From the exchange to the farm gate and back. Farm gate per qq = (NY + dif) ÷ qq of a TM − levies − costs;
 * FOB per TM = (farm gate + costs) × qq of a TM ÷ (1 − levies). Prices of the exchange and FOB in USD per
 * metric ton, those of the farm gate in USD per quintal.
 */
export const fob = calculadora<EntradaFob, ResultadoFob>('finca', (entrada, cuenta) => {
  const kgQq = kilosDe('qq', cuenta, 'finca')
  const diferencial = decimal(entrada.diferencial)
  const costo = decimal(entrada.costo_qq ?? cuenta.parametro('costo_qq', 'costo_qq').usd)
  const gravamenes = retencionesDe(entrada.gravamenes, cuenta, 'gravamenes')
  const precios = { kgQq, diferencial, costo, gravamenes }
  if (entrada.finca !== undefined) return haciaFob(decimal(entrada.finca), precios, cuenta)
  return entrada.ny === undefined
    ? haciaFinca(decimal(entrada.fob!), entrada.fob!, precios, cuenta)
    : haciaFinca(
        decimal(entrada.ny).plus(diferencial),
        `${entrada.ny} + (${diferencial.toFixed()})`,
        precios,
        cuenta,
      )
})

interface Precios {
  kgQq: Decimal
  diferencial: Decimal
  costo: Decimal
  gravamenes: Retencion[]
}

const qqPorTm = (kgQq: Decimal) => escribir(KG_TM.div(kgQq))
const total = (gravamenes: Retencion[]) => sumar(gravamenes.map(({ porcentaje }) => porcentaje))

function bolsaDe(fob: Decimal, diferencial: Decimal): Decimal {
  const ny = fob.minus(diferencial)
  if (!esPositivo(ny))
    throw new EntradaInvalida('diferencial', 'El precio de bolsa quedaría en cero o menos.')
  return ny
}

function haciaFinca(
  tm: Decimal,
  formula: string,
  { kgQq, diferencial, costo, gravamenes }: Precios,
  cuenta: Cuenta,
) {
  if (!esPositivo(tm)) throw new EntradaInvalida('diferencial', 'El precio FOB quedaría en cero o menos.')
  const ny = bolsaDe(tm, diferencial)
  const qq = tm.times(kgQq).div(KG_TM)
  const fob_tm = cuenta.anotar('Precio FOB', formula, tm, 'USD/TM')
  const fob_qq = cuenta.anotar('FOB por quintal', `${escribir(tm)} ÷ ${qqPorTm(kgQq)}`, qq, 'USD/qq')
  for (const { variante, porcentaje } of gravamenes)
    cuenta.anotar(
      `Retención ${variante}`,
      `${escribir(qq)} × ${porcentaje.toFixed()} %`,
      porCiento(qq, porcentaje),
      'USD/qq',
    )
  const retenido = porCiento(qq, total(gravamenes))
  const costo_qq = cuenta.anotar('Costos', costo.toFixed(), costo, 'USD/qq')
  const finca = qq.minus(retenido).minus(costo)
  if (esNegativo(finca))
    throw new EntradaInvalida(
      'costo_qq',
      `Los costos pasan del precio por ${escribir(finca.abs())} USD por qq.`,
    )
  const resta = `${escribir(qq)} − ${escribir(retenido)} − ${escribir(costo)}`
  return {
    ny: cuenta.dar(ny, 'dinero'),
    diferencial: cuenta.dar(diferencial, 'dinero'),
    fob_tm,
    fob_qq,
    gravamenes_qq: cuenta.dar(retenido, 'dinero'),
    costo_qq,
    finca_qq: cuenta.anotar('Precio en finca', resta, finca, 'USD/qq'),
  }
}

function haciaFob(
  finca: Decimal,
  { kgQq, diferencial, costo, gravamenes }: Precios,
  cuenta: Cuenta,
): ResultadoFob {
  const finca_qq = cuenta.anotar('Precio en finca', finca.toFixed(), finca, 'USD/qq')
  const costo_qq = cuenta.anotar('Costos', costo.toFixed(), costo, 'USD/qq')
  const neto = finca.plus(costo)
  const queda = CIEN.minus(total(gravamenes))
  // Divided once, at the end of each value.
  const qq = neto.times(CIEN).div(queda)
  const tm = neto.times(CIEN).times(KG_TM).div(queda.times(kgQq))
  const fob_qq = cuenta.anotar(
    'FOB por quintal',
    `(${finca.toFixed()} + ${costo.toFixed()}) ÷ ${queda.toFixed()} %`,
    qq,
    'USD/qq',
  )
  for (const { variante, porcentaje } of gravamenes)
    cuenta.anotar(
      `Retención ${variante}`,
      `${escribir(qq)} × ${porcentaje.toFixed()} %`,
      porCiento(qq, porcentaje),
      'USD/qq',
    )
  const fob_tm = cuenta.anotar('Precio FOB', `${escribir(qq)} × ${qqPorTm(kgQq)}`, tm, 'USD/TM')
  const ny = bolsaDe(tm, diferencial)
  return {
    ny: cuenta.anotar('Bolsa de Nueva York', `${escribir(tm)} − (${diferencial.toFixed()})`, ny, 'USD/TM'),
    diferencial: cuenta.dar(diferencial, 'dinero'),
    fob_tm,
    fob_qq,
    gravamenes_qq: cuenta.dar(qq.minus(neto), 'dinero'),
    costo_qq,
    finca_qq,
  }
}
