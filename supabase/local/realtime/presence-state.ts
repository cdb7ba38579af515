import { randomBytes } from 'node:crypto'

/** Who is here, in the shape of Phoenix: key → the presences under it, each with a reference of its own. */
type Metas = Record<string, { metas: Record<string, unknown>[] }>

/** Presences of one topic. An owner (a channel) has one at most. */
export interface Presence {
  /** Adds an owner's presence, or replaces it. */
  track(owner: object, key: string, payload: object): void
  untrack(owner: object): void
  /** Everybody, as JSON: payload of `presence_state`. */
  state(): string
}

const newRef = () => randomBytes(9).toString('base64url')

function group(entries: Iterable<{ key: string; meta: Record<string, unknown> }>): Metas {
  const grouped: Metas = Object.create(null)
  for (const { key, meta } of entries) {
    grouped[key] ??= { metas: [] }
    grouped[key].metas.push(meta)
  }
  return grouped
}

/**
 * Keeps the presences of a topic.
 * @param onDiff takes the JSON of a `presence_diff`; what happens in one turn of the event loop comes as one,
 * so that a crowd that enters at once is told once.
 */
export function createPresence(onDiff: (json: string) => void): Presence {
  const tracked = new Map<object, { key: string; meta: Record<string, unknown> }>()
  let joins: { key: string; meta: Record<string, unknown> }[] = []
  let leaves: typeof joins = []

  function flush() {
    const diff = { joins: group(joins), leaves: group(leaves) }
    joins = []
    leaves = []
    onDiff(JSON.stringify(diff))
  }
  function note(list: typeof joins, entry: { key: string; meta: Record<string, unknown> }) {
    if (joins.length === 0 && leaves.length === 0) setImmediate(flush)
    list.push(entry)
  }

  return {
    track(owner, key, payload) {
      const before = tracked.get(owner)
      const meta: Record<string, unknown> = { ...payload, phx_ref: newRef() }
      delete meta.phx_ref_prev
      if (before) {
        meta.phx_ref_prev = before.meta.phx_ref
        note(leaves, before)
      }
      const entry = { key, meta }
      tracked.set(owner, entry)
      note(joins, entry)
    },
    untrack(owner) {
      const entry = tracked.get(owner)
      if (!entry) return
      tracked.delete(owner)
      note(leaves, entry)
    },
    state: () => JSON.stringify(group(tracked.values())),
  }
}
