import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { SetupError } from '../settings.ts'
import { CONTROL_FILE, clusterEntries, exactly, openIfThere, readControl } from './cluster-files.ts'
import { asBody } from './draft.ts'
import { fixMoment, type Moment } from './moment.ts'
import type { Tar } from './tar.ts'

/** A physical backup under way. */
export interface ClusterBackup {
  /** system_identifier of the cluster. */
  system: string
  version: string
  startLsn: string
  /** Copies everything into an archive. @returns the moment that the backup restores to, still open. */
  copy(tar: Tar, onProgress: (bytes: number) => void): Promise<{ moment: Moment; stopLsn: string }>
  close(): Promise<void>
}

const ABOUT = `
  select (select system_identifier::text from pg_control_system()) as system,
    current_setting('server_version') as version, current_setting('data_directory') as dir,
    (select count(*)::int from pg_tablespace) as tablespaces`

async function copyFiles(dir: string, tar: Tar, onProgress: (bytes: number) => void): Promise<void> {
  let bytes = 0
  for await (const { path, isFolder } of clusterEntries(dir)) {
    if (isFolder) {
      await tar.addFolder(path)
      continue
    }
    if (path === CONTROL_FILE) {
      const control = await readControl(dir)
      await tar.addFile(path, control.length, asBody(control))
      continue
    }
    const handle = await openIfThere(join(dir, path))
    if (!handle) continue
    try {
      const { size } = await handle.stat()
      await tar.addFile(path, size, exactly(handle, size))
      bytes += size
      onProgress(bytes)
    } finally {
      await handle.close()
    }
  }
}

/** Names of the log's segments from one position to another, oldest first. */
async function segments(client: pg.Client, from: string, to: string): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select upper(lpad(to_hex(timeline_id), 8, '0') || lpad(to_hex(n / per_file), 8, '0') || lpad(to_hex(n % per_file), 8, '0')) as name
     from pg_control_checkpoint(),
       (select size, x'100000000'::bigint / size as per_file
        from pg_size_bytes(current_setting('wal_segment_size')) as size) as segment,
       generate_series(
         floor(($1::pg_lsn - '0/0') / size)::bigint, floor(($2::pg_lsn - '0/0' - 1) / size)::bigint) as n`,
    [from, to],
  )
  return rows.map(({ name }) => name)
}

async function copyLog(client: pg.Client, dir: string, tar: Tar, from: string, to: string): Promise<void> {
  const wal = join(dir, 'pg_wal')
  const histories = (await readdir(wal)).filter((name) => name.endsWith('.history'))
  for (const name of [...histories, ...(await segments(client, from, to))]) {
    // It must be there: the slot keeps it.
    const handle = await open(join(wal, name), 'r')
    try {
      const { size } = await handle.stat()
      await tar.addFile(`pg_wal/${name}`, size, exactly(handle, size))
    } finally {
      await handle.close()
    }
  }
}

/**
 * Begins a physical backup of a running cluster, as the low-level API of Postgres has it: this session stays open from
 * its start to its end.
 * @param connectionString of a superuser.
 */
export async function beginClusterBackup(connectionString: string, label: string): Promise<ClusterBackup> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  await client.connect()
  try {
    await client.query('set statement_timeout = 0')
    const { system, version, dir, tablespaces } = (await client.query(ABOUT)).rows[0]
    // Its own two; a third would be files elsewhere, which this does not look for.
    if (tablespaces > 2)
      throw new SetupError(
        'This cluster has tablespaces, which the backup does not cover: move their tables.',
      )
    // The log from here on stays, however much is written, as long as this session lives.
    await client.query(`select pg_create_physical_replication_slot($1, true, true)`, [
      `respaldo_log_${process.pid}`,
    ])
    const started = await client.query<{ lsn: string }>('select pg_backup_start($1, true) as lsn', [label])
    const startLsn = started.rows[0]!.lsn

    return {
      system,
      version,
      startLsn,
      async copy(tar, onProgress) {
        await copyFiles(dir, tar, onProgress)
        const stopped = await client.query<{ lsn: string; labelfile: string; spcmapfile: string }>(
          'select lsn, labelfile, spcmapfile from pg_backup_stop(false)',
        )
        const { lsn: stopLsn, labelfile } = stopped.rows[0]!
        const content = Buffer.from(labelfile)
        await tar.addFile('backup_label', content.length, asBody(content))
        const moment = await fixMoment(connectionString)
        try {
          // A record after the moment, where recovery sees that it has arrived; the switch brings it all to the disk.
          const { rows } = await client.query<{ lsn: string }>(`select pg_create_restore_point($1) as lsn`, [
            label,
          ])
          await client.query('select pg_switch_wal()')
          await copyLog(client, dir, tar, startLsn, rows[0]!.lsn)
        } catch (error) {
          await moment.close()
          throw error
        }
        return { moment, stopLsn }
      },
      close: () => client.end(),
    }
  } catch (error) {
    await client.end()
    throw error
  }
}
