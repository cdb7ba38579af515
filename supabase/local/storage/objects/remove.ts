import * as v from 'valibot'
import type { Claims } from '../../../../server/db/types.ts'
import type { StorageContext } from '../context.ts'
import { noSuchKey, notEnabled } from '../errors.ts'
import { asCaller } from '../http/caller.ts'
import { readJson } from '../http/json.ts'
import { claimsOf, type StorageRequest } from '../http/request.ts'
import { type ObjectRow, objectAnswer } from '../rows.ts'
import { ALLOW_DELETE, DELETE } from './statements.ts'

const Entry = v.union([v.string(), v.object({ path: v.string(), versionId: v.string() })])
const Removal = v.object({ prefixes: v.pipe(v.array(Entry), v.minLength(1), v.maxLength(1000)) })

interface Names {
  claims: Claims
  operation: string
  bucket: string
  names: string[]
}

/**
 * Removes those of the objects that the caller may remove. The rows go first: what a crash leaves behind is
 * bytes without a row.
 */
export async function removeObjects(
  ctx: StorageContext,
  { claims, operation, bucket, names }: Names,
): Promise<ObjectRow[]> {
  let removed: ObjectRow[] = []
  try {
    removed = await asCaller(ctx, claims, operation, async (tx) => {
      await tx.query(ALLOW_DELETE)
      const rows = await tx.query<ObjectRow & Record<string, unknown>>(DELETE, [bucket, names])
      await ctx.names.remove(
        bucket,
        rows.map(({ name }) => name),
      )
      return rows
    })
  } finally {
    // Puts back the names of rows that stayed after all.
    await ctx.names.refresh(bucket, removed.length > 0 ? removed.map(({ name }) => name) : names)
  }
  for (const { version } of removed) if (version) await ctx.files.removeItem(version)
  return removed
}

/** DELETE /object/:bucket — those that are not there, or not the caller's to see, are silently left out. */
export async function removeMany(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const { prefixes } = await readJson(request, Removal)
  if (prefixes.some((entry) => typeof entry !== 'string')) throw notEnabled('versioning')
  const names = [...new Set(prefixes as string[])]
  const removed = await removeObjects(ctx, {
    claims,
    operation: 'storage.object.delete_many',
    bucket: request.bucket,
    names,
  })
  return removed.map(objectAnswer)
}

/** DELETE /object/:bucket/* */
export async function removeOne(ctx: StorageContext, request: StorageRequest) {
  const { bucket, name } = request
  const operation = 'storage.object.delete'
  const removed = await removeObjects(ctx, { claims: claimsOf(request), operation, bucket, names: [name] })
  if (removed.length === 0) throw noSuchKey()
  return { message: 'Successfully deleted' }
}
