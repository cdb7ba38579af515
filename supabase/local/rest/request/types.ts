/** A request of PostgREST's interface, read but not yet understood: names are not looked up. */
export interface RestRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  target: { kind: 'table' | 'rpc'; name: string } | { kind: 'root' }
  /** By Accept-Profile or Content-Profile, else the first of config's. */
  schema: string
  /** Whether a profile was asked for: then the answer says `Content-Profile`. */
  isProfiled: boolean
  query: Query
  preferences: Preferences
  /** What the client accepts, best first. */
  accept: readonly MediaType[]
  contentType: MediaType
  /** As it came; null without one. */
  body: Buffer | null
  /** The rows of the top level: by `Range` (of a GET) within limit and offset of the query. */
  range: { offset: number; limit: number | null }
  headers: Readonly<Record<string, string>>
  cookies: Readonly<Record<string, string>>
  path: string
}

export interface MediaType {
  /** `application/vnd.pgrst.object`, `text/csv`, `any`… without parameters. */
  type: string
  parameters: Readonly<Record<string, string>>
}

export interface Query {
  select: readonly SelectItem[]
  /** With the names of the embeds that lead to what they filter; [] is the target itself. */
  filters: readonly { path: readonly string[]; condition: Condition }[]
  orders: readonly { path: readonly string[]; terms: readonly OrderTerm[] }[]
  /** limit and offset, by path. */
  ranges: readonly { path: readonly string[]; limit: number | null; offset: number }[]
  /** `columns=`; null where not given. */
  columns: readonly string[] | null
  onConflict: readonly string[] | null
  /** Of a function called by GET: what is no filter on its result. In their order, repeated ones too. */
  parameters: readonly (readonly [string, string])[]
}

/** `data->a->>0`: `->` or `->>` and a key or an index. */
export interface Field {
  name: string
  path: readonly { arrow: '->' | '->>'; key: string | number }[]
}

export type SelectItem =
  | {
      kind: 'field'
      /** `*` is every column. A bare `count()` has an aggregate and the name ''. */
      field: Field
      alias: string | null
      cast: string | null
      aggregate: 'sum' | 'avg' | 'count' | 'max' | 'min' | null
      /** Cast of what the aggregate gives. */
      aggregateCast: string | null
    }
  | {
      kind: 'embed'
      /** A table, view, foreign key, column or computed relationship. */
      name: string
      alias: string | null
      hint: string | null
      join: 'inner' | 'left' | null
      isSpread: boolean
      select: readonly SelectItem[]
    }

export type Operator =
  | 'eq'
  | 'neq'
  | 'gt'
  | 'gte'
  | 'lt'
  | 'lte'
  | 'like'
  | 'ilike'
  | 'match'
  | 'imatch'
  | 'in'
  | 'is'
  | 'isdistinct'
  | 'cs'
  | 'cd'
  | 'ov'
  | 'sl'
  | 'sr'
  | 'nxr'
  | 'nxl'
  | 'adj'
  | 'fts'
  | 'plfts'
  | 'phfts'
  | 'wfts'

export type Condition =
  | {
      kind: 'filter'
      field: Field
      isNegated: boolean
      operator: Operator
      quantifier: 'any' | 'all' | null
      /** Of full text. */
      language: string | null
      /**
       * Several for `in`; of any and all the literal of an array as it came, which Postgres reads. Of `is` one of null,
       * not_null, true, false and unknown. `*` of like and ilike is not yet `%`.
       */
      value: string | readonly string[]
    }
  | { kind: 'and' | 'or'; isNegated: boolean; conditions: readonly Condition[] }

export interface OrderTerm {
  field: Field
  /** The embed whose column it is, for `order=rel(col)`. */
  relation: string | null
  direction: 'asc' | 'desc' | null
  nulls: 'first' | 'last' | null
}

export interface Preferences {
  return: 'representation' | 'minimal' | 'headers-only' | null
  resolution: 'merge-duplicates' | 'ignore-duplicates' | null
  count: 'exact' | 'planned' | 'estimated' | null
  missing: 'default' | 'null' | null
  handling: 'strict' | 'lenient' | null
  tx: 'commit' | 'rollback' | null
  timezone: string | null
  maxAffected: number | null
  /** What is none of those, for handling=strict. */
  unknown: readonly string[]
}
