import { tooManyOpenUploads } from '../errors.ts'
import type { StorageLimits } from '../limits.ts'

interface OpenUpload {
  owner: string
  /** Bytes that it may take when it ends. */
  bytes: number
  /** Milliseconds since 1970 at which its last byte came. */
  touchedAt: number
}

/** An upload that has been still for so long gives way to another one of the same user. */
const GIVEN_UP_MS = 3600_000

const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`

/**
 * The resumable uploads that wait for their end, and what each user's may take: uploads never finished cannot fill
 * the disk. The server is the only one that writes its folder, so counting happens here.
 */
export class OpenUploads {
  readonly #limits: Pick<StorageLimits, 'openUploads' | 'openBytes'>
  readonly #open = new Map<string, OpenUpload>()

  constructor(limits: Pick<StorageLimits, 'openUploads' | 'openBytes'>) {
    this.#limits = limits
  }

  /** Counts an upload of before a restart. */
  restore(id: string, upload: OpenUpload): void {
    this.#open.set(id, upload)
  }

  /**
   * Counts a new upload.
   * @param owner whose share it takes; null for whoever has none (the service role).
   * @returns uploads of the same user that gave way to it, to be removed.
   * @throws StorageError TooManyOpenUploads.
   */
  admit(id: string, owner: string | null, bytes: number, now = Date.now()): string[] {
    if (owner === null) return []
    const own = [...this.#open].filter(([, upload]) => upload.owner === owner)
    own.sort(([, a], [, b]) => a.touchedAt - b.touchedAt)
    const gone: string[] = []
    let total = own.reduce((sum, [, upload]) => sum + upload.bytes, bytes)
    const isOver = () =>
      own.length - gone.length >= this.#limits.openUploads || total > this.#limits.openBytes
    for (const [oldest, upload] of own) {
      if (!isOver() || upload.touchedAt > now - GIVEN_UP_MS) break
      gone.push(oldest)
      total -= upload.bytes
    }
    if (isOver()) throw this.#refusal()
    for (const oldest of gone) this.#open.delete(oldest)
    this.#open.set(id, { owner, bytes, touchedAt: now })
    return gone
  }

  /** An upload whose length was not told at first is told it. @throws StorageError TooManyOpenUploads. */
  resize(id: string, bytes: number): void {
    const upload = this.#open.get(id)
    if (!upload) return
    let total = bytes - upload.bytes
    for (const { owner, bytes: taken } of this.#open.values()) if (owner === upload.owner) total += taken
    if (bytes > upload.bytes && total > this.#limits.openBytes) throw this.#refusal()
    upload.bytes = bytes
  }

  touch(id: string): void {
    const upload = this.#open.get(id)
    if (upload) upload.touchedAt = Date.now()
  }

  /** The upload has ended, one way or another. */
  forget(id: string): void {
    this.#open.delete(id)
  }

  #refusal() {
    const { openUploads, openBytes } = this.#limits
    return tooManyOpenUploads(
      `Too many unfinished uploads: at most ${openUploads} at once and ${mebibytes(openBytes)} in all. Finish or cancel some of them`,
    )
  }
}
