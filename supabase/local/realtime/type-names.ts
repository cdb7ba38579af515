import pg from 'pg'

interface Type {
  oid: number
  typname: string
  /** Type under a domain; 0 for anything else. */
  typbasetype: number
  /** Type of the elements of an array; 0 for anything else. */
  element: number
}

/** Types of a database by their oid, asked for as they appear. */
export interface TypeNames {
  load(oids: number[]): Promise<void>
  /** As pg_type names it: `int8`, `_text`. */
  nameOf(oid: number): string
  /** Built-in type underneath; '' when there is none: another schema's `text` is not Postgres' own. */
  baseOf(oid: number): string
  close(): Promise<void>
}

// Postgres keeps the oids below for itself.
const FIRST_OF_USERS = 16384

const TYPES = `select oid::int8::text, typname, typbasetype::int8::text,
    (case when typsubscript = 'array_subscript_handler'::regproc then typelem else 0 end)::int8::text as element
  from pg_type`

/** @param url logs in as a role that sees the catalog. */
export function createTypeNames(url: string): TypeNames {
  const types = new Map<number, Type>()
  const pool = new pg.Pool({
    connectionString: url,
    max: 1,
    connectionTimeoutMillis: 5000,
    query_timeout: 10_000,
  })
  pool.on('error', () => {})

  function baseOf(oid: number): string {
    const type = types.get(oid)
    if (!type) return ''
    if (type.typbasetype) return baseOf(type.typbasetype)
    if (type.element) {
      const element = baseOf(type.element)
      return element && `_${element}`
    }
    return oid < FIRST_OF_USERS ? type.typname : ''
  }

  return {
    async load(oids) {
      if (oids.every((oid) => types.has(oid))) return
      const { rows } = await pool.query(TYPES)
      for (const { oid, typname, typbasetype, element } of rows)
        types.set(Number(oid), {
          oid: Number(oid),
          typname,
          typbasetype: Number(typbasetype),
          element: Number(element),
        })
    },
    nameOf: (oid) => types.get(oid)?.typname ?? 'unknown',
    baseOf,
    close: () => pool.end(),
  }
}
