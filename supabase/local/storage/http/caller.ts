import type { Caller, Claims, Database, Query } from '../../../../server/db/types.ts'

const SET_OPERATION: Query = {
  name: 'storage_operation',
  text: `select set_config('storage.operation', $1, true)`,
}

const ROLLED_BACK = Symbol('rolled back')

/**
 * Runs statements in one transaction as the caller, so that policies decide.
 * @param operation what policies read with storage.operation(), e.g. `storage.object.upload`.
 */
export function asCaller<T>(
  ctx: { db: Database },
  claims: Claims,
  operation: string,
  work: (tx: Caller) => Promise<T>,
): Promise<T> {
  return ctx.db.transaction(claims, async (tx) => {
    const [, result] = await Promise.all([tx.query(SET_OPERATION, [operation]), work(tx)])
    return result
  })
}

/**
 * Asks Postgres whether the caller may do something, by doing it and taking it back.
 * @throws what Postgres refuses it with.
 */
export async function probe(
  ctx: { db: Database },
  claims: Claims,
  operation: string,
  work: (tx: Caller) => Promise<unknown>,
): Promise<void> {
  try {
    await asCaller(ctx, claims, operation, async (tx) => {
      await work(tx)
      throw ROLLED_BACK
    })
  } catch (error) {
    if (error !== ROLLED_BACK) throw error
  }
}

/** Past row level security, for what is not the caller's to see: limits, public and signed objects. */
export const SERVICE: Claims = { role: 'service_role' }

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Columns owner and owner_id for a caller: the first is kept for old policies and takes only uuids. */
export function ownerOf(claims: { sub?: string }): { owner: string | null; ownerId: string | null } {
  const ownerId = typeof claims.sub === 'string' ? claims.sub : null
  return { owner: ownerId && UUID.test(ownerId) ? ownerId : null, ownerId }
}
