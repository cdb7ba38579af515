/**
 * Columns that are `not null` without a default and that a trigger fills before a row is inserted: in `Insert` types
 * they may be left out. Postgres tells of no such thing; test/database/types.test.ts inserts without them.
 */
export const FILLED_BY_TRIGGER: Record<string, readonly string[]> = {
  calculos: ['usuario_id'],
  centros: ['empresa_id'],
  // The side of whoever creates it: an exporter says the other company, a collection centre the exporter.
  contratos: ['contraparte_id', 'exportadora_id'],
  lotes_asociados: ['humedad_inicial', 'peso_inicial_qq'],
  productores: ['empresa_id'],
}

/**
 * The generated types with those columns optional.
 * @throws Error when a column is not there, or is optional already.
 */
export function withFilledColumns(types: string): string {
  let result = types
  for (const [table, columns] of Object.entries(FILLED_BY_TRIGGER)) {
    const insert = new RegExp(`(\\n {6}${table}: \\{\\n {8}Row: \\{[^}]*\\}[^{}]*Insert: \\{)([^}]*)(\\})`)
    const found = insert.exec(result)?.[2]
    if (found === undefined) throw new Error(`The types have no table ${table}.`)
    const changed = columns.reduce((fields, column) => {
      const needed = new RegExp(`(\\n {10}${column}):`)
      if (!needed.test(fields)) throw new Error(`${table}.${column} is not a needed column of the types.`)
      return fields.replace(needed, '$1?:')
    }, found)
    result = result.replace(insert, (_, head, __, tail) => head + changed + tail)
  }
  return result
}
