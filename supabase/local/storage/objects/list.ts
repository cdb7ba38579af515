import * as v from 'valibot'
import type { StorageContext } from '../context.ts'
import { asCaller } from '../http/caller.ts'
import { readJson } from '../http/json.ts'
import { claimsOf, type StorageRequest } from '../http/request.ts'
import { listedObject, type ObjectRow } from '../rows.ts'

const MAX_LIMIT = 1000
const DEFAULT_LIMIT = 100

const wholeNumber = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1 - MAX_LIMIT))

const Listing = v.object({
  prefix: v.optional(v.string(), ''),
  limit: v.optional(v.nullable(wholeNumber), DEFAULT_LIMIT),
  offset: v.optional(v.nullable(wholeNumber), 0),
  search: v.optional(v.string(), ''),
  sortBy: v.optional(
    v.object({
      column: v.optional(v.picklist(['name', 'updated_at', 'created_at', 'last_accessed_at']), 'name'),
      order: v.optional(v.picklist(['asc', 'desc']), 'asc'),
    }),
    {},
  ),
})

const SEARCH = `select name, id, updated_at, created_at, last_accessed_at, metadata
  from storage.search($1, $2, $3, 1, $4, $5, $6, $7)`

/** `a/b`, `/a/b/` → `a/b/`: the prefix of a listing is a folder. */
const folderOf = (prefix: string) => {
  const path = prefix.replace(/^\/+|\/+$/g, '')
  return path === '' ? '' : `${path}/`
}

/** POST /object/list/:bucket — one level of a folder, page by page. */
export async function listObjects(ctx: StorageContext, request: StorageRequest) {
  const claims = claimsOf(request)
  const { prefix, limit, offset, search, sortBy } = await readJson(request, Listing)
  const rows = await asCaller(ctx, claims, 'storage.object.list', (tx) =>
    tx.query<ObjectRow & Record<string, unknown>>(SEARCH, [
      folderOf(prefix),
      request.bucket,
      Math.min(limit ?? DEFAULT_LIMIT, MAX_LIMIT),
      offset ?? 0,
      search,
      sortBy.column,
      sortBy.order,
    ]),
  )
  return rows.map((row) => ({ name: row.name, ...listedObject(row) }))
}
