import { randomUUID } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { Caller, Claims } from '../../../../server/db/types.ts'
import type { StorageContext } from '../context.ts'
import type { StagedObject } from '../driver/types.ts'
import { alreadyExists, isRefusal } from '../errors.ts'
import { asCaller, ownerOf, probe } from '../http/caller.ts'
import type { ObjectMetadata, ObjectRow } from '../rows.ts'
import { FIND_FOR_UPDATE, INSERT, LOCK_NAME, UPSERT } from './statements.ts'

/** Where an object goes, on whose behalf, and whether it may replace another. */
export interface Target {
  claims: Claims
  operation: string
  bucket: string
  name: string
  upsert: boolean
  /** True where a link and not its maker writes: it replaces only what its maker put there. */
  isLink?: boolean
}

/** What is said of an object besides its bytes. */
export interface Description {
  mimetype: string
  cacheControl: string
  contentEncoding?: string
  userMetadata: Record<string, unknown> | null
}

function values(target: Target, id: string, version: string, metadata: object, userMetadata: object | null) {
  const { owner, ownerId } = ownerOf(target.claims)
  const json = [JSON.stringify(metadata), userMetadata && JSON.stringify(userMetadata)]
  return [id, target.bucket, target.name, owner, ownerId, ...json, version]
}

/** What is known of an object before its body has been read. */
export interface Expected extends Partial<Description> {
  size?: number
}

/**
 * Finds the object that a write would replace, and holds it. Whoever may replace an object may read it: Postgres asks
 * for both.
 * @throws StorageError KeyAlreadyExists where a link would replace what somebody else put there.
 */
async function findReplaced(tx: Caller, target: Target): Promise<ObjectRow | undefined> {
  const [current] = await tx.query<ObjectRow & Record<string, unknown>>(FIND_FOR_UPDATE, [
    target.bucket,
    target.name,
  ])
  if (current && target.isLink && current.owner_id !== ownerOf(target.claims).ownerId) throw alreadyExists()
  return current
}

/**
 * Asks Postgres whether the caller may write the object, before any byte is taken.
 * @throws what Postgres refuses it with, or that the object exists.
 */
export function mustBeWritable(ctx: StorageContext, target: Target, expected: Expected = {}): Promise<void> {
  const { mimetype, size, cacheControl, userMetadata } = expected
  const metadata = { mimetype, size, contentLength: size, cacheControl }
  const row = values(target, randomUUID(), randomUUID(), metadata, userMetadata ?? null)
  return probe(ctx, target.claims, target.operation, async (tx) => {
    if (!target.upsert) return tx.query(INSERT, row)
    if (target.isLink) await findReplaced(tx, target)
    return tx.query(UPSERT, row)
  })
}

/** Metadata of bytes that have just arrived. */
function describe(staged: StagedObject, version: string, description: Description): ObjectMetadata {
  return {
    // A version never changes its bytes: its name tells as much as a hash of them, and costs nothing.
    eTag: `"${version}"`,
    size: staged.size,
    mimetype: description.mimetype,
    cacheControl: description.cacheControl,
    lastModified: new Date().toISOString(),
    contentLength: staged.size,
    httpStatusCode: 200,
    ...(description.contentEncoding && { contentEncoding: description.contentEncoding }),
  }
}

interface Saved {
  id: string
  /** Version that the object had before, if it existed. */
  replaced: string | null
}

/** Writes the row as the caller: policies decide once more, now with the size and the type known. */
async function saveRow(tx: Caller, target: Target, row: unknown[]): Promise<Saved> {
  if (!target.upsert) {
    await tx.query(INSERT, row)
    return { id: row[0] as string, replaced: null }
  }
  await tx.query(LOCK_NAME, [target.bucket, target.name])
  const current = await findReplaced(tx, target)
  await tx.query(UPSERT, row)
  return { id: current?.id ?? (row[0] as string), replaced: current?.version ?? null }
}

/**
 * Binds a version whose bytes are already stored to its name. The row is what makes an object exist; a crash
 * before its commit leaves bytes that nobody sees, one after it leaves the old bytes: both are the sweep's.
 */
async function bindVersion(
  ctx: StorageContext,
  target: Target,
  version: string,
  metadata: object,
  userMetadata: Record<string, unknown> | null,
): Promise<Saved> {
  const row = values(target, randomUUID(), version, metadata, userMetadata)
  let saved: Saved
  try {
    saved = await asCaller(ctx, target.claims, target.operation, (tx) => saveRow(tx, target, row))
  } catch (error) {
    if (isRefusal(error)) await ctx.files.removeItem(version)
    throw error
  }
  await ctx.names.refresh(target.bucket, [target.name])
  if (saved.replaced) await ctx.files.removeItem(saved.replaced)
  return saved
}

/** An object on its way in. */
export interface Incoming {
  body: Readable
  expected: Expected
  /** To be asked once the body has been read. */
  describe(): Promise<Description>
}

/** Takes the body of an object whose caller may write it, and makes it the object's current version. */
export async function storeObject(
  ctx: StorageContext,
  target: Target,
  incoming: Incoming,
  version: string = randomUUID(),
) {
  const staged = await ctx.driver.stage(incoming.body)
  let description: Description
  try {
    description = await incoming.describe()
    await staged.commit(version)
  } catch (error) {
    await staged.discard()
    throw error
  }
  const metadata = describe(staged, version, description)
  const { id } = await bindVersion(ctx, target, version, metadata, description.userMetadata)
  return { id, version, metadata }
}
