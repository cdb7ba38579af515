import { type FileHandle, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isMissing } from '../storage/driver/paths.ts'

// What the Postgres manual says not to copy: what belongs to the running server, or is made anew at its start.
const EMPTIED = new Set([
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal',
])
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|pg_internal\.init(\..*)?|pgsql_tmp.*|backup_label(\.old)?|tablespace_map(\.old)?|backup_manifest|(recovery|standby)\.signal|.*\.tmp|t\d+_\d+(_\w+)?(\.\d+)?)$/

export const CONTROL_FILE = 'global/pg_control'

/** A folder or a file of the cluster, by its path inside. */
export interface ClusterEntry {
  path: string
  isFolder: boolean
}

/** Everything of a cluster that a backup holds but its log; the control file, which must be the newest, comes last. */
export async function* clusterEntries(dir: string, below = ''): AsyncGenerator<ClusterEntry> {
  const entries = await readdir(join(dir, below), { withFileTypes: true }).catch((error) => {
    // A database that was dropped meanwhile.
    if (below && isMissing(error)) return []
    throw error
  })
  for (const entry of entries) {
    const path = below ? `${below}/${entry.name}` : entry.name
    if (LEFT_OUT.test(entry.name) || path === CONTROL_FILE) continue
    if (entry.isFile()) yield { path, isFolder: false }
    if (!entry.isDirectory()) continue
    yield { path, isFolder: true }
    if (!EMPTIED.has(path)) yield* clusterEntries(dir, path)
  }
  if (!below) {
    yield { path: 'pg_wal/archive_status', isFolder: true }
    yield { path: 'pg_wal/summaries', isFolder: true }
    yield { path: CONTROL_FILE, isFolder: false }
  }
}

const BLOCK = 256 * 1024

/**
 * The first `size` bytes of a file that is being written. One that became shorter is filled up with zeros: the log
 * tells Postgres what it was shortened to.
 */
export async function* exactly(handle: FileHandle, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < size; ) {
    const buffer = Buffer.alloc(Math.min(BLOCK, size - at))
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    const chunk = bytesRead > 0 ? buffer.subarray(0, bytesRead) : buffer
    at += chunk.length
    yield chunk
  }
}

/** Opens a file of the cluster; null when it went meanwhile. */
export async function openIfThere(file: string): Promise<FileHandle | null> {
  return open(file, 'r').catch((error) => {
    if (isMissing(error)) return null
    throw error
  })
}

/** The control file, read until two readings agree: Postgres may be writing it. */
export async function readControl(dir: string): Promise<Buffer> {
  const read = async () => {
    const handle = await open(join(dir, CONTROL_FILE), 'r')
    try {
      const { size } = await handle.stat()
      const parts: Buffer[] = []
      for await (const chunk of exactly(handle, size)) parts.push(chunk)
      return Buffer.concat(parts)
    } finally {
      await handle.close()
    }
  }
  let previous = await read()
  for (;;) {
    const current = await read()
    if (current.equals(previous)) return current
    previous = current
  }
}
