import { type EventHandler, eventHandler, type H3Event } from 'h3'
import { createStorage } from 'unstorage'
import { openDatabase } from '../../../server/db/database.ts'
import { createRenderer } from '../../../server/process/thumbnails/renderer.ts'
import type { StorageContext } from './context.ts'
import { fileSystemDriver } from './driver/file-system.ts'
import { prepareFolders } from './driver/paths.ts'
import { noRoom, toStorageError } from './errors.ts'
import { SERVICE } from './http/caller.ts'
import { ANSWERED } from './http/router.ts'
import type { StorageLimits } from './limits.ts'
import { createArriving } from './objects/arriving.ts'
import { createNameKeeper } from './objects/name-keeper.ts'
import { createResumable } from './resumable/server.ts'
import { ResumableStore } from './resumable/store.ts'
import { storageRoutes } from './routes.ts'
import { createSignatures } from './signatures.ts'
import { sweep } from './sweep.ts'

export interface StorageOptions {
  /** Logs in as `authenticator`: every call runs as its caller. */
  authenticatorUrl: string
  /** Logs in as `supabase_storage_admin`. */
  storageAdminUrl: string
  /** STORAGE_DIR: objects are kept at <storageDir>/<bucket>/<name>. */
  storageDir: string
  /** Signed links are signed with a key derived from it. */
  jwtSecret: string
  /** Largest object of any bucket, in bytes. */
  fileSizeLimit: number
  /** Origin of the gateway, which mounts the handler at /storage/v1. */
  publicUrl: string
  /** What a link and the uploads of one user may take. */
  limits: StorageLimits
  /** Is a disk nearly full? Then no bytes are taken. */
  isFull?: () => boolean
}

export interface StorageServer {
  /** Expects `event.context.identity`; null or absent for open paths. */
  handler: EventHandler
  /**
   * Removes what interrupted calls left and mends the readable tree.
   * @param olderThanMs what is younger may be under way and stays.
   */
  sweep(olderThanMs?: number): Promise<{ removed: number }>
  close(): Promise<void>
}

/** Identity of the cluster: bytes of another database are never taken for orphans of this one. */
const CLUSTER = 'select system_identifier::text as id from pg_control_system()'

/** Takes bytes of an object: what Postgres refuses comes after them. */
const TAKES_BYTES = /^\/(object\/(?!(list|list-v2|sign|info|move)(\/|$))|upload\/)/

/** Answers a failure; the rest of the body is let through, so that the caller gets to read the answer. */
function answerFailure(event: H3Event, error: unknown): void {
  const { req, res } = event.node
  const failure = toStorageError(error)
  if (failure.statusCode >= 500) console.error(error)
  req.unpipe()
  req.resume()
  if (res.headersSent) return void res.destroy()
  res.writeHead(failure.httpStatus, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...failure.headers,
  })
  res.end(event.method === 'HEAD' ? undefined : JSON.stringify(failure.body()))
}

/** Starts the Storage API over Postgres and a folder. */
export async function createStorageServer(options: StorageOptions): Promise<StorageServer> {
  const admin = openDatabase(options.storageAdminUrl, { max: 5 })
  const db = openDatabase(options.authenticatorUrl, { max: 15 })
  const [cluster] = await admin.as(SERVICE).query<{ id: string }>(CLUSTER)
  const folders = await prepareFolders(options.storageDir, cluster!.id)
  const driver = fileSystemDriver({ folders })
  const ctx: StorageContext = {
    db,
    admin,
    driver,
    files: createStorage({ driver }),
    names: createNameKeeper(admin, driver.names ?? null),
    signatures: createSignatures(options.jwtSecret),
    renderer: createRenderer(),
    fileSizeLimit: options.fileSizeLimit,
    limits: options.limits,
    arriving: createArriving(options.limits.openBytes),
  }
  const uploads = new ResumableStore(folders.resumable, options.limits)
  await uploads.load()
  const resumable = createResumable(ctx, uploads, options.publicUrl)
  const routes = storageRoutes(ctx, (request) => resumable.handle(request))

  return {
    handler: eventHandler(async (event) => {
      try {
        if (/^P/.test(event.method) && TAKES_BYTES.test(event.path) && options.isFull?.()) throw noRoom()
        const answer = await routes.run(event)
        return answer === ANSWERED ? undefined : answer
      } catch (error) {
        answerFailure(event, error)
      }
    }),
    async sweep(olderThanMs) {
      const expired = await uploads.deleteExpired()
      const { removed } = await sweep(ctx, olderThanMs)
      return { removed: removed + expired }
    },
    async close() {
      await Promise.all([db.close(), admin.close(), ctx.renderer.close()])
    },
  }
}
