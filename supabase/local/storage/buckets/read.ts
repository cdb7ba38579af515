import type { StorageContext } from '../context.ts'
import { invalidParameter, noSuchBucket } from '../errors.ts'
import { asCaller } from '../http/caller.ts'
import { claimsOf, type StorageRequest } from '../http/request.ts'
import { type BucketRow, bucketAnswer } from '../rows.ts'

const COLUMNS = 'id, name, owner, public, type, file_size_limit, allowed_mime_types, created_at, updated_at'
const SORTABLE = ['id', 'name', 'created_at', 'updated_at']

function wholeNumber(query: URLSearchParams, name: string): number | null {
  const text = query.get(name)
  if (text === null || text === 'undefined') return null
  if (!/^\d{1,9}$/.test(text)) throw invalidParameter(`Invalid Parameter ${name}`)
  return Number(text)
}

/** GET /bucket/:bucket */
export async function getBucket(ctx: StorageContext, request: StorageRequest) {
  const [row] = await asCaller(ctx, claimsOf(request), 'storage.bucket.get', (tx) =>
    tx.query<BucketRow & Record<string, unknown>>(`select ${COLUMNS} from storage.buckets where id = $1`, [
      request.bucket,
    ]),
  )
  if (!row) throw noSuchBucket()
  return bucketAnswer(row)
}

/** GET /bucket?limit=&offset=&search=&sortColumn=&sortOrder= */
export async function listBuckets(ctx: StorageContext, request: StorageRequest) {
  const { query } = request
  const column = query.get('sortColumn') ?? 'name'
  if (!SORTABLE.includes(column)) throw invalidParameter('Invalid Parameter sortColumn')
  const direction = query.get('sortOrder') === 'desc' ? 'desc' : 'asc'
  const rows = await asCaller(ctx, claimsOf(request), 'storage.bucket.list', (tx) =>
    tx.query<BucketRow & Record<string, unknown>>(
      `select ${COLUMNS} from storage.buckets
       where strpos(lower(name), lower($1)) > 0 order by ${column} ${direction}, id limit $2 offset $3`,
      [query.get('search') ?? '', wholeNumber(query, 'limit'), wholeNumber(query, 'offset') ?? 0],
    ),
  )
  return rows.map(bucketAnswer)
}
