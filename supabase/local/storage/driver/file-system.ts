import { constants } from 'node:fs'
import { open, opendir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { defineDriver } from 'unstorage'
import { areVersionsKept } from './keep.ts'
import { fileOf, isKey, isMissing, type StoreFolders } from './paths.ts'
import { readableNames } from './readable-names.ts'
import { removeStagedBefore, stage } from './staging.ts'
import type { ObjectDriver, OpenObject, StoredEntry } from './types.ts'

const READ_BYTES = 256 * 1024

const orNull = (error: unknown) => {
  if (isMissing(error)) return null
  throw error
}

async function openFile(file: string): Promise<OpenObject | null> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW).catch(orNull)
  if (!handle) return null
  const { size } = await handle.stat()
  return {
    size,
    stream: (range) => handle.createReadStream({ ...range, highWaterMark: READ_BYTES, autoClose: true }),
    close: () => handle.close(),
  }
}

async function* storedEntries(folders: StoreFolders): AsyncIterable<StoredEntry> {
  for await (const shard of await opendir(folders.versions)) {
    if (!shard.isDirectory()) continue
    const folder = join(folders.versions, shard.name)
    for await (const { name: key } of await opendir(folder)) {
      const stats = isKey(key) ? await stat(join(folder, key)).catch(orNull) : null
      if (!stats) continue
      yield {
        key,
        modifiedAt: stats.ctime,
        isNamed: stats.nlink > 1,
        bytesId: `${stats.dev}:${stats.ino}`,
      }
    }
  }
}

/**
 * unstorage driver for a folder of the local file system. Keys are version ids; the readable tree
 * STORAGE_DIR/<bucket>/<name> is kept beside them as hard links. Needs a file system that has these.
 */
export const fileSystemDriver = defineDriver<{ folders: StoreFolders }, never>(({ folders }) => {
  const file = (key: string) => {
    if (!isKey(key)) throw new Error(`"${key}" is not a version id`)
    return fileOf(folders, key)
  }
  const write = async (key: string, value: string | Uint8Array) => {
    file(key)
    const staged = await stage(folders, Readable.from([Buffer.from(value as Uint8Array)]))
    await staged.commit(key)
  }

  const driver: ObjectDriver = {
    name: 'object-files',
    options: { folders },

    hasItem: async (key) => isKey(key) && (await stat(file(key)).catch(orNull)) !== null,
    getItem: async (key) => (isKey(key) ? readFile(file(key), 'utf8').catch(orNull) : null),
    getItemRaw: async (key) => (isKey(key) ? readFile(file(key)).catch(orNull) : null),
    setItem: write,
    setItemRaw: write,
    async removeItem(key) {
      if (isKey(key) && !(await areVersionsKept(folders))) await rm(file(key), { force: true })
    },
    async getMeta(key) {
      const stats = await stat(file(key)).catch(orNull)
      return stats && { atime: stats.atime, mtime: stats.mtime, size: stats.size }
    },
    async getKeys() {
      const shards = await readdir(folders.versions)
      const keys = await Promise.all(shards.map((shard) => readdir(join(folders.versions, shard))))
      return keys.flat().filter(isKey)
    },
    async clear() {
      for await (const { key } of storedEntries(folders)) await rm(file(key), { force: true })
    },

    stage: (body) => stage(folders, body),
    open: (key) => (isKey(key) ? openFile(file(key)) : Promise.resolve(null)),
    entries: () => storedEntries(folders),
    removeStagedBefore: (moment) => removeStagedBefore(folders, moment),
    names: readableNames(folders),
  }
  return driver as ObjectDriver & { getInstance?: () => never }
}) as (options: { folders: StoreFolders }) => ObjectDriver
