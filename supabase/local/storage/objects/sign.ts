import * as v from 'valibot'
import type { StorageContext } from '../context.ts'
import { notEnabled } from '../errors.ts'
import { asCaller } from '../http/caller.ts'
import { readJson } from '../http/json.ts'
import { claimsOf, type StorageRequest } from '../http/request.ts'
import { findAs } from './find.ts'
import { FIND_NAMES } from './statements.ts'

const TEN_YEARS = 10 * 365 * 24 * 3600
const expiresIn = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(TEN_YEARS))
const One = v.object({ expiresIn, transform: v.optional(v.unknown()), versionId: v.optional(v.string()) })
const Many = v.object({ expiresIn, paths: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(1000)) })

async function linkTo(ctx: StorageContext, url: string, secondsToLive: number): Promise<string> {
  return `/object/sign/${url}?token=${await ctx.signatures.sign('download', { url }, secondsToLive)}`
}

/** POST /object/sign/:bucket/* — a link to an object that the caller sees. */
export async function signOne(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const options = await readJson(request, One)
  if (options.transform !== undefined) throw notEnabled('image transformation')
  if (options.versionId !== undefined) throw notEnabled('versioning')
  const { bucket, name } = request
  await findAs(ctx, claims, 'storage.object.sign', bucket, name)()
  return { signedURL: await linkTo(ctx, `${bucket}/${name}`, options.expiresIn) }
}

/** POST /object/sign/:bucket — one link for each path that the caller sees, in their order. */
export async function signMany(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const { expiresIn: seconds, paths } = await readJson(request, Many)
  const rows = await asCaller(ctx, claims, 'storage.object.sign_many', (tx) =>
    tx.query<{ name: string }>(FIND_NAMES, [request.bucket, paths]),
  )
  const visible = new Set(rows.map(({ name }) => name))
  return Promise.all(
    paths.map(async (path) =>
      visible.has(path)
        ? { error: null, path, signedURL: await linkTo(ctx, `${request.bucket}/${path}`, seconds) }
        : {
            error: 'Either the object does not exist or you do not have access to it',
            path,
            signedURL: null,
          },
    ),
  )
}
