// Parsers as Parsec has them: PostgREST's grammar is written in it, and what it answers to a mistake (where it is, what
// was met and what could stand there) follows from how Parsec joins failures. So a client sees the same words.

/** What was met or awaited: by the system, by a parser, awaited. */
type Kind = 'met' | 'unexpected' | 'expected'

export interface Failure {
  /** Index into the text. */
  at: number
  messages: readonly { kind: Kind; text: string }[]
}

export interface State {
  readonly text: string
  at: number
  /** Whether the last parser took anything, also where it failed. */
  consumed: boolean
  /** What would have been possible at the end of the last parser; null where it does not say. */
  failure: Failure | null
  readonly budget: Budget
  /** Whether failures are noted: only where a text is read again, to tell why it is refused. */
  readonly isTelling: boolean
}

/** What one request may spend: an exception of its own, which no alternative catches. */
export interface Budget {
  term(): void
  enter(): void
  leave(): void
}

export const FAILED = Symbol('failed')
export type Parser<T> = (state: State) => T | typeof FAILED
type Results<P> = { -readonly [K in keyof P]: P[K] extends Parser<infer T> ? T : never }

/** Of two failures the further one counts; of the same place, both. */
export function merge(a: Failure | null, b: Failure | null): Failure | null {
  if (!b) return a
  if (!a) return b
  if (a.at !== b.at) return a.at > b.at ? a : b
  return { at: a.at, messages: [...a.messages, ...b.messages] }
}

export function fail(state: State, failure: Failure | null, consumed: boolean): typeof FAILED {
  state.failure = failure
  state.consumed = consumed
  return FAILED
}

export function succeed<T>(state: State, at: number, value: T, failure: Failure | null = null): T {
  state.consumed = at > state.at
  state.at = at
  state.failure = failure
  return value
}

/** One after the other. */
export function seq<P extends readonly Parser<unknown>[]>(...parsers: P): Parser<Results<P>> {
  return (state) => {
    const results: unknown[] = []
    let consumed = false
    let failure: Failure | null = null
    for (const parser of parsers) {
      const result = parser(state)
      failure = state.consumed ? state.failure : merge(failure, state.failure)
      consumed ||= state.consumed
      state.failure = failure
      state.consumed = consumed
      if (result === FAILED) return FAILED
      results.push(result)
    }
    return results as Results<P>
  }
}

/** The first that succeeds; one that failed after taking something ends the search. */
export function alt<P extends readonly Parser<unknown>[]>(...parsers: P): Parser<Results<P>[number]> {
  return (state) => {
    const start = state.at
    let failure: Failure | null = null
    for (const parser of parsers) {
      const result = parser(state)
      if (state.consumed) return result as Results<P>[number]
      failure = merge(failure, state.failure)
      state.failure = failure
      if (result !== FAILED) return result as Results<P>[number]
      state.at = start
    }
    return fail(state, failure, false)
  }
}

/** Fails as if nothing had been taken. */
export function attempt<T>(parser: Parser<T>): Parser<T> {
  return (state) => {
    const start = state.at
    const result = parser(state)
    if (result !== FAILED) return result
    state.at = start
    state.consumed = false
    return FAILED
  }
}

/** Looks without taking. */
export function ahead<T>(parser: Parser<T>): Parser<T> {
  return (state) => {
    const start = state.at
    const result = parser(state)
    if (result === FAILED) return FAILED
    state.at = start
    state.consumed = false
    state.failure = null
    return result
  }
}

/** Says in one word what is awaited where nothing was taken. */
export function label<T>(parser: Parser<T>, text: string): Parser<T> {
  return (state) => {
    const start = state.at
    const result = parser(state)
    if (!state.isTelling || state.consumed || (result !== FAILED && !state.failure)) return result
    const { at, messages } = state.failure ?? { at: start, messages: [] }
    const others = messages.filter(({ kind }) => kind !== 'expected')
    state.failure = { at, messages: [{ kind: 'expected', text }, ...others] }
    return result
  }
}

export function map<T, R>(parser: Parser<T>, change: (value: T) => R): Parser<R> {
  return (state) => {
    const result = parser(state)
    return result === FAILED ? FAILED : change(result)
  }
}

/** The value, or null where it does not begin. */
export function optional<T>(parser: Parser<T>): Parser<T | null> {
  return alt(parser, (state: State) => succeed(state, state.at, null))
}

/** As often as it goes. `keepsLast`: what the last one said of its end counts too, as of Haskell's own `many`. */
export function many<T>(parser: Parser<T>, keepsLast = false): Parser<T[]> {
  return (state) => {
    const results: T[] = []
    let last: Failure | null = null
    for (;;) {
      const start = state.at
      const result = parser(state)
      if (result === FAILED) {
        if (state.consumed) return FAILED
        state.at = start
        state.consumed = results.length > 0
        state.failure = merge(last, state.failure)
        return results
      }
      results.push(result)
      if (keepsLast) last = state.failure
    }
  }
}

export function separated<T>(parser: Parser<T>, separator: Parser<unknown>): Parser<T[]> {
  const rest = many(map(seq(separator, parser), ([, value]) => value))
  return map(seq(parser, rest), ([first, others]) => [first, ...others])
}

/** Of what refers to itself. */
export function lazy<T>(make: () => Parser<T>): Parser<T> {
  let parser: Parser<T> | undefined
  return (state) => {
    parser ??= make()
    return parser(state)
  }
}

/** A level deeper. */
export function nested<T>(parser: Parser<T>): Parser<T> {
  return (state) => {
    state.budget.enter()
    const result = parser(state)
    state.budget.leave()
    return result
  }
}

/** Something that costs. */
export function term<T>(parser: Parser<T>): Parser<T> {
  return (state) => {
    state.budget.term()
    return parser(state)
  }
}
