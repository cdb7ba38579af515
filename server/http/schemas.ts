import * as v from 'valibot'
import { speakSpanish } from './schema-messages.ts'

speakSpanish()

// Postgres stores no NUL, and UTF-8 has no lone surrogates.
export const esTexto = (texto: string) => texto.isWellFormed() && !texto.includes('\0')

/** Text of one to `maximo` characters, without spaces around. */
export const texto = (maximo: number) =>
  v.pipe(
    v.string(),
    v.check(esTexto, 'Tiene caracteres que no se admiten.'),
    v.trim(),
    v.minLength(1, 'No puede estar vacío.'),
    v.maxLength(maximo, `Admite ${maximo} caracteres como máximo.`),
  )

/** A numeric id of the database, as JSON number or as text. */
export const EntradaIdSchema = v.pipe(
  v.union([v.number(), v.string()], 'Debe ser un identificador.'),
  v.transform(String),
  v.regex(/^[1-9]\d{0,17}$/, 'Debe ser un identificador.'),
)

/** A date of the calendar, `2025-01-31`. */
export const FechaSchema = v.pipe(
  v.string(),
  v.isoDate('Debe ser una fecha AAAA-MM-DD.'),
  v.check(esDelCalendario, 'No es una fecha del calendario.'),
)

function esDelCalendario(fecha: string): boolean {
  const dia = new Date(`${fecha}T00:00:00Z`)
  return !Number.isNaN(dia.getTime()) && dia.toISOString().startsWith(fecha) && /^(199|20)|^2100/.test(fecha)
}

/** False for a period that ends before it begins: an empty list would say that nothing happened in it. */
export const enOrden = ({ desde, hasta }: { desde?: string | undefined; hasta?: string | undefined }) =>
  desde === undefined || hasta === undefined || desde <= hasta
export const FUERA_DE_ORDEN = 'No puede ser anterior a desde.'

const INSTANTE = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?(Z|[+-](0\d|1[0-4]):[0-5]\d)$/

/** True for an instant as our answers write them. */
export function esInstante(texto: string): boolean {
  const fecha = INSTANTE.exec(texto)?.[1]
  return fecha !== undefined && esDelCalendario(fecha)
}

interface Rango {
  /** Every value is above it… */
  mayorQue?: number
  /** …or no value is below it. */
  desde?: number
  /** Highest value allowed; `menorQue` when it is not itself allowed. */
  hasta?: number
  menorQue?: number
  decimales: number
}

/**
 * An exact decimal, as JSON number or as text: it reaches Postgres as text, so `60.0` stays `60.0` when it
 * came as text.
 */
export const decimal = (rango: Rango) =>
  v.pipe(
    v.union([v.number(), v.pipe(v.string(), v.regex(/^-?\d{1,15}(\.\d{1,15})?$/))], 'Debe ser un número.'),
    v.transform(String),
    // One check and not five: a calculation has dozens of numbers.
    v.rawCheck(({ dataset, addIssue }) => {
      const message = dataset.typed && fallaDe(dataset.value, rango)
      if (message) addIssue({ message })
    }),
  )

/** What is wrong with a decimal, the first thing. */
function fallaDe(
  n: string,
  { mayorQue = -Infinity, desde = -Infinity, hasta = Infinity, menorQue = Infinity, decimales }: Rango,
): string | undefined {
  const valor = Number(n)
  if (valor <= mayorQue) return `Debe ser mayor que ${mayorQue}.`
  if (valor < desde) return `Debe ser ${desde} como mínimo.`
  if (valor > hasta) return `Debe ser ${hasta} como máximo.`
  if (valor >= menorQue) return `Debe ser menor que ${menorQue}.`
  const punto = n.indexOf('.')
  const sobran = punto >= 0 && n.length - punto - 1 > decimales
  return sobran || n.includes('e') ? `Admite ${decimales} decimales.` : undefined
}

/** `true` or `false` in a query string. */
export const SiNoSchema = v.pipe(
  v.picklist(['true', 'false'], 'Debe ser true o false.'),
  v.transform((valor) => valor === 'true'),
)

/** Parameters of a page of a list. */
export const paginacion = {
  limite: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[1-9]\d{0,2}$/, 'Debe ser un número de 1 a 100.'),
      v.transform(Number),
      v.maxValue(100, 'Debe ser un número de 1 a 100.'),
    ),
    '20',
  ),
  cursor: v.optional(v.pipe(v.string(), v.maxLength(200, 'No es un cursor de esta lista.'))),
}

/** The parameters of a list without filters. */
export const PaginaSchema = v.strictObject(paginacion)
