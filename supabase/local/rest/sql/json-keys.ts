// The keys of a JSON body, without making values of it: a number is never read as one, and 50 MiB cost no objects.
import { RestError } from '../error.ts'

export interface JsonKeys {
  kind: 'object' | 'array' | 'scalar'
  /** Of the object, or of each object of the array. Null where these differ, or where one is no object. */
  keys: readonly string[] | null
}

/** Where a key stands, its quotes too. */
type Slice = readonly [number, number]

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a]
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d]
const WORDS = new Map(['true', 'false', 'null'].map((word) => [word.charCodeAt(0), Buffer.from(word)]))
const ESCAPED = new Set(Buffer.from('"\\/bfnrt'))
const U = 0x75

const isSpace = (byte: number | undefined) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const isDigit = (byte: number | undefined) => byte !== undefined && byte >= 0x30 && byte <= 0x39
const isHex = (byte: number | undefined) =>
  isDigit(byte) || (byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)

function refuse(): never {
  throw new RestError(400, 'PGRST102', 'Empty or invalid json')
}

/**
 * Reads a JSON text through, in one pass and without recursion.
 * @throws RestError PGRST102 where it is none.
 */
export function keysOf(json: Buffer): JsonKeys {
  const known = knownKeys(json)
  const open: number[] = []
  let at = skipSpace(json, 0)
  const kind = json[at] === OPEN_OBJECT ? 'object' : json[at] === OPEN_ARRAY ? 'array' : 'scalar'
  const level = kind === 'object' ? 1 : 2
  for (;;) {
    at = skipSpace(json, at)
    const byte = json[at]
    if (kind === 'array' && open.length === 1 && byte !== OPEN_OBJECT && byte !== CLOSE_ARRAY) known.differ()
    let isEmpty = false
    if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      open.push(byte)
      at = skipSpace(json, at + 1)
      isEmpty = json[at] === (byte === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY)
      if (!isEmpty && byte === OPEN_ARRAY) continue
      if (!isEmpty) {
        at = readKey()
        continue
      }
    } else at = skipScalar(json, at)
    // What follows a value: its containers' ends, and then one more value.
    for (;;) {
      at = skipSpace(json, at)
      const container = open.at(-1)
      if (container === undefined) {
        if (at < json.length) refuse()
        return { kind, keys: known.result() }
      }
      if (json[at] === COMMA && !isEmpty) {
        at = skipSpace(json, at + 1)
        if (container === OPEN_OBJECT) at = readKey()
        break
      }
      if (json[at] !== (container === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY)) refuse()
      if (container === OPEN_OBJECT && open.length === level) known.end()
      isEmpty = false
      open.pop()
      at++
    }
  }

  function readKey(): number {
    if (json[at] !== QUOTE) refuse()
    const end = skipString(json, at)
    if (open.length === level) known.add([at, end])
    const colon = skipSpace(json, end)
    if (json[colon] !== COLON) refuse()
    return colon + 1
  }
}

/** The keys of the first object, and whether every other one has the same. */
function knownKeys(json: Buffer) {
  let first: Slice[] | null = null
  let names: Set<string> | null = null
  let isSame = true
  let current: Slice[] = []
  const nameOf = ([from, to]: Slice) => JSON.parse(json.toString('utf8', from, to)) as string
  const namesOf = (slices: Slice[]) => new Set(slices.map(nameOf))
  // Byte by byte: keys are short, and Buffer.compare costs more than reading them.
  const isEqual = ([from, to]: Slice, other: Slice | undefined) => {
    if (other === undefined || to - from !== other[1] - other[0]) return false
    for (let i = to - from - 1; i > 0; i--) if (json[from + i] !== json[other[0] + i]) return false
    return true
  }
  return {
    add: (slice: Slice) => void current.push(slice),
    differ: () => {
      isSame = false
    },
    end() {
      if (!first) first = current
      // Mostly they stand in the same order and are written the same.
      else if (
        isSame &&
        !(current.length === first.length && first.every((slice, i) => isEqual(slice, current[i])))
      ) {
        names ??= namesOf(first)
        const others = namesOf(current)
        isSame = names.size === others.size && [...names].every((name) => others.has(name))
      }
      current = []
    },
    result: (): string[] | null => (isSame ? [...namesOf(first ?? [])] : null),
  }
}

function skipSpace(json: Buffer, from: number): number {
  let at = from
  while (isSpace(json[at])) at++
  return at
}

function skipScalar(json: Buffer, at: number): number {
  const byte = json[at]
  if (byte === QUOTE) return skipString(json, at)
  const word = byte === undefined ? undefined : WORDS.get(byte)
  if (!word) return skipNumber(json, at)
  if (json.compare(word, 0, word.length, at, Math.min(json.length, at + word.length)) !== 0) refuse()
  return at + word.length
}

function skipString(json: Buffer, from: number): number {
  let at = from + 1
  for (;;) {
    const byte = json[at++]
    if (byte === QUOTE) return at
    if (byte === undefined || byte < 0x20) refuse()
    if (byte !== BACKSLASH) continue
    const escaped = json[at++]
    if (escaped === U) {
      for (const end = at + 4; at < end; at++) if (!isHex(json[at])) refuse()
    } else if (escaped === undefined || !ESCAPED.has(escaped)) refuse()
  }
}

function skipNumber(json: Buffer, from: number): number {
  let at = json[from] === 0x2d ? from + 1 : from
  const isZero = json[at] === 0x30
  const end = digits(json, at)
  if (isZero && end > at + 1) refuse()
  at = end
  if (json[at] === 0x2e) at = digits(json, at + 1)
  if (json[at] === 0x65 || json[at] === 0x45) {
    at++
    at = digits(json, json[at] === 0x2b || json[at] === 0x2d ? at + 1 : at)
  }
  return at
}

/** One or more. */
function digits(json: Buffer, from: number): number {
  let at = from
  while (isDigit(json[at])) at++
  if (at === from) refuse()
  return at
}
