import * as v from 'valibot'
import type { StorageContext } from '../context.ts'
import { invalidParameter } from '../errors.ts'
import { asCaller } from '../http/caller.ts'
import { readJson } from '../http/json.ts'
import { claimsOf, type StorageRequest } from '../http/request.ts'
import { listedObject, type ObjectRow } from '../rows.ts'

const MAX_LIMIT = 1000

const Order = v.object({
  column: v.picklist(['name', 'updated_at', 'created_at']),
  order: v.optional(v.picklist(['asc', 'desc']), 'asc'),
})

const Listing = v.object({
  prefix: v.optional(v.string(), ''),
  limit: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), MAX_LIMIT),
  cursor: v.optional(v.string()),
  with_delimiter: v.optional(v.boolean(), false),
  sortBy: v.optional(Order, { column: 'name' }),
})

/** The place after which a page begins, and the order it belongs to. */
const Cursor = v.object({
  after: v.string(),
  time: v.nullable(v.pipe(v.string(), v.regex(/^\d{4,}-\d\d-\d\d[ T][\d:.]+([+-][\d:]+)?$/))),
  ...Order.entries,
})
type Cursor = v.InferOutput<typeof Cursor>

const encodeCursor = (cursor: Cursor) => Buffer.from(JSON.stringify(cursor)).toString('base64url')

function decodeCursor(text: string): Cursor {
  try {
    return v.parse(Cursor, JSON.parse(Buffer.from(text, 'base64url').toString('utf8')))
  } catch {
    throw invalidParameter('Invalid continuation token')
  }
}

type Row = ObjectRow & Record<string, unknown>

const BY_NAME = 'select * from storage.list_by_name($1, $2, $3, $4, $5, $6)'
const BY_TIME = 'select * from storage.list_by_time($1, $2, $3, $4, $5, $6, $7, $8)'

/** Name relative to the folder that is listed; only a delimited listing has one. */
const keyOf = (row: Row) => row.name.replace(/\/$/, '').split('/').at(-1)!

/** POST /object/list-v2/:bucket — by cursor: a page costs the same wherever it is. */
export async function listObjectsV2(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const { prefix, limit, cursor, with_delimiter: isDelimited, sortBy } = await readJson(request, Listing)
  const from: Cursor = cursor ? decodeCursor(cursor) : { after: '', time: null, ...sortBy }
  const size = Math.min(limit, MAX_LIMIT)
  const isDescending = from.order === 'desc'
  const { bucket } = request
  const rows = await asCaller(ctx, claims, 'storage.object.list_v2', (tx) =>
    from.column === 'name'
      ? tx.query<Row>(BY_NAME, [bucket, prefix, isDelimited, from.after, size + 1, isDescending])
      : tx.query<Row>(BY_TIME, [
          bucket,
          prefix,
          isDelimited,
          from.after,
          from.time,
          size + 1,
          from.column,
          isDescending,
        ]),
  )
  const page = rows.slice(0, size)
  const last = page.at(-1)
  const hasNext = rows.length > size
  const named = (row: Row) => ({ name: row.name, ...(isDelimited && { key: keyOf(row) }) })
  return {
    hasNext,
    folders: page.filter((row) => row.id === null).map(named),
    objects: page.filter((row) => row.id !== null).map((row) => ({ ...named(row), ...listedObject(row) })),
    ...(hasNext &&
      last && {
        nextCursor: encodeCursor({
          after: last.name,
          time: from.column === 'name' ? null : last[from.column],
          column: from.column,
          order: from.order,
        }),
      }),
  }
}
