import * as v from 'valibot'
import type { StorageContext } from '../context.ts'
import { entityTooLarge, invalidRequest, noSuchBucket, notEnabled } from '../errors.ts'
import { SERVICE } from '../http/caller.ts'
import { mustBeAllowList } from '../mime.ts'

/** What a bucket says of its objects. */
export interface BucketLimits {
  id: string
  isPublic: boolean
  /** Largest object, in bytes: the bucket's limit or the server's, whichever is smaller. */
  fileSizeLimit: number
  allowedMimeTypes: string[] | null
}

const UNITS: Record<string, number> = { b: 1, kb: 1e3, mb: 1e6, gb: 1e9 }

/** Columns that a client sets, as it sends them. */
export const BucketSettings = {
  public: v.optional(v.boolean()),
  file_size_limit: v.nullish(v.union([v.pipe(v.number(), v.integer(), v.minValue(0)), v.string()])),
  allowed_mime_types: v.nullish(v.array(v.string())),
  type: v.optional(v.string()),
  versioning_status: v.optional(v.string()),
}

interface Settings {
  file_size_limit?: number | string | null
  allowed_mime_types?: string[] | null
  type?: string
  versioning_status?: string
}

/**
 * A limit as clients write it, in bytes.
 * @example parseFileSizeLimit('10MB') // 10000000
 */
function parseFileSizeLimit(value: number | string): number {
  if (typeof value === 'number') return value
  const [, digits, unit] = /^(\d+(?:\.\d+)?)(b|kb|mb|gb)?$/i.exec(value.trim()) ?? []
  if (!digits) throw invalidRequest('Invalid file size format, hint: use 20GB / 20MB / 30KB / 3B')
  return Math.floor(Number(digits) * UNITS[unit?.toLowerCase() ?? 'b']!)
}

/** Checks what a client sets of a bucket. @returns the limit in bytes; null lifts it, undefined leaves it. */
export function checkSettings(ctx: StorageContext, settings: Settings): number | null | undefined {
  if (settings.type !== undefined && settings.type !== 'STANDARD')
    throw notEnabled(`bucket type ${settings.type}`)
  if (settings.versioning_status === 'ENABLED') throw notEnabled('versioning')
  if (settings.allowed_mime_types) mustBeAllowList(settings.allowed_mime_types)
  if (settings.file_size_limit === null || settings.file_size_limit === undefined)
    return settings.file_size_limit
  const limit = parseFileSizeLimit(settings.file_size_limit)
  if (limit > ctx.fileSizeLimit) throw entityTooLarge()
  return limit
}

const FIND = {
  name: 'storage_bucket_limits',
  text: 'select id, public, file_size_limit, allowed_mime_types from storage.buckets where id = $1',
}

/**
 * Reads a bucket's limits, whoever asks: that a bucket exists is no secret, what it holds is.
 * @throws StorageError NoSuchBucket.
 */
export async function limitsOf(ctx: StorageContext, bucket: string): Promise<BucketLimits> {
  const [row] = await ctx.admin.as(SERVICE).query<{
    id: string
    public: boolean | null
    file_size_limit: string | null
    allowed_mime_types: string[] | null
  }>(FIND, [bucket])
  if (!row) throw noSuchBucket()
  const own = row.file_size_limit === null ? Number.POSITIVE_INFINITY : Number(row.file_size_limit)
  return {
    id: row.id,
    isPublic: row.public ?? false,
    fileSizeLimit: Math.min(own || Number.POSITIVE_INFINITY, ctx.fileSizeLimit),
    allowedMimeTypes: row.allowed_mime_types,
  }
}
