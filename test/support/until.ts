import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Waits until something holds; what it throws ends the waiting at once.
 * @param what it is, for whoever reads that it did not come.
 * @returns what it gave.
 */
export async function until<T>(
  what: string,
  holds: () => T | Promise<T>,
  ms = 25_000,
): Promise<Exclude<T, false | 0 | '' | null | undefined>> {
  const deadline = Date.now() + ms
  for (;;) {
    const found = await holds()
    if (found) return found as Exclude<T, false | 0 | '' | null | undefined>
    if (Date.now() > deadline) throw new Error(`It did not come in ${ms} ms: ${what}`)
    await sleep(10)
  }
}

/** Long enough for what is forbidden to arrive, if it did: where nothing that comes after it can be waited for. */
export const aMoment = (ms = 300): Promise<void> => sleep(ms)
