import type { Storage } from 'unstorage'
import type { Database } from '../../../server/db/types.ts'
import type { Renderer } from '../../../server/process/thumbnails/renderer.ts'
import type { ObjectDriver } from './driver/types.ts'
import type { StorageLimits } from './limits.ts'
import type { Arriving } from './objects/arriving.ts'
import type { NameKeeper } from './objects/name-keeper.ts'
import type { Signatures } from './signatures.ts'

/** What every operation of the Storage API works with. */
export interface StorageContext {
  /** Postgres as the caller. */
  db: Database
  /** Postgres past row level security: limits of buckets, public and signed reads, the sweep. */
  admin: Database
  /** The bytes, through unstorage. */
  files: Storage
  /** The same store, for what unstorage has no words for: streams. */
  driver: ObjectDriver
  names: NameKeeper
  signatures: Signatures
  renderer: Renderer
  /** Largest object of any bucket, in bytes. */
  fileSizeLimit: number
  limits: StorageLimits
  arriving: Arriving
}
