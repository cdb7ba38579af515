import pg from 'pg'
import { type Disk, diskOf } from '../../server/process/disk.ts'

const EVERY_MS = 2000
/** Room is given back only where there is some more of it: at the edge it would come and go. */
const AGAIN = 1.1

export interface DiskGuard {
  /** Does the stack take no more writes? */
  isFull(): boolean
  close(): Promise<void>
}

/** Above what the roles of the services have set for themselves: see bootstrap/10_roles.sql. */
async function setReadOnly(superuserUrl: string, isReadOnly: boolean): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl, connectionTimeoutMillis: 5000 })
  client.on('error', () => {})
  await client.connect()
  try {
    // At a start it hardly ever differs.
    const { rows } = await client.query<{ setting: string }>(
      `select setting from pg_file_settings where name = 'default_transaction_read_only' and applied`,
    )
    if ((rows[0]?.setting === 'on') === isReadOnly) return
    await client.query(`alter system set default_transaction_read_only = ${isReadOnly ? 'on' : 'off'}`)
    await client.query('select pg_reload_conf()')
  } finally {
    await client.end()
  }
}

/**
 * Watches the disks, and makes transactions of the API roles read only while one of them is nearly full: what Postgres
 * needs to write for itself stays free, so that reads, sign-ins and a tidy end go on. Nobody is asked which request
 * writes: Postgres knows.
 * @param options.reserve bytes that stay free.
 * @param options.diskOf asks the system.
 */
export async function startDiskGuard(options: {
  folders: string[]
  reserve: number
  superuserUrl: string
  report: (line: string) => void
  everyMs?: number
  diskOf?: (folder: string) => Promise<Disk>
}): Promise<DiskGuard> {
  const { folders, reserve, superuserUrl, report, everyMs = EVERY_MS, diskOf: ask = diskOf } = options
  let isFull = false
  let isTold: boolean | undefined
  let running: Promise<void> | undefined

  async function look(): Promise<void> {
    const disks = await Promise.all(folders.map((folder) => ask(folder)))
    const fullest = disks.reduce((one, other) => (other.free < one.free ? other : one))
    isFull = fullest.free < reserve * (isFull ? AGAIN : 1)
    if (isTold === isFull) return
    await setReadOnly(superuserUrl, isFull)
    const mib = Math.floor(fullest.free / 2 ** 20)
    if (isFull) report(`The disk is nearly full (${mib} MiB free): the stack only reads until there is room.`)
    else if (isTold) report(`There is room on the disk again (${mib} MiB free): the stack writes.`)
    isTold = isFull
  }
  const turn = () => {
    running ??= look()
      .catch((error) => console.error(error))
      .finally(() => {
        running = undefined
      })
  }
  // What a stack that was killed left set is put right before anybody comes.
  await look()
  const timer = setInterval(turn, everyMs)
  return {
    isFull: () => isFull,
    async close() {
      clearInterval(timer)
      await running
    },
  }
}
