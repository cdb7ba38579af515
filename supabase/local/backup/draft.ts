import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createReadStream, createWriteStream } from 'node:fs'
import { link, mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { diskOf } from '../../../server/process/disk.ts'
import { SetupError } from '../settings.ts'
import type { Entry } from './manifest.ts'
import type { Seal } from './seal.ts'

/** A backup that is being written: files go in, each with its size and SHA-256. */
export interface Draft {
  folder: string
  /** File with one JSON entry a line: what the manifest is made of. */
  list: string
  bytes(): number
  /** Writes a file, encrypted where the backup is; the disk has it when this resolves. */
  write(path: string, body: AsyncIterable<Uint8Array>): Promise<void>
  /** The same for what is encrypted by itself already. */
  writeAsIs(path: string, body: AsyncIterable<Uint8Array>): Promise<void>
  /** Takes a file of another backup as it lies there. @returns false where the disk has no hard links. */
  adopt(entry: Entry, from: string): Promise<boolean>
  /** Path that a file has here. */
  pathOf(path: string): string
  close(): Promise<void>
}

const LOOK_EVERY_BYTES = 16 * 2 ** 20

/**
 * Opens a draft in an empty folder. It gives up before it takes the last of a disk that others write to as well.
 * @param reserve bytes that stay free.
 */
export async function openDraft(folder: string, seal: Seal | null, reserve: number): Promise<Draft> {
  const list = `${folder}.lista`
  const entries = createWriteStream(list, { mode: 0o600 })
  let total = 0
  let unseen = LOOK_EVERY_BYTES

  async function look(written: number) {
    unseen += written
    if (unseen < LOOK_EVERY_BYTES) return
    unseen = 0
    if ((await diskOf(folder)).free < reserve)
      throw new SetupError(
        `There is no room for a backup in ${folder}: free some, or choose another disk with RESPALDOS_DIR.`,
      )
  }

  async function note(entry: Entry) {
    total += entry.bytes
    if (!entries.write(`${JSON.stringify(entry)}\n`)) await once(entries, 'drain')
  }
  async function writeAsIs(path: string, body: AsyncIterable<Uint8Array>) {
    const file = join(folder, path)
    await mkdir(dirname(file), { recursive: true, mode: 0o700 })
    const hash = createHash('sha256')
    let bytes = 0
    const handle = await open(file, 'wx', 0o600)
    await pipeline(
      body,
      async function* (source: AsyncIterable<Uint8Array>) {
        for await (const chunk of source) {
          hash.update(chunk)
          bytes += chunk.length
          await look(chunk.length)
          yield chunk
        }
      },
      handle.createWriteStream({ flush: true }),
    )
    await note({ ruta: path, bytes, sha256: hash.digest('hex') })
  }
  const pathOf = (path: string) => (seal ? `${path}.age` : path)

  return {
    folder,
    list,
    bytes: () => total,
    pathOf,
    async write(path, body) {
      await writeAsIs(pathOf(path), seal ? await seal.encrypt(body) : body)
    },
    writeAsIs,
    async adopt(entry, from) {
      const file = join(folder, entry.ruta)
      await mkdir(dirname(file), { recursive: true, mode: 0o700 })
      try {
        await link(join(from, entry.ruta), file)
      } catch {
        return false
      }
      await note(entry)
      return true
    },
    async close() {
      await new Promise((resolve) => entries.end(resolve))
    },
  }
}

/** Bytes at hand, as the body of a file. */
export async function* asBody(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content
}

/** The bytes of a file, which is opened when they are asked for: until then nobody would hear that it is missing. */
export async function* bytesOf(file: string): AsyncGenerator<Uint8Array> {
  yield* createReadStream(file, { highWaterMark: 256 * 1024 })
}
