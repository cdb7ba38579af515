// How rows become the body of an answer, in SQL: text that Postgres made is sent as it came. A json is not cast to
// text, which would copy it: connections read it as text anyway (server/db/connections.ts).
import type { Routine } from '../cache/types.ts'
import { identifier, qualified } from './quote.ts'
import type { Body } from './types.ts'

/** The rows that are answered, as the outermost query names them. */
export const ROWS = '_postgrest_t'
/** The column of a function that gives scalars. */
export const SCALAR = 'pgrst_scalar'

/**
 * The expression of `body`, an aggregate over {@link ROWS}.
 * @param routine of a call: one that gives a single row or scalar answers it without an array.
 */
export function bodyOf(body: Body, routine: Routine | null = null): string {
  switch (body.kind) {
    case 'none':
      return `''::text`
    case 'array':
      return routine && !routine.returns.isSet ? first(body, routine) : all(body, routine)
    case 'object':
      return first(body, routine)
    case 'csv':
      return `${CSV_HEAD} || E'\\n' || ${CSV_ROWS}`
    case 'geojson':
      return `pg_catalog.json_build_object('type', 'FeatureCollection', 'features', coalesce(pg_catalog.json_agg(ST_AsGeoJSON(${ROWS})::json), '[]'))`
    case 'custom':
      return `${qualified(body.handler.function)}(${argumentOf(body.handler.of, routine)})`
  }
}

const isScalar = (routine: Routine | null) => routine?.returns.kind === 'scalar'

const row = (routine: Routine | null) => (isScalar(routine) ? `${ROWS}.${SCALAR}` : ROWS)

const strip = (isStripped: boolean, json: string) =>
  isStripped ? `pg_catalog.json_strip_nulls(${json})` : json

const all = ({ isStripped }: { isStripped: boolean }, routine: Routine | null) =>
  `coalesce(${strip(isStripped, `pg_catalog.json_agg(${row(routine)})`)}, '[]')`

// Of a set of scalars PostgREST makes an object of the one, `{"pgrst_scalar": …}`; of a single one the scalar.
const first = ({ isStripped }: { isStripped: boolean }, routine: Routine | null) =>
  `coalesce(${strip(isStripped, `pg_catalog.json_agg(${routine?.returns.isSet ? ROWS : row(routine)}) -> 0`)}, 'null')`

// Every row has the same keys: the least of their texts is one of them, and only one is kept at a time.
const CSV_HEAD = `(select coalesce(pg_catalog.string_agg(case when k ~ '[",\\r\\n]' then '"' || replace(k, '"', '""') || '"' else k end, ','), '')
  from pg_catalog.json_object_keys(pg_catalog.min(pg_catalog.row_to_json(${ROWS})::text)::json) k)`
const CSV_ROWS = `coalesce(pg_catalog.string_agg(pg_catalog.substring(${ROWS}::text, 2, pg_catalog.length(${ROWS}::text) - 2), E'\\n'), '')`

function argumentOf(of: string, routine: Routine | null): string {
  if (isScalar(routine)) return row(routine)
  if (of === '*') return ROWS
  const [schema, name] = split(of)
  return `${ROWS}::${identifier(schema)}.${identifier(name)}`
}

/** A schema's name may hold a dot only where it is quoted, which exposed ones are not. */
function split(key: string): [string, string] {
  const dot = key.indexOf('.')
  return [key.slice(0, dot), key.slice(dot + 1)]
}
