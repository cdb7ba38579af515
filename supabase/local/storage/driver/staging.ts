import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, mkdir, open, opendir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { fileOf, isMissing, type StoreFolders, shardOf, syncFolder } from './paths.ts'
import type { StagedObject } from './types.ts'

const NEW_FILE = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW

// Small chunks are written together, and while they are, the next ones are read.
const WRITE_BYTES = 512 * 1024

// The disk starts early on what has come: at the end there is little left to wait for.
const SYNC_BYTES = 4 * 1024 * 1024

/** Appends to a file: one write under way, one batch being filled, never more. */
function appender(handle: FileHandle) {
  let batch: Buffer[] = []
  let batchBytes = 0
  let unsynced = 0
  let writing: Promise<unknown> = Promise.resolve()
  let syncing: Promise<unknown> | null = null

  function syncEarly() {
    if (syncing || unsynced < SYNC_BYTES) return
    unsynced = 0
    // A failure shows again in the sync at the end, which is the one that counts.
    syncing = handle
      .datasync()
      .catch(() => {})
      .finally(() => {
        syncing = null
      })
  }
  async function flush() {
    await writing
    if (batchBytes === 0) return
    unsynced += batchBytes
    writing = handle.writev(batch).then(syncEarly)
    // Whoever waits for the write next hears of its failure.
    writing.catch(() => {})
    batch = []
    batchBytes = 0
  }

  return {
    async append(chunk: Buffer) {
      batch.push(chunk)
      batchBytes += chunk.length
      if (batchBytes >= WRITE_BYTES) await flush()
    },
    async end() {
      await flush()
      await writing
      await syncing
      await handle.sync()
    },
    /** Waits for what is under way, so that the file can be closed. */
    settle: () => Promise.allSettled([writing, syncing]),
  }
}

/** Writes a body to a new file and waits until the disk has it. @returns its size in bytes. */
async function writeDurably(file: string, body: Readable): Promise<number> {
  let size = 0
  const handle = await open(file, NEW_FILE, 0o644)
  const output = appender(handle)
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length
      await output.append(chunk)
    }
    await output.end()
  } finally {
    await output.settle()
    await handle.close()
  }
  return size
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
    const size = await writeDurably(file, body)
    return { size, commit: (key) => place(folders, file, key), discard }
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
