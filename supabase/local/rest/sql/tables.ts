import { isSameName, keyOf } from '../cache/names.ts'
import type { Name, SchemaCache, Table } from '../cache/types.ts'
import { RestError } from '../error.ts'
import { closest, NAME_SCORE } from './closest.ts'

/** The table of that very schema and name; null without one. */
export function tableOf(cache: SchemaCache, name: Name): Table | null {
  const table = cache.tables.get(keyOf(name))
  // Two names with dots can have one key.
  return table && isSameName(table, name) ? table : null
}

/** The same, where a request needs it: 404 PGRST205. */
export function findTable(cache: SchemaCache, name: Name): Table {
  const table = tableOf(cache, name)
  if (table) return table
  const names = [...cache.tables.values()]
    .filter(({ schema }) => schema === name.schema)
    .map((each) => each.name)
  const like = closest(name.name, names, NAME_SCORE)
  const message = `Could not find the table '${name.schema}.${name.name}' in the schema cache`
  throw new RestError(404, 'PGRST205', message, {
    hint: like === null ? null : `Perhaps you meant the table '${name.schema}.${like}'`,
  })
}
