import { SERVICE } from './allowance.ts'
import type { Limits } from './limits.ts'

/** The place of one socket among those that a server holds. */
export interface Place {
  /** Its address, or its network. */
  network: string
  /**
   * Says whose it is. Clients connect with the public key and tell who they are when they join.
   * @returns false when that user has all of its places already.
   */
  signIn(user: string): boolean
  release(): void
}

/** Hands out the places of a server. */
export interface Connections {
  /**
   * A place for a socket of that network; null when there is none for it.
   * @param close ends the socket, when its place goes to another.
   */
  take(network: string, close: () => void): Place | null
}

interface Entry {
  network: string
  user: string | undefined
  since: number
  close(): void
}

// Whoever has an account joins well before. What has not by then yields to a newcomer, where places are few.
const SETTLED_MS = 5000

/**
 * Nobody holds more than its share, and who has nothing but the public key never holds the places of the others: those
 * are few, and go round. When they are all taken, a newcomer gets the oldest of the network that holds the most.
 */
export function createConnections({ maxConnections, shares }: Limits): Connections {
  const part = (share: number) => Math.max(1, Math.floor(maxConnections * share))
  const entries = new Set<Entry>()
  const count = (matches: (entry: Entry) => boolean) => {
    let number = 0
    for (const entry of entries) if (matches(entry)) number++
    return number
  }
  const isAnonymous = ({ user }: Entry) => user === undefined

  /** Ends an anonymous socket in favour of a newcomer. @param within only one of this network. */
  function displace(newcomer: string, within?: string): boolean {
    const held = new Map<string, Entry[]>()
    for (const entry of entries) {
      if (!isAnonymous(entry) || (within !== undefined && entry.network !== within)) continue
      held.set(entry.network, [...(held.get(entry.network) ?? []), entry])
    }
    const own = held.get(newcomer)?.length ?? 0
    const [most] = [...held.values()].sort((a, b) => b.length - a.length)
    // A set keeps the order in which they came.
    const oldest = most?.[0]
    if (!oldest) return false
    if (most.length <= own + 1 && performance.now() - oldest.since < SETTLED_MS) return false
    entries.delete(oldest)
    oldest.close()
    return true
  }

  return {
    take(network, close) {
      const isHere = (entry: Entry) => entry.network === network
      const isFullHere =
        count(isHere) >= part(shares.address) ||
        count((entry) => isHere(entry) && isAnonymous(entry)) >= part(shares.anonymous * shares.address)
      if (isFullHere && !displace(network, network)) return null
      const isFull = entries.size >= maxConnections || count(isAnonymous) >= part(shares.anonymous)
      if (isFull && !displace(network)) return null
      const entry: Entry = { network, user: undefined, since: performance.now(), close }
      entries.add(entry)
      return {
        network,
        signIn(user) {
          if (entry.user === user) return true
          if (user !== SERVICE && count((other) => other.user === user) >= part(shares.user)) return false
          entry.user = user
          return true
        },
        release: () => void entries.delete(entry),
      }
    },
  }
}
