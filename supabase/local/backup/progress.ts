const EVERY_MS = 10_000

/** A line now and then on long work, and none on short. */
export function progress(say: (line: string) => void, describe: (amount: number) => string) {
  let next = Date.now() + EVERY_MS
  return (amount: number) => {
    if (Date.now() < next) return
    next = Date.now() + EVERY_MS
    say(describe(amount))
  }
}
