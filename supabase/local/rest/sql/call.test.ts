import { expect, test } from 'vitest'
import { useRest } from '../../../../test/rest/served.ts'

const { sql, send } = useRest(`
create table public.fincas (id int primary key, nombre text);
create table public.sacos (id int primary key, finca int references public.fincas, peso numeric, secreto text);
insert into public.fincas values (1, 'La Clementina'), (2, 'Chilla');
insert into public.sacos values (1, 1, 60.0, 's'), (2, 2, 9007199254740993.10, 's'), (3, 1, null, 's');
create function public.suma(a bigint, b bigint default 1) returns bigint language sql immutable as 'select a + b';
create function public.nada() returns void language sql as 'select';
create function public.eco(jsonb) returns jsonb language sql immutable as 'select $1';
create function public.eco_texto(text) returns text language sql immutable as 'select $1';
create function public.eco_bytes(bytea) returns bytea language sql immutable as 'select $1';
create function public.eco_xml(xml) returns xml language sql immutable as 'select $1';
create function public.junta(sep text, variadic partes text[]) returns text language sql immutable as 'select array_to_string(partes, sep)';
create function public.todos() returns setof public.sacos language sql stable as 'select * from public.sacos';
create function public.uno(id int) returns public.sacos language sql stable as 'select * from public.sacos s where s.id = uno.id';
create function public.pares(hasta int) returns table (n int, doble int) language sql immutable as 'select i, 2 * i from generate_series(1, hasta) i';
create function public.numeros() returns setof numeric language sql immutable as 'values (1.0), (9007199254740993.5)';
create function public.punto(out x int, out y int) language sql immutable as 'select 1, 2';
create function public.letra(c character) returns text language sql immutable as 'select c::text';
create function public.doble_nombre(a text) returns text language sql immutable as $$ select 'text' $$;
create function public.doble_nombre(a int) returns text language sql immutable as $$ select 'int' $$;
create function public.doble_nombre(a int, b int) returns text language sql immutable as $$ select 'dos' $$;
create function public.bytes(b bytea, t text[]) returns json language sql immutable as $$ select json_build_array(b, t) $$;
create function public.agrega(n int) returns setof public.fincas language sql volatile as
  $$ insert into public.fincas select 100 + i, 'nueva' from generate_series(1, n) i returning * $$;
create function public.pesado(public.sacos) returns boolean language sql stable as 'select $1.peso > 60';`)

const call = (path: string, body: unknown = {}, headers: Record<string, string> = {}) =>
  send(`rpc/${path}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  })
const json = ({ text }: { text: string }) => JSON.parse(text)

test('los argumentos van por nombre, y lo que devuelve es lo que es', async () => {
  expect((await call('suma', '{"a":9007199254740993}')).text).toBe('9007199254740994')
  expect((await send('rpc/suma?a=9007199254740993&b=2')).text).toBe('9007199254740995')
  expect(await call('nada')).toMatchObject({ status: 204, text: '' })
  expect((await call('numeros')).text).toBe('[1.0, 9007199254740993.5]')
  expect(json(await call('punto'))).toEqual({ x: 1, y: 2 })
  expect(json(await call('pares', { hasta: 2 }))).toEqual([
    { n: 1, doble: 2 },
    { n: 2, doble: 4 },
  ])
  expect(json(await send('rpc/letra?c=abc'))).toBe('abc')
  expect(json(await call('letra', { c: 'abc' }))).toBe('abc')
  expect(json(await call('bytes', { b: '\\xdead', t: ['a', null] }))).toEqual(['\\xdead', ['a', null]])
  expect(json(await call('suma', '[{"a":1},{"a":5}]'))).toBe(2)
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  expect((await call('suma', 'a=9007199254740993&b=1', form)).text).toBe('9007199254740994')
})

test('un parámetro sin nombre toma el cuerpo entero', async () => {
  expect((await call('eco', '{"a": 9007199254740993, "b": [1.0]}')).text).toBe(
    '{"a": 9007199254740993, "b": [1.0]}',
  )
  expect((await call('eco', '[1, "x"]', {})).status).toBe(400)
  expect(json(await call('eco_texto', 'ñ "x"', { 'Content-Type': 'text/plain' }))).toBe('ñ "x"')
  expect(json(await call('eco_xml', '<a>1</a>', { 'Content-Type': 'text/xml' }))).toBe('<a>1</a>')
  const bytes = { 'Content-Type': 'application/octet-stream' }
  const raw = await send('rpc/eco_bytes', {
    method: 'POST',
    body: Buffer.from([0xde, 0xad, 0]),
    headers: bytes,
  })
  expect(json(raw)).toBe('\\xdead00')
})

test('un variádico toma los que se repiten', async () => {
  expect(json(await send('rpc/junta?sep=-&partes=a&partes=b,c'))).toBe('a-b,c')
  expect(json(await call('junta', { sep: '-', partes: ['a', '"b"'] }))).toBe('a-"b"')
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
  expect(json(await call('junta', 'sep=-&partes=a&partes={}', form))).toBe('a-{}')
})

test('lo que da una función se elige, filtra, ordena e incrusta', async () => {
  expect((await send('rpc/todos?select=id,peso&finca=eq.2')).text).toBe(
    '[{"id":2,"peso":9007199254740993.10}]',
  )
  expect(json(await call('todos?select=id,fincas(nombre)&order=id.desc&limit=1'))).toEqual([
    { id: 3, fincas: { nombre: 'La Clementina' } },
  ])
  expect(json(await send('rpc/todos?select=id&order=peso.desc.nullslast'))).toEqual([
    { id: 2 },
    { id: 1 },
    { id: 3 },
  ])
  expect(json(await send('rpc/todos?select=id,pesado&pesado=is.true'))).toEqual([{ id: 2, pesado: true }])
  expect(json(await call('uno?select=peso,fincas(nombre)', { id: 1 }))).toEqual({
    peso: 60,
    fincas: { nombre: 'La Clementina' },
  })
  const counted = await send('rpc/todos?limit=1&select=id', { headers: { Prefer: 'count=exact' } })
  expect([counted.status, counted.headers.get('content-range')]).toEqual([206, '0-0/3'])
  const csv = await send('rpc/todos?select=id,peso&order=id', { headers: { Accept: 'text/csv' } })
  expect(csv.text).toBe('id,peso\n1,60.0\n2,9007199254740993.10\n3,')
  const none = await send('rpc/todos?id=eq.99&select=id', { headers: { Accept: 'text/csv' } })
  expect(none.text.trim()).toBe('')
})

test('de una función que escribe y da varias filas, un objeto deshace lo escrito', async () => {
  const single = { Accept: 'application/vnd.pgrst.object+json' }
  expect(await call('agrega', { n: 2 }, single)).toMatchObject({ status: 406 })
  expect(await sql('select 1 from public.fincas where id > 100')).toHaveLength(0)
  expect(json(await call('agrega?select=id', { n: 1 }, single))).toEqual({ id: 101 })
})

test('la función que no hay, y la que hay dos veces', async () => {
  expect(json(await call('sumar', { a: 1 }))).toEqual({
    code: 'PGRST202',
    message: 'Could not find the function public.sumar(a) in the schema cache',
    details:
      'Searched for the function public.sumar with parameter a or with a single unnamed json/jsonb parameter, but no matches were found in the schema cache.',
    hint: 'Perhaps you meant to call the function public.suma',
  })
  const other = json(await send('rpc/suma?aa=1&b=2'))
  expect(other.message).toBe('Could not find the function public.suma(aa, b) in the schema cache')
  expect(other.hint).toBe('Perhaps you meant to call the function public.suma(a, b)')
  const raw = json(await call('nada', 'x', { 'Content-Type': 'text/plain' }))
  expect(raw.details).toContain('with a single unnamed text parameter')
  expect(json(await send('rpc/nadie')).message).toContain('public.nadie without parameters in')
  const both = await call('doble_nombre', { a: 1 })
  expect([both.status, json(both).code]).toEqual([300, 'PGRST203'])
  expect(json(both).message).toContain('public.doble_nombre(a => integer), public.doble_nombre(a => text)')
  expect(json(await call('doble_nombre', { a: 1, b: 2 }))).toBe('dos')
})

test('ningún nombre llega al SQL sin comillas', async () => {
  for (const path of ['rpc/suma?a"); select 1; --=1', 'rpc/todos"()', `rpc/todos?select=id&"x"');--=eq.1`]) {
    const answer = await send(
      path.split('?')[0] + (path.includes('?') ? `?${encodeURI(path.split('?')[1]!)}` : ''),
    )
    expect([400, 404]).toContain(answer.status)
  }
})
