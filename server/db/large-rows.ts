// What Postgres sends of a large row, kept as the bytes that came. pg joins them, growing a buffer by copies of itself,
// and decodes all of it: milliseconds of the one thread for each answer of a few MB, which everybody else waits for.
import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import pg from 'pg'

/** Bytes. Below, a string costs less than what is done to avoid it. */
const LARGE = 16 * 1024
const DATA_ROW = 0x44
/** Of a message: what it is (one byte), and its length without that. */
const HEADER = 5

/** A large value of a text type: bytes of UTF-8, in the pieces in which they came. */
export class LargeText {
  readonly pieces: readonly Buffer[]
  /** Bytes of all of it. */
  readonly length: number
  constructor(pieces: readonly Buffer[], length: number) {
    this.pieces = pieces
    this.length = length
  }
  toString(): string {
    return Buffer.concat(this.pieces, this.length).toString('utf8')
  }
}

type Value = string | LargeText | null

/** The values of a row, whose message came in pieces. */
function valuesOf(pieces: readonly Buffer[]): Value[] {
  let index = 0
  let at = 0
  function take(bytes: number): Buffer[] {
    const taken: Buffer[] = []
    for (let missing = bytes; missing > 0; ) {
      const piece = pieces[index]!
      const part = piece.subarray(at, at + missing)
      taken.push(part)
      missing -= part.length
      at += part.length
      if (at < piece.length) continue
      index++
      at = 0
    }
    return taken
  }
  const joined = (bytes: number) => Buffer.concat(take(bytes), bytes)
  return Array.from({ length: joined(2).readInt16BE() }, () => {
    const length = joined(4).readInt32BE()
    if (length < 0) return null
    return length < LARGE ? joined(length).toString('utf8') : new LargeText(take(length), length)
  })
}

/**
 * Takes large rows out of what a server sends.
 * @param onRest is given all the rest, in its order, cut anywhere.
 * @param onRow is given the values of a large row, when all of it has come.
 * @returns takes what comes.
 */
export function takeLargeRows(onRest: (bytes: Buffer) => void, onRow: (values: Value[]) => void) {
  /** The start of a message, too short to say what it is. */
  let start: Buffer | undefined
  /** What is still to come of a message of the rest. */
  let ofRest = 0
  let row: Buffer[] | undefined
  let ofRow = 0

  /** @returns up to where what came is part of the row. */
  function addToRow(pieces: Buffer[], bytes: Buffer, at: number): number {
    const piece = bytes.subarray(at, at + ofRow)
    pieces.push(piece)
    ofRow -= piece.length
    if (ofRow === 0) {
      row = undefined
      onRow(valuesOf(pieces))
    }
    return at + piece.length
  }

  return (came: Buffer): void => {
    const bytes: Buffer = start ? Buffer.concat([start, came]) : came
    start = undefined
    let at = 0
    let from = 0
    while (at < bytes.length) {
      if (row) {
        at = addToRow(row, bytes, at)
        from = at
      } else if (ofRest > 0) {
        const step = Math.min(ofRest, bytes.length - at)
        ofRest -= step
        at += step
      } else if (bytes.length - at < HEADER) {
        start = bytes.subarray(at)
        break
      } else {
        const length = bytes.readUInt32BE(at + 1)
        if (bytes[at] !== DATA_ROW || length < LARGE) ofRest = 1 + length
        else {
          if (at > from) onRest(bytes.subarray(from, at))
          row = []
          ofRow = length - (HEADER - 1)
          at += HEADER
          from = at
        }
      }
    }
    if (at > from) onRest(bytes.subarray(from, at))
  }
}

// What pg has of a connection; @types/pg leaves it out.
interface Connection extends EventEmitter {
  attachListeners(stream: EventEmitter): void
}

/** A client whose rows have large values as {@link LargeText}: for {@link largeTypes}. */
export class LargeRowsClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    const { connection } = this as unknown as { connection: Connection }
    const readAll = connection.attachListeners
    connection.attachListeners = (stream: Socket) => {
      // What pg reads in the place of the socket.
      const rest = new EventEmitter()
      readAll.call(connection, rest)
      const take = takeLargeRows(
        (bytes) => rest.emit('data', bytes),
        (fields) => connection.emit('dataRow', { name: 'dataRow', fieldCount: fields.length, fields }),
      )
      stream.on('data', take)
      stream.on('end', () => rest.emit('end'))
    }
  }
}

// xml, text, char(n), varchar
const TEXTS = new Set([142, 25, 1042, 1043])

/**
 * Types for {@link LargeRowsClient}: a large value of a text type stays what came, another is read as ever.
 * @param types where all of it is text.
 * @param texts types whose values `types` leaves as they are.
 */
export function largeTypes(types: pg.CustomTypesConfig, texts: readonly number[]): pg.CustomTypesConfig {
  const asItCame = (value: unknown) => value
  return {
    getTypeParser(oid: number, format?: 'text' | 'binary') {
      if (TEXTS.has(oid) || texts.includes(oid)) return asItCame
      const read = types.getTypeParser(oid, format as 'text') as (value: unknown) => unknown
      return (value: unknown) => read(value instanceof LargeText ? String(value) : value)
    },
  } as pg.CustomTypesConfig
}
