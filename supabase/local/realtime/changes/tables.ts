import pg from 'pg'
import type { Relation } from '../change.ts'

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

/** What the catalog says. */
export interface Tables {
  /** Asked anew. */
  ask(role: string, schema: string, table: string): Promise<Table | null>
  /** Remembered for a moment, and no longer than the log describes the table in the same way. */
  of(role: string, relation: Relation): Promise<Table | null>
  /** Whether the publication has anything in a schema (`*`: any), so that changes of it can come at all. */
  isPublished(schema: string): Promise<boolean>
  /**
   * Waits until what these transactions wrote is there for everybody. The log tells of a commit an instant before
   * Postgres lets others see it: asked too early, a policy would hide a row from its own author.
   */
  whenVisible(xids: number[]): Promise<void>
  close(): Promise<void>
}

// A role that may do more or less than before; what is granted on a table makes the log describe it anew.
const REMEMBERED_MS = 3000
const VISIBLE_WITHIN_MS = 2000

const TABLE = {
  name: 'realtime_table',
  // -1: a type without a length is not one of length 1.
  text: `select c.relrowsecurity and not coalesce(r.rolbypassrls or r.rolsuper, false) as has_policies,
      exists (select from pg_publication_tables p where p.pubname = 'supabase_realtime'
        and p.schemaname = $2 and p.tablename = $3) as is_published,
      array(select a.attname::text from pg_index i cross join unnest(i.indkey) with ordinality as k (attnum, n)
        join pg_attribute a on a.attrelid = c.oid and a.attnum = k.attnum
        where i.indrelid = c.oid and i.indisprimary and k.n <= i.indnkeyatts order by k.n) as key,
      coalesce((select json_object_agg(a.attname, format_type(a.atttypid, -1)) from pg_attribute a
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
const SNAPSHOT = { name: 'realtime_snapshot', text: 'select pg_current_snapshot()::text as snapshot' }

/** Without the epoch, as the log counts. */
const low = (xid: string) => Number(BigInt(xid) & 0xffffffffn)

/** Whether a snapshot `xmin:xmax:running,running` still waits for a transaction. */
export function isRunning(snapshot: string, xid: number): boolean {
  const [, next, running] = snapshot.split(':')
  // Numbers of transactions go round: one is before another that is ahead of it by less than half of all.
  const isBeforeNext = ((low(next!) - xid) | 0) > 0
  return !isBeforeNext || (running ?? '').split(',').some((other) => other !== '' && low(other) === xid)
}

/** @param adminUrl logs in as a role that sees the catalog; it reads nothing else. */
export function createTables(adminUrl: string): Tables {
  const pool = new pg.Pool({
    connectionString: adminUrl,
    max: 2,
    connectionTimeoutMillis: 5000,
    query_timeout: 10_000,
    // Types are named with their schema, whoever reads the name.
    options: '-c search_path=pg_catalog',
  })
  pool.on('error', () => {})
  const remembered = new WeakMap<Relation, Map<string, { at: number; table: Promise<Table | null> }>>()

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
    ask,
    of(role, relation) {
      const roles = remembered.get(relation) ?? new Map()
      remembered.set(relation, roles)
      const now = performance.now()
      const known = roles.get(role)
      if (known && now - known.at < REMEMBERED_MS) return known.table
      const asked = ask(role, relation.schema, relation.table)
      roles.set(role, { at: now, table: asked })
      // A failure is not an answer.
      asked.catch(() => roles.delete(role))
      return asked
    },
    isPublished: async (schema) =>
      (await pool.query({ ...PUBLISHED, values: [schema] })).rows[0].is_published,
    async whenVisible(xids) {
      const deadline = performance.now() + VISIBLE_WITHIN_MS
      while (performance.now() < deadline) {
        const { snapshot } = (await pool.query(SNAPSHOT)).rows[0]
        if (!xids.some((xid) => isRunning(snapshot, xid))) return
        await new Promise((resolve) => setTimeout(resolve, 1))
      }
    },
    close: () => pool.end(),
  }
}
