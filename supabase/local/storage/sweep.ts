import type { StorageContext } from './context.ts'
import type { StoredEntry } from './driver/types.ts'
import { SERVICE } from './http/caller.ts'
import { KNOWN_VERSIONS } from './objects/statements.ts'

const BATCH = 500

/** Longer than any upload takes between its last byte and its commit. */
const IN_FLIGHT_MS = 3600_000

interface Known {
  bucket_id: string
  name: string
  version: string
}

async function* inBatches(entries: AsyncIterable<StoredEntry>): AsyncIterable<StoredEntry[]> {
  let batch: StoredEntry[] = []
  for await (const entry of entries) {
    batch.push(entry)
    if (batch.length === BATCH) {
      yield batch
      batch = []
    }
  }
  if (batch.length > 0) yield batch
}

/** Gives the objects whose name is missing or late in the readable tree their name. */
async function restoreNames(ctx: StorageContext, unnamed: Known[]): Promise<void> {
  for (const [bucket, rows] of Map.groupBy(unnamed, (row) => row.bucket_id)) {
    await ctx.names.refresh(
      bucket,
      rows.map(({ name }) => name),
    )
  }
}

/**
 * Brings disk and Postgres together after a crash: removes versions that no row speaks of, uploads that were
 * cut, and readable names that lead to either. What is younger than `olderThanMs` may be under way and stays.
 * Memory does not grow with the store: it is read as a stream and compared in batches.
 */
export async function sweep(ctx: StorageContext, olderThanMs = IN_FLIGHT_MS): Promise<{ removed: number }> {
  const before = new Date(Date.now() - olderThanMs)
  let removed = await ctx.driver.removeStagedBefore(before)
  for await (const batch of inBatches(ctx.driver.entries())) {
    const known = new Map<string, Known>()
    for (const row of await ctx.admin
      .as(SERVICE)
      .query<Known & Record<string, unknown>>(KNOWN_VERSIONS, [batch.map(({ key }) => key)])) {
      known.set(row.version, row)
    }
    const orphans = batch.filter((entry) => !known.has(entry.key) && entry.modifiedAt <= before)
    await restoreNames(
      ctx,
      batch.flatMap((entry) => (entry.isNamed ? [] : (known.get(entry.key) ?? []))),
    )
    for (const { key } of orphans) await ctx.files.removeItem(key)
    await ctx.driver.names?.removeLeadingTo(
      new Set(orphans.filter(({ isNamed }) => isNamed).map(({ bytesId }) => bytesId)),
    )
    removed += orphans.length
  }
  return { removed }
}
