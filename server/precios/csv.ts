import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parse } from 'csv-parse'
import { type FieldError, Problem, problem } from '../http/problem.ts'
import { decodeText } from '../http/text-encoding.ts'
import { leerFecha, leerNumero, type OrdenDeFecha, type Separador } from './celdas.ts'

const BYTES_AT_MOST = 5 * 1024 * 1024
const LINES_AT_MOST = 20_000
const HEADER_AT_MOST = 4096
const CHARACTERS_AT_ONCE = 16_384

/** A line of a CSV, by the names of its header. */
export interface LineaCsv {
  /** Of the file; the header is the first. */
  linea: number
  /** Cells that are not empty: numbers with a decimal point, dates as 2025-01-31. */
  celdas: Record<string, string>
  /** Of a date with bars: whether it says which of its numbers is the month. */
  orden: OrdenDeFecha | undefined
  /** Why it cannot be read. */
  error: FieldError | undefined
}

/** What a header may name: columns that must be there, and those that hold a number or a date. */
export interface Columnas {
  todas: readonly string[]
  obligatorias: readonly string[]
  numericas: readonly string[]
  fechas: readonly string[]
}

/**
 * Reads a CSV with a header as spreadsheets save and copy it: UTF-8, UTF-16 or windows-1252, separated by `;` (decimals
 * with comma, as in Spanish), `,` (with point) or tabs (with either), or by what a first line `sep=` says.
 * @throws Problem 413 `csv_demasiado_grande`, or 422 `csv_invalido` for what is not such a file.
 */
export async function* leerCsv(content: AsyncIterable<Buffer>, columnas: Columnas): AsyncGenerator<LineaCsv> {
  const { texto, separador, delante } = preparar(await textoDe(content))
  const parser = parse({
    delimiter: separador,
    relax_column_count: true,
    skip_empty_lines: true,
    // A sheet has more rows than were filled: its last lines are separators alone.
    skip_records_with_empty_values: true,
    // A tab is a space to who trims: where it separates, cells are trimmed below.
    trim: separador !== '\t',
    info: true,
    max_record_size: HEADER_AT_MOST,
  })
  // Its failure is that of the parser, which the loop below meets.
  const fed = pipeline(Readable.from(trozos(texto)), parser).catch(() => {})
  try {
    let nombres: string[] | undefined
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[]
      info: { lines: number }
    }>) {
      const linea = info.lines + delante
      if (linea > LINES_AT_MOST + 1 + delante) throw problem('csv_demasiado_grande')
      if (nombres) yield lineaDe(nombres, record, linea, separador, columnas)
      else nombres = encabezado(record, columnas)
    }
    if (!nombres) throw problem('csv_invalido')
  } catch (error) {
    throw error instanceof Problem ? error : problem('csv_invalido', { cause: error })
  } finally {
    parser.destroy()
    await fed
  }
}

/** Some of it at a time: parsing all at once would hold every other request. */
function* trozos(texto: string): Generator<string> {
  for (let i = 0; i < texto.length; i += CHARACTERS_AT_ONCE) yield texto.slice(i, i + CHARACTERS_AT_ONCE)
}

/** All of it as text: whether it is UTF-8 is known at its last byte. */
async function textoDe(content: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of content) {
    bytes += chunk.length
    if (bytes > BYTES_AT_MOST) throw problem('csv_demasiado_grande')
    chunks.push(chunk)
  }
  const decoded = decodeText(Buffer.concat(chunks))
  if (!decoded) throw problem('csv_invalido')
  return decoded.text
}

/** Finds the separator, and takes away the line that says it. */
function preparar(texto: string): { texto: string; separador: Separador; delante: number } {
  const dicho = /^\s*"?sep=([;,\t])"?[ \t]*\r?\n/i.exec(texto)
  if (dicho) return { texto: texto.slice(dicho[0].length), separador: dicho[1] as Separador, delante: 1 }
  const primera = texto.trimStart().split('\n', 1)[0]!
  const separador = ([';', '\t'] as const).find((signo) => primera.includes(signo)) ?? ','
  return { texto, separador, delante: 0 }
}

const sinTildes = (texto: string) => texto.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

/** The same cells without the empty ones at the end. */
const recortada = (celdas: string[]) =>
  celdas.slice(0, celdas.findLastIndex((celda) => celda.trim() !== '') + 1)

function encabezado(celdas: string[], { todas, obligatorias }: Columnas): string[] {
  const nombres = recortada(celdas).map((celda) => sinTildes(celda.trim()))
  const errores = [
    ...nombres
      .filter((nombre) => !todas.includes(nombre))
      .map((campo) => ({ campo: campo.slice(0, 60), mensaje: 'No es una columna de este archivo.' })),
    ...nombres
      .filter((nombre, i) => nombres.indexOf(nombre) < i)
      .map((campo) => ({ campo: campo.slice(0, 60), mensaje: 'La columna vino más de una vez.' })),
    ...obligatorias
      .filter((campo) => !nombres.includes(campo))
      .map((campo) => ({ campo, mensaje: 'Falta la columna.' })),
  ]
  if (errores.length > 0) throw problem('csv_invalido', { errores: errores.slice(0, 20) })
  return nombres
}

function lineaDe(
  nombres: string[],
  record: string[],
  linea: number,
  separador: Separador,
  { numericas, fechas }: Columnas,
): LineaCsv {
  const leida: LineaCsv = { linea, celdas: {}, orden: undefined, error: undefined }
  const error = (campo: string, mensaje: string) => ({ ...leida, celdas: {}, error: { campo, mensaje } })
  const llenas = recortada(record)
  if (record.length < nombres.length || llenas.length > nombres.length)
    return error('', `Tiene ${record.length} columnas y el encabezado ${nombres.length}.`)
  for (const [i, nombre] of nombres.entries()) {
    const celda = record[i]!.trim()
    if (celda === '') continue
    const { texto, mensaje, orden } = fechas.includes(nombre)
      ? leerFecha(celda)
      : {
          ...(numericas.includes(nombre) ? leerNumero(celda, separador) : { texto: celda }),
          orden: undefined,
        }
    leida.orden ??= orden
    if (mensaje !== undefined) return error(nombre, mensaje)
    leida.celdas[nombre] = texto
  }
  return leida
}
