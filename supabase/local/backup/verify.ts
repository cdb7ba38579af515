import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { BackupFault, readEntries, sumOf } from './manifest.ts'
import { progress } from './progress.ts'

/**
 * Reads every file of a backup and compares it with the manifest, which must have been read before.
 * @returns how many files there are.
 * @throws BackupFault naming the first file that is missing, truncated or altered.
 */
export async function verifyFiles(folder: string, say: (line: string) => void): Promise<number> {
  const tell = progress(say, (files) => `verified: ${files} files`)
  let files = 0
  for await (const entry of readEntries(folder)) {
    const file = join(folder, entry.ruta)
    const found = await stat(file).catch(() => null)
    const refuse = (why: string) => new BackupFault(`${file} ${why}: this backup cannot be trusted.`)
    if (!found?.isFile()) throw refuse('is missing')
    if (found.size !== entry.bytes) throw refuse(`has ${found.size} bytes and not ${entry.bytes}`)
    if ((await sumOf(file)).sha256 !== entry.sha256) throw refuse('was altered')
    tell(++files)
  }
  return files
}
