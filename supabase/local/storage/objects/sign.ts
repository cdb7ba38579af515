import * as v from 'valibot'
import type { Claims } from '../../../../server/db/types.ts'
import type { StorageContext } from '../context.ts'
import { invalidRequest, notEnabled } from '../errors.ts'
import { asCaller } from '../http/caller.ts'
import { readJson } from '../http/json.ts'
import { claimsOf, type StorageRequest } from '../http/request.ts'
import { isService, makerOf } from '../links.ts'
import { type Options, readOptions } from '../render/options.ts'
import { findAs } from './find.ts'
import { FIND_NAMES } from './statements.ts'

const TEN_YEARS = 10 * 365 * 24 * 3600
const expiresIn = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(TEN_YEARS))
const One = v.object({ expiresIn, transform: v.optional(v.unknown()), versionId: v.optional(v.string()) })
const Many = v.object({ expiresIn, paths: v.pipe(v.array(v.string()), v.minLength(1), v.maxLength(1000)) })

async function linkTo(
  ctx: StorageContext,
  claims: Claims,
  url: string,
  seconds: number,
  transform?: Options,
): Promise<string> {
  const link = { url, by: makerOf(claims), ...(transform && { transform }) }
  const token = await ctx.signatures.sign('download', link, seconds)
  return `/${transform ? 'render/image' : 'object'}/sign/${url}?token=${token}`
}

/** @throws StorageError InvalidRequest where a user asks for a link that lasts too long. */
function mustBeShort(ctx: StorageContext, claims: Claims, seconds: number): void {
  const most = isService(claims) ? TEN_YEARS : ctx.limits.downloadLinkSeconds
  if (seconds > most) throw invalidRequest(`expiresIn is not valid: a link lasts ${most} seconds at most`)
}

/** POST /object/sign/:bucket/* — a link to an object that the caller sees. */
export async function signOne(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const options = await readJson(request, One)
  const transform = options.transform === undefined ? undefined : readOptions(options.transform)
  if (options.versionId !== undefined) throw notEnabled('versioning')
  mustBeShort(ctx, claims, options.expiresIn)
  const { bucket, name } = request
  await findAs(ctx, claims, 'storage.object.sign', bucket, name)()
  return { signedURL: await linkTo(ctx, claims, `${bucket}/${name}`, options.expiresIn, transform) }
}

/** POST /object/sign/:bucket — one link for each path that the caller sees, in their order. */
export async function signMany(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const { expiresIn: seconds, paths } = await readJson(request, Many)
  mustBeShort(ctx, claims, seconds)
  const rows = await asCaller(ctx, claims, 'storage.object.sign_many', (tx) =>
    tx.query<{ name: string }>(FIND_NAMES, [request.bucket, paths]),
  )
  const visible = new Set(rows.map(({ name }) => name))
  return Promise.all(
    paths.map(async (path) =>
      visible.has(path)
        ? { error: null, path, signedURL: await linkTo(ctx, claims, `${request.bucket}/${path}`, seconds) }
        : {
            error: 'Either the object does not exist or you do not have access to it',
            path,
            signedURL: null,
          },
    ),
  )
}
