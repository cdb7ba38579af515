import type { Ajuste, EntradaLiquidacion, ResultadoLiquidacion } from '../schemas/calculadora/liquidacion.ts'
import { type Cuenta, calculadora } from './cuenta.ts'
import { CERO, CIEN, type Decimal, decimal, escribir, sumar } from './decimal.ts'
import { EntradaInvalida } from './entrada-invalida.ts'
import { recibir } from './recepcion.ts'
import { retencionesDe } from './retenciones.ts'

/** A line of money: what it is, exact and as it is reported. */
interface Linea {
  concepto: string
  exacto: Decimal
  usd: number
}

/**
 * What to pay for a reception: payable quintals × price, + premiums − discounts − withholdings − advances. Quintals
 * are those that the ticket says, with its four decimals; money stays exact until each line, and the net, is rounded.
 */
export const liquidacion = calculadora<EntradaLiquidacion, ResultadoLiquidacion>(
  'precio_qq',
  (entrada, cuenta) => {
    const recepcion = entrada.recepcion
      ? recibir(entrada.recepcion, cuenta, (campo) => `recepcion.${campo}`)
      : null
    const qq = decimal(recepcion?.pagable_qq ?? entrada.qq!)
    const precio = decimal(entrada.precio_qq)
    const exacto = qq.times(precio)
    const valor = cuenta.anotar('Valor', `${qq.toFixed()} qq × ${precio.toFixed()}`, exacto, 'USD')
    const anotarTodos = (ajustes: Ajuste[], nombre: string) =>
      ajustes.map((ajuste) => anotarAjuste(ajuste, nombre, { qq, valor: exacto }, cuenta))
    const primas = anotarTodos(entrada.primas, 'Prima')
    const descuentos = anotarTodos(entrada.descuentos, 'Descuento')
    const base = exacto.plus(suma(primas)).minus(suma(descuentos))
    if (base.lt('0')) throw new EntradaInvalida('descuentos', 'Los descuentos pasan del valor y las primas.')
    const subtotal = cuenta.anotar(
      'Subtotal',
      `${escribir(exacto)} + ${escribir(suma(primas))} − ${escribir(suma(descuentos))}`,
      base,
      'USD',
    )
    const retenciones = retencionesDe(entrada.retenciones, cuenta, 'retenciones').map((retencion) =>
      anotarLinea(
        retencion.variante,
        `Retención: ${retencion.variante}`,
        `${escribir(base)} × ${retencion.porcentaje.toFixed()} %`,
        base.times(retencion.porcentaje).div(CIEN),
        cuenta,
      ),
    )
    const anticipos = entrada.anticipos.map(({ concepto, usd }) =>
      anotarLinea(concepto, `Anticipo: ${concepto}`, usd, decimal(usd), cuenta),
    )
    const neto = base.minus(suma(retenciones)).minus(suma(anticipos))
    const formula = `${escribir(base)} − ${escribir(suma(retenciones))} − ${escribir(suma(anticipos))}`
    return {
      recepcion,
      qq: cuenta.dar(qq, 'peso'),
      precio_qq: cuenta.dar(precio, 'dinero'),
      valor,
      primas: publicar(primas),
      descuentos: publicar(descuentos),
      subtotal,
      retenciones: publicar(retenciones),
      anticipos: publicar(anticipos),
      ...cerrar(neto, formula, cuenta, [
        decimal(valor),
        ...primas.map(({ usd }) => decimal(usd)),
        ...[...descuentos, ...retenciones, ...anticipos].map(({ usd }) => decimal(usd).neg()),
      ]),
    }
  },
)

const suma = (lineas: Linea[]) => sumar(lineas.map(({ exacto }) => exacto))
const publicar = (lineas: Linea[]) => lineas.map(({ concepto, usd }) => ({ concepto, usd }))

function anotarLinea(
  concepto: string,
  etiqueta: string,
  formula: string,
  exacto: Decimal,
  cuenta: Cuenta,
): Linea {
  return { concepto, exacto, usd: cuenta.anotar(etiqueta, formula, exacto, 'USD') }
}

/** A premium or a discount: an amount, so much per quintal, or a percentage of the value. */
function anotarAjuste(
  { concepto, usd, usd_qq, porcentaje }: Ajuste,
  nombre: string,
  { qq, valor }: { qq: Decimal; valor: Decimal },
  cuenta: Cuenta,
): Linea {
  const [formula, exacto] =
    usd !== undefined
      ? [usd, decimal(usd)]
      : usd_qq !== undefined
        ? [`${qq.toFixed()} qq × ${usd_qq}`, qq.times(decimal(usd_qq))]
        : [`${escribir(valor)} × ${porcentaje} %`, valor.times(decimal(porcentaje!)).div(CIEN)]
  return anotarLinea(concepto, `${nombre}: ${concepto}`, formula, exacto, cuenta)
}

/** The net; below zero nothing is paid and it is owed. Lines rounded one by one may differ from it by cents: told. */
function cerrar(neto: Decimal, formula: string, cuenta: Cuenta, lineas: Decimal[]) {
  const debe = neto.lt('0')
  const aPagar = cuenta.dar(debe ? CERO : neto, 'dinero')
  const saldo = cuenta.dar(debe ? neto.neg() : CERO, 'dinero')
  const diferencia = decimal(aPagar).minus(decimal(saldo)).minus(sumar(lineas))
  const redondeo = diferencia.eq('0')
    ? 0
    : cuenta.anotar('Redondeo', 'neto − suma de las líneas redondeadas', diferencia, 'USD')
  cuenta.anotar(debe ? 'Saldo por cobrar' : 'Neto a pagar', formula, neto.abs(), 'USD')
  return { redondeo, neto_a_pagar: aPagar, saldo_por_cobrar: saldo }
}
