import type { Claims } from '../../../../server/db/types.ts'
import { tooManyOpenUploads } from '../errors.ts'
import { ownerOf } from '../http/caller.ts'

/** Whose share of what is open a caller takes: the service role has none, keys without a user have one each. */
export const shareOf = (role: string, ownerId: string | null) =>
  role === 'service_role' ? null : (ownerId ?? `role:${role}`)

/** The bytes of one body on its way in. */
export interface Share {
  /** Counts bytes that came. @throws StorageError TooManyOpenUploads. */
  take(bytes: number): void
  /** The body has ended: what it took is an object now, or gone. */
  close(): void
}

/**
 * The bytes of bodies on their way in, by user: many slow uploads at once cannot fill the disk either. They are counted
 * as they come, not as they are announced, so that small files sent all at once are no trouble.
 * @param most bytes that the open bodies of one user may hold.
 */
export function createArriving(most: number) {
  const held = new Map<string, number>()

  return {
    open(claims: Claims): Share {
      const share = shareOf(claims.role, ownerOf(claims).ownerId)
      let own = 0
      if (share === null) return { take() {}, close() {} }
      return {
        take(bytes) {
          const all = (held.get(share) ?? 0) + bytes
          if (all > most)
            throw tooManyOpenUploads(
              `Too many uploads at once: at most ${Math.round(most / 2 ** 20)} MiB in all. Wait for some of them to end`,
            )
          own += bytes
          held.set(share, all)
        },
        close() {
          const left = (held.get(share) ?? 0) - own
          own = 0
          if (left > 0) held.set(share, left)
          else held.delete(share)
        },
      }
    },
  }
}

export type Arriving = ReturnType<typeof createArriving>
