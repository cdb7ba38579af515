import { type Cuenta, calculadora } from './cuenta.ts'
import { type Decimal, decimal, escribir, esNegativo, porCiento, sumar } from './decimal.ts'
import { EntradaInvalida } from './entrada-invalida.ts'
import { recibir } from './recepcion.ts'
import { retencionesDe } from './retenciones.ts'
import type { Ajuste, EntradaLiquidacion, ResultadoLiquidacion } from './schemas/liquidacion.ts'

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
      lineas(ajustes.map((ajuste) => anotarAjuste(ajuste, nombre, { qq, valor: exacto }, cuenta)))
    const primas = anotarTodos(entrada.primas, 'Prima')
    const descuentos = anotarTodos(entrada.descuentos, 'Descuento')
    const base = exacto.plus(primas.suma).minus(descuentos.suma)
    if (esNegativo(base))
      throw new EntradaInvalida('descuentos', 'Los descuentos pasan del valor y las primas.')
    const sumado = `${escribir(exacto)} + ${escribir(primas.suma)} − ${escribir(descuentos.suma)}`
    const subtotal = cuenta.anotar('Subtotal', sumado, base, 'USD')
    const baseEscrita = escribir(base)
    const retenciones = lineas(
      retencionesDe(entrada.retenciones, cuenta, 'retenciones').map(({ variante, porcentaje }) =>
        anotarLinea(
          variante,
          `Retención: ${variante}`,
          `${baseEscrita} × ${porcentaje.toFixed()} %`,
          porCiento(base, porcentaje),
          cuenta,
        ),
      ),
    )
    const anticipos = lineas(
      entrada.anticipos.map(({ concepto, usd }) =>
        anotarLinea(concepto, `Anticipo: ${concepto}`, usd, decimal(usd), cuenta),
      ),
    )
    const neto = base.minus(retenciones.suma).minus(anticipos.suma)
    const formula = `${baseEscrita} − ${escribir(retenciones.suma)} − ${escribir(anticipos.suma)}`
    const centavos =
      enCentavos(valor) + primas.centavos - descuentos.centavos - retenciones.centavos - anticipos.centavos
    return {
      recepcion,
      qq: cuenta.dar(qq, 'peso'),
      precio_qq: cuenta.dar(precio, 'dinero'),
      valor,
      primas: primas.publicas,
      descuentos: descuentos.publicas,
      subtotal,
      retenciones: retenciones.publicas,
      anticipos: anticipos.publicas,
      ...cerrar(neto, formula, centavos, cuenta),
    }
  },
)

/** Money as it is reported has two decimals: in cents it is whole. */
const enCentavos = (usd: number) => Math.round(usd * 100)

/** Lines, as they are published, and their sums: exact, and of the cents that they show. */
const lineas = (unas: Linea[]) => ({
  publicas: unas.map(({ concepto, usd }) => ({ concepto, usd })),
  suma: sumar(unas.map(({ exacto }) => exacto)),
  centavos: unas.reduce((total, { usd }) => total + enCentavos(usd), 0),
})

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
        : [`${escribir(valor)} × ${porcentaje} %`, porCiento(valor, decimal(porcentaje!))]
  return anotarLinea(concepto, `${nombre}: ${concepto}`, formula, exacto, cuenta)
}

/** The net; below zero nothing is paid and it is owed. Lines rounded one by one may differ from it by cents: told. */
function cerrar(neto: Decimal, formula: string, centavos: number, cuenta: Cuenta) {
  const debe = esNegativo(neto)
  const usd = cuenta.dar(neto, 'dinero')
  const redondeo = (enCentavos(usd) - centavos) / 100
  if (redondeo !== 0)
    cuenta.anotar('Redondeo', 'neto − suma de las líneas redondeadas', decimal(redondeo), 'USD')
  cuenta.anotar(debe ? 'Saldo por cobrar' : 'Neto a pagar', formula, neto.abs(), 'USD')
  return { redondeo, neto_a_pagar: debe ? 0 : usd, saldo_por_cobrar: debe ? Math.abs(usd) : 0 }
}
