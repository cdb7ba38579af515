import { calculadora } from './cuenta.ts'
import { CIEN, type Decimal, decimal } from './decimal.ts'
import type { Grado } from './parametros.ts'
import { type EntradaCalidad, GRANOS, type ResultadoCalidad } from './schemas/calidad.ts'

/** The grade that is a variety of its own: a clone is never ASSPS, whatever its beans. */
const CCN = 'CCN-51'

interface Limite {
  limite: string
  es: 'minimo' | 'maximo'
  de: (grado: Grado) => number | undefined
}
// The range of the grams says what is usual of a grade: only its lower end is a limit, heavier beans are better.
const LIMITES: Limite[] = [
  { limite: 'gramos_100', es: 'minimo', de: (grado) => grado.gramos_100?.[0] },
  { limite: 'bien_fermentado', es: 'minimo', de: (grado) => grado.bien_fermentado_min },
  { limite: 'ligeramente_fermentado', es: 'minimo', de: (grado) => grado.ligeramente_fermentado_min },
  { limite: 'fermentado', es: 'minimo', de: (grado) => grado.fermentado_min },
  { limite: 'violeta', es: 'maximo', de: (grado) => grado.violeta_max },
  { limite: 'pizarroso', es: 'maximo', de: (grado) => grado.pizarroso_max },
  { limite: 'moho', es: 'maximo', de: (grado) => grado.moho_max },
  { limite: 'defectos', es: 'maximo', de: (grado) => grado.defectos_max },
  { limite: 'humedad', es: 'maximo', de: (grado) => grado.humedad_max },
]

/** The grade of a cut test by a norm, NTE INEN 176 by default, and which limits each grade breaks. */
export const calidad = calculadora<EntradaCalidad, ResultadoCalidad>('granos', (entrada, cuenta) => {
  const { edicion, grados: todos } = cuenta.parametro('norma_calidad', 'norma', entrada.norma)
  const porcentajes = porcentajesDe(entrada)
  const medido: Record<string, Decimal | undefined> = {
    ...porcentajes,
    gramos_100: opcional(entrada.gramos_100),
    defectos: opcional(entrada.defectos),
    humedad: opcional(entrada.humedad),
  }
  const anotado = Object.entries(porcentajes).map(([cual, valor]) => {
    const formula =
      cual === 'fermentado'
        ? 'bien fermentado + ligeramente fermentado'
        : entrada.granos === undefined
          ? 'medido'
          : `${entrada[cual as (typeof GRANOS)[number]]} ÷ ${entrada.granos} × 100`
    return [cual, cuenta.anotar(cual.replace('_', ' '), formula, valor, '%')]
  })

  const sinMedir = new Set<string>()
  const incumple = (grado: Grado) =>
    LIMITES.flatMap(({ limite, es, de }) => {
      const tope = de(grado)
      if (tope === undefined) return []
      const valor = medido[limite]
      if (!valor) {
        sinMedir.add(limite)
        return []
      }
      const cumple = es === 'minimo' ? valor.gte(decimal(tope)) : valor.lte(decimal(tope))
      return cumple ? [] : [{ limite, valor: cuenta.dar(valor, 'porcentaje'), [es]: tope }]
    })
  const grados = deVariedad(todos, entrada.variedad).map((grado) => {
    const incumplidos = incumple(grado)
    return { grado: grado.grado, cumple: incumplidos.length === 0, incumple: incumplidos }
  })
  return {
    norma: entrada.norma,
    edicion,
    grado: grados.find(({ cumple }) => cumple)?.grado ?? null,
    porcentajes: Object.fromEntries(anotado),
    grados,
    sin_medir: [...sinMedir],
  }
})

const opcional = (valor: string | undefined) => (valor === undefined ? undefined : decimal(valor))

/** Percentages of the beans cut; total fermented is both kinds of fermented together. */
function porcentajesDe({ granos, ...conteo }: EntradaCalidad) {
  const [bien, ligero, ...resto] = GRANOS.map((cual) => {
    const valor = decimal(conteo[cual])
    return granos === undefined ? valor : valor.times(CIEN).div(decimal(granos))
  }) as [Decimal, Decimal, Decimal, Decimal, Decimal]
  const [violeta, pizarroso, moho] = resto
  return {
    bien_fermentado: bien,
    ligeramente_fermentado: ligero,
    fermentado: bien.plus(ligero),
    violeta,
    pizarroso,
    moho,
  }
}

/** The grades that a variety may have: an edition without a grade for the clone grades both alike. */
function deVariedad(grados: Grado[], variedad: EntradaCalidad['variedad']): Grado[] {
  const clones = grados.filter(({ grado }) => grado === CCN)
  if (variedad === CCN && clones.length > 0) return clones
  return grados.filter(({ grado }) => grado !== CCN)
}
