/** What the database has that REST may serve, read once and again after every DDL. */
export interface SchemaCache {
  /** By `schema.name`: tables, views, materialized views and foreign tables of the exposed schemas. */
  tables: ReadonlyMap<string, Table>
  /** By `schema.name` of the table that they start from; both directions stand, and so do those of views. */
  relationships: ReadonlyMap<string, readonly Relationship[]>
  /** By `schema.name`; overloads stand together. */
  routines: ReadonlyMap<string, readonly Routine[]>
  /** Casts of domains by which a column is read, written or compared (PostgREST's data representations). */
  representations: readonly Representation[]
  /** Names of time zones that Postgres knows, in lower case, with their spelling. */
  timezones: ReadonlyMap<string, string>
  /** Custom media types, by table (`schema.name`) or `*`. */
  handlers: readonly MediaHandler[]
}

export interface Name {
  schema: string
  name: string
}

export interface Table extends Name {
  isView: boolean
  comment: string | null
  /** In the order of the table. */
  columns: ReadonlyMap<string, Column>
  primaryKey: readonly string[]
  insertable: boolean
  updatable: boolean
  deletable: boolean
}

export interface Column {
  name: string
  /** As Postgres writes it, `character varying(40)`. */
  type: string
  /** The same without its modifier, and of a domain the type below it. */
  baseType: string
  isNullable: boolean
  /** Its default as SQL; null without one. */
  default: string | null
  /** Generated, or an identity: a client need not give it. */
  isGenerated: boolean
  maxLength: number | null
  /** The labels of an enum, else empty. */
  values: readonly string[]
  comment: string | null
}

export interface Relationship {
  kind: 'many-to-one' | 'one-to-many' | 'one-to-one' | 'many-to-many' | 'computed'
  table: Name
  foreign: Name
  /** Of the foreign key; of a many-to-many the junction has its own; of a computed one the function's name. */
  constraint: string
  /** `[column of table, column of foreign]`; empty for many-to-many and computed. */
  columns: readonly (readonly [string, string])[]
  /** Of a one-to-one: does `table` hold the foreign key? (What PostgREST's source calls so is the other side.) */
  isParent: boolean
  isSelf: boolean
  junction?: {
    table: Name
    constraints: readonly [string, string]
    /** `[column of table, column of junction]`. */
    source: readonly (readonly [string, string])[]
    /** `[column of junction, column of foreign]`. */
    target: readonly (readonly [string, string])[]
  }
  function?: Name & { isSingle: boolean }
}

export interface Parameter {
  /** '' where it has none. */
  name: string
  type: string
  /** The same, but that takes any length: `character` and `bit` alone would cut what comes to one. */
  anyLength: string
  isRequired: boolean
  isVariadic: boolean
}

export interface Routine extends Name {
  oid: number
  comment: string | null
  parameters: readonly Parameter[]
  returns: {
    kind: 'scalar' | 'composite'
    isSet: boolean
    type: Name
    /** The table whose rows it gives, where it is one. */
    table: Name | null
    isVoid: boolean
  }
  volatility: 'volatile' | 'stable' | 'immutable'
  /** Its own settings that must hold for the whole transaction: statement_timeout, default_transaction_isolation… */
  settings: readonly (readonly [string, string])[]
}

export interface Representation {
  source: string
  target: string
  function: Name
}

export interface MediaHandler {
  /** `schema.name` of the rows that it takes, or `*`. */
  of: string
  /** What a client asks for, in lower case; it may be the one of any type. */
  mediaType: string
  /** What the answer says that it is. */
  contentType: string
  /** Of a function whose result is of the media type, the domain: `schema."text/x"(value)` casts to it. */
  function: Name
  isAggregate: boolean
}
