import * as v from 'valibot'
import { CALCULADORAS, type TipoCalculo } from './calculadoras.ts'
import type { Calculo } from './cuenta.ts'
import { EntradaInvalida } from './entrada-invalida.ts'
import type { Grado, Parametro } from './parametros.ts'

type Resultado<T extends TipoCalculo> = v.InferOutput<(typeof CALCULADORAS)[T]['resultado']>

let id = 0
export const parametro = (tipo: string, valor: unknown, variante = '', desde = '1990-01-01'): Parametro => ({
  id: ++id,
  tipo,
  variante,
  valor,
  desde,
  hasta: null,
  propio: false,
})

// domain.md, "Quality": limits per grade of NTE INEN 176 (2006).
const LIMITES: [string, [number, number], ...number[]][] = [
  ['ASSPS', [135, 140], 75, 10, 85, 10, 4, 1, 0],
  ['ASSS', [130, 135], 65, 10, 75, 15, 9, 1, 0],
  ['ASS', [120, 125], 60, 5, 65, 21, 12, 2, 1],
  ['ASN', [110, 115], 44, 10, 54, 25, 18, 3, 3],
  ['ASE', [105, 110], 26, 27, 53, 25, 18, 4, 4],
  ['CCN-51', [135, 140], 65, 11, 76, 18, 5, 1, 1],
]
export const GRADOS: Grado[] = LIMITES.map(
  ([grado, gramos_100, bien, ligero, total, violeta, pizarroso, moho, defectos]) => ({
    grado,
    gramos_100,
    bien_fermentado_min: bien!,
    ligeramente_fermentado_min: ligero!,
    fermentado_min: total!,
    violeta_max: violeta!,
    pizarroso_max: pizarroso!,
    moho_max: moho!,
    defectos_max: defectos!,
    humedad_max: 7,
  }),
)

/** 0–4 in points, then in steps of 5 up to 45. */
const TRAMOS = [0, 1, 2, 3, 4, ...Array.from({ length: 9 }, (_, i) => (i + 1) * 5)]

/** The parameters of a company: those for everybody, and the ones it has of its own. */
export const PARAMETROS: Parametro[] = [
  parametro('quintal', { kg: 45.359237 }),
  parametro('saco', { kg: 69 }),
  parametro('humedad_objetivo', { porcentaje: 7 }),
  parametro('rendimiento', { factor: 0.38 }, 'baba'),
  parametro('rendimiento', { factor: 0.5 }, 'escurrido'),
  parametro('descuento_calificacion', { tramos: TRAMOS.map((n) => ({ calificacion: n, descuento: n })) }),
  parametro('costo_qq', { usd: 15 }),
  parametro('retencion', { porcentaje: 0.25 }, 'agrocalidad'),
  parametro('retencion', { porcentaje: 1 }, 'renta_productor'),
  parametro('retencion', { porcentaje: 1.75 }, 'renta_comerciante'),
  parametro('retencion', { porcentaje: 3 }, 'renta_liquidacion'),
  parametro('norma_calidad', { edicion: '2006', grados: GRADOS }, 'inen_176'),
]

/** The same, with others in the place of those of a kind. */
export const con = (...otros: Parametro[]) => [
  ...PARAMETROS.filter(
    (uno) => !otros.some(({ tipo, variante }) => tipo === uno.tipo && variante === uno.variante),
  ),
  ...otros,
]

/** Checks an input and calculates, as the endpoint does. */
export function calcular<T extends TipoCalculo>(tipo: T, entrada: object, parametros = PARAMETROS) {
  const { entrada: schema, calcular: hacer } = CALCULADORAS[tipo]
  const calculo = hacer(v.parse(schema, entrada) as never, parametros)
  v.parse(CALCULADORAS[tipo].resultado, calculo.resultado)
  return calculo as Calculo<Resultado<T>>
}
export const resultado = <T extends TipoCalculo>(tipo: T, entrada: object, parametros = PARAMETROS) =>
  calcular(tipo, entrada, parametros).resultado

/** The fields to blame for an input; none when it is taken. */
export function culpables(tipo: TipoCalculo, entrada: object, parametros = PARAMETROS): string[] {
  const leida = v.safeParse(CALCULADORAS[tipo].entrada, entrada)
  if (leida.issues) return [...new Set(leida.issues.map((issue) => v.getDotPath(issue) ?? ''))]
  try {
    CALCULADORAS[tipo].calcular(leida.output as never, parametros)
    return []
  } catch (error) {
    if (error instanceof EntradaInvalida) return [error.campo]
    throw error
  }
}
