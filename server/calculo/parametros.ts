/** The values of each kind of parameter, as public.parametros keeps them. */
export interface Valores {
  /** Kilograms of the company's quintal. */
  quintal: { kg: number }
  /** Kilograms of a sack. */
  saco: { kg: number }
  humedad_objetivo: { porcentaje: number }
  /** Share of the weight that is left at target moisture, by how wet it came. */
  rendimiento: { factor: number }
  /** Percent of weight taken off from each calificación on. */
  descuento_calificacion: { tramos: { calificacion: number; descuento: number }[] }
  /** USD per quintal between farm gate and FOB. */
  costo_qq: { usd: number }
  retencion: { porcentaje: number }
  norma_calidad: { edicion: string; grados: Grado[] }
}

/** The limits of a grade, percentages but for the grams of 100 beans; what an edition does not limit is absent. */
export interface Grado {
  grado: string
  gramos_100?: [number, number]
  bien_fermentado_min?: number
  ligeramente_fermentado_min?: number
  fermentado_min?: number
  violeta_max?: number
  pizarroso_max?: number
  moho_max?: number
  defectos_max?: number
  humedad_max?: number
}

export type TipoParametro = keyof Valores

/** A parameter in force on the day of a calculation, as public.parametros_vigentes tells it. */
export interface Parametro {
  id: number
  tipo: string
  variante: string
  valor: unknown
  /** First day it holds. */
  desde: string
  /** First day it holds no more. */
  hasta: string | null
  /** Of the company, not of everybody. */
  propio: boolean
}

/** What a missing parameter is called. */
const NOMBRES: Record<TipoParametro, string> = {
  quintal: 'el peso del quintal',
  saco: 'el peso del saco',
  humedad_objetivo: 'la humedad objetivo',
  rendimiento: 'el rendimiento',
  descuento_calificacion: 'la tabla de descuentos por calificación',
  costo_qq: 'el costo por quintal',
  retencion: 'la retención',
  norma_calidad: 'la norma de calidad',
}

/** Says what is not defined: `el rendimiento «semiseco»`. */
export const nombreDe = (tipo: TipoParametro, variante: string) =>
  variante ? `${NOMBRES[tipo]} «${variante}»` : NOMBRES[tipo]
