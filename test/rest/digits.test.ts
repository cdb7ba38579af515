// What is sent is what is stored, and what is stored is what is answered: to the last digit and byte.
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { useRest } from './served.ts'

const { sql, sdk, send } = useRest(`
  create table public.t (id bigint primary key, n numeric, ta text[], b bytea, j jsonb, d double precision);
  create table public.hijos (id int primary key, t_id bigint references public.t, n numeric);
  grant all on public.t, public.hijos to authenticated;
  create function public.eco(jsonb) returns jsonb language sql immutable as 'select $1';
  create function public.eco_json(json) returns json language sql immutable as 'select $1';
  create function public.suma(a numeric, b numeric) returns numeric language sql immutable as 'select a + b';
  create function public.duplicar(x numeric) returns setof public.t language sql volatile
    as 'update public.t set n = x returning *';`)

const insert = (body: string, prefer = 'return=representation') =>
  send('t', { method: 'POST', body, headers: { Prefer: prefer } })

describe('un número', () => {
  test('más allá de 2^53 se guarda, se filtra y se responde como se envió', async () => {
    for (const id of [
      '9007199254740993',
      '9007199254740995',
      '9223372036854775807',
      '-9223372036854775808',
    ]) {
      expect(await insert(`{"id":${id}}`, '')).toMatchObject({ status: 201 })
      expect((await send(`t?select=id&id=eq.${id}`)).text).toBe(`[{"id":${id}}]`)
      expect((await send(`t?select=id&id=in.(${id})`)).text).toBe(`[{"id":${id}}]`)
      expect((await send(`t?select=id&or=(id.eq.${id},id.eq.1)`)).text).toBe(`[{"id":${id}}]`)
      expect((await sql('select id::text from public.t where id = $1', [id])) as unknown).toEqual([{ id }])
      expect(await send(`t?id=eq.${id}`, { method: 'DELETE' })).toMatchObject({ status: 204 })
    }
  })

  test('con todas sus cifras en filtros, cambios, JSON, tablas dentro y funciones', async () => {
    const n = '12345678901234567890.1234567890'
    await insert(`{"id":1,"n":${n},"j":{"a":[${n},1.0,1e400]}}`)
    await send('hijos', { method: 'POST', body: `{"id":1,"t_id":1,"n":${n}}` })
    expect((await send(`t?select=n&n=eq.${n}`)).text).toBe(`[{"n":${n}}]`)
    expect((await send('t?select=n,hijos(n)&id=eq.1')).text).toBe(`[{"n":${n},"hijos":[{"n":${n}}]}]`)
    expect((await send('t?select=a:j->a->0&id=eq.1')).text).toBe(`[{"a":${n}}]`)
    const patched = await send('t?id=eq.1&select=n', {
      method: 'PATCH',
      body: '{"n":0.10}',
      headers: { Prefer: 'return=representation' },
    })
    expect(patched.text).toBe('[{"n":0.10}]')
    expect((await send('rpc/suma', { method: 'POST', body: `{"a":${n},"b":0}` })).text).toBe(n)
    expect((await send(`rpc/suma?a=${n}&b=1`)).text).toBe('12345678901234567891.1234567890')
    expect((await send('rpc/eco', { method: 'POST', body: `{"a":${n}}` })).text).toBe(`{"a": ${n}}`)
    expect((await send('rpc/eco_json', { method: 'POST', body: `{"a" : ${n}}` })).text).toBe(`{"a" : ${n}}`)
    await sql('delete from public.hijos; delete from public.t')
  })

  test('cualquiera, con cualquier cuerpo', async () => {
    const digits = fc
      .tuple(fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n }), fc.nat({ max: 20 }), fc.boolean())
      .map(([whole, scale, isExact]) =>
        isExact ? `${whole}` : `${whole}.${String(scale).padStart(1 + scale, '0')}`,
      )
    await fc.assert(
      fc.asyncProperty(fc.array(digits, { minLength: 1, maxLength: 5 }), async (numbers) => {
        const body = `[${numbers.map((n, id) => `{"id":${id + 100},"n":${n}}`).join(',')}]`
        const { text } = await insert(body, 'return=representation,resolution=merge-duplicates')
        const stored = [...text.matchAll(/"n":([^,]+),/g)].map(([, n]) => n)
        expect(stored).toEqual(numbers)
      }),
      { numRuns: 60 },
    )
  })
})

describe('lo que no es un número', () => {
  test('un nulo dentro de un arreglo, y los bytes', async () => {
    const { text } = await insert('{"id":2,"ta":["a",null,"NULL"],"b":"\\\\xdeadbeef"}')
    expect(JSON.parse(text)).toEqual([
      { id: 2, n: null, ta: ['a', null, 'NULL'], b: '\\xdeadbeef', j: null, d: null },
    ])
    const [row] = await sql<{ hex: string }>(`select encode(b, 'hex') as hex from public.t where id = 2`)
    expect(row!.hex).toBe('deadbeef')
    expect((await sdk().from('t').select('ta, b').eq('id', 2).single()).data).toEqual({
      ta: ['a', null, 'NULL'],
      b: '\\xdeadbeef',
    })
  })

  test('cualquier texto, en un cuerpo y en un filtro', async () => {
    // Postgres has no NUL in a text, and half a surrogate is none.
    const text = fc.string({ unit: 'grapheme' }).filter((it) => !it.includes('\0') && it.isWellFormed())
    await fc.assert(
      fc.asyncProperty(text, async (it) => {
        const { error } = await sdk()
          .from('t')
          .upsert({ id: 3, ta: [it], j: { [it]: it } })
        expect(error).toBeNull()
        // The SDK quotes nothing inside of an array.
        const literal = `{"${it.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"}`
        const found = sdk().from('t').select('ta, j').eq('id', 3)
        expect((await found.filter('ta', 'cs', literal).single()).data).toEqual({ ta: [it], j: { [it]: it } })
        // Another test leaves a row of one letter.
        const same = sdk().from('t').select('id').eq('id', 3).filter('ta->>0', 'eq', it)
        expect((await same).data).toEqual([{ id: 3 }])
      }),
      { numRuns: 60 },
    )
  })

  test('un objeto por una función de un jsonb sin nombre', async () => {
    expect(await sdk().rpc('eco', { a: 1 })).toMatchObject({ data: { a: 1 }, error: null })
  })
})

describe('single() que encuentra varias filas', () => {
  test('no borra ninguna, y no deja lo que hizo una función', async () => {
    await sql('delete from public.t; insert into public.t (id, n) values (1, 1), (2, 1)')
    const refused = { status: 406, error: { code: 'PGRST116', details: 'The result contains 2 rows' } }
    expect(await sdk().from('t').delete().gt('id', 0).select('id').single()).toMatchObject(refused)
    expect(await sdk().rpc('duplicar', { x: 5 }).select('id').single()).toMatchObject(refused)
    expect(await sql('select id::int, n::int from public.t order by id')).toEqual([
      { id: 1, n: 1 },
      { id: 2, n: 1 },
    ])
  })
})
