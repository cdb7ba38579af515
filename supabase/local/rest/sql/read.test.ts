// What is read, against a real Postgres: by hand, and by chance against an oracle.
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ARRAY, OPTIONS, openReads, type Reads, requestOf } from '../../../../test/support/rest-sql.ts'
import type { RestError } from '../error.ts'
import { countStatement, readStatement } from './read.ts'
import type { SqlOptions } from './types.ts'

const SCHEMA = `
  create schema oculto;
  create table public.empresas (id bigint primary key, nombre text, padre bigint references public.empresas);
  create table public.contratos (id bigint primary key, empresa_id bigint references public.empresas,
    comprador_id bigint references public.empresas, precio numeric, datos jsonb, etiquetas text[]);
  create table public.lotes (id bigint primary key, contrato_id bigint references public.contratos, peso numeric, codigo text);
  create table public.personas (id bigint primary key, nombre text);
  create table public.partes (contrato_id bigint references public.contratos, persona_id bigint references public.personas,
    primary key (contrato_id, persona_id));
  create table public."un ""nombre" ("una 'columna" int, "otra.col" text);
  create table oculto.secretos (id int);
  create function public.pesados(public.contratos) returns setof public.lotes language sql stable rows 10 as
    $$ select * from public.lotes where contrato_id = $1.id and peso > 5 $$;
  insert into public.empresas values (1, 'Agro', null), (2, 'Norte', 1), (3, 'Sur', 1);
  insert into public.contratos values (1, 1, 2, 9007199254740993.10, '{"a":{"b":[1,2]}}', '{a,NULL}'),
    (2, 2, 1, 5, '{"a":"x"}', '{b}'), (3, 1, null, null, null, null);
  insert into public.lotes values (1, 1, 4, 'A'), (2, 1, 6, 'B'), (3, 2, 8, 'C"x');
  insert into public.personas values (1, 'Ana'), (2, 'Beto');
  insert into public.partes values (1, 1), (1, 2), (2, 2);
  insert into public."un ""nombre" values (1, 'x');`

let reads: Reads
const rowOf: Reads['rowOf'] = (...asked) => reads.rowOf(...asked)
const read = (url: string) => reads.read(url)

beforeAll(async () => {
  reads = await openReads(SCHEMA)
})

afterAll(() => reads.close())

const refused = async (url: string, options?: SqlOptions): Promise<RestError> =>
  rowOf(url, {}, options).then(
    () => expect.fail(`${url} was answered`),
    (error) => error,
  )

test('los dígitos salen como están, y los caminos de json y los casts también', async () => {
  const { body } = await rowOf('/contratos?select=precio,b:datos->a->b->>1,datos->a,t:id::text&id=eq.1')
  expect(body).toBe('[{"precio":9007199254740993.10,"b":"2","a":{"b": [1, 2]},"t":"1"}]')
  expect(await read('/contratos?select=id&datos->>a=eq.x')).toEqual([{ id: 2 }])
  expect(await read('/contratos?select=id&precio=eq.9007199254740993.10')).toEqual([{ id: 1 }])
})

test('se embebe por tabla, clave, columna, pista, tabla intermedia y función', async () => {
  const url =
    '/contratos?select=id,empresa:empresa_id(nombre),comprador:empresas!comprador_id(nombre),lotes(codigo),personas(nombre),pesados(codigo)&id=eq.1&lotes.order=codigo.desc&personas.order=id'
  expect(await read(url)).toEqual([
    {
      id: 1,
      empresa: { nombre: 'Agro' },
      comprador: { nombre: 'Norte' },
      lotes: [{ codigo: 'B' }, { codigo: 'A' }],
      personas: [{ nombre: 'Ana' }, { nombre: 'Beto' }],
      pesados: [{ codigo: 'B' }],
    },
  ])
  expect(await read('/empresas?select=id,padre(nombre),hijas:empresas!padre(id)&id=lte.2&order=id')).toEqual([
    { id: 1, padre: null, hijas: [{ id: 2 }, { id: 3 }] },
    { id: 2, padre: { nombre: 'Agro' }, hijas: [] },
  ])
})

test('una pista de menos dice cuáles hay, y una relación que no hay lo dice', async () => {
  const several = await refused('/contratos?select=empresas(*)')
  expect([several.status, several.code]).toEqual([300, 'PGRST201'])
  expect(several.hint).toContain("'empresas!contratos_empresa_id_fkey'")
  expect(several.details).toContainEqual({
    cardinality: 'many-to-one',
    embedding: 'contratos with empresas',
    relationship: 'contratos_empresa_id_fkey using contratos(empresa_id) and empresas(id)',
  })
  const none = await refused('/contratos?select=lote(*)')
  expect([none.status, none.code, none.hint]).toEqual([
    400,
    'PGRST200',
    "Perhaps you meant 'lotes' instead of 'lote'.",
  ])
  expect((await refused('/contratos?lotes.id=eq.1')).code).toBe('PGRST108')
  expect((await refused('/secretos')).code).toBe('PGRST205')
  expect((await refused('/oculto.secretos')).code).toBe('PGRST205')
})

test('!inner, nulo y no nulo de lo embebido, y límites de cada uno', async () => {
  expect(await read('/contratos?select=id,lotes!inner()&lotes.codigo=eq.A')).toEqual([{ id: 1 }])
  expect(
    await read('/contratos?select=id,lotes!inner(codigo)&lotes.limit=1&lotes.order=id&order=id.desc'),
  ).toEqual([
    { id: 2, lotes: [{ codigo: 'C"x' }] },
    { id: 1, lotes: [{ codigo: 'A' }] },
  ])
  expect(await read('/contratos?select=id,lotes()&lotes=is.null')).toEqual([{ id: 3 }])
  expect(
    await read('/contratos?select=id,c:empresas!comprador_id()&or=(c.not.is.null,id.eq.3)&order=id'),
  ).toHaveLength(3)
  const { total, page_total } = await rowOf('/contratos?select=id,lotes!inner(id)&limit=1', {
    prefer: 'count=exact',
  })
  expect([total, page_total]).toEqual(['2', '1'])
})

test('ordena por lo que embebe, si es uno', async () => {
  const url = '/contratos?select=id,c:empresas!comprador_id(nombre)&order=c(nombre).desc.nullslast'
  expect(((await read(url)) as { id: number }[]).map(({ id }) => id)).toEqual([1, 2, 3])
  expect((await refused('/contratos?select=id,lotes(id)&order=lotes(id)')).code).toBe('PGRST118')
  expect((await refused('/contratos?select=id&order=lotes(id)')).code).toBe('PGRST108')
})

test('esparce lo que es uno como columnas y lo que son varios como listas', async () => {
  expect(await read('/lotes?select=id,...contratos(precio,...empresas!empresa_id(nombre))&id=eq.3')).toEqual([
    { id: 3, precio: 5, nombre: 'Norte' },
  ])
  expect(await read('/contratos?select=id,...lotes(codigo,peso)&lotes.order=peso.desc&order=id')).toEqual([
    { id: 1, codigo: ['B', 'A'], peso: [6, 4] },
    { id: 2, codigo: ['C"x'], peso: [8] },
    { id: 3, codigo: [], peso: [] },
  ])
})

test('agrega por grupos, también lo esparcido, y solo donde se permite', async () => {
  expect(await read('/contratos?select=empresa_id,count(),p:precio.max()::text&order=empresa_id')).toEqual([
    { empresa_id: 1, count: 2, p: '9007199254740993.10' },
    { empresa_id: 2, count: 1, p: '5' },
  ])
  expect(await read('/lotes?select=peso.sum(),...contratos(empresa_id)&order=contratos(empresa_id)')).toEqual(
    [
      { empresa_id: 1, sum: 10 },
      { empresa_id: 2, sum: 8 },
    ],
  )
  expect(
    await read('/lotes?select=codigo,...contratos(precio.sum(),n:count())&order=codigo&limit=1'),
  ).toEqual([expect.objectContaining({ codigo: 'A', n: 1 })])
  expect((await refused('/contratos?select=...lotes(peso.sum())')).code).toBe('PGRST127')
  const { code } = await refused('/contratos?select=count()', { ...OPTIONS, aggregates: false })
  expect(code).toBe('PGRST123')
})

test('max_rows limita a todos, y lo estimado se cuenta hasta uno más', async () => {
  const few = { aggregates: false, maxRows: 1 }
  const url = '/contratos?select=id,lotes(id)&order=id&lotes.order=id'
  const { body, total } = await rowOf(url, { prefer: 'count=estimated' }, few)
  expect(JSON.parse(body ?? '')).toEqual([{ id: 1, lotes: [{ id: 1 }] }])
  expect(total).toBe('2')
  const { text, values } = countStatement(requestOf('/contratos?id=gt.1'), reads.cache, few)
  expect((await reads.client.query(text, values)).rowCount).toBe(2)
})

test('un tipo que no lo parece no llega a ser SQL', async () => {
  const item = {
    kind: 'field',
    field: { name: 'id', path: [] },
    alias: null,
    aggregate: null,
    aggregateCast: null,
  }
  for (const cast of ['text) from oculto.secretos --', 'text; drop table x', "a'b", 'text), (select 1']) {
    const request = requestOf('/contratos')
    const asked = { ...request, query: { ...request.query, select: [{ ...item, cast } as never] } }
    expect(() => readStatement(asked, reads.cache, OPTIONS, ARRAY)).toThrow(/does not exist/)
  }
})

test('ningún nombre, camino ni valor de un cliente rompe el SQL', async () => {
  const word = fc.oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.constantFrom('a"b', "a'b", '\\', '"', "'", '--', '/*', '$1', 'x;y', 'id', 'datos', "'||(select 1)||'"),
  )
  await fc.assert(
    fc.asyncProperty(word, word, word, fc.boolean(), async (name, key, value, isPath) => {
      const request = requestOf('/contratos?select=id')
      const field = { name, path: isPath ? [{ arrow: '->>' as const, key }] : [] }
      const filter = { kind: 'filter', field, isNegated: false, quantifier: null, language: null } as const
      const query = {
        ...request.query,
        select: [
          { kind: 'field', field, alias: key, cast: null, aggregate: null, aggregateCast: null } as const,
        ],
        filters: [{ path: [], condition: { ...filter, operator: 'eq' as const, value } }],
        orders: [{ path: [], terms: [{ field, relation: null, direction: null, nulls: null }] }],
      }
      const { text, values } = readStatement({ ...request, query }, reads.cache, OPTIONS, ARRAY)
      await reads.client.query(text, values).catch(({ code }) => {
        // No such column, a value or a type that does not fit: never a syntax that the client wrote.
        expect(['42703', '22P02', '42883', '22007', '22003', '42702']).toContain(code)
      })
    }),
    { numRuns: 150 },
  )
})

test('los filtros dicen lo que dice un oráculo', async () => {
  type Tree = { sql: string; url: string }
  const leaf: fc.Arbitrary<Tree> = fc
    .record({
      column: fc.constantFrom('id', 'contrato_id', 'peso'),
      operator: fc.constantFrom(
        ['eq', '='],
        ['neq', '<>'],
        ['gt', '>'],
        ['lte', '<='],
        ['isdistinct', 'is distinct from'],
      ),
      value: fc.integer({ min: 0, max: 9 }),
      isNegated: fc.boolean(),
    })
    .map(({ column, operator: [word, symbol], value, isNegated }) => ({
      url: `${column}.${isNegated ? 'not.' : ''}${word}.${value}`,
      sql: `${isNegated ? 'not ' : ''}(${column} ${symbol} ${value})`,
    }))
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc
        .record({
          kind: fc.constantFrom('and', 'or'),
          isNegated: fc.boolean(),
          parts: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }),
        })
        .map(({ kind, isNegated, parts }) => ({
          url: `${isNegated ? 'not.' : ''}${kind}(${parts.map(({ url }) => url).join(',')})`,
          sql: `${isNegated ? 'not ' : ''}(${parts.map(({ sql }) => sql).join(` ${kind} `)})`,
        })),
    ),
  }))
  await fc.assert(
    fc.asyncProperty(tree, async ({ url, sql }) => {
      const { rows } = await reads.client.query(`select id from public.lotes where ${sql} order by id`)
      const read = await rowOf(`/lotes?select=id&order=id&and=(${url})`, { prefer: 'count=exact' })
      expect(JSON.parse(read.body ?? '').map(({ id }: { id: number }) => String(id))).toEqual(
        rows.map(({ id }) => id),
      )
      expect(read.total).toBe(String(rows.length))
      const inner = await rowOf(`/contratos?select=id,lotes!inner(id)&order=id&lotes.and=(${url})`)
      const parents = await reads.client.query(
        `select distinct contrato_id as id from public.lotes where ${sql} order by 1`,
      )
      expect(JSON.parse(inner.body ?? '').map(({ id }: { id: number }) => String(id))).toEqual(
        parents.rows.map(({ id }) => id),
      )
    }),
    { numRuns: 100 },
  )
})
