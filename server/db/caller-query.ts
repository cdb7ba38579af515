import pg from 'pg'
import type { Claims, Query } from './types.ts'

/** A query that says for one transaction what it runs in, and what it says. */
export interface Context {
  /** The one that its connections have parsed: see {@link CallerQuery}. */
  query: Query
  values: readonly (string | null)[]
}

/** Says for one transaction who the caller is: $1 role, $2 claims as JSON. */
export const CONTEXT: Query = {
  name: 'context',
  text: `select set_config('role', $1, true), set_config('request.jwt.claims', $2, true)`,
}

const contexts = new WeakMap<Claims, Context>()

/** {@link CONTEXT} of a caller; made once for claims, which nobody changes. */
export function contextOf(claims: Claims): Context {
  const known = contexts.get(claims)
  if (known) return known
  const context = { query: CONTEXT, values: [claims.role, JSON.stringify(claims)] }
  contexts.set(claims, context)
  return context
}

// What pg's query asks of its connection and is told by it; @types/pg leaves it out.
interface Connection {
  bind(message: { statement: string; values: readonly unknown[] }): void
  execute(message: object): void
}
interface Protocol {
  prepare(connection: Connection): void
  handleDataRow(message: unknown): void
  handleCommandComplete(message: unknown, connection: Connection): void
}
const base = pg.Query.prototype as unknown as Protocol

/**
 * A query and, ahead of it, its context, before a single Sync. What stands between two Syncs is one transaction:
 * no begin or commit is said, Postgres answers once, and an error undoes all of it and leaves the connection
 * clean. Separate statements would cost three answers more, each with its own system calls on both sides.
 * With {@link BEGIN} ahead of the context the transaction stays open.
 *
 * What goes ahead must have been parsed on the connection: pg takes the first answer to a Parse for that of
 * the query.
 */
class CallerQuery extends pg.Query {
  #ahead: readonly Context[]
  /** How many of those ahead are done. */
  #done = 0

  constructor(
    ahead: readonly Context[],
    { name, text }: Partial<Query> & { text: string },
    values: unknown[],
    callback: (error: Error | null, result: pg.QueryResult) => void,
  ) {
    // As text: pg copies a configuration property by property, which costs more than all the rest of this.
    super(text, values, callback as never)
    // Always the extended protocol: a query without values would go by the simple one, without the caller.
    Object.assign(this, { name, queryMode: 'extended' })
    this.#ahead = ahead
  }

  prepare(connection: Connection): void {
    for (const { query, values } of this.#ahead) {
      connection.bind({ statement: query.name, values })
      connection.execute({})
    }
    base.prepare.call(this, connection)
  }

  handleDataRow(message: unknown): void {
    if (this.#done === this.#ahead.length) base.handleDataRow.call(this, message)
  }

  handleCommandComplete(message: unknown, connection: Connection): void {
    if (this.#done === this.#ahead.length) base.handleCommandComplete.call(this, message, connection)
    else this.#done++
  }
}

/** Ahead of a context: the transaction is to be ended by whoever has begun it. */
export const BEGIN: Context = { query: { name: 'begin', text: 'begin' }, values: [] }

/** One query in a context, in a transaction of its own. */
export function askIn<Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  ahead: readonly Context[],
  query: Query | string,
  values: unknown[] = [],
): Promise<pg.QueryResult<Row>> {
  const named = typeof query === 'string' ? { text: query } : query
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, result: pg.QueryResult) =>
      error ? reject(error) : resolve(result as pg.QueryResult<Row>)
    client.query(new CallerQuery(ahead, named, values, done))
  })
}

/** One query as the caller, in a transaction of its own. */
export const askAs = <Row extends pg.QueryResultRow>(
  client: pg.ClientBase,
  claims: Claims,
  query: Query | string,
  values?: unknown[],
) => askIn<Row>(client, [contextOf(claims)], query, values)
