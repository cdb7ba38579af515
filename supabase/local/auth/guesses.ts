import { createHash } from 'node:crypto'
import { type Limiter, openLimiter, type Usage } from '../../../server/http/limiter.ts'
import type { Quota } from '../../../server/process/quota.ts'
import { inLanes } from './in-turns.ts'

/** How often an account may be guessed at; undefined where there is no limit. */
export interface GuessQuotas {
  /** From one address. */
  guesses: Quota | undefined
  /** From all addresses together where the account has not been entered from. */
  strangers: Quota | undefined
}

/** One try at an account. */
export interface Guess {
  /** The quota that is used up, if one is: the try is to be refused. */
  over: Usage | undefined
  /** The try was right: it is no guess, and its address is one of the account's. */
  right(): Promise<void>
  /** The try was neither right nor wrong. */
  void(): Promise<void>
}

export interface Guesses {
  /** Has the account been entered from this address? */
  isKnown(account: string, address: string): boolean
  /** Counts a try at an account; while others of the same are under way it may wait for them. */
  try<T>(account: string, address: string, work: (guess: Guess) => Promise<T>): Promise<T>
}

// Tries of one account from one address that are judged at once: those of a program that signs in many times are
// right, and are not refused for coming together.
const AT_ONCE = 4
const KNOWN_AT_MOST = 20_000

const keyOf = (...parts: string[]) => createHash('sha256').update(parts.join('\n')).digest('base64url')

/**
 * Counts wrong tries by account, whether or not there is one: few from an address; more from all strange addresses
 * together, which refuses nobody where the account has been entered from before.
 */
export function openGuesses({ guesses, strangers }: GuessQuotas): Guesses {
  const pairs = guesses && openLimiter('intentos', guesses)
  const accounts = strangers && openLimiter('intentos-de-extranos', strangers)
  // The oldest first. It is lost with the process: then an address is strange until its next entry.
  const known = new Set<string>()
  const inLane = inLanes(AT_ONCE)

  async function begin(account: string, pair: string): Promise<Guess> {
    const counted: [Limiter, string][] = []
    const take = async (limiter: Limiter | undefined, key: string) => {
      const usage = await limiter?.take(key)
      if (limiter) counted.push([limiter, key])
      return usage?.isOver ? usage : undefined
    }
    const over = (await take(pairs, pair)) ?? (known.has(pair) ? undefined : await take(accounts, account))
    const giveBack = async () =>
      void (await Promise.all(counted.map(([limiter, key]) => limiter.giveBack(key))))
    return {
      over,
      void: giveBack,
      async right() {
        await giveBack()
        known.delete(pair)
        known.add(pair)
        if (known.size > KNOWN_AT_MOST) known.delete(known.values().next().value!)
      },
    }
  }

  return {
    isKnown: (account, address) => known.has(keyOf(account, address)),
    try(account, address, work) {
      const pair = keyOf(account, address)
      return inLane(pair, async () => work(await begin(keyOf(account), pair)))
    },
  }
}
