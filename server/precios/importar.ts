import { setImmediate as nextTurn } from 'node:timers/promises'
import * as v from 'valibot'
import type { FieldError } from '../http/problem.ts'
import type { UserDb } from '../session/as-user.ts'
import { leerCsv } from './csv.ts'
import { importarPrecios } from './queries.ts'
import { type NuevoPrecio, NuevoPrecioSchema } from './schemas.ts'

const COLUMNAS = {
  todas: ['fecha', 'calidad', 'mercado', 'precio_tm', 'diferencial', 'fuente'],
  obligatorias: ['fecha', 'calidad', 'precio_tm'],
  numericas: ['precio_tm', 'diferencial'],
  fechas: ['fecha'],
} as const

const FILAS_A_LA_VEZ = 2000
// So many lines are read before others are served: a few milliseconds.
const LINEAS_SEGUIDAS = 200

type Estado = 'creado' | 'actualizado' | 'sin_cambio' | 'rechazado'

type Valida = NuevoPrecio & { linea: number; clave: string }

/** The lines of a file: those that may be applied, and those that may not, with the reason. */
export interface Lineas {
  validas: Valida[]
  rechazadas: { linea: number; errores: FieldError[] }[]
}

/**
 * Reads the prices of a CSV. A line that repeats the day, quality and market of an earlier one is refused; so is every
 * date that could be read either way, in a file where one was written month first.
 * @throws Problem of {@link leerCsv}.
 */
export async function leerPrecios(content: AsyncIterable<Buffer>): Promise<Lineas> {
  const lineas: Lineas = { validas: [], rechazadas: [] }
  const vistas = new Map<string, number>()
  const ambiguas = new Set<number>()
  let mesPrimero: number | undefined
  let leidas = 0
  for await (const { linea, celdas, orden, error } of leerCsv(content, COLUMNAS)) {
    if (++leidas % LINEAS_SEGUIDAS === 0) await nextTurn()
    if (orden === 'ambiguo') ambiguas.add(linea)
    if (orden === 'mes primero') mesPrimero ??= linea
    const rechazar = (...errores: FieldError[]) => lineas.rechazadas.push({ linea, errores })
    const leida = error === undefined ? v.safeParse(NuevoPrecioSchema, celdas) : undefined
    if (!leida) rechazar(error!)
    else if (!leida.success)
      rechazar(...leida.issues.map((issue) => ({ campo: v.getDotPath(issue) ?? '', mensaje: issue.message })))
    else {
      const { fecha, calidad, mercado } = leida.output
      const clave = JSON.stringify([calidad, mercado, fecha])
      const antes = vistas.get(clave)
      if (antes !== undefined) rechazar({ campo: 'fecha', mensaje: `Repite la línea ${antes}.` })
      else {
        vistas.set(clave, linea)
        lineas.validas.push({ ...leida.output, linea, clave })
      }
    }
  }
  return mesPrimero === undefined ? lineas : sinAmbiguas(lineas, ambiguas, mesPrimero)
}

function sinAmbiguas({ validas, rechazadas }: Lineas, ambiguas: Set<number>, mesPrimero: number): Lineas {
  const mensaje = `No se sabe cuál es el mes: en la línea ${mesPrimero} va primero. Escríbala AAAA-MM-DD.`
  const errores = [{ campo: 'fecha', mensaje }]
  return {
    validas: validas.filter(({ linea }) => !ambiguas.has(linea)),
    rechazadas: [
      ...rechazadas,
      ...validas.filter(({ linea }) => ambiguas.has(linea)).map(({ linea }) => ({ linea, errores })),
    ],
  }
}

/**
 * Applies the valid lines, some thousands by statement: none comes near the time that a statement may take.
 * @param tx a transaction: all of them are applied, or none.
 * @returns the JSON of the report, line by line.
 */
export async function aplicarPrecios(tx: UserDb, { validas, rechazadas }: Lineas, simulado: boolean) {
  const hechas: { linea: number; estado: Estado }[] = []
  // Always in one order: two imports at once never wait for each other crosswise.
  const filas = validas.toSorted((una, otra) => (una.clave < otra.clave ? -1 : 1))
  for (let i = 0; i < filas.length; i += FILAS_A_LA_VEZ) {
    const tanda = JSON.stringify(
      filas.slice(i, i + FILAS_A_LA_VEZ).map(({ clave: _, ...fila }, turno) => ({ ...fila, turno })),
    )
    hechas.push(...(await tx.query<{ linea: number; estado: Estado }>(importarPrecios, [tanda])))
  }
  const totales = { lineas: 0, creado: 0, actualizado: 0, sin_cambio: 0, rechazado: 0 }
  const lineas = [
    ...hechas.map(({ linea, estado }) => ({ linea, estado, errores: [] as FieldError[] })),
    ...rechazadas.map(({ linea, errores }) => ({ linea, estado: 'rechazado' as const, errores })),
  ].sort((una, otra) => una.linea - otra.linea)
  for (const { estado } of lineas) totales[estado]++
  totales.lineas = lineas.length
  return JSON.stringify({ simulado, totales, lineas })
}
