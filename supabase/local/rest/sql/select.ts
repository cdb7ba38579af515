// A planned read as SQL: the columns, the embeds as json beside them, and what is spread among them.
import type { SchemaCache } from '../cache/types.ts'
import { conditionsOf, existsOf } from './count.ts'
import type { FieldItem } from './draft.ts'
import { called, castSql, columnOf, fieldSql, formatterOf, keyOfField } from './fields.ts'
import { orderOf } from './orders.ts'
import { type Embed, hasAggregates, type Node, type ReadPlan } from './plan.ts'
import { identifier, type Values } from './quote.ts'

interface Writing {
  root: Node
  cache: SchemaCache
  values: Values
  isExpanded: boolean
  /** Of lists and objects: `::jsonb` where they may be grouped by, as json has no equality. */
  comparable: string
}

/** A column of a query: what it is, and as what its parent knows it. */
interface Output {
  sql: string
  /** null of a `*`. */
  name: string | null
  aggregate: { name: string; cast: string | null; key: string } | null
}

/** The rows of the answer. */
export function selectOf(plan: ReadPlan, cache: SchemaCache, values: Values): string {
  const comparable = plan.hasAggregates ? '::jsonb' : ''
  return queryOf(
    plan.root,
    { root: plan.root, cache, values, isExpanded: plan.isExpanded, comparable },
    false,
    false,
  ).sql
}

/**
 * @param isSpread into one row of its parent, which then makes its aggregates
 * @param isHidden only has to be there: no column of it needs to be readable
 */
function queryOf(
  node: Node,
  writing: Writing,
  isSpread: boolean,
  isHidden: boolean,
): { sql: string; outputs: Output[] } {
  const { cache, values } = writing
  const joined = node.embeds.map((embed) => joinOf(embed, node, writing))
  const given = [
    ...node.select.flatMap((item) => fieldsOf(item, node, writing)),
    ...joined.flatMap(({ outputs }) => outputs),
  ]
  if (isHidden) given.push({ sql: '1', name: 'pgrst_presence', aggregate: null })
  else if (node.select.length === 0 && node.embeds.length === 0) {
    given.push({ sql: `${node.source.alias}.*`, name: null, aggregate: null })
  }
  const outputs = isSpread ? given.map(passedOn) : given
  const isGrouped = !isSpread && hasAggregates(node)
  const where = [
    ...node.joins,
    ...conditionsOf(node, cache, values, (embed) => isThereOf(embed, node, writing)),
    ...joined.flatMap(({ where }) => where),
  ]
  const groups = isGrouped ? outputs.filter(({ aggregate }) => aggregate === null).map(({ sql }) => sql) : []
  const sql =
    `SELECT ${outputs.map(isSpread ? plain : finished).join(', ')} FROM ${node.from}` +
    joined.map(({ join }) => join).join('') +
    (where.length > 0 ? ` WHERE ${where.join(' AND ')}` : '') +
    (groups.length > 0 ? ` GROUP BY ${groups.join(', ')}` : '') +
    orderOf(node.orders, node.source, node.embeds) +
    rangeOf(node, values)
  return { sql, outputs }
}

function rangeOf({ range }: Node, values: Values): string {
  if (range === null) return ''
  const limit = range.limit === null ? '' : ` LIMIT ${values.add(String(range.limit), 'bigint')}`
  return limit + (range.offset === 0 ? '' : ` OFFSET ${values.add(String(range.offset), 'bigint')}`)
}

const named = (sql: string, name: string | null) => (name === null ? sql : `${sql} AS ${identifier(name)}`)
const plain = ({ sql, name }: Output): string => named(sql, name)
const finished = ({ sql, name, aggregate }: Output): string => {
  if (aggregate === null) return named(sql, name)
  return named(castSql(`${aggregate.name}(${sql})`, aggregate.cast), aggregate.key)
}

/** What is to be aggregated above needs a name of its own on its way there: two sums of one row are both `sum`. */
const passedOn = (output: Output, i: number): Output =>
  output.aggregate ? { ...output, name: `pgrst_aggregated_${i}` } : output

function fieldsOf(item: FieldItem, { source }: Node, { cache, isExpanded }: Writing): Output[] {
  const { field, alias, cast, aggregate, aggregateCast } = item
  const isStar = field.name === '*' && field.path.length === 0
  if (isStar && aggregate === null) {
    const columns = [...(source.table?.columns.values() ?? [])]
    const isWritten = columns.length > 0 && (isExpanded || columns.some((each) => formatterOf(cache, each)))
    if (!isWritten) return [{ sql: `${source.alias}.*`, name: null, aggregate: null }]
    return columns.map((column) => {
      const formatter = formatterOf(cache, column)
      const sql = `${source.alias}.${identifier(column.name)}`
      return { sql: formatter ? called(formatter, sql) : sql, name: column.name, aggregate: null }
    })
  }
  // `count()` is of rows, and a row that a spread has not found is none.
  const isOfRows = aggregate === 'count' && (isStar || field.name === '')
  const formatter = field.path.length === 0 ? formatterOf(cache, columnOf(source, field.name)) : null
  const bare = isOfRows ? '1' : fieldSql(field, source)
  const sql = castSql(formatter ? called(formatter, bare) : bare, cast)
  if (aggregate === null) return [{ sql, name: alias ?? keyOfField(field), aggregate: null }]
  const key = alias ?? aggregate
  return [{ sql, name: key, aggregate: { name: aggregate, cast: aggregateCast, key } }]
}

const isEmpty = ({ select, embeds }: Node): boolean =>
  select.length === 0 && embeds.every(({ node }) => isEmpty(node))

/** One row is joined beside its parent, and so is what is spread; a list is made of those rows only that stay. */
const isJoined = ({ isToOne, isSpread }: Embed, { comparable }: Writing): boolean =>
  isToOne || isSpread || comparable !== ''

/**
 * Has it rows? Of an embed's rows it is asked one by one, which leaves them in their order; of the answer's the planner
 * may begin with the embed, which where few of its rows are meant is far less work.
 */
function isThereOf(embed: Embed, parent: Node, writing: Writing): string {
  const { isToOne, row } = embed
  if (!isJoined(embed, writing)) {
    const exists = existsOf(embed, writing.cache, writing.values)
    return parent === writing.root ? exists : `(${exists} IS TRUE)`
  }
  return isToOne ? `(${row}.* IS DISTINCT FROM NULL)` : `(${row}.${row} IS NOT NULL)`
}

function joinOf(
  embed: Embed,
  parent: Node,
  writing: Writing,
): { join: string; where: string[]; outputs: Output[] } {
  const { node, row, isToOne, isInner, isSpread, key } = embed
  const isHidden = isEmpty(node)
  const one = (sql: string): Output[] => (isHidden ? [] : [{ sql, name: key, aggregate: null }])
  const isBeside = isJoined(embed, writing)
  const where = isInner && !isBeside ? [isThereOf(embed, parent, writing)] : []
  // What is neither shown nor joined is not written: a parameter of it would stand nowhere.
  if (isHidden && !isBeside) return { join: '', where, outputs: [] }
  const { sql, outputs } = queryOf(node, writing, isSpread && isToOne, isHidden)
  const list = `SELECT json_agg(${row}.*)${writing.comparable} AS ${row} FROM (${sql}) AS ${row}`
  if (!isBeside) return { join: '', where, outputs: one(`COALESCE((${list}), '[]')`) }
  const join = (query: string, on: string) =>
    ` ${isInner ? 'INNER' : 'LEFT'} JOIN LATERAL (${query}) AS ${row} ON ${on}`
  const isThere = isInner && !isToOne ? `${row}.${row} IS NOT NULL` : 'TRUE'
  if (!isSpread) {
    const shown = isToOne ? `row_to_json(${row}.*)${writing.comparable}` : `COALESCE(${row}.${row}, '[]')`
    return { join: join(isToOne ? sql : list, isThere), where: [], outputs: one(shown) }
  }
  const spread = isHidden ? [] : outputs.map((each) => outputOf(each, row))
  if (isToOne) return { join: join(sql, isThere), where: [], outputs: spread }
  const lists = spread.map(
    ({ sql, name }) => `COALESCE(json_agg(${sql}), '[]')${writing.comparable} AS ${identifier(name ?? '')}`,
  )
  const all = [`nullif(count(*), 0) AS ${row}`, ...lists].join(', ')
  return { join: join(`SELECT ${all} FROM (${sql}) AS ${row}`, isThere), where: [], outputs: spread }
}

/** A column of an embed's row as its parent selects it. */
const outputOf = ({ name, aggregate }: Output, row: string): Output => ({
  sql: `${row}.${name === null ? '*' : identifier(name)}`,
  name,
  aggregate,
})
