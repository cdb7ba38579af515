import type { Database } from '../../../../server/db/types.ts'
import type { ReadableNames } from '../driver/types.ts'
import { SERVICE } from '../http/caller.ts'
import { CURRENT_VERSIONS } from './statements.ts'

/** Keeps the readable tree in step with Postgres. */
export interface NameKeeper {
  /** Makes the readable names of these objects agree with their rows, whatever they were. */
  refresh(bucket: string, names: string[]): Promise<void>
  /**
   * Takes names away before their rows go: a crash in between leaves a name missing, which the sweep mends. It
   * waits for nobody, as its transaction is open: one that holds locks behind a queue that needs them would never
   * end. A refresh follows, whatever came of the rows.
   */
  remove(bucket: string, names: string[]): Promise<void>
  removeBucket(bucket: string): Promise<void>
}

/**
 * One queue per bucket: two writers of one object refresh its name one after the other, each reading the
 * version that Postgres holds at that moment, so the last one always leaves the newest.
 * @param names null where the store has no readable names (S3).
 */
export function createNameKeeper(admin: Database, names: ReadableNames | null): NameKeeper {
  const queues = new Map<string, Promise<void>>()

  function inTurn(bucket: string, work: () => Promise<void>): Promise<void> {
    // The tree is for people; an object that is stored is stored, whether its name could be written or not.
    const turn = (queues.get(bucket) ?? Promise.resolve()).then(work).catch((error) => console.error(error))
    queues.set(bucket, turn)
    void turn.then(() => {
      if (queues.get(bucket) === turn) queues.delete(bucket)
    })
    return turn
  }

  if (!names) return { refresh: async () => {}, remove: async () => {}, removeBucket: async () => {} }
  return {
    refresh: (bucket, wanted) =>
      inTurn(bucket, async () => {
        const rows = await admin
          .as(SERVICE)
          .query<{ name: string; version: string | null }>(CURRENT_VERSIONS, [bucket, wanted])
        const versions = new Map(rows.map((row) => [row.name, row.version]))
        for (const name of wanted) {
          const version = versions.get(name)
          await (version ? names.set(bucket, name, version) : names.remove(bucket, name))
        }
      }),
    async remove(bucket, gone) {
      for (const name of gone) await names.remove(bucket, name).catch((error) => console.error(error))
    },
    removeBucket: (bucket) => inTurn(bucket, () => names.removeBucket(bucket)),
  }
}
