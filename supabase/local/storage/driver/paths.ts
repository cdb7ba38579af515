import { type FileHandle, lstat, mkdir, open, realpath } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The folders of our own inside STORAGE_DIR. No bucket can be called so, nor reach inside: `~` is not a
 * character of bucket or object names.
 */
const PRIVATE = '.store~'

export interface StoreFolders {
  /** STORAGE_DIR itself, links resolved. */
  root: string
  /** The bytes of every object, by version id: the truth. */
  versions: string
  /** Bytes on their way in. */
  staging: string
  /** Resumable uploads that have not ended. */
  resumable: string
}

/**
 * Makes the folders of a store.
 * @param owner the database that speaks of the bytes: two databases may share a STORAGE_DIR unharmed.
 */
export async function prepareFolders(storageDir: string, owner: string): Promise<StoreFolders> {
  await mkdir(storageDir, { recursive: true })
  const root = await realpath(storageDir)
  const folders = {
    root,
    versions: join(root, PRIVATE, owner, 'versions'),
    staging: join(root, PRIVATE, owner, 'staging'),
    resumable: join(root, PRIVATE, owner, 'resumable'),
  }
  for (const folder of [folders.versions, folders.staging, folders.resumable]) {
    await mkdir(folder, { recursive: true })
    // A link planted here would lead every write elsewhere.
    if ((await realpath(folder)) !== folder) throw new Error(`${folder} must not be a symbolic link.`)
  }
  return folders
}

/** True for the name of our own folder inside STORAGE_DIR. */
export const isPrivate = (name: string) => name === PRIVATE

const KEY = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

/** True for a version id; no other key ever becomes a path. */
export const isKey = (key: string) => KEY.test(key)

/** Folder of a key: 256 of them keep each one small. */
export const shardOf = (folders: StoreFolders, key: string) => join(folders.versions, key.slice(0, 2))

/** File of a key. */
export const fileOf = (folders: StoreFolders, key: string) => join(shardOf(folders, key), key)

/** True for errors that say that something is not there. */
export const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT'

/** Makes the entries of a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  let handle: FileHandle | undefined
  try {
    handle = await open(folder, 'r')
    await handle.sync()
  } finally {
    await handle?.close()
  }
}

/** Kind of a path without following links; null when there is nothing. */
export async function kindOf(path: string): Promise<'file' | 'folder' | 'other' | null> {
  const stats = await lstat(path).catch((error) => {
    if (isMissing(error) || error.code === 'ENOTDIR' || error.code === 'ENAMETOOLONG') return null
    throw error
  })
  if (!stats) return null
  return stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : 'other'
}
