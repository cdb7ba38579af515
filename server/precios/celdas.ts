/** What stands between two cells. */
export type Separador = ';' | ',' | '\t'

/** A cell as it is to be understood, or why it cannot be. */
export type Celda = { texto: string; mensaje?: undefined } | { texto?: undefined; mensaje: string }

/** Which number of 01/02/2025 is the month: nothing says it, or what was written can only be so. */
export type OrdenDeFecha = 'ambiguo' | 'dia primero' | 'mes primero'

const CON_PUNTO_Y_COMA = 'Con ; los decimales llevan coma, sin separador de miles.'
const CON_COMA = 'Con , los decimales llevan punto, sin separador de miles.'
const CON_TABULADOR = 'No se sabe si son miles o decimales: escríbalo sin separador de miles.'

/**
 * A number as a spreadsheet writes it, with a decimal point. The separator of the file says which sign is the decimal
 * one: 11.498 would be eleven and a half, or eleven thousand, and neither is guessed.
 */
export function leerNumero(celda: string, separador: Separador): Celda {
  if (separador === ';' && celda.includes('.')) return { mensaje: CON_PUNTO_Y_COMA }
  if (separador === ',' && celda.includes(',')) return { mensaje: CON_COMA }
  if (separador === '\t' && /[.,].*[.,]|^-?\d{1,3}[.,]\d{3}$/.test(celda)) return { mensaje: CON_TABULADOR }
  return { texto: celda.replace(',', '.') }
}

/** A date written as 2025-01-31 or, as in Ecuador, day first: 31/01/2025. The year has four digits. */
export function leerFecha(celda: string): Celda & { orden?: OrdenDeFecha } {
  const [, dia = '', mes = '', anio = ''] = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(celda) ?? []
  if (anio === '')
    return celda.includes('/') ? { mensaje: 'Debe ser AAAA-MM-DD o dd/mm/aaaa.' } : { texto: celda }
  if (Number(mes) > 12)
    return {
      mensaje: `Debe ser dd/mm/aaaa: no hay mes ${Number(mes)}.`,
      ...(Number(dia) <= 12 && { orden: 'mes primero' as const }),
    }
  const orden = Number(dia) > 12 || dia.padStart(2, '0') === mes.padStart(2, '0') ? 'dia primero' : 'ambiguo'
  return { texto: `${anio}-${mes.padStart(2, '0')}-${dia.padStart(2, '0')}`, orden }
}
