import { type Cuenta, calculadora } from './cuenta.ts'
import { CERO, CIEN, type Decimal, decimal, escribir, porCiento } from './decimal.ts'
import { EntradaInvalida } from './entrada-invalida.ts'
import { aHumedad, objetivoDe } from './humedad.ts'
import type { Recepcion, ResultadoRecepcion } from './schemas/recepcion.ts'
import { kilosDe } from './unidades.ts'

/** The weight that is paid for: gross − tare, − impurities, to target moisture or by the table of discounts. */
export const recepcion = calculadora<Recepcion, ResultadoRecepcion>('bruto', (entrada, cuenta) =>
  recibir(entrada, cuenta, (campo) => campo),
)

/**
 * A reception as part of a calculation.
 * @param campo says where a field of the reception is in the whole input.
 */
export function recibir(entrada: Recepcion, cuenta: Cuenta, campo: (nombre: string) => string) {
  const kgUnidad = kilosDe(entrada.unidad, cuenta, campo('unidad'))
  const bruto = decimal(entrada.bruto).times(kgUnidad)
  const tara = taraDe(entrada).times(kgUnidad)
  if (tara.gte(bruto)) {
    const culpable = entrada.tara === undefined ? 'tara_por_saco' : 'tara'
    throw new EntradaInvalida(campo(culpable), 'La tara debe ser menor que el peso bruto.')
  }
  const neto = bruto.minus(tara)
  const impurezas = porCiento(neto, decimal(entrada.impurezas))
  const limpio = neto.minus(impurezas)

  const taraDicha =
    entrada.sacos === undefined
      ? `${entrada.tara ?? 0} ${entrada.unidad}`
      : `${entrada.sacos} sacos × ${entrada.tara_por_saco} ${entrada.unidad}`
  const [brutoEscrito, netoEscrito, limpioEscrito] = [escribir(bruto), escribir(neto), escribir(limpio)]
  const medido = {
    bruto_kg: cuenta.anotar('Peso bruto', `${entrada.bruto} ${entrada.unidad}`, bruto, 'kg'),
    tara_kg: cuenta.anotar('Tara', taraDicha, tara, 'kg'),
    neto_kg: cuenta.anotar('Peso neto', `${brutoEscrito} − ${escribir(tara)}`, neto, 'kg'),
    impurezas_kg: cuenta.anotar('Impurezas', `${netoEscrito} × ${entrada.impurezas} %`, impurezas, 'kg'),
    limpio_kg: cuenta.anotar('Peso limpio', `${netoEscrito} − ${escribir(impurezas)}`, limpio, 'kg'),
  }
  const { metodo, pagable, como } =
    entrada.humedad === undefined
      ? porCalificacion(limpio, entrada.calificacion!, cuenta, campo)
      : porHumedad(limpio, entrada.humedad, entrada.humedad_objetivo, cuenta, campo)
  const kgQq = kilosDe('qq', cuenta, campo('unidad'))
  const pagableEscrito = escribir(pagable)
  return {
    metodo,
    ...medido,
    pagable_kg: cuenta.anotar('Peso por pagar', `${limpioEscrito} × ${como}`, pagable, 'kg'),
    descuento_kg: cuenta.anotar(
      metodo === 'humedad' ? 'Descuento por humedad' : 'Descuento por calificación',
      `${limpioEscrito} − ${pagableEscrito}`,
      limpio.minus(pagable),
      'kg',
    ),
    pagable_qq: cuenta.anotar(
      'Quintales por pagar',
      `${pagableEscrito} kg ÷ ${kgQq.toFixed()} kg`,
      pagable.div(kgQq),
      'qq',
    ),
    rendimiento_porcentaje: cuenta.anotar(
      'Lo que se paga, del peso bruto',
      `${pagableEscrito} ÷ ${brutoEscrito} × 100`,
      pagable.times(CIEN).div(bruto),
      '%',
    ),
  }
}

function taraDe({ tara, sacos, tara_por_saco }: Recepcion): Decimal {
  if (sacos !== undefined && tara_por_saco !== undefined) return decimal(sacos).times(decimal(tara_por_saco))
  return tara === undefined ? CERO : decimal(tara)
}

function porHumedad(
  limpio: Decimal,
  medida: string,
  dada: string | undefined,
  cuenta: Cuenta,
  campo: (nombre: string) => string,
) {
  const objetivo = objetivoDe(dada, cuenta, campo('humedad_objetivo'))
  return {
    metodo: 'humedad' as const,
    pagable: aHumedad(limpio, decimal(medida), objetivo),
    como: `(100 − ${medida}) ÷ (100 − ${objetivo.toFixed()})`,
  }
}

/** By the step of the company's table that the calificación has reached. */
function porCalificacion(
  limpio: Decimal,
  calificacion: string,
  cuenta: Cuenta,
  campo: (nombre: string) => string,
) {
  const { tramos } = cuenta.parametro('descuento_calificacion', campo('calificacion'))
  const dada = decimal(calificacion)
  const tramo = tramos.findLast((uno) => dada.gte(decimal(uno.calificacion)))
  if (!tramo) throw new EntradaInvalida(campo('calificacion'), 'No está en la tabla de descuentos.')
  const descuento = decimal(tramo.descuento)
  return {
    metodo: 'calificacion' as const,
    pagable: porCiento(limpio, CIEN.minus(descuento)),
    como: `(100 − ${descuento.toFixed()}) ÷ 100`,
  }
}
