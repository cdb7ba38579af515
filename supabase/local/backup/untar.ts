import { createWriteStream } from 'node:fs'
import { chown, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract as tarExtract } from 'tar-stream'
import type { Owner } from '../postgres/owner.ts'

/** Unpacks a cluster into an empty folder, for the account that runs Postgres. */
export async function untarGzip(
  body: AsyncIterable<Uint8Array>,
  folder: string,
  owner: Owner | null,
): Promise<void> {
  const give = async (path: string) => {
    if (owner) await chown(path, owner.uid, owner.gid)
  }
  await mkdir(folder, { mode: 0o700 })
  await give(folder)
  const made = new Set([folder])
  async function makeFolder(path: string) {
    if (made.has(path)) return
    await makeFolder(dirname(path))
    await mkdir(path, { mode: 0o700 })
    await give(path)
    made.add(path)
  }

  const extract = tarExtract()
  const source = pipeline(body, createGunzip(), extract as unknown as NodeJS.WritableStream)
  source.catch((error) => extract.destroy(error))
  for await (const entry of extract) {
    const { name, type } = entry.header
    if (name.split('/').some((part) => part === '..' || part === ''))
      throw new Error(`"${name}" is no path of a cluster`)
    const path = join(folder, name)
    if (type === 'directory') {
      await makeFolder(path)
      entry.resume()
      continue
    }
    await makeFolder(dirname(path))
    await pipeline(entry, createWriteStream(path, { mode: 0o600, flags: 'wx' }))
    await give(path)
  }
  await source
}
