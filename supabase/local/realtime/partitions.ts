import pg from 'pg'

const EVERY_MS = 3600_000
const RETRY_MS = 60_000
const DAYS_AHEAD = 7
const KEPT_HOURS = 72

/** Partitions that hold nothing younger than what is kept. */
const OLD = `select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
  where i.inhparent = 'realtime.messages'::regclass and c.relname ~ '^messages_\\d{4}_\\d\\d_\\d\\d$'
    and to_date(right(c.relname, 10), 'YYYY_MM_DD') + 1 <= (now() at time zone 'UTC') - interval '${KEPT_HOURS} hours'`

/** Makes the partitions of realtime.messages of the next days, and drops those that are older than is kept. */
export async function maintainPartitions(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 5000 })
  client.on('error', () => {})
  await client.connect()
  try {
    // Another server of the same database does the same; whoever comes second finds nothing to do.
    // Who waits for the whole table makes every broadcast wait behind it.
    await client.query(
      `begin; set local lock_timeout = '1s'; select pg_advisory_xact_lock(hashtextextended('realtime.messages', 0))`,
    )
    await client.query('select realtime.make_partitions($1)', [DAYS_AHEAD])
    const { rows } = await client.query(OLD)
    for (const { name } of rows) await client.query(`drop table realtime.${client.escapeIdentifier(name)}`)
    await client.query('commit')
  } finally {
    await client.end()
  }
}

/**
 * Maintains the partitions now and every hour; what fails is tried again in a minute, since bootstrap has made those
 * of today and the next days.
 * @param options.adminUrl logs in as supabase_realtime_admin.
 */
export async function startPartitioner({
  adminUrl,
}: {
  adminUrl: string
}): Promise<{ close(): Promise<void> }> {
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void>
  async function run() {
    let next = EVERY_MS
    await maintainPartitions(adminUrl).catch((error) => {
      console.error(error)
      next = RETRY_MS
    })
    if (!isClosed) timer = setTimeout(again, next)
  }
  const again = () => {
    running = run()
  }
  again()
  await running!
  return {
    async close() {
      isClosed = true
      clearTimeout(timer)
      await running
    },
  }
}
