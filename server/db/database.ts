import { CONTEXT, contextOf } from './caller-query.ts'
import { type ConnectionOptions, openConnections } from './connections.ts'
import type { Database } from './types.ts'

/**
 * Opens a pool that logs in as `authenticator` and becomes the caller for the length of a transaction.
 * @param connectionString must log in as `authenticator`: never as an owner or a superuser.
 */
export function openDatabase(connectionString: string, options: ConnectionOptions = {}): Database {
  const nobody = { query: CONTEXT, values: contextOf({ role: 'none' }).values }
  const connections = openConnections(connectionString, nobody, options)
  return {
    as: (claims, who = claims.sub) => ({
      query: (query, params) => connections.ask(contextOf(claims), query, params, who),
    }),
    transaction: (claims, work, who = claims.sub) => connections.transaction(contextOf(claims), work, who),
    stats: connections.stats,
    close: connections.close,
  }
}
