import { LRUCache } from 'lru-cache'
import { AuthError } from '../admin/errors.ts'
import type { AuthSettings } from '../admin/settings.ts'
import type { Tx } from '../database.ts'

/** When the last mail of a kind was sent; columns of auth.users. */
export type SentAt =
  | 'confirmation_sent_at'
  | 'recovery_sent_at'
  | 'reauthentication_sent_at'
  | 'email_change_sent_at'

const tooSoon = (waitMs: number) =>
  new AuthError(
    429,
    'over_email_send_rate_limit',
    `For security purposes, you can only request this after ${Math.ceil(waitMs / 1000)} seconds.`,
  )

/**
 * Takes a person's turn to be sent a mail, until the end of the transaction. Whoever asks while one is on its way is
 * told to wait: that holds no connection, and the account is not locked, so that a server of mail that is slow does not
 * hold up its sign-ins.
 * @throws AuthError over_email_send_rate_limit
 */
export async function takeTurn(
  tx: Tx,
  userId: string,
  column: SentAt,
  { mailEveryMs }: AuthSettings,
): Promise<void> {
  if (!mailEveryMs) return
  const turn = await tx.query<{ mine: boolean }>(
    `select pg_try_advisory_xact_lock(hashtextextended('auth.mail ' || $1, 0)) as mine`,
    [userId],
  )
  if (!turn.rows[0]!.mine) throw tooSoon(mailEveryMs)
  // Read now: another may have been sent between the reading of the account and this turn.
  const { rows } = await tx.query<{ sent: Date | null }>(
    `select ${column} as sent from auth.users where id = $1`,
    [userId],
  )
  const wait = rows[0]?.sent ? rows[0].sent.getTime() + mailEveryMs - Date.now() : 0
  if (wait > 0) throw tooSoon(wait)
}

// Addresses that are remembered: nobody makes others be forgotten who may not ask more than this in a window.
const ADDRESSES = 50_000

/** The same wait by address, whether or not it has an account, and whether or not a mail leaves. */
export interface AddressTurns {
  /**
   * Lets nobody through who comes too early.
   * @throws AuthError over_email_send_rate_limit
   */
  take(address: string): void
  /** A mail was asked for by another way. Who waits already waits no longer for it: nobody is kept out by asking. */
  note(address: string): void
  /** From here on the wait begins: for an account it does when its mail has left. */
  renew(address: string): void
}

/**
 * Turns by address for what is answered in the open: otherwise whoever asks twice, or for the same mail by another
 * way, learns from the second answer whose account is confirmed, waits for that, or is not there.
 */
export function openAddressTurns({ mailEveryMs }: AuthSettings): AddressTurns {
  if (!mailEveryMs) return { take() {}, note() {}, renew() {} }
  const waiting = new LRUCache<string, true>({ max: ADDRESSES, ttl: mailEveryMs })
  return {
    take(address) {
      const wait = waiting.getRemainingTTL(address)
      if (wait > 0) throw tooSoon(wait)
      waiting.set(address, true)
    },
    note(address) {
      if (!waiting.has(address)) waiting.set(address, true)
    },
    renew: (address) => void waiting.set(address, true),
  }
}
