import * as v from 'valibot'
import { importarPrecios } from '../queries/precios.ts'
import { type NuevoPrecio, NuevoPrecioSchema } from '../schemas/precios.ts'
import type { UserDb } from '../utils/como-usuario.ts'
import type { FieldError } from '../utils/problem.ts'
import { leerCsv } from './csv.ts'

const COLUMNAS = {
  todas: ['fecha', 'calidad', 'mercado', 'precio_tm', 'diferencial', 'fuente'],
  obligatorias: ['fecha', 'calidad', 'precio_tm'],
  numericas: ['precio_tm', 'diferencial'],
} as const

type Estado = 'creado' | 'actualizado' | 'sin_cambio' | 'rechazado'

/** The lines of a file: those that may be applied, and those that may not, with the reason. */
export interface Lineas {
  validas: (NuevoPrecio & { linea: number })[]
  rechazadas: { linea: number; errores: FieldError[] }[]
}

/**
 * Reads the prices of a CSV. A line that repeats the day, quality and market of an earlier one is refused.
 * @throws Problem of {@link leerCsv}.
 */
export async function leerPrecios(content: AsyncIterable<Buffer>): Promise<Lineas> {
  const lineas: Lineas = { validas: [], rechazadas: [] }
  const vistas = new Map<string, number>()
  for await (const { linea, celdas, error } of leerCsv(content, COLUMNAS)) {
    const rechazar = (...errores: FieldError[]) => lineas.rechazadas.push({ linea, errores })
    const leida = error === undefined ? v.safeParse(NuevoPrecioSchema, celdas) : undefined
    if (!leida) rechazar({ campo: '', mensaje: error! })
    else if (!leida.success)
      rechazar(...leida.issues.map((issue) => ({ campo: v.getDotPath(issue) ?? '', mensaje: issue.message })))
    else {
      const { fecha, calidad, mercado } = leida.output
      const clave = JSON.stringify([fecha, calidad, mercado])
      const antes = vistas.get(clave)
      if (antes !== undefined) rechazar({ campo: 'fecha', mensaje: `Repite la línea ${antes}.` })
      else {
        vistas.set(clave, linea)
        lineas.validas.push({ ...leida.output, linea })
      }
    }
  }
  return lineas
}

/** Applies the valid lines in one statement. @returns the JSON of the report, line by line. */
export async function aplicarPrecios(db: UserDb, { validas, rechazadas }: Lineas, simulado: boolean) {
  const hechas = await db.query<{ linea: number; estado: Estado }>(importarPrecios, [JSON.stringify(validas)])
  const totales = { lineas: 0, creado: 0, actualizado: 0, sin_cambio: 0, rechazado: 0 }
  const lineas = [
    ...hechas.map(({ linea, estado }) => ({ linea, estado, errores: [] as FieldError[] })),
    ...rechazadas.map(({ linea, errores }) => ({ linea, estado: 'rechazado' as const, errores })),
  ].sort((una, otra) => una.linea - otra.linea)
  for (const { estado } of lineas) totales[estado]++
  totales.lineas = lineas.length
  return JSON.stringify({ simulado, totales, lineas })
}
