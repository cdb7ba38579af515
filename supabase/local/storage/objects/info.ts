import { setResponseHeader } from 'h3'
import type { StorageRequest } from '../http/request.ts'
import { metadataOf, type ObjectRow, objectAnswer } from '../rows.ts'
import type { FindObject } from './find.ts'

function infoAnswer(row: ObjectRow) {
  const metadata = metadataOf(row)
  const { id, version, name, bucket_id, created_at, updated_at, user_metadata } = objectAnswer(row)
  return {
    id,
    name,
    version,
    bucket_id,
    size: metadata.size,
    content_type: metadata.mimetype,
    cache_control: metadata.cacheControl,
    content_encoding: metadata.contentEncoding ?? null,
    etag: metadata.eTag,
    metadata: user_metadata,
    last_modified: metadata.lastModified ?? updated_at,
    created_at,
    updated_at,
  }
}

/** GET /object/info/… — what is known of an object, without its bytes. */
export async function objectInfo(request: StorageRequest, find: FindObject) {
  const answer = infoAnswer(await find())
  setResponseHeader(request.event, 'cache-control', 'no-store')
  return answer
}
