import pg from 'pg'

/** A table as one role may see it. */
export interface Table {
  /** Whether a policy decides which rows the role sees. */
  hasPolicies: boolean
  /** Columns that the role may select: name → the type as SQL writes it. */
  selectable: Map<string, string>
  /** Columns of the primary key, in its order. */
  key: string[]
  isPublished: boolean
}

/** What the catalog says of tables; remembered for a moment, so that a grant that changes acts soon. */
export interface Tables {
  of(role: string, schema: string, table: string): Promise<Table | null>
  /** Whether the publication has anything in a schema (`*`: any), so that changes of it can come at all. */
  isPublished(schema: string): Promise<boolean>
  close(): Promise<void>
}

const REMEMBERED_MS = 3000

const TABLE = {
  name: 'realtime_table',
  text: `select c.relrowsecurity and not coalesce(r.rolbypassrls or r.rolsuper, false) as has_policies,
      exists (select from pg_publication_tables p where p.pubname = 'supabase_realtime'
        and p.schemaname = $2 and p.tablename = $3) as is_published,
      array(select a.attname::text from pg_index i cross join unnest(i.indkey) with ordinality as k (attnum, n)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
        where i.indrelid = c.oid and i.indisprimary order by k.n) as key,
      coalesce((select json_object_agg(a.attname, format_type(a.atttypid, null)) from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
          and has_schema_privilege(r.oid, n.oid, 'usage')
          and has_column_privilege(r.oid, c.oid, a.attnum, 'select')), '{}') as selectable
    from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_roles r on r.rolname = $1
    where n.nspname = $2 and c.relname = $3 and c.relkind in ('r', 'p')`,
}
const PUBLISHED = {
  name: 'realtime_published',
  text: `select exists (select from pg_publication_tables
    where pubname = 'supabase_realtime' and ($1 = '*' or schemaname = $1)) as is_published`,
}

/** @param adminUrl logs in as a role that sees the catalog; it reads nothing else. */
export function createTables(adminUrl: string): Tables {
  const pool = new pg.Pool({ connectionString: adminUrl, max: 2, connectionTimeoutMillis: 5000 })
  pool.on('error', () => {})
  const remembered = new Map<string, { at: number; table: Promise<Table | null> }>()

  async function ask(role: string, schema: string, table: string): Promise<Table | null> {
    const [row] = (await pool.query({ ...TABLE, values: [role, schema, table] })).rows
    return (
      row && {
        hasPolicies: row.has_policies,
        isPublished: row.is_published,
        key: row.key,
        selectable: new Map(Object.entries(row.selectable as Record<string, string>)),
      }
    )
  }

  return {
    of(role, schema, table) {
      const name = JSON.stringify([role, schema, table])
      const now = performance.now()
      const known = remembered.get(name)
      if (known && now - known.at < REMEMBERED_MS) return known.table
      const asked = ask(role, schema, table)
      remembered.set(name, { at: now, table: asked })
      // A failure is not an answer.
      asked.catch(() => remembered.delete(name))
      return asked
    },
    isPublished: async (schema) =>
      (await pool.query({ ...PUBLISHED, values: [schema] })).rows[0].is_published,
    close: () => pool.end(),
  }
}
