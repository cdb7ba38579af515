import { createHash, randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileOf, isMissing, type StoreFolders, shardOf, syncFolder } from './paths.ts'
import type { StagedObject } from './types.ts'

const NEW_FILE = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW

// Small chunks are written together: fewer calls, the same few bytes in memory.
const WRITE_BYTES = 256 * 1024

/** Writes a body to a new file and waits until the disk has it. */
async function writeDurably(file: string, body: Readable): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  let size = 0
  let pending: Buffer[] = []
  let pendingBytes = 0
  const handle = await open(file, NEW_FILE, 0o644)
  const flush = async () => {
    if (pendingBytes === 0) return
    await handle.writev(pending)
    pending = []
    pendingBytes = 0
  }
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      hash.update(chunk)
      size += chunk.length
      pending.push(chunk)
      pendingBytes += chunk.length
      if (pendingBytes >= WRITE_BYTES) await flush()
    }
    await flush()
    await handle.sync()
  } finally {
    await handle.close()
  }
  return { size, sha256: hash.digest('hex') }
}

/** Moves a staged file to the place of its key; whoever looks sees nothing or the whole of it. */
async function place(folders: StoreFolders, file: string, key: string): Promise<void> {
  const shard = shardOf(folders, key)
  const isNew = await mkdir(shard, { recursive: true })
  await rename(file, fileOf(folders, key))
  await syncFolder(shard)
  if (isNew) await syncFolder(folders.versions)
}

/** Streams a body into the staging folder. */
export async function stage(folders: StoreFolders, body: Readable): Promise<StagedObject> {
  const file = join(folders.staging, randomUUID())
  const discard = () => rm(file, { force: true })
  try {
    const written = await writeDurably(file, body)
    return { ...written, commit: (key) => place(folders, file, key), discard }
  } catch (error) {
    body.destroy()
    await discard()
    throw error
  }
}

/** Removes staged files that no write has touched since a moment. */
export async function removeStagedBefore(folders: StoreFolders, moment: Date): Promise<number> {
  let removed = 0
  for await (const entry of await opendir(folders.staging)) {
    const file = join(folders.staging, entry.name)
    try {
      if ((await stat(file)).mtime >= moment) continue
      await rm(file, { recursive: true, force: true })
      removed += 1
    } catch (error) {
      if (!isMissing(error)) throw error
    }
  }
  return removed
}
