/** Middle value; of an even count, the mean of the two in the middle. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** The value that so many of a hundred do not exceed. */
export function percentile(values: number[], percent: number): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)]!
}

/** Repeats a piece of work on so many lanes at once for a while; tells how many a second were done. */
export async function throughput(
  lanes: number,
  ms: number,
  work: (n: number) => Promise<unknown>,
): Promise<number> {
  const started = performance.now()
  let done = 0
  let n = 0
  const lane = async () => {
    while (performance.now() - started < ms) {
      await work(n++)
      done++
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return (done / (performance.now() - started)) * 1000
}

/** Milliseconds that one piece of work takes, one after another: the median of so many. */
export async function latency(times: number, work: (n: number) => Promise<unknown>): Promise<number> {
  const taken: number[] = []
  for (let n = 0; n < times; n++) {
    const started = performance.now()
    await work(n)
    taken.push(performance.now() - started)
  }
  return median(taken)
}

/** Medians of two things measured side by side, and of the ratio of each pair. */
export interface Pair {
  a: number
  b: number
  /** a / b, of the pair in the middle. */
  ratio: number
}

/**
 * Measures A and B in turns, so that what disturbs the machine disturbs both, after one turn each that does
 * not count; which of the two goes first alternates too.
 */
export async function alternate(
  rounds: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<Pair> {
  await a()
  await b()
  const pairs: { a: number; b: number }[] = []
  for (let round = 0; round < rounds; round++) {
    if (round % 2) {
      const second = await b()
      pairs.push({ a: await a(), b: second })
    } else {
      const first = await a()
      pairs.push({ a: first, b: await b() })
    }
  }
  return {
    a: median(pairs.map((pair) => pair.a)),
    b: median(pairs.map((pair) => pair.b)),
    ratio: median(pairs.map((pair) => pair.a / pair.b)),
  }
}
