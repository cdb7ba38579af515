import pg from 'pg'
import { openTurns } from '../process/turns.ts'
import { askAs, CONTEXT, contextOf } from './caller-query.ts'
import { shareClients } from './share-clients.ts'
import type { Database, Query } from './types.ts'

// JSON made by Postgres is passed on as text: numeric keeps its digits and nothing is parsed twice.
// Dates and numerics are text for the same reason.
const asText = (value: string) => value
const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if ([114, 3802, 1082, 1114, 1184, 1700].includes(oid)) return asText
    return pg.types.getTypeParser(oid, format)
  },
} as pg.CustomTypesConfig

// Of one user: a part of the connections, so many queries behind them, and no longer than a connection is waited for.
const READERS_OF_ONE = 1 / 2
const WRITERS_OF_ONE = 1 / 4
const WAITING = { reads: 500, writes: 200 }
const PATIENCE_MS = 10_000

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
  const max = options.max ?? 20
  const pool = new pg.Pool({
    connectionString,
    max,
    pipeline: true,
    connectionTimeoutMillis: PATIENCE_MS,
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

  const partOf = (part: number) => Math.max(1, Math.floor(max * part))
  const inTurn = openTurns({ each: partOf(WRITERS_OF_ONE), waiting: WAITING.writes, patienceMs: PATIENCE_MS })
  const withOwn = <T>(who: string | undefined, work: (client: pg.PoolClient) => Promise<T>) =>
    inTurn(who, () => withClient(work))
  const withAny = options.isShared
    ? shareClients(pool, {
        connections: partOf(READERS_OF_ONE),
        whileFast: Math.max(1, max - 1),
        waiting: WAITING.reads,
        patienceMs: PATIENCE_MS,
      })
    : withOwn

  const close = (client: pg.ClientBase, how: 'commit' | 'rollback') => run(client, { name: how, text: how })

  return {
    as: (claims, who = claims.sub) => ({
      query: <Row extends pg.QueryResultRow>(query: Query | string, params?: unknown[]) =>
        withAny(who, async (client) => (await askAs<Row>(client, claims, query, params)).rows),
    }),
    transaction: (claims, work, who = claims.sub) =>
      withOwn(who, async (client) => {
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
