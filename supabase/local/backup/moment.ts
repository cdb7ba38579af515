import pg from 'pg'
import { SetupError } from '../settings.ts'

/** One state of the database: a position in its log, and a session that sees exactly what was committed before it. */
export interface Moment {
  /** Everything before this position is in the state, nothing from it on. */
  lsn: string
  /** Sees that state, and nothing that came after. */
  client: pg.Client
  close(): Promise<void>
}

/** Longer than any transaction of the functions, and enough for one that loads data. */
const PATIENCE_MS = 10 * 60_000

function quiet(client: pg.Client): pg.Client {
  // Whoever asks next hears of a lost connection.
  client.on('error', () => {})
  return client
}

/**
 * Fixes a moment. A logical slot is the one thing of Postgres that gives a snapshot together with the position in the
 * log that it stands for: it is how a subscriber copies a table and goes on from there. It blocks nobody, and waits
 * for the transactions that are writing.
 * @param connectionString of a superuser.
 */
export async function fixMoment(connectionString: string): Promise<Moment> {
  const slot = quiet(
    new pg.Client({
      connectionString,
      query_timeout: PATIENCE_MS,
      ...({ replication: 'database' } as pg.ClientConfig),
    }),
  )
  const client = quiet(new pg.Client({ connectionString }))
  try {
    await slot.connect()
    const { rows } = await slot
      .query<{ consistent_point: string; snapshot_name: string }>(
        `CREATE_REPLICATION_SLOT "respaldo_${process.pid}" TEMPORARY LOGICAL pgoutput (SNAPSHOT 'export')`,
      )
      .catch((cause) => {
        if (cause.message !== 'Query read timeout') throw cause
        throw new SetupError(
          'A transaction has been writing for ten minutes: the backup did not wait longer.',
          {
            cause,
          },
        )
      })
    const { consistent_point: lsn, snapshot_name: snapshot } = rows[0]!
    await client.connect()
    await client.query('begin isolation level repeatable read read only')
    await client.query(`set transaction snapshot ${client.escapeLiteral(snapshot)}`)
    // The session has the snapshot now; the slot would only hold the log back.
    await slot.end()
    return { lsn, client, close: () => client.end() }
  } catch (error) {
    // Not waited for: a slot that waits for a transaction does not hear.
    for (const each of [slot, client]) void each.end().catch(() => {})
    throw error
  }
}

const PUBLIC_TABLES = `
  select c.relname as tabla from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
  order by c.relname`

/** Rows of every table of schema public, as the session sees them. */
export async function countRows(client: pg.Client): Promise<Record<string, number>> {
  const { rows } = await client.query<{ tabla: string }>(PUBLIC_TABLES)
  const counts: Record<string, number> = {}
  for (const { tabla } of rows) {
    const { rows: counted } = await client.query<{ filas: string }>(
      `select count(*) as filas from public.${client.escapeIdentifier(tabla)}`,
    )
    counts[tabla] = Number(counted[0]!.filas)
  }
  return counts
}

/** The rows of a query, in batches: memory does not grow with the answer. The session is in a transaction. */
export async function* inBatches<Row extends pg.QueryResultRow>(
  client: pg.Client,
  text: string,
  size = 500,
): AsyncGenerator<Row[]> {
  await client.query(`declare lote no scroll cursor for ${text}`)
  for (;;) {
    const { rows } = await client.query<Row>(`fetch ${size} from lote`)
    if (rows.length === 0) break
    yield rows
  }
  await client.query('close lote')
}
