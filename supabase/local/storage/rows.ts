/** A row of storage.buckets as `server/db/database.ts` hands it over: times are text. */
export interface BucketRow {
  id: string
  name: string
  owner: string | null
  public: boolean | null
  /** bigint, which the driver hands over as text. */
  file_size_limit: string | null
  allowed_mime_types: string[] | null
  created_at: string
  updated_at: string
  type: string
}

/** Column metadata of storage.objects. */
export interface ObjectMetadata {
  eTag: string
  size: number
  mimetype: string
  cacheControl: string
  lastModified: string
  contentLength: number
  httpStatusCode: number
  contentEncoding?: string
}

/** A row of storage.objects as `server/db/database.ts` hands it over: times and JSON are text. */
export interface ObjectRow {
  id: string
  bucket_id: string
  name: string
  owner: string | null
  owner_id: string | null
  version: string | null
  created_at: string
  updated_at: string
  last_accessed_at: string
  metadata: string | null
  user_metadata: string | null
}

/** A time as clients expect it: 2025-03-04T05:06:07.890Z. */
export const isoTime = (text: string) =>
  new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).toISOString()

const orNull = <T>(value: string | null, read: (value: string) => T): T | null =>
  value === null ? null : read(value)

const readJson = (text: string) => JSON.parse(text) as unknown

/** Metadata of a row; a row written by hand may lack any of it. */
export const metadataOf = (row: ObjectRow) =>
  (orNull(row.metadata, readJson) ?? {}) as Partial<ObjectMetadata>

/** A bucket as clients read it. */
export function bucketAnswer(row: BucketRow) {
  return {
    id: row.id,
    name: row.name,
    owner: row.owner ?? '',
    public: row.public ?? false,
    type: row.type,
    file_size_limit: orNull(row.file_size_limit, Number),
    allowed_mime_types: row.allowed_mime_types,
    created_at: isoTime(row.created_at),
    updated_at: isoTime(row.updated_at),
  }
}

/** The columns that a listing shows of an object; all null for a folder. */
export function listedObject(
  row: Pick<ObjectRow, 'id' | 'updated_at' | 'created_at' | 'last_accessed_at' | 'metadata'>,
) {
  return {
    id: row.id,
    updated_at: orNull(row.updated_at, isoTime),
    created_at: orNull(row.created_at, isoTime),
    last_accessed_at: orNull(row.last_accessed_at, isoTime),
    metadata: orNull(row.metadata, readJson),
  }
}

/** A whole object row as clients read it, e.g. after a removal. */
export function objectAnswer(row: ObjectRow) {
  return {
    name: row.name,
    bucket_id: row.bucket_id,
    owner: row.owner,
    owner_id: row.owner_id,
    version: row.version,
    ...listedObject(row),
    user_metadata: orNull(row.user_metadata, readJson),
  }
}
