import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databaseUrl } from '../postgres/bootstrap.ts'
import { SUPERUSER } from '../postgres/cluster.ts'
import { withTemporaryCluster } from '../postgres/temporary.ts'
import { contextOf, type Setting } from './context.ts'
import { openDatabaseSettings } from './database-settings.ts'
import { type Executor, openExecutor, type Run } from './execute.ts'
import type { Outcome } from './sql/types.ts'

let executor: Executor
let owner: pg.Client
let authenticatorUrl: string
let end: () => void
let ended: Promise<void>

beforeAll(async () => {
  await new Promise<void>((ready, fail) => {
    ended = withTemporaryCluster(async (db) => {
      authenticatorUrl = databaseUrl(db, 'authenticator')
      const superuser = new pg.Client({ connectionString: databaseUrl(db, SUPERUSER) })
      await superuser.connect()
      await superuser.query(`alter role authenticator set pgrst.db_max_rows = '20';
        alter role authenticator in database postgres set pgrst.db_max_rows = '30';
        alter role authenticator set pgrst.db_plan_enabled = 'true'`)
      await superuser.end()
      owner = new pg.Client({ connectionString: databaseUrl(db, 'postgres') })
      await owner.connect()
      await owner.query(`create table public.cosas (n int); grant all on public.cosas to authenticated;
        alter role anon set statement_timeout = '300ms'; alter role anon set default_transaction_isolation = serializable`)
      executor = openExecutor({
        ...{ url: authenticatorUrl, readers: 2, writers: 2, queryTimeoutMs: 5000 },
      })
      const closed = new Promise<void>((resolve) => {
        end = resolve
      })
      ready()
      await closed
      await executor.close()
      await owner.end()
    })
    ended.catch(fail)
  })
})

afterAll(async () => {
  end()
  await ended
})

const run = (more: Partial<Run> & { role?: string; settings?: Setting[] } = {}): Run => ({
  context: contextOf(
    { role: more.role ?? 'authenticated', sub: 'ana' },
    { schema: 'public', method: 'GET', path: '/cosas', headers: { a: 'b"\\' }, cookies: {} },
    { extraSearchPath: ['extensions'], settings: more.settings ?? [] },
  ),
  ...{
    who: 'ana',
    isReadOnly: false,
    isolation: null,
    check: null,
    isUndone: false,
    preRequest: null,
    guess: null,
  },
  ...more,
})
const selecting = (sql: string, rest = `'1' as page_total`) => ({
  text: `select ${sql} as body, ${rest}`,
  values: [],
})
const bodyOf = async (sql: string, how?: Parameters<typeof run>[0]) =>
  (await executor.execute(selecting(sql), run(how))).body
const insert = (n: number) => ({
  text: `with w as (insert into public.cosas values (${n}) returning 1) select count(*)::text as page_total from w`,
  values: [],
})
const kept = async () => (await owner.query('select n from public.cosas order by n')).rows.map(({ n }) => n)
const refuse = () => {
  throw new Error('dos filas')
}

test('un enunciado corre como quien pregunta, con lo que PostgREST dice de la petición', async () => {
  const said = `concat_ws('|', current_user, current_setting('request.jwt.claims', true), current_setting('search_path'),
    current_setting('request.method'), current_setting('request.path'), current_setting('request.headers')::json->>'a')`
  expect(await bodyOf(said)).toBe(
    'authenticated|{"role":"authenticated","sub":"ana"}|"public", "extensions"|GET|/cosas|b"\\',
  )
  // Nothing of it stays behind, and nothing is left where nobody asked.
  expect(await bodyOf(`current_setting('TimeZone')`, { settings: [['timezone', 'Asia/Tokyo']] })).toBe(
    'Asia/Tokyo',
  )
  expect(await bodyOf(`current_setting('TimeZone')`)).not.toBe('Asia/Tokyo')
})

test('quien lee no escribe', async () => {
  const readOnly: Setting[] = [['transaction_read_only', 'on']]
  for (const isReadOnly of [true, false])
    await expect(executor.execute(insert(1), run({ isReadOnly, settings: readOnly }))).rejects.toMatchObject({
      code: '25006',
    })
  expect(await kept()).toEqual([])
})

test('lo que no cuadra se deshace antes de guardarse, también de varias en camino a la vez', async () => {
  const tries = Array.from({ length: 20 }, (_, n) =>
    executor.execute(insert(n), run({ check: n % 2 ? refuse : () => {} })).catch(() => null),
  )
  const done = await Promise.all(tries)
  expect(done.filter(Boolean)).toHaveLength(10)
  expect(await kept()).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18])
  await executor.execute(insert(99), run({ isUndone: true }))
  expect(await kept()).not.toContain(99)
})

test('lo que se juzga al guardar se dice igual, en un viaje o en dos', async () => {
  await owner.query('alter table public.cosas add constraint sola unique (n) deferrable initially deferred')
  for (const more of [{}, { check: () => {} }, { isUndone: true }])
    await expect(executor.execute(insert(0), run(more))).rejects.toMatchObject({ code: '23505' })
  expect((await kept()).filter((n) => n === 0)).toHaveLength(1)
})

test('cada rol tiene sus ajustes, y su plazo corta lo que tarda', async () => {
  const settings = openDatabaseSettings(authenticatorUrl)
  const { roleOf, config } = await settings.read()
  await settings.close()
  expect(config).toEqual({ maxRows: 30, hasPlans: true })
  const anon = roleOf('anon')
  expect(anon).toEqual({ settings: [['statement_timeout', '300ms']], isolation: 'serializable' })
  const own = [...anon.settings]
  await expect(bodyOf('pg_sleep(3)::text', { role: 'anon', settings: own })).rejects.toMatchObject({
    code: '57014',
  })
  const level = await bodyOf(`current_setting('transaction_isolation')`, { isolation: 'SERIALIZABLE' })
  expect(level).toBe('serializable')
})

test('un rol que no existe no es nadie', async () => {
  await expect(bodyOf('1::text', { role: 'nadie' })).rejects.toMatchObject({ code: '22023' })
  await expect(bodyOf('1::text', { role: 'nadie', check: () => {} })).rejects.toMatchObject({ code: '22023' })
  expect(await bodyOf('1::text')).toBe('1')
})

test('los dígitos, los bytes y las listas llegan como Postgres los escribe', async () => {
  expect(await bodyOf('12345678901234567890.10::numeric')).toBe('12345678901234567890.10')
  expect(await bodyOf(`'\\x00ff'::bytea`)).toEqual(Buffer.from([0, 255]))
  const rest = `9007199254740993::bigint as page_total, array['id=eq.1', 'a=is.null'] as location`
  const { page_total, location } = await executor.execute(selecting(`''`, rest), run())
  expect([page_total, location]).toEqual(['9007199254740993', ['id=eq.1', 'a=is.null']])
})

test('lo que se repite queda preparado, y lo que falla no', async () => {
  const prepared = `(select string_agg(name, ',') from pg_prepared_statements where name like 'rest\\_%')`
  for (let i = 0; i < 3; i++) await bodyOf(prepared)
  expect(String(await bodyOf(prepared))).toMatch(/rest_context.*rest_[\w-]{43}|rest_[\w-]{43}.*rest_context/)
  for (let i = 0; i < 4; i++) await expect(bodyOf('no_existe')).rejects.toMatchObject({ code: '42703' })
})

test('quien pide mucho y lento no deja esperando a los demás', async () => {
  const slow = Array.from({ length: 12 }, () =>
    bodyOf('pg_sleep(0.3)::text', { isReadOnly: true, who: 'ana' }),
  )
  const started = performance.now()
  for (let i = 0; i < 5; i++) await bodyOf('1::text', { isReadOnly: true, who: 'beto' })
  expect(performance.now() - started).toBeLessThan(1000)
  await Promise.all(slow)
})

test('el planificador dice cuántas filas cree que hay, y qué haría', async () => {
  const take = (outcome: Outcome, rows: string) => ({ ...outcome, total: rows })
  const guess = { of: { text: 'select 1 from generate_series(1, $1::int)', values: ['7'] }, take }
  expect((await executor.execute(selecting(`''`), run({ guess }))).total).toBe('7')
  const plan = await executor.explain(
    { text: 'select $1::text', values: ['a'] },
    { format: 'json', for: { kind: 'named', name: 'application/json' }, options: ['analyze'] },
    run(),
  )
  expect(JSON.parse(plan)[0].Plan['Node Type']).toBe('Result')
})
