import type { Claims, Database } from '../../../../server/db/types.ts'
import { limitsOf } from '../buckets/limits.ts'
import type { StorageContext } from '../context.ts'
import type { OpenObject } from '../driver/types.ts'
import { noSuchBucket, noSuchKey } from '../errors.ts'
import { asCaller, SERVICE } from '../http/caller.ts'
import { claimsOf, type StorageRequest } from '../http/request.ts'
import type { ObjectRow } from '../rows.ts'
import { FIND } from './statements.ts'

/** Reads an object's row, as somebody. @throws StorageError NoSuchKey, also where it may not be seen. */
export type FindObject = () => Promise<ObjectRow>

type Found = ObjectRow & Record<string, unknown>

/** Finder for a caller; what policies hide is not there. */
export function findAs(
  ctx: StorageContext,
  claims: Claims,
  operation: string,
  bucket: string,
  name: string,
): FindObject {
  return async () => {
    const [row] = await asCaller(ctx, claims, operation, (tx) => tx.query<Found>(FIND, [bucket, name]))
    if (!row) throw noSuchKey()
    return row
  }
}

/** Finder past policies: for objects of public buckets. */
function findAsService(admin: Database, bucket: string, name: string): FindObject {
  return async () => {
    const [row] = await admin.as(SERVICE).query<Found>(FIND, [bucket, name])
    if (!row) throw noSuchKey()
    return row
  }
}

/** Finder for /object/public: only for buckets that say so. @throws StorageError NoSuchBucket for any other. */
export async function findPublic(ctx: StorageContext, request: StorageRequest): Promise<FindObject> {
  const limits = await limitsOf(ctx, request.bucket)
  if (!limits.isPublic) throw noSuchBucket()
  return findAsService(ctx.admin, request.bucket, request.name)
}

/** Finder for a caller with a key: public buckets are open, policies decide for the others. */
export async function findForCaller(
  ctx: StorageContext,
  request: StorageRequest,
  operation: string,
): Promise<FindObject> {
  const claims = claimsOf(request)
  const limits = await limitsOf(ctx, request.bucket)
  if (limits.isPublic) return findAsService(ctx.admin, request.bucket, request.name)
  return findAs(ctx, claims, operation, request.bucket, request.name)
}

const OVERWRITTEN_MEANWHILE_RETRIES = 10

/**
 * Opens the bytes that a row speaks of. A version never changes, so they match the row; when it was replaced
 * between the two reads its file is gone, and the row is read again.
 */
export async function openObject(
  ctx: StorageContext,
  find: FindObject,
): Promise<{ row: ObjectRow; opened: OpenObject }> {
  let row = await find()
  for (let retry = 0; retry < OVERWRITTEN_MEANWHILE_RETRIES; retry++) {
    const opened = row.version ? await ctx.driver.open(row.version) : null
    if (opened) return { row, opened }
    const current = await find()
    if (current.version === row.version) break
    row = current
  }
  throw noSuchKey()
}
