import type { Query } from '../../../../server/db/types.ts'

/** Lets the Storage API delete rows; anybody else would leave the bytes behind. */
export const ALLOW_DELETE: Query = {
  name: 'storage_allow_delete',
  text: `select set_config('storage.allow_delete_query', 'true', true)`,
}

/** One writer at a time for one object name, also while the name has no row to lock. */
export const LOCK_NAME: Query = {
  name: 'storage_lock_name',
  text: `select pg_advisory_xact_lock(hashtextextended('storage.objects/' || $1 || '/' || $2, 0))`,
}

const COLUMNS =
  'id, bucket_id, name, owner, owner_id, version, created_at, updated_at, last_accessed_at, metadata, user_metadata'

export const FIND: Query = {
  name: 'storage_find',
  text: `select ${COLUMNS} from storage.objects where bucket_id = $1 and name = $2`,
}

/** Of the names given, those that the caller sees. */
export const FIND_NAMES: Query = {
  name: 'storage_find_names',
  text: 'select name from storage.objects where bucket_id = $1 and name = any($2)',
}

export const FIND_FOR_UPDATE: Query = {
  name: 'storage_find_for_update',
  text: `select ${COLUMNS} from storage.objects where bucket_id = $1 and name = $2 for update`,
}

/** id, bucket, name, owner, owner_id, metadata, user_metadata, version. Nothing is returned: to insert takes no right to read. */
export const INSERT: Query = {
  name: 'storage_insert',
  text: `insert into storage.objects (id, bucket_id, name, owner, owner_id, metadata, user_metadata, version)
    values ($1, $2, $3, $4, $5, $6, $7, $8)`,
}

export const UPSERT: Query = {
  name: 'storage_upsert',
  text: `${INSERT.text} on conflict (bucket_id, name) do update set
    owner = excluded.owner, owner_id = excluded.owner_id, metadata = excluded.metadata,
    user_metadata = excluded.user_metadata, version = excluded.version`,
}

export const MOVE: Query = {
  name: 'storage_move',
  text: `update storage.objects set bucket_id = $3, name = $4 where bucket_id = $1 and name = $2 returning id`,
}

export const DELETE: Query = {
  name: 'storage_delete',
  text: `delete from storage.objects where bucket_id = $1 and name = any($2) returning ${COLUMNS}`,
}

/** Bucket, name and version of objects, for the readable tree. */
export const CURRENT_VERSIONS: Query = {
  name: 'storage_current_versions',
  text: 'select name, version from storage.objects where bucket_id = $1 and name = any($2)',
}

/** Which of the versions given have a row. */
export const KNOWN_VERSIONS: Query = {
  name: 'storage_known_versions',
  text: 'select bucket_id, name, version from storage.objects where version = any($1)',
}
