import type { Query } from './types.ts'

/** One query in two forms: `{id}` came as a number or as a code; each uses the index of its column. */
export type ByKey = Record<'id' | 'codigo', Query>

/** Builds both forms; `where` chooses the contract `c` by `$1`, among those not deleted. */
export function byKey(name: string, text: (where: string) => string): ByKey {
  const form = (column: 'id' | 'codigo', type: string) => ({
    name: `${name}_por_${column}`,
    text: text(`c.${column} = $1::${type} and c.eliminado_en is null`),
  })
  return { id: form('id', 'bigint'), codigo: form('codigo', 'text') }
}

/** A JSON array with the rows of a query, in their order; row_to_json keeps the order of the columns and the digits of numeric. */
export const list = (query: string) =>
  `coalesce((select json_agg(row_to_json(item)) from (${query}) as item), '[]')`

/**
 * One page of a query that gives at most `$limit + 1` rows with an `id`: columns `cuerpo` (JSON array),
 * `ultimo` (key of its last row) and `hay_mas`.
 * @param order of the rows `r`.
 * @param key of a row `r`, after which the next page goes on.
 */
export const page = (query: string, order: string, limit: string, key = 'r.id') => `
  select coalesce(json_agg(item order by n) filter (where n <= ${limit}), '[]') as cuerpo,
    max(key::text) filter (where n = ${limit}) as ultimo, count(*) > ${limit} as hay_mas
  from (
    select row_to_json(r) as item, ${key} as key, row_number() over (order by ${order}) as n from (${query}) as r
  ) as numbered`
