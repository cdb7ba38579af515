import { randomUUID } from 'node:crypto'
import { link, lstat, mkdir, opendir, realpath, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileOf, isKey, isMissing, isPrivate, kindOf, type StoreFolders } from './paths.ts'
import type { ReadableNames } from './types.ts'

// A file system takes no file and folder of one name, a bucket does: the file of an object `a` whose
// folder `a/` exists is called `a~`. No object can be called so.
const ASIDE = '~'

const isPlain = (segment: string) => segment !== '' && !/^\.\.?$|[/\\~\0]/.test(segment)

/** Where names cannot be given: too long for the disk, or something of another hand is in the way. */
const CANNOT_BE_NAMED = new Set([
  'ENAMETOOLONG',
  'ELOOP',
  'EEXIST',
  'ENOTEMPTY',
  'ENOTDIR',
  'EISDIR',
  'EMLINK',
])

const PRUNED_MEANWHILE_RETRIES = 5

/** Path of a name, or null where it is not one that may be given. */
function pathOf(root: string, bucket: string, name: string): string | null {
  const segments = [bucket, ...name.split('/')]
  return segments.every(isPlain) && !isPrivate(bucket) ? join(root, ...segments) : null
}

/** Makes the folders above a name, moving files of the same name aside; never walks through a link. */
async function makeFolders(root: string, folder: string): Promise<boolean> {
  if (folder === root) return true
  if (!(await makeFolders(root, dirname(folder)))) return false
  const kind = await kindOf(folder)
  if (kind === 'folder') return true
  if (kind === 'other') return false
  if (kind === 'file') await rename(folder, folder + ASIDE)
  await mkdir(folder, { recursive: true })
  return (await realpath(folder)) === folder
}

/** Puts a prepared link in place, beside a folder of the same name where there is one. */
async function place(root: string, prepared: string, target: string): Promise<void> {
  if (!(await makeFolders(root, dirname(target)))) return
  if ((await kindOf(target)) === 'folder') return rename(prepared, target + ASIDE)
  await rename(prepared, target)
  if ((await kindOf(target + ASIDE)) === 'file') await unlink(target + ASIDE)
}

async function removeEmptyFolders(folder: string, until: string): Promise<void> {
  if (folder === until || !folder.startsWith(until)) return
  try {
    await rmdir(folder)
  } catch {
    return
  }
  await removeEmptyFolders(dirname(folder), until)
}

async function* filesBelow(folder: string): AsyncIterable<string> {
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* filesBelow(path)
    else if (entry.isFile()) yield path
  }
}

/**
 * The tree that people read: STORAGE_DIR/<bucket>/<object name>, hard links to the versions. It follows
 * what Postgres says and is never read by the server: what is missing or late here loses nothing.
 */
export function readableNames(folders: StoreFolders): ReadableNames {
  const { root } = folders

  async function set(
    bucket: string,
    name: string,
    key: string,
    retries = PRUNED_MEANWHILE_RETRIES,
  ): Promise<void> {
    const target = pathOf(root, bucket, name)
    if (!target || !isKey(key)) return
    const prepared = join(folders.staging, randomUUID())
    try {
      await link(fileOf(folders, key), prepared)
      await place(root, prepared, target)
    } catch (error) {
      // The folder was removed as empty in between; a key that is gone stays gone.
      if (isMissing(error)) return retries > 0 ? set(bucket, name, key, retries - 1) : undefined
      if (!CANNOT_BE_NAMED.has((error as NodeJS.ErrnoException).code ?? '')) throw error
    } finally {
      // rename() of two links to the same bytes leaves both.
      await rm(prepared, { force: true })
    }
  }

  return {
    set: (bucket, name, key) => set(bucket, name, key),

    async remove(bucket, name) {
      const target = pathOf(root, bucket, name)
      if (!target) return
      const folder = dirname(target)
      if ((await realpath(folder).catch(() => null)) !== folder) return
      for (const path of [target, target + ASIDE]) {
        if ((await kindOf(path)) === 'file') await unlink(path).catch(() => {})
      }
      await removeEmptyFolders(folder, join(root, bucket))
    },

    async removeBucket(bucket) {
      const folder = pathOf(root, bucket, 'any')
      if (folder) await rmdir(dirname(folder)).catch(() => {})
    },

    async removeLeadingTo(bytesIds) {
      if (bytesIds.size === 0) return
      for await (const entry of await opendir(root)) {
        if (!entry.isDirectory() || isPrivate(entry.name)) continue
        const bucket = join(root, entry.name)
        for await (const path of filesBelow(bucket)) {
          const stats = await lstat(path).catch(() => null)
          if (!stats || !bytesIds.has(`${stats.dev}:${stats.ino}`)) continue
          await unlink(path)
          await removeEmptyFolders(dirname(path), bucket)
        }
      }
    },
  }
}
