import pg from 'pg'
import { openTurns } from '../process/turns.ts'
import { askIn, BEGIN, type Context } from './caller-query.ts'
import { LargeRowsClient, largeTypes } from './large-rows.ts'
import { shareClients } from './share-clients.ts'
import type { Caller, Query } from './types.ts'

// JSON made by Postgres is passed on as text: numeric keeps its digits and nothing is parsed twice.
// Dates and numerics are text for the same reason.
const asText = (value: string) => value
const AS_TEXT = [114, 3802, 1082, 1114, 1184, 1700]
const types: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    if (AS_TEXT.includes(oid)) return asText
    return pg.types.getTypeParser(oid, format)
  },
} as pg.CustomTypesConfig
const typesOfLarge = largeTypes(types, AS_TEXT)

// Of one user: a part of the connections, so many queries behind them, and no longer than a connection is waited for.
// There are two for each processor: what is slow has half of the processors, and others find one that is free.
const READERS_OF_ONE = 1 / 4
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

const say = (client: pg.ClientBase, { query, values }: Context) => run(client, query, [...values])

const rollback = (client: pg.ClientBase) => run(client, { name: 'rollback', text: 'rollback' })

/** How many connections, and for whom. */
export interface ConnectionOptions {
  max?: number
  queryTimeoutMs?: number
  isShared?: boolean
  /** Large values of a text type come as {@link LargeText}: for who sends them on as they are. */
  keepsLarge?: boolean
  /** After how long a connection is replaced. */
  maxLifetimeS?: number
}

/** Connections whose transactions each begin with the same query, of other values: their context. */
export interface Connections {
  /** One query in a transaction of its own: a single network flight. */
  ask<Row extends pg.QueryResultRow>(
    context: Context,
    query: Query | string,
    params?: unknown[],
    who?: string,
  ): Promise<Row[]>
  /** One query that what `check` throws undoes: two flights, one for the query and one for how it ends. */
  askChecked<Row extends pg.QueryResultRow>(
    context: Context,
    query: Query | string,
    params: unknown[],
    check: (rows: Row[]) => void,
    who?: string,
  ): Promise<Row[]>
  /**
   * Several queries in one transaction; a throw rolls all of it back.
   * @param options.begin how it begins, where not as ever; `isUndone` rolls it back whatever happens.
   */
  transaction<T>(
    context: Context,
    work: (tx: Caller) => Promise<T>,
    who?: string,
    options?: { begin?: string; isUndone?: boolean },
  ): Promise<T>
  stats(): { total: number; idle: number; waiting: number }
  close(): Promise<void>
}

const ROLLED_BACK = 'The transaction was rolled back by an earlier error.'

/**
 * Opens a pool of connections.
 * @param nobody the context of nobody, whose query is that of all of them.
 * @param options.queryTimeoutMs gives up a connection whose server does not answer; the server's own
 * statement_timeout should be shorter.
 * @param options.isShared lets single queries follow each other on a busy connection (see {@link shareClients}):
 * for those that wait for no lock.
 */
export function openConnections(
  connectionString: string,
  nobody: Context,
  options: ConnectionOptions = {},
): Connections {
  const max = options.max ?? 20
  const pool = new pg.Pool({
    connectionString,
    max,
    pipeline: true,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: options.queryTimeoutMs,
    idleTimeoutMillis: 30_000,
    maxLifetimeSeconds: options.maxLifetimeS,
    keepAlive: true,
    ...(options.keepsLarge ? { Client: LargeRowsClient, types: typesOfLarge } : { types }),
  } as pg.PoolConfig)
  // A connection lost while idle is replaced at the next use.
  pool.on('error', () => {})
  // Parsed before anything else: see CallerQuery. Its failure is that of the connection, which the pool sees.
  pool.on('connect', (client) => {
    for (const first of [say(client, nobody), say(client, BEGIN), rollback(client)]) first.catch(() => {})
  })

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

  async function commit(client: pg.ClientBase) {
    const { command } = await run(client, { name: 'commit', text: 'commit' })
    if (command !== 'COMMIT') throw new Error(ROLLED_BACK)
  }
  /** Ends what has begun: as work ends. */
  async function within<T>(client: pg.ClientBase, isUndone: boolean, work: () => Promise<T>): Promise<T> {
    try {
      const result = await work()
      if (isUndone) await rollback(client)
      else await commit(client)
      return result
    } catch (error) {
      await rollback(client).catch(() => {})
      throw error
    }
  }

  return {
    ask: <Row extends pg.QueryResultRow>(
      context: Context,
      query: Query | string,
      params?: unknown[],
      who?: string,
    ) => withAny(who, async (client) => (await askIn<Row>(client, [context], query, params)).rows),
    askChecked: <Row extends pg.QueryResultRow>(
      context: Context,
      query: Query | string,
      params: unknown[],
      check: (rows: Row[]) => void,
      who?: string,
    ) =>
      withOwn(who, (client) =>
        within(client, false, async () => {
          const { rows } = await askIn<Row>(client, [BEGIN, context], query, params)
          check(rows)
          return rows
        }),
      ),
    transaction: (context, work, who, { begin: how = 'begin', isUndone = false } = {}) =>
      withOwn(who, (client) =>
        within(client, isUndone, async () => {
          await Promise.all([run(client, { name: how, text: how }), say(client, context)])
          return work({
            query: async (query, params) => (await run(client, query, params)).rows as never,
          })
        }),
      ),
    stats: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  }
}
