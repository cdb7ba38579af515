import type { Query } from './types.ts'

/** One query in two forms: `{id}` came as a number or as a code; each uses the index of its column. */
export type PorClave = Record<'id' | 'codigo', Query>

/** Builds both forms; `donde` chooses the contract `c` by `$1`, among those not deleted. */
export function porClave(name: string, text: (donde: string) => string): PorClave {
  const form = (columna: 'id' | 'codigo', tipo: string) => ({
    name: `${name}_por_${columna}`,
    text: text(`c.${columna} = $1::${tipo} and c.eliminado_en is null`),
  })
  return { id: form('id', 'bigint'), codigo: form('codigo', 'text') }
}

/** A JSON array with the rows of a query, in their order; row_to_json keeps the order of the columns and the digits of numeric. */
export const lista = (consulta: string) =>
  `coalesce((select json_agg(row_to_json(fila)) from (${consulta}) as fila), '[]')`

/**
 * One page of a query that gives at most `$limit + 1` rows with an `id`: columns `cuerpo` (JSON array),
 * `ultimo` (key of its last row) and `hay_mas`.
 * @param orden of the rows `r`.
 * @param clave of a row `r`, after which the next page goes on.
 */
export const pagina = (consulta: string, orden: string, limite: string, clave = 'r.id') => `
  select coalesce(json_agg(fila order by n) filter (where n <= ${limite}), '[]') as cuerpo,
    max(clave::text) filter (where n = ${limite}) as ultimo, count(*) > ${limite} as hay_mas
  from (
    select row_to_json(r) as fila, ${clave} as clave, row_number() over (order by ${orden}) as n from (${consulta}) as r
  ) as numeradas`
