import pg from 'pg'
import { askAs, CONTEXT, contextOf } from './caller-query.ts'
import { shareClients } from './share-clients.ts'

/** What a verified JWT says; `role` is a role that `authenticator` may become. */
export interface Claims {
  role: string
  sub?: string
  [claim: string]: unknown
}

/** A query with a name is parsed and planned once per connection. */
export interface Query {
  name: string
  text: string
}

/** A transaction that runs as a caller; every query of it is under that caller's RLS. */
export interface Caller {
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(
    query: Query | string,
    params?: unknown[],
  ): Promise<Row[]>
}

export interface Database {
  /** One query as the caller, in a transaction of its own: a single network flight. */
  as(claims: Claims): Caller
  /** Several queries as the caller in one transaction; a throw rolls all of it back. */
  transaction<T>(claims: Claims, work: (tx: Caller) => Promise<T>): Promise<T>
  /** Connections open, idle and awaited, for /salud. */
  stats(): { total: number; idle: number; waiting: number }
  close(): Promise<void>
}

// JSON made by Postgres is passed on as text: numeric keeps its digits and nothing is parsed twice.
// Dates and numerics are text for the same reason.
const asText = (value: string) => value
const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if ([114, 3802, 1082, 1114, 1184, 1700].includes(oid)) return asText
    return pg.types.getTypeParser(oid, format)
  },
} as pg.CustomTypesConfig

function run<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  query: Query | string,
  values: unknown[] = [],
) {
  const { name, text } = typeof query === 'string' ? { text: query } : query
  return client.query<Row>({ name, text, values } as pg.QueryConfig)
}

/**
 * Opens a pool that logs in as `authenticator` and becomes the caller for the length of a transaction.
 * @param connectionString must log in as `authenticator`: never as an owner or a superuser.
 * @param options.queryTimeoutMs gives up a connection whose server does not answer; the server's own
 * statement_timeout should be shorter.
 * @param options.isShared lets single queries follow each other on a busy connection (see {@link shareClients}):
 * for those that wait for no lock.
 */
export function openDatabase(
  connectionString: string,
  options: { max?: number; queryTimeoutMs?: number; isShared?: boolean } = {},
): Database {
  const pool = new pg.Pool({
    connectionString,
    max: options.max ?? 20,
    pipeline: true,
    connectionTimeoutMillis: 10_000,
    query_timeout: options.queryTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    types,
  } as pg.PoolConfig)
  // A connection lost while idle is replaced at the next use.
  pool.on('error', () => {})
  // Parsed before anything else: see CallerQuery. Its failure is that of the connection, which the pool sees.
  pool.on('connect', (client) => void run(client, CONTEXT, contextOf({ role: 'none' })).catch(() => {}))

  async function withClient<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect()
    let broken: Error | undefined
    const onError = (error: Error) => {
      broken = error
    }
    client.on('error', onError)
    try {
      return await work(client)
    } finally {
      client.off('error', onError)
      client.release(broken)
    }
  }

  const withAny = options.isShared ? shareClients(pool) : withClient

  const close = (client: pg.ClientBase, how: 'commit' | 'rollback') => run(client, { name: how, text: how })

  return {
    as: (claims) => ({
      query: <Row extends pg.QueryResultRow>(query: Query | string, params?: unknown[]) =>
        withAny(async (client) => (await askAs<Row>(client, claims, query, params)).rows),
    }),
    transaction: (claims, work) =>
      withClient(async (client) => {
        try {
          await Promise.all([
            run(client, { name: 'begin', text: 'begin' }),
            run(client, CONTEXT, contextOf(claims)),
          ])
          const result = await work({
            query: async (query, params) => (await run(client, query, params)).rows as never,
          })
          const { command } = await close(client, 'commit')
          if (command !== 'COMMIT') throw new Error('The transaction was rolled back by an earlier error.')
          return result
        } catch (error) {
          await close(client, 'rollback').catch(() => {})
          throw error
        }
      }),
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  }
}
