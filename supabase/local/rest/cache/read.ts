import type { ClientBase } from 'pg'
import { readComputed, readHandlers, readRepresentations, readTimezones } from './extras.ts'
import { readKeys } from './keys.ts'
import { relationshipsOf } from './relationships.ts'
import { readRoutines } from './routines.ts'
import { readTables } from './tables.ts'
import type { SchemaCache } from './types.ts'
import { readViews } from './views.ts'

export interface Exposed {
  /** config.toml's api.schemas. */
  schemas: readonly string[]
  /** Its extra_search_path: views there are looked through, and not served. */
  searchPath: readonly string[]
}

/**
 * Reads what may be served, in one transaction that sees one moment.
 * @param client of a role that may read the catalog; it has no transaction open.
 * @param before what was read last: time zones do not change.
 */
export async function readSchemaCache(
  client: ClientBase,
  { schemas, searchPath }: Exposed,
  before?: SchemaCache,
): Promise<SchemaCache> {
  await client.query('begin isolation level repeatable read read only')
  try {
    await client.query("set local search_path = ''")
    const views = await readViews(client, [...schemas, ...searchPath])
    const keys = await readKeys(client)
    const tables = await readTables(client, schemas, keys, views)
    const computed = await readComputed(client, schemas)
    return {
      tables,
      relationships: relationshipsOf(schemas, { keys, views, tables, computed }),
      routines: await readRoutines(client, schemas),
      representations: await readRepresentations(client),
      timezones: before?.timezones ?? (await readTimezones(client)),
      handlers: await readHandlers(client, schemas),
    }
  } finally {
    // Nothing was written. Where it cannot be said any more, the connection is lost, and with it the transaction.
    await client.query('rollback').catch(() => {})
  }
}
