import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { open, opendir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { DataStore, ERRORS, type Upload, Upload as UploadState } from '@tus/server'
import type { Claims } from '../../../../server/db/types.ts'
import { isKey, isMissing } from '../driver/paths.ts'
import type { StorageLimits } from '../limits.ts'
import { shareOf } from '../objects/arriving.ts'
import { OpenUploads } from './open-uploads.ts'

/** What an upload is bound to when it begins, so that nobody else continues it. */
export interface Binding {
  bucket: string
  name: string
  upsert: boolean
  /** `sub` of the caller, or of whoever made the link; null for a key without a user. */
  owner: string | null
  role: string
  /** Whoever made the signed link that gives the right; null where a session gives it. */
  link: Claims | null
  /** Bytes that it may take where its length is not told yet. */
  reserved: number
  /** Version of the object to be: finishing twice makes one object. */
  version: string
}

/** One upload as it is kept on disk, beside the bytes that have arrived. */
export interface UploadRecord {
  id: string
  size?: number
  metadata?: Record<string, string | null>
  createdAt: string
  binding: Binding
  /** True once the object exists; its bytes are no longer kept here. */
  isFinished: boolean
}

/** Where resumable uploads wait for their end. They outlive the server and are swept when they are old. */
export class ResumableStore extends DataStore {
  readonly folder: string
  readonly bindings = new WeakMap<Upload, Binding>()
  readonly #limits: StorageLimits
  readonly #open: OpenUploads

  constructor(folder: string, limits: StorageLimits) {
    super()
    this.folder = folder
    this.#limits = limits
    this.#open = new OpenUploads(limits)
    this.extensions = [
      'creation',
      'creation-with-upload',
      'creation-defer-length',
      'termination',
      'expiration',
    ]
  }

  /** File of the bytes that have arrived. */
  partOf(id: string): string {
    return join(this.folder, `${id}.part`)
  }

  #recordFile(id: string): string {
    return join(this.folder, `${id}.json`)
  }

  /** Reads an upload; null where there is none. */
  async record(id: string): Promise<UploadRecord | null> {
    if (!isKey(id)) return null
    const text = await readFile(this.#recordFile(id), 'utf8').catch((error) => {
      if (isMissing(error)) return null
      throw error
    })
    if (text === null) return null
    const record = JSON.parse(text) as UploadRecord
    // One that began before links and shares were kept.
    return {
      ...record,
      binding: {
        ...record.binding,
        link: record.binding.link ?? null,
        reserved: record.binding.reserved ?? 0,
      },
    }
  }

  async save(record: UploadRecord): Promise<void> {
    const draft = join(this.folder, `${randomUUID()}.draft`)
    await writeFile(draft, JSON.stringify(record), { flag: 'wx', flush: true })
    await rename(draft, this.#recordFile(record.id))
  }

  /** Counts what waits in the folder; before the first upload begins. */
  async load(): Promise<void> {
    for await (const { name } of await opendir(this.folder)) {
      if (!name.endsWith('.json')) continue
      const record = await this.record(name.slice(0, -'.json'.length))
      if (!record || record.isFinished) continue
      const owner = shareOf(record.binding.role, record.binding.owner)
      const touchedAt = (await stat(this.partOf(record.id)).catch(() => null))?.mtimeMs ?? 0
      const bytes = record.size ?? record.binding.reserved
      if (owner !== null) this.#open.restore(record.id, { owner, bytes, touchedAt })
    }
  }

  /** Notes that the object exists. The note stays, so that a client that missed the answer learns of it. */
  async finish(record: UploadRecord): Promise<void> {
    await this.save({ ...record, isFinished: true })
    this.#open.forget(record.id)
    await rm(this.partOf(record.id), { force: true })
  }

  override async create(upload: Upload): Promise<Upload> {
    const binding = this.bindings.get(upload)
    if (!binding) throw new Error('An upload begins with a binding')
    upload.creation_date = new Date().toISOString()
    const givenUp = this.#open.admit(
      upload.id,
      shareOf(binding.role, binding.owner),
      upload.size ?? binding.reserved,
    )
    try {
      for (const id of givenUp) await this.remove(id)
      await writeFile(this.partOf(upload.id), '', { flag: 'wx' })
      await this.save({
        id: upload.id,
        size: upload.size,
        metadata: upload.metadata,
        createdAt: upload.creation_date,
        binding,
        isFinished: false,
      })
    } catch (error) {
      await this.remove(upload.id)
      throw error
    }
    return upload
  }

  override async getUpload(id: string): Promise<Upload> {
    const record = await this.record(id)
    if (!record) throw ERRORS.FILE_NOT_FOUND
    const offset = record.isFinished ? (record.size ?? 0) : (await stat(this.partOf(id))).size
    const { size, metadata, createdAt } = record
    return new UploadState({ id, size, metadata, offset, creation_date: createdAt })
  }

  /** Appends what arrives; what did arrive before a cut is kept and durable. */
  override async write(stream: Readable, id: string, offset: number): Promise<number> {
    const handle = await open(this.partOf(id), constants.O_WRONLY | constants.O_NOFOLLOW)
    let position = offset
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        await handle.write(chunk, 0, chunk.length, position)
        position += chunk.length
        this.#open.touch(id)
      }
    } finally {
      await handle.sync()
      await handle.close()
    }
    return position
  }

  override async declareUploadLength(id: string, size: number): Promise<void> {
    const record = await this.record(id)
    if (!record) throw ERRORS.FILE_NOT_FOUND
    this.#open.resize(id, size)
    await this.save({ ...record, size })
  }

  override async remove(id: string): Promise<void> {
    await rm(this.#recordFile(id), { force: true })
    await rm(this.partOf(id), { force: true })
    this.#open.forget(id)
  }

  override getExpiration(): number {
    return this.#limits.openUploadMs
  }

  /** Removes what is too old: uploads given up, and notes of those that ended. */
  override async deleteExpired(before = new Date(Date.now() - this.#limits.openUploadMs)): Promise<number> {
    let removed = 0
    for await (const { name } of await opendir(this.folder)) {
      const id = name.split('.')[0]!
      const record = await this.record(id)
      const since = record?.createdAt ?? (await stat(join(this.folder, name)).catch(() => null))?.mtime
      if (!since || new Date(since) >= before) continue
      if (record) await this.remove(id)
      else await rm(join(this.folder, name), { force: true })
      removed += 1
    }
    return removed
  }
}
