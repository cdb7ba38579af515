// Canonical JSON (RFC 8785): the text that is hashed and signed. The database writes the same, see
// supabase/schemas/05_evidencia; a property test holds both equal.

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json | undefined }

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

function text(value: string): string {
  // Half a character has no UTF-8: it would be hashed as something else than it is.
  if (LONE.test(value)) throw new TypeError('JSON canónico: un texto tiene medio carácter')
  return JSON.stringify(value)
}

/**
 * The canonical text of a value: keys by their UTF-16 units, no blanks, numbers as ECMAScript writes them, no Unicode
 * normalisation. Keys whose value is undefined are left out.
 * @throws TypeError for what JSON does not hold: NaN, Infinity, half of a surrogate pair, functions.
 */
export function canonical(value: Json): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return text(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('JSON canónico: un número no es finito')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object') throw new TypeError(`JSON canónico: no hay ${typeof value}`)
  const members: string[] = []
  // The order of sort() is that of UTF-16 units, which RFC 8785 asks for.
  for (const key of Object.keys(value).sort()) {
    const member = value[key]
    if (member !== undefined) members.push(`${text(key)}:${canonical(member)}`)
  }
  return `{${members.join(',')}}`
}

/**
 * The canonical text of what an evidence tells: a decimal is a string there ("68.500" keeps its zeros), so a number that
 * is no integer of up to 2^53 is refused.
 * @throws TypeError for such a number too.
 */
export function canonicalEvidence(value: Json): string {
  refuseDecimals(value)
  return canonical(value)
}

function refuseDecimals(value: Json | undefined): void {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new TypeError('Evidencia: un decimal va como texto')
  if (typeof value === 'object' && value !== null)
    for (const part of Object.values(value)) refuseDecimals(part)
}
