import type { Table } from '../../cache/types.ts'
import type { Json } from './schemas.ts'

const optional = (
  name: string,
  description: string | undefined,
  place: 'query' | 'header',
  more: Json = {},
) => ({
  name,
  description,
  required: false,
  in: place,
  type: 'string',
  ...more,
})

const prefer = (...values: string[]) =>
  optional('Prefer', 'Preference', 'header', values.length > 0 ? { enum: values } : {})

const RETURN = ['return=representation', 'return=minimal', 'return=none']
const RESOLUTION = ['resolution=ignore-duplicates', 'resolution=merge-duplicates']
const PAGES = 'Limiting and Pagination'

const COMMON = {
  preferParams: prefer(),
  preferReturn: prefer(...RETURN),
  preferCount: prefer('count=none'),
  preferPost: prefer(...RETURN, ...RESOLUTION),
  select: optional('select', 'Filtering Columns', 'query'),
  on_conflict: optional('on_conflict', 'On Conflict', 'query'),
  order: optional('order', 'Ordering', 'query'),
  range: optional('Range', PAGES, 'header'),
  rangeUnit: optional('Range-Unit', PAGES, 'header', { default: 'items' }),
  offset: optional('offset', PAGES, 'query'),
  limit: optional('limit', PAGES, 'query'),
}

/** What the operations refer to: those of all, and of each table its body and a filter for each column. */
export function parametersOf(tables: readonly Table[]): Json {
  const own = tables.flatMap(({ name, columns }): [string, Json][] => [
    [
      `body.${name}`,
      { name, description: name, required: false, in: 'body', schema: { $ref: `#/definitions/${name}` } },
    ],
    ...[...columns.values()].map((column): [string, Json] => [
      `rowFilter.${name}.${column.name}`,
      optional(column.name, column.comment ?? undefined, 'query'),
    ]),
  ])
  return { ...COMMON, ...Object.fromEntries(own) }
}
