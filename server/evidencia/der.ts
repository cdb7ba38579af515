// As much of DER as a time stamp needs: reading, and no writing.

/** One value: its tag, its content, and all its bytes. */
export interface Der {
  tag: number
  content: Buffer
  whole: Buffer
}

/** @throws Error for what is cut short, or longer than 2 GiB. */
function take(bytes: Buffer, at: number): Der {
  const tag = bytes[at]
  let length = bytes[at + 1]
  if (tag === undefined || length === undefined) throw new Error('DER: falta el final')
  let from = at + 2
  if (length >= 0x80) {
    const size = length & 0x7f
    if (size === 0 || size > 4 || from + size > bytes.length) throw new Error('DER: un largo que no se lee')
    length = bytes.readUIntBE(from, size)
    from += size
  }
  if (from + length > bytes.length) throw new Error('DER: falta el final')
  return { tag, content: bytes.subarray(from, from + length), whole: bytes.subarray(at, from + length) }
}

/** What a sequence, a set or any constructed value holds. */
export function parts({ content }: Pick<Der, 'content'>): Der[] {
  const found: Der[] = []
  for (let at = 0; at < content.length; ) {
    const part = take(content, at)
    found.push(part)
    at += part.whole.length
  }
  return found
}

export const readDer = (bytes: Buffer): Der => take(bytes, 0)

/** The part at a place. @throws Error if it is not there, or has another tag. */
export function part(parent: Pick<Der, 'content'>, index: number, tag?: number): Der {
  const found = parts(parent)[index]
  if (!found || (tag !== undefined && found.tag !== tag)) throw new Error('DER: no tiene esa forma')
  return found
}

/** An object identifier, with dots. */
export function oid({ content }: Pick<Der, 'content'>): string {
  const numbers: number[] = []
  let value = 0
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f)
    if (byte & 0x80) continue
    if (numbers.length) numbers.push(value)
    else numbers.push(Math.min(2, Math.floor(value / 40)), value - 40 * Math.min(2, Math.floor(value / 40)))
    value = 0
  }
  return numbers.join('.')
}

/** A GeneralizedTime in UTC: `20261127100000Z`, with decimals or without. */
export function time({ content }: Pick<Der, 'content'>): Date {
  const [, y, mo, d, h, mi, s, fraction = ''] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\.\d+)?Z$/.exec(content.toString('latin1')) ?? []
  const date = new Date(`${y}-${mo}-${d}T${h}:${mi}:${s}${fraction.slice(0, 4)}Z`)
  if (Number.isNaN(date.getTime())) throw new Error('DER: una hora que no se lee')
  return date
}
