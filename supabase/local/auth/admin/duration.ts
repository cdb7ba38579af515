import { validationFailed } from './errors.ts'

const UNIT_MS: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3, // U+00B5, micro sign
  μs: 1e-3, // U+03BC, Greek mu
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g
const WHOLE = /^[-+]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/

// Go counts nanoseconds in 64 bits, which is a little more than 292 years.
const LONGEST_MS = 2 ** 63 / 1e6

/**
 * Reads a Go duration, the syntax of `ban_duration`.
 * @returns milliseconds; 0 for `none`, which lifts a ban.
 * @throws AuthError validation_failed for anything else.
 * @example parseBan('1h30m') // 5_400_000
 */
export function parseBan(text: string): number {
  if (text === 'none' || /^[-+]?0$/.test(text)) return 0
  const isValid = WHOLE.test(text)
  let total = 0
  for (const [, amount, unit] of isValid ? text.matchAll(PART) : []) total += Number(amount) * UNIT_MS[unit!]!
  if (!isValid || total > LONGEST_MS) {
    throw validationFailed(`invalid format for ban duration: time: invalid duration ${JSON.stringify(text)}`)
  }
  return text.startsWith('-') ? -total : total
}
