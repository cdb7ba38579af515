// A ZIP that is written as it is read: one file under way, as fast as whoever takes it. The same files in the same order
// give the same bytes, on any machine and any day.
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ZipFile } from 'yazl'

/** A file that has been written. */
export interface BagFile {
  path: string
  sha256: string
  bytes: number
}

/** What a file holds: bytes at hand, or as they come. */
export type Content = string | Uint8Array | AsyncIterable<Uint8Array>

// One day for all, by its parts: yazl writes the clock of the wall, wherever it stands.
const mtime = () => new Date(2000, 0, 1)

export interface ZipWriter {
  /** The ZIP itself, to be read to its end. */
  output: Readable
  /**
   * Writes a file and waits until it has left. Of one at a time.
   * @param isPacked for what is not small already: texts, not images.
   */
  add(path: string, content: Content, isPacked: boolean): Promise<BagFile>
  /** Nothing comes after. */
  end(): void
  /** Gives up: who reads is told, and whatever is under way ends. */
  destroy(reason: Error): void
}

async function* chunksOf(content: Content): AsyncIterable<Uint8Array> {
  if (typeof content === 'string') yield Buffer.from(content)
  else if (content instanceof Uint8Array) yield content
  else yield* content
}

/** Opens a ZIP that grows file by file. */
export function openZip(): ZipWriter {
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  let current: Readable | undefined
  zip.on('error', (error: Error) => output.destroy(error))
  // Whoever reads has gone: nothing is read any more of what was being written.
  output.once('close', () => current?.destroy())
  return {
    output,
    async add(path, content, isPacked) {
      const hash = createHash('sha256')
      let bytes = 0
      async function* watched() {
        for await (const chunk of chunksOf(content)) {
          hash.update(chunk)
          bytes += chunk.byteLength
          if (chunk.byteLength > 0) yield chunk
        }
      }
      if (output.destroyed) throw new Error('The ZIP has nobody to read it.')
      current = Readable.from(watched(), { objectMode: false })
      zip.addReadStream(current, path, { mtime: mtime(), compress: isPacked, forceDosTimestamp: true })
      await finished(current, { writable: false }).catch((error: Error) => {
        output.destroy(error)
        throw error
      })
      return { path, sha256: hash.digest('hex'), bytes }
    },
    end: () => zip.end(),
    destroy: (reason) => void output.destroy(reason),
  }
}
