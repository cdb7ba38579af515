import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Pack, pack as tarPack } from 'tar-stream'

/** Puts entries into a tar archive, as the account that runs Postgres will own them. */
export interface Tar {
  addFolder(name: string): Promise<void>
  addFile(name: string, size: number, body: AsyncIterable<Uint8Array>): Promise<void>
}

function writer(pack: Pack): Tar {
  const entry = (
    header: { name: string; size?: number; type: 'file' | 'directory'; mode: number },
    body: AsyncIterable<Uint8Array> | null,
  ) =>
    new Promise<void>((resolve, reject) => {
      const sink = pack.entry(header, (error) => (error ? reject(error) : resolve()))
      if (!body) return void sink.end(null)
      // Its end is the entry's, told by the callback; a failure of the body is told here alone.
      pipeline(body, sink as unknown as NodeJS.WritableStream).catch(reject)
    })
  return {
    addFolder: (name) => entry({ name, type: 'directory', mode: 0o700 }, null),
    addFile: (name, size, body) => entry({ name, size, type: 'file', mode: 0o600 }, size === 0 ? null : body),
  }
}

/**
 * A compressed tar archive as a stream.
 * @param fill adds the entries, while the stream is being read.
 */
export async function* tarGzip(fill: (tar: Tar) => Promise<void>): AsyncGenerator<Uint8Array> {
  const pack = tarPack()
  const gzip = createGzip({ level: 1 })
  pack.on('error', (error) => gzip.destroy(error))
  pack.pipe(gzip)
  const filled = fill(writer(pack)).then(
    () => pack.finalize(),
    (error) => pack.destroy(error),
  )
  try {
    yield* gzip
    await filled
  } finally {
    pack.destroy()
  }
}
