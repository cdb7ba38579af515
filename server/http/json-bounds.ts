/** What a JSON text may hold. Parsing costs by what is in it, not by its size alone: nine megabytes of brackets take a second. */
export interface JsonBounds {
  /** Lists and objects within one another. */
  depth: number
  /** Values in all of it. */
  values: number
  /** Values of the outermost list, and of each list or object in it. */
  items?: number
}

/** For a body that a person or an app fills in. */
export const SMALL_JSON: JsonBounds = { depth: 32, values: 20_000 }

const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c]
const OPENS = new Set([0x5b, 0x7b])
const CLOSES = new Set([0x5d, 0x7d])

/**
 * Walks over a JSON text once, without parsing it, until it is found to hold too much.
 * @param bytes UTF-8; what is no JSON is for the parser to say.
 * @returns which bound is passed, or null.
 */
export function passedBound(bytes: Uint8Array, bounds: JsonBounds): keyof JsonBounds | null {
  const most = bounds.items ?? Number.POSITIVE_INFINITY
  let depth = 0
  let values = 1
  // Of the outermost and of the one being read within it.
  const items = [0, 1, 1]
  let isText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (isText) {
      if (byte === BACKSLASH) at++
      else if (byte === QUOTE) isText = false
      continue
    }
    if (byte === QUOTE) isText = true
    else if (byte === COMMA) {
      if (++values > bounds.values) return 'values'
      if (depth <= 2 && ++items[depth]! > most) return 'items'
    } else if (OPENS.has(byte)) {
      if (++depth > bounds.depth) return 'depth'
      if (++values > bounds.values) return 'values'
      if (depth <= 2) items[depth] = 1
    } else if (CLOSES.has(byte)) depth--
  }
  return null
}
