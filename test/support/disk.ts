import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Bytes below a folder, counting a file with several names once. */
export async function bytesOnDisk(folder: string): Promise<number> {
  const sizes = new Map<number, number>()
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    // It may be gone by now: an upload is renamed when it is whole.
    const found = await stat(join(entry.parentPath, entry.name)).catch(() => null)
    if (found) sizes.set(found.ino, found.size)
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}
