import pg from 'pg'

const EVERY_MS = 3600_000
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
    await client.query(`begin; select pg_advisory_xact_lock(hashtextextended('realtime.messages', 0))`)
    await client.query('select realtime.make_partitions($1)', [DAYS_AHEAD])
    const { rows } = await client.query(OLD)
    for (const { name } of rows) await client.query(`drop table realtime.${client.escapeIdentifier(name)}`)
    await client.query('commit')
  } finally {
    await client.end()
  }
}

/** Maintains the partitions now and every hour. @param options.adminUrl logs in as supabase_realtime_admin. */
export async function startPartitioner({
  adminUrl,
}: {
  adminUrl: string
}): Promise<{ close(): Promise<void> }> {
  await maintainPartitions(adminUrl)
  let running = Promise.resolve()
  const timer = setInterval(() => {
    running = maintainPartitions(adminUrl).catch((error) => console.error(error))
  }, EVERY_MS)
  return {
    async close() {
      clearInterval(timer)
      await running
    },
  }
}
