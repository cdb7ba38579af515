import pg from 'pg'
import type { Pgoutput } from 'pg-logical-replication'
import type { Change, Relation } from './replication.ts'

const BATCH = 1000

/** Puts the messages of the log together to changes. */
export interface TransactionReader {
  take(message: Pgoutput.Message): Promise<void>
  close(): Promise<void>
}

type Row = Record<string, string | null>

/** A row without the values that the log left out. */
const told = (row: Record<string, unknown> | null): Row | null =>
  row && (Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as Row)

/** Names of the types of a database, asked for as they appear. */
function createTypeNames(url: string) {
  const names = new Map<number, string>()
  const pool = new pg.Pool({ connectionString: url, max: 1, connectionTimeoutMillis: 5000 })
  pool.on('error', () => {})
  return {
    async load(oids: number[]) {
      if (oids.every((oid) => names.has(oid))) return
      const { rows } = await pool.query('select oid::int8::text as oid, typname from pg_type')
      for (const { oid, typname } of rows) names.set(Number(oid), typname)
    },
    of: (oid: number) => names.get(oid) ?? 'unknown',
    close: () => pool.end(),
  }
}

/** @param onTransaction takes changes in the order of the log; the next ones wait until it has. */
export function createTransactionReader(
  url: string,
  onTransaction: (changes: Change[]) => void | Promise<void>,
): TransactionReader {
  const types = createTypeNames(url)
  const relations = new WeakMap<Pgoutput.MessageRelation, Relation>()
  let changes: Change[] = []
  let commitTimestamp = ''

  async function relationOf(message: Pgoutput.MessageRelation): Promise<Relation> {
    const known = relations.get(message)
    if (known) return known
    await types.load(message.columns.map(({ typeOid }) => typeOid))
    const relation: Relation = {
      schema: message.schema,
      table: message.name,
      replicaIdentity: message.replicaIdentity,
      columns: message.columns.map(({ name, typeOid, flags }) => ({
        name,
        typeOid,
        type: types.of(typeOid),
        isKey: (flags & 1) === 1,
      })),
    }
    relations.set(message, relation)
    return relation
  }
  async function flush() {
    if (changes.length === 0) return
    const batch = changes
    changes = []
    await onTransaction(batch)
  }

  return {
    async take(message) {
      switch (message.tag) {
        case 'begin':
          // Microseconds since 1970.
          commitTimestamp = new Date(Number(message.commitTime.valueOf() / 1000n)).toISOString()
          return
        case 'commit':
          return flush()
        case 'insert':
        case 'update':
        case 'delete':
          changes.push({
            relation: await relationOf(message.relation),
            type: message.tag.toUpperCase() as Change['type'],
            record: message.tag === 'delete' ? null : told(message.new),
            old: message.tag === 'insert' ? null : told(message.old ?? message.key),
            commitTimestamp,
          })
          if (changes.length >= BATCH) await flush()
      }
    },
    close: () => types.close(),
  }
}
