import type { GenericSchema } from 'valibot'
import { calidad } from './calidad.ts'
import { conversion } from './conversion.ts'
import type { Calculo } from './cuenta.ts'
import { fijacion } from './fijacion.ts'
import { fob } from './fob.ts'
import { humedad } from './humedad.ts'
import { liquidacion } from './liquidacion.ts'
import type { Parametro, TipoParametro } from './parametros.ts'
import { recepcion } from './recepcion.ts'
import { EntradaCalidadSchema, ResultadoCalidadSchema } from './schemas/calidad.ts'
import { EntradaConversionSchema, ResultadoConversionSchema } from './schemas/conversion.ts'
import { EntradaFijacionSchema, ResultadoFijacionSchema } from './schemas/fijacion.ts'
import { EntradaFobSchema, ResultadoFobSchema } from './schemas/fob.ts'
import { EntradaHumedadSchema, ResultadoHumedadSchema } from './schemas/humedad.ts'
import { EntradaLiquidacionSchema, ResultadoLiquidacionSchema } from './schemas/liquidacion.ts'
import { EntradaRecepcionSchema, ResultadoRecepcionSchema } from './schemas/recepcion.ts'

/** What every input has once it is checked. */
interface EntradaComun {
  fecha?: string | undefined
  guardar: boolean
}

/** A calculator: what it takes, what it answers, which kinds of parameter it may ask for. */
export interface Calculadora {
  resumen: string
  entrada: GenericSchema<unknown, EntradaComun>
  resultado: GenericSchema
  usa: readonly TipoParametro[]
  calcular: (entrada: never, parametros: readonly Parametro[]) => Calculo<unknown>
}

const UNIDADES = ['quintal', 'saco'] as const
const PESO = [...UNIDADES, 'humedad_objetivo'] as const

export const CALCULADORAS = {
  conversion: {
    resumen: 'Un peso en kg, libras, quintales, TM y sacos',
    entrada: EntradaConversionSchema,
    resultado: ResultadoConversionSchema,
    usa: UNIDADES,
    calcular: conversion,
  },
  humedad: {
    resumen: 'El peso a la humedad objetivo y lo que se pierde',
    entrada: EntradaHumedadSchema,
    resultado: ResultadoHumedadSchema,
    usa: [...PESO, 'rendimiento'],
    calcular: humedad,
  },
  recepcion: {
    resumen: 'Los quintales por pagar de lo que llegó, línea por línea',
    entrada: EntradaRecepcionSchema,
    resultado: ResultadoRecepcionSchema,
    usa: [...PESO, 'descuento_calificacion'],
    calcular: recepcion,
  },
  calidad: {
    resumen: 'El grado de una prueba de corte y los límites que incumple cada uno',
    entrada: EntradaCalidadSchema,
    resultado: ResultadoCalidadSchema,
    usa: ['norma_calidad'],
    calcular: calidad,
  },
  fob: {
    resumen: 'Del precio de bolsa o FOB al de finca, y al revés',
    entrada: EntradaFobSchema,
    resultado: ResultadoFobSchema,
    usa: ['quintal', 'costo_qq', 'retencion'],
    calcular: fob,
  },
  liquidacion: {
    resumen: 'Lo que hay que pagar por una recepción',
    entrada: EntradaLiquidacionSchema,
    resultado: ResultadoLiquidacionSchema,
    usa: [...PESO, 'descuento_calificacion', 'retencion'],
    calcular: liquidacion,
  },
  fijacion: {
    resumen: 'Precio promedio, posición abierta y cobertura de las fijaciones de un contrato',
    entrada: EntradaFijacionSchema,
    resultado: ResultadoFijacionSchema,
    usa: [],
    calcular: fijacion,
  },
} as const satisfies Record<string, Calculadora>

export type TipoCalculo = keyof typeof CALCULADORAS
export const TIPOS = Object.keys(CALCULADORAS) as TipoCalculo[]

/** The calculator of a name, if there is one. */
export const calculadoraDe = (tipo: string): Calculadora | undefined =>
  Object.hasOwn(CALCULADORAS, tipo) ? CALCULADORAS[tipo as TipoCalculo] : undefined
