import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { parse } from 'csv-parse'
import { Problem, problem } from '../utils/problem.ts'

const BYTES_AT_MOST = 5 * 1024 * 1024
const LINES_AT_MOST = 20_000
const HEADER_AT_MOST = 4096

/** A line of a CSV, by the names of its header. */
export interface LineaCsv {
  /** Of the file; the header is the first. */
  linea: number
  /** Cells that are not empty, with a decimal point. */
  celdas: Record<string, string>
  /** Why it cannot be read, in Spanish. */
  error: string | undefined
}

/** What a header may name: columns that must be there, and those that hold a number. */
export interface Columnas {
  todas: readonly string[]
  obligatorias: readonly string[]
  numericas: readonly string[]
}

/**
 * Reads a CSV with a header while it arrives: UTF-8, separated by `;` (decimals with comma, as Excel writes in Spanish)
 * or by `,`.
 * @throws Problem 413 `csv_demasiado_grande`, or 422 `csv_invalido` for what is not such a file.
 */
export async function* leerCsv(content: AsyncIterable<Buffer>, columnas: Columnas): AsyncGenerator<LineaCsv> {
  const texto = decodificar(content)
  const inicio = await hastaEncabezado(texto)
  const separador = inicio.split('\n', 1)[0]!.includes(';') ? ';' : ','
  const parser = parse({
    delimiter: separador,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
    info: true,
    max_record_size: HEADER_AT_MOST,
  })
  const source = Readable.from(
    (async function* () {
      yield inicio
      yield* texto
    })(),
  )
  // Its failure is that of the parser, which the loop below meets.
  const fed = pipeline(source, parser).catch(() => {})
  try {
    let nombres: string[] | undefined
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[]
      info: { lines: number }
    }>) {
      if (info.lines > LINES_AT_MOST + 1) throw problem('csv_demasiado_grande')
      if (nombres) yield lineaDe(nombres, record, info.lines, separador === ';' ? columnas.numericas : [])
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

/** The same bytes as text, as long as they are not too many. */
async function* decodificar(content: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytes = 0
  try {
    for await (const chunk of content) {
      bytes += chunk.length
      if (bytes > BYTES_AT_MOST) throw problem('csv_demasiado_grande')
      yield decoder.decode(chunk, { stream: true })
    }
    yield decoder.decode()
  } catch (error) {
    throw error instanceof TypeError ? problem('csv_invalido', { cause: error }) : error
  }
}

/** The text up to the end of the first line, or more. */
async function hastaEncabezado(texto: AsyncGenerator<string>): Promise<string> {
  let inicio = ''
  while (!inicio.includes('\n') && inicio.length <= HEADER_AT_MOST) {
    const { done, value } = await texto.next()
    if (done) break
    inicio += value
  }
  return inicio
}

const sinTildes = (texto: string) => texto.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()

function encabezado(celdas: string[], { todas, obligatorias }: Columnas): string[] {
  const nombres = celdas.map(sinTildes)
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

function lineaDe(nombres: string[], record: string[], linea: number, conComa: readonly string[]): LineaCsv {
  if (record.length !== nombres.length)
    return { linea, celdas: {}, error: `Tiene ${record.length} columnas y el encabezado ${nombres.length}.` }
  const celdas: Record<string, string> = {}
  for (const [i, nombre] of nombres.entries()) {
    const celda = record[i]!
    if (celda === '') continue
    // 11.498 would be eleven and a half, or eleven thousand: neither is guessed.
    if (conComa.includes(nombre) && celda.includes('.'))
      return { linea, celdas: {}, error: 'Con ; los decimales llevan coma, sin separador de miles.' }
    celdas[nombre] = conComa.includes(nombre) ? celda.replace(',', '.') : celda
  }
  return { linea, celdas, error: undefined }
}
