// Parsec's parsers of characters, and how a failure is told.
import { RestError } from '../error.ts'
import { type Budget, FAILED, type Failure, fail, type Parser, type State, succeed } from './parsec.ts'

const NAMES: Readonly<Record<number, string>> = {
  ...{ 7: '\\a', 8: '\\b', 9: '\\t', 10: '\\n', 11: '\\v', 12: '\\f', 13: '\\r', 92: '\\\\', 127: '\\DEL' },
  ...Object.fromEntries('NUL SOH STX ETX EOT ENQ ACK'.split(' ').map((name, code) => [code, `\\${name}`])),
  ...Object.fromEntries(
    'SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US'
      .split(' ')
      .map((name, i) => [14 + i, `\\${name}`]),
  ),
}

/** A text as Haskell shows it, in the quotes given. */
export function shown(text: string, quote = '"'): string {
  const inner = Array.from(text, (character) => {
    const code = character.codePointAt(0)!
    if (character === quote) return `\\${quote}`
    return NAMES[code] ?? (code > 126 ? `\\${code}` : character)
  })
  return quote + inner.join('') + quote
}

const characterAt = (state: State, at: number) =>
  at < state.text.length ? String.fromCodePoint(state.text.codePointAt(at)!) : ''

/** The character as it is: only one of all is ever shown. */
const met = (text: string) => ({ kind: 'met', text }) as const
const expected = (text: string) => ({ kind: 'expected', text }) as const

/** What stands at a place instead of what is awaited. */
export function instead(state: State, at: number, awaited: readonly string[] = []): Failure | null {
  if (!state.isTelling) return null
  return { at, messages: [met(characterAt(state, at)), ...awaited.map(expected)] }
}

/** A text, character by character: some of it taken is taken. Its failure stands where it began. */
export function string(wanted: string): Parser<string> {
  const awaited = expected(shown(wanted))
  return (state) => {
    const { text, at } = state
    if (text.startsWith(wanted, at)) return succeed(state, at + wanted.length, wanted)
    let taken = 0
    while (text[at + taken] === wanted[taken]) taken++
    const failure = state.isTelling && { at, messages: [awaited, met(characterAt(state, at + taken))] }
    return fail(state, failure || null, taken > 0)
  }
}

export function character(wanted: string): Parser<string> {
  const awaited = [shown(wanted)]
  return (state) =>
    state.text[state.at] === wanted
      ? succeed(state, state.at + 1, wanted)
      : fail(state, instead(state, state.at, awaited), false)
}

/** A run of characters by a sticky pattern: of at least one where `awaited` is given. */
export function run(pattern: RegExp, awaited: readonly string[] | null = null): Parser<string> {
  return (state) => {
    const start = state.at
    pattern.lastIndex = start
    const end = pattern.test(state.text) ? pattern.lastIndex : start
    const failure = instead(state, end, awaited ?? [])
    if (awaited && end === start) return fail(state, failure, false)
    return succeed(state, end, state.text.slice(start, end), failure)
  }
}

/** Whatever is left. */
export const rest: Parser<string> = (state) => succeed(state, state.text.length, state.text.slice(state.at))

/** Not before a character that matches; what it meets is told one place further, as Parsec does. */
export function notBefore(
  isForbidden: (character: string) => boolean,
  awaited: readonly string[] = [],
): Parser<null> {
  return (state) => {
    const character = characterAt(state, state.at)
    if (!character || !isForbidden(character)) {
      return succeed(state, state.at, null, instead(state, state.at, awaited))
    }
    const text = shown(character, "'")
    return fail(state, { at: state.at + character.length, messages: [{ kind: 'unexpected', text }] }, false)
  }
}

export const end: Parser<null> = (state) => {
  const { text, at } = state
  if (at === text.length) return succeed(state, at, null, instead(state, at, ['end of input']))
  const unexpected = { kind: 'unexpected', text: shown(characterAt(state, at), "'") } as const
  return fail(state, { at, messages: [expected('end of input'), unexpected] }, false)
}

function place(text: string, at: number): string {
  let line = 1
  let column = 1
  for (const character of text.slice(0, at)) {
    if (character === '\n') {
      line++
      column = 1
    } else column += character === '\t' ? 8 - ((column - 1) % 8) : 1
  }
  return `(line ${line}, column ${column})`
}

function told({ messages }: Failure): string {
  const texts = (of: string) => messages.filter(({ kind }) => kind === of).map(({ text }) => text)
  const listed = (of: string[]) => {
    const all = [...new Set(of)].filter(Boolean)
    return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`
  }
  const [system] = texts('met')
  const unexpected =
    listed(texts('unexpected')) || (system === undefined ? '' : system ? shown(system) : 'end of input')
  const awaited = listed(texts('expected'))
  const parts = [unexpected && `unexpected ${unexpected}`, awaited && `expecting ${awaited}`]
  return parts.filter(Boolean).join(' ') || 'unknown parse error'
}

const FREE: Budget = { term() {}, enter() {}, leave() {} }

/** Reads a text by a parser, or refuses it as PGRST100 does. What is left over is the parser's affair. */
export function parse<T>(
  parser: Parser<T>,
  what: string,
  text: string,
  of: { budget: Budget; shown?: string },
): T {
  const { budget } = of
  const state: State = { text, at: 0, consumed: false, failure: null, budget, isTelling: false }
  const result = parser(state)
  if (result !== FAILED) return result
  const failure = failureOf(parser, text)
  const name = `"failed to parse ${what} (${of.shown ?? text})"`
  throw new RestError(400, 'PGRST100', `${name} ${place(text, failure.at)}`, { details: told(failure) })
}

/** Why it is refused: once more, slowly. What it costs has been counted. */
function failureOf(parser: Parser<unknown>, text: string): Failure {
  const state: State = { text, at: 0, consumed: false, failure: null, budget: FREE, isTelling: true }
  parser(state)
  return state.failure ?? { at: 0, messages: [] }
}
