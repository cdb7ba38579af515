/** A table as the log describes it; another object as soon as its columns or privileges change. */
export interface Relation {
  schema: string
  table: string
  columns: {
    name: string
    type: string
    typeOid: number
    isKey: boolean
    /** Built-in type under a domain, `_` before it for an array; '' when there is none, as for an enum. */
    base?: string
  }[]
  replicaIdentity: 'default' | 'nothing' | 'full' | 'index'
}

/** One row that changed; values are Postgres' text, and one that was too large to be told again is absent. */
export interface Change {
  relation: Relation
  type: 'INSERT' | 'UPDATE' | 'DELETE'
  record: Record<string, string | null> | null
  /** What the log tells of the row before: all of it, its key, or nothing, by the table's replica identity. */
  old: Record<string, string | null> | null
  /** YYYY-MM-DDTHH:MM:SS.mmmZ */
  commitTimestamp: string
  /** Transaction that it is of, without its epoch. */
  xid?: number
}
