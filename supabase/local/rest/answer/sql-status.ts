// PostgREST's table of what a SQLSTATE is in HTTP: the page "Errors" of its documentation.
import { isStatus } from './header.ts'

/** By the first two characters of the code. */
const CLASSES: Record<string, number> = {
  '08': 503,
  '09': 500,
  '0L': 403,
  '0P': 403,
  '25': 500,
  '28': 403,
  '2D': 500,
  '38': 500,
  '39': 500,
  '3B': 500,
  '40': 500,
  '53': 503,
  '54': 500,
  '55': 500,
  '57': 500,
  '58': 500,
  F0: 500,
  HV: 500,
  P0: 500,
  XX: 500,
}

const CODES: Record<string, number> = {
  '21000': 500,
  '23503': 409,
  '23505': 409,
  '25006': 405,
  '42883': 404,
  '42P01': 404,
  '42P17': 500,
  '53400': 500,
  '57P01': 503,
  P0001: 400,
}

/**
 * The HTTP status of an error that Postgres answered.
 * @param isAnonymous asks whoever has not signed in to do so, where it may not.
 */
export function statusOf(code: string, message: string, isAnonymous: boolean): number {
  if (code === '42501') return isAnonymous ? 401 : 403
  if (code.startsWith('PT')) {
    const status = code.slice(2)
    return isStatus(status) ? Number(status) : 500
  }
  // The extension safeupdate, which is as much of a slip as any filter.
  if (code === '21000' && message.endsWith('requires a WHERE clause')) return 400
  // The role of a token, which is nobody.
  if (code === '22023') return /^role .* does not exist$/.test(message) ? 401 : 400
  // Rows that cannot become XML.
  if (code === '42883' && message.startsWith('function xmlagg(')) return 406
  return CODES[code] ?? CLASSES[code.slice(0, 2)] ?? 400
}
