// Embeds of any shape, against an oracle that walks the same rows in memory.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openReads, type Reads } from '../../../../test/support/rest-sql.ts'

type Row = Record<string, number | null>

const TABLES: Record<string, Row[]> = {
  a: [0, 1, 2, 3].map((id) => ({ id, padre: id > 1 ? id - 2 : null })),
  b: [0, 1, 2, 3, 4, 5].map((id) => ({ id, a_id: id % 5 === 4 ? null : id % 3, n: (id * 7) % 4 })),
  c: [0, 1, 2, 3, 4].map((id) => ({ id, b_id: id < 2 ? 1 : id })),
  a_c: [
    [0, 0],
    [0, 1],
    [1, 1],
    [3, 4],
  ].map(([a_id, c_id]) => ({ a_id: a_id!, c_id: c_id! })),
}

const literalOf = (row: Row) =>
  `(${Object.values(row)
    .map((value) => value ?? 'null')
    .join(', ')})`
const inserted = (name: string) =>
  `insert into public.${name} values ${TABLES[name]!.map(literalOf).join(', ')};`

const SCHEMA = `
  create table public.a (id int primary key, padre int references public.a);
  create table public.b (id int primary key, a_id int references public.a, n int);
  create table public.c (id int primary key, b_id int references public.b);
  create table public.a_c (a_id int references public.a, c_id int references public.c, primary key (a_id, c_id));
  ${Object.keys(TABLES).map(inserted).join('\n')}`

interface Link {
  /** As a request names it. */
  name: string
  to: string
  isOne: boolean
  of: (row: Row) => Row[]
}

const many = (to: string, column: string) => (row: Row) =>
  TABLES[to]!.filter((each) => each[column] === row.id)
const one = (to: string, column: string) => (row: Row) => TABLES[to]!.filter(({ id }) => id === row[column])
const through = (to: string, mine: string, theirs: string) => (row: Row) =>
  TABLES.a_c!.filter((pair) => pair[mine] === row.id).flatMap((pair) => one(to, theirs)(pair))

const LINKS: Record<string, Link[]> = {
  a: [
    { name: 'padre', to: 'a', isOne: true, of: one('a', 'padre') },
    { name: 'a!padre', to: 'a', isOne: false, of: many('a', 'padre') },
    { name: 'b', to: 'b', isOne: false, of: many('b', 'a_id') },
    { name: 'c', to: 'c', isOne: false, of: through('c', 'a_id', 'c_id') },
  ],
  b: [
    { name: 'a', to: 'a', isOne: true, of: one('a', 'a_id') },
    { name: 'c', to: 'c', isOne: false, of: many('c', 'b_id') },
  ],
  c: [
    { name: 'b', to: 'b', isOne: true, of: one('b', 'b_id') },
    { name: 'a', to: 'a', isOne: false, of: through('a', 'c_id', 'a_id') },
  ],
}

interface Shape {
  embeds: {
    link: Link
    join: '' | '!inner'
    test: '' | 'is.null' | 'not.is.null'
    isShown: boolean
    shape: Shape
  }[]
  least: number | null
  limit: number | null
  isDescending: boolean
}

/** Most often nothing: of rows that must meet all there would be none. */
const rarely = <Word extends string>(...words: Word[]): fc.Arbitrary<Word | ''> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant('' as const) },
    { weight: 1, arbitrary: fc.constantFrom(...words) },
  )

const shapeOf = (table: string, depth: number): fc.Arbitrary<Shape> => {
  const links = depth === 0 ? [] : LINKS[table]!
  const embeds = links.map((link) =>
    fc.option(
      fc.record({
        link: fc.constant(link),
        join: rarely('!inner' as const),
        test: rarely('is.null' as const, 'not.is.null' as const),
        isShown: fc.boolean(),
        shape: shapeOf(link.to, depth - 1),
      }),
      { freq: 2 },
    ),
  )
  return fc.record({
    embeds: fc.tuple(...embeds).map((all) => all.filter((each) => each !== null)),
    least: fc.option(fc.integer({ min: 0, max: 2 }), { freq: 2 }),
    limit: fc.option(fc.constantFrom(0, 1, 2, 2, 3, 3, 4), { freq: 2 }),
    isDescending: fc.boolean(),
  })
}

const key = (i: number) => `e${i}`

const selectOf = ({ embeds }: Shape): string =>
  [
    'id',
    ...embeds.map(({ link, join, isShown, shape }, i) => {
      const inner = isShown ? selectOf(shape) : shape.embeds.map((_, j) => hidden(shape, j)).join(',')
      return `${key(i)}:${link.name}${join}(${inner})`
    }),
  ].join(',')

/** What is not shown shows nothing of what it embeds either. */
const hidden = ({ embeds }: Shape, i: number): string => {
  const { link, join, shape } = embeds[i]!
  return `${key(i)}:${link.name}${join}(${shape.embeds.map((_, j) => hidden(shape, j)).join(',')})`
}

function paramsOf({ embeds, least, limit, isDescending }: Shape, path: string): string[] {
  return [
    `${path}order=id${isDescending ? '.desc' : ''}`,
    ...(least === null ? [] : [`${path}id=gte.${least}`]),
    ...(limit === null ? [] : [`${path}limit=${limit}`]),
    ...embeds.flatMap(({ test, shape }, i) => [
      ...(test === '' ? [] : [`${path}${key(i)}=${test}`]),
      ...paramsOf(shape, `${path}${key(i)}.`),
    ]),
  ]
}

function oracle({ embeds, least, limit, isDescending }: Shape, rows: readonly Row[]): object[] {
  const found = rows
    .filter(({ id }) => least === null || id! >= least)
    .sort((x, y) => (isDescending ? y.id! - x.id! : x.id! - y.id!))
    .flatMap((row) => {
      const answer: Record<string, unknown> = { id: row.id }
      for (const [i, { link, join, test, isShown, shape }] of embeds.entries()) {
        const list = oracle(shape, link.of(row))
        const isThere = list.length > 0
        if (!isThere && (join === '!inner' || test === 'not.is.null')) return []
        if (isThere && test === 'is.null') return []
        if (isShown) answer[key(i)] = link.isOne ? (list[0] ?? null) : list
      }
      return [answer]
    })
  return limit === null ? found : found.slice(0, limit)
}

let reads: Reads

beforeAll(async () => {
  reads = await openReads(SCHEMA)
})

afterAll(() => reads.close())

test('lo embebido es lo que diría quien recorre las filas', async () => {
  await fc.assert(
    fc.asyncProperty(shapeOf('a', 3), async (shape) => {
      const url = `/a?select=${selectOf(shape)}&${paramsOf(shape, '').join('&')}`
      const { body, total } = await reads.rowOf(url, { prefer: 'count=exact' })
      expect(JSON.parse(body ?? ''), url).toEqual(oracle(shape, TABLES.a!))
      expect(Number(total), url).toBe(oracle({ ...shape, limit: null }, TABLES.a!).length)
    }),
    { numRuns: 300 },
  )
})
