// An answer of megabytes goes out as the bytes that Postgres sent: the same as if it were small.
import { expect, test } from 'vitest'
import { useRest } from './served.ts'

const { sql, send } = useRest(`
  create table public.t (id int primary key, texto text, n numeric);
  create table public.hijos (id int primary key, t_id int references public.t, texto text);
  grant all on public.t, public.hijos to authenticated;
  insert into public.t select i, repeat('cacao ñandú 🍫 "\\', 100 + i), 12345678901234567890.10 from generate_series(1, 900) i;
  insert into public.hijos select i, i, repeat('é', i) from generate_series(1, 900) i;
  create domain public."application/octet-stream" as bytea;
  create function public.bytes() returns public."application/octet-stream" language sql immutable
    as $$ select decode(repeat('00ff10c3', 50000), 'hex') $$;
  create function public.nombra() returns setof public.t language sql stable as $$
    select set_config('response.headers', '[{"X-Uno": "á"}]', true), set_config('response.status', '203', true);
    select * from public.t $$;
  create function public.sin_cuerpo() returns setof public.t language sql stable as $$
    select set_config('response.status', '204', true);
    select * from public.t $$;`)

const rowsOf = async (query: string) =>
  (await sql<{ r: string }>(`select json_agg(r)::text as r from (${query}) r`))[0]!.r

test('una lista, entera y con todos sus bytes', async () => {
  const answer = await send('t?select=*,hijos(*)&order=id', { headers: { Prefer: 'count=exact' } })
  expect(answer.status).toBe(200)
  const body = await rowsOf(
    `select t.*, coalesce((select json_agg(h) from public.hijos h where h.t_id = t.id), '[]') as hijos from public.t t order by id`,
  )
  expect(JSON.parse(answer.text)).toEqual(JSON.parse(body))
  expect(answer.text).toContain('12345678901234567890.10')
  expect(answer.headers.get('content-length')).toBe(String(Buffer.byteLength(answer.text)))
  expect(Buffer.byteLength(answer.text)).toBeGreaterThan(5e6)
  expect(answer.headers.get('content-range')).toBe('0-899/900')
})

test('un HEAD dice lo mismo sin cuerpo, y un CSV es el mismo', async () => {
  const head = await send('t?order=id', { method: 'HEAD', headers: { Prefer: 'count=exact' } })
  expect(head).toMatchObject({ status: 200, text: '' })
  expect(head.headers.get('content-range')).toBe('0-899/900')
  const csv = await send('t?select=id,n,texto&order=id', { headers: { Accept: 'text/csv' } })
  expect(csv.text.split('\n')).toHaveLength(901)
  expect(csv.text.split('\n')[900]).toContain(`900,12345678901234567890.10,"cacao ñandú 🍫`)
})

test('lo que se escribe vuelve entero, en una transacción o en dos viajes', async () => {
  const headers = { Prefer: 'return=representation' }
  const texto = 'ü'.repeat(100_000)
  const made = await send('t', { method: 'POST', headers, body: JSON.stringify({ id: 1001, texto }) })
  expect(JSON.parse(made.text)).toEqual([{ id: 1001, texto, n: null }])
  const one = { ...headers, Accept: 'application/vnd.pgrst.object+json' }
  const changed = await send('t?id=eq.1001', { method: 'PATCH', headers: one, body: '{"n":1.50}' })
  expect(changed.text).toContain('"n":1.50')
  expect(JSON.parse(changed.text).texto).toBe(texto)
  const undone = { Prefer: 'return=representation, tx=rollback' }
  expect((await send('t?id=eq.1001', { method: 'DELETE', headers: undone })).text).toContain(texto)
  // Two rows where one was asked for: nothing is kept.
  const none = await send('t?id=gt.890', { method: 'PATCH', headers: one, body: '{"n":7}' })
  expect(none.status).toBe(406)
  expect(await sql('select 1 from public.t where n = 7')).toEqual([])
  await sql('delete from public.t where id = 1001')
})

test('los bytes de una función son esos, y lo que SQL dice de la respuesta vale', async () => {
  const bytes = await send('rpc/bytes', { headers: { Accept: 'application/octet-stream' } })
  expect(bytes.headers.get('content-length')).toBe('200000')
  const named = await send('rpc/nombra?order=id')
  expect(named.status).toBe(203)
  expect(named.headers.get('x-uno')).toBe('á')
  expect(JSON.parse(named.text)).toHaveLength(900)
  expect(await send('rpc/sin_cuerpo')).toMatchObject({ status: 204, text: '' })
})
