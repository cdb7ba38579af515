import { expect, onTestFinished, test } from 'vitest'
import { useDatabase } from '../../../../test/realtime/database.ts'
import { openSchemaCache } from './open.ts'
import { readSchemaCache } from './read.ts'

const database = useDatabase()

function open(url = database.url('postgres')) {
  const cache = openSchemaCache({ url, schemas: ['public'], searchPath: [] })
  onTestFinished(() => cache.close())
  return cache
}

test('mientras nunca se ha leído, 503 PGRST002', async () => {
  const cache = open('postgresql://nadie:x@127.0.0.1:1/nada')
  const refusal = { status: 503, code: 'PGRST002' }
  expect(() => cache.current()).toThrow(expect.objectContaining(refusal))
  await expect(cache.settled()).rejects.toMatchObject(refusal)
})

test('lo que se acaba de crear, borrar o avisar se encuentra', async () => {
  const cache = open()
  await cache.reload()
  const has = (name: string) => cache.current().tables.has(`public.${name}`)
  expect(has('nueva')).toBe(false)
  await database.sql('create table public.nueva (id int primary key)')
  await expect.poll(() => has('nueva')).toBe(true)
  await database.sql('drop table public.nueva')
  await expect.poll(() => has('nueva')).toBe(false)

  const before = cache.current()
  await database.sql("notify pgrst, 'reload schema'")
  await expect.poll(() => cache.current() !== before).toBe(true)
})

test('quienes piden a la vez esperan una lectura más, la misma', async () => {
  const cache = open()
  const before = await cache.settled()
  const asked = Array.from({ length: 20 }, () => cache.reload())
  expect(new Set(asked.slice(1)).size).toBe(1)
  await Promise.all(asked)
  expect(cache.current()).not.toBe(before)
})

test('quien pregunta el primero espera la primera', async () => {
  expect((await open().settled()).timezones.size).toBeGreaterThan(100)
})

test('quien pregunta espera la lectura que ya empezó', async () => {
  const cache = open()
  await cache.reload()
  const before = cache.current()
  void cache.reload()
  expect(cache.current()).toBe(before)
  expect(await cache.settled()).not.toBe(before)
})

test('lo que no se puede leer deja lo que se leyó antes, y se lee en cuanto se puede', async () => {
  await database.sql("create role lector login password 'x'")
  const url = new URL(database.url('postgres'))
  Object.assign(url, { username: 'lector', password: 'x' })
  const cache = open(url.href)
  await cache.reload()
  await database.sql('alter role lector nologin')
  await database.sql('create table public.tardia (id int)')
  await expect(cache.reload()).rejects.toThrow()
  expect((await cache.settled()).tables.has('public.tardia')).toBe(false)

  await database.sql('alter role lector login')
  await expect.poll(() => cache.current().tables.has('public.tardia'), { timeout: 5000 }).toBe(true)
})

test('quinientas tablas que se refieren una a otra, y cien vistas, se leen en menos de un segundo', async () => {
  await database.sql(`do $$ begin
    execute 'create schema muchas';
    for i in 1..500 loop
      execute format('create table muchas.t%s (id bigint generated always as identity primary key, a text unique,
        b int default 3, c varchar(40), d numeric, e timestamptz default now(), f jsonb, g uuid, h bool, i text[],
        otra bigint references muchas.t%s)', i, greatest(1, i - 1));
      if i <= 100 then execute format('create view muchas.v%s as select * from muchas.t%s', i, i); end if;
    end loop;
  end $$`)
  const { client } = await database.connect()
  const took: number[] = []
  for (let i = 0; i < 3; i++) {
    const start = performance.now()
    const { tables } = await readSchemaCache(client, { schemas: ['muchas'], searchPath: [] })
    took.push(performance.now() - start)
    expect(tables.size).toBe(600)
  }
  expect(Math.min(...took)).toBeLessThan(1000)
})
