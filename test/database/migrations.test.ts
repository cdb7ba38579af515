import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import pg from 'pg'
import { expect, inject, test, vi } from 'vitest'
import { versionAt } from '../../scripts/diff/write.ts'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import {
  type Catalog,
  compareCatalogs,
  describe,
  readCatalog,
  readCatalogBy,
} from '../../supabase/local/postgres/catalog.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { applySchemas } from '../../supabase/local/postgres/schemas.ts'
import { createDatabases, withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { query } from '../support/sql.ts'

// Whole databases are made, on a machine that does more besides.
vi.setConfig({ testTimeout: 90_000 })

/** What migrations or schemas make of an empty database. */
async function catalogsOf(makers: Record<string, (url: string) => Promise<unknown>>): Promise<Catalog[]> {
  return withTemporaryCluster(async (db) => {
    const urls = await createDatabases(db, Object.keys(makers))
    const found: Catalog[] = []
    for (const [name, make] of Object.entries(makers)) {
      await make(urls[name]!)
      found.push(await readCatalog(urls[name]!))
    }
    return found
  })
}

/** Every difference, in words: an empty list where there is none. */
const told = (one: Catalog, other: Catalog, names: [string, string]) =>
  compareCatalogs(one, other).map((difference) => describe(difference, names))

// Other tests make buckets and policies of their own on the shared stack, all named so; and it has the days of Realtime
// and demo data.
const isOfTheSchema = (key: string) =>
  !/prueba[-_]/.test(key) && / (public|privado|storage)\b/.test(key) && !key.startsWith('rows ')

test('dos veces desde cero dan el mismo esquema, el que está sirviendo', async () => {
  let applied: string[] = []
  const [una, otra] = (await catalogsOf({
    una: async (url) => {
      applied = await migrate(url)
      expect(await migrate(url)).toEqual([])
    },
    otra: async (url) => expect(await migrate(url)).toEqual(applied),
  })) as [Catalog, Catalog]
  expect(una.size).toBeGreaterThan(1000)
  expect(told(una, otra, ['una', 'otra'])).toEqual([])
  const only = (catalog: Catalog) => new Map([...catalog].filter(([key]) => isOfTheSchema(key)))
  const serving = await readCatalog(inject('stack').databaseUrl)
  expect(told(only(una), only(serving), ['las migraciones', 'la base que sirve'])).toEqual([])
})

test('las migraciones y los esquemas dan lo mismo', async () => {
  const [migraciones, esquemas] = (await catalogsOf({ migraciones: migrate, esquemas: applySchemas })) as [
    Catalog,
    Catalog,
  ]
  expect(esquemas.size).toBeGreaterThan(1000)
  expect(told(migraciones, esquemas, ['las migraciones', 'los esquemas'])).toEqual([])
})

test('donde public no da nada a nadie por defecto, los permisos son los mismos', async () => {
  const [una, otra] = (await catalogsOf({
    una: migrate,
    otra: async (url) => {
      for (const kind of ['tables', 'functions', 'sequences'])
        await query(
          url,
          `alter default privileges in schema public revoke all on ${kind} from anon, authenticated, service_role`,
        )
      await migrate(url)
    },
  })) as [Catalog, Catalog]
  const isDefault = (line: string) => line.startsWith('default privileges ')
  expect(told(una, otra, ['una', 'otra']).filter((line) => !isDefault(line))).toEqual([])
})

test('una diferencia de cualquier clase se nota, y se dice cuál', async () => {
  const BASE = `create table public.cosas (id int, nota text); alter table public.cosas enable row level security;`
  const changes: [sql: string, said: string | RegExp][] = [
    [
      `comment on column public.cosas.nota is 'x'`,
      /^column public\.cosas\.nota: comment\n.*una: null\n.*otra: x$/,
    ],
    ['grant select (nota) on public.cosas to anon', /^column public\.cosas\.nota: acl\n/],
    ['revoke insert on public.cosas from anon', /^table public\.cosas: acl\n/],
    [
      `create trigger t before insert on public.cosas for each row
       execute function suppress_redundant_updates_trigger()`,
      'trigger public.cosas.t: solo en otra',
    ],
    ['create policy p on public.cosas using (true)', 'policy public.cosas.p: solo en otra'],
    [`create policy p on storage.objects using (true)`, 'policy storage.objects.p: solo en otra'],
    ['alter table public.cosas alter id set not null', /^column public\.cosas\.id: not null\n/],
    ['alter table public.cosas alter id set default 1', /^column public\.cosas\.id: default\n/],
    [
      'alter table public.cosas add check (id > 0) not valid',
      'constraint public.cosas.cosas_id_check: solo en otra',
    ],
    ['alter table public.cosas disable row level security', /^table public\.cosas: row security\n/],
    ['alter table public.cosas set (fillfactor = 50)', /^table public\.cosas: options\n/],
    ['create index i on public.cosas (id)', 'index public.i: solo en otra'],
    [
      'create function public.f() returns int language sql as $$ select 1 $$',
      'function public.f(): solo en otra',
    ],
    ['create view public.v as select 1 as a', 'view public.v: solo en otra'],
    ['create type public.e as enum ()', 'type public.e: solo en otra'],
    ['create sequence public.s', 'sequence public.s: solo en otra'],
    ['create statistics public.s on id, nota from public.cosas', 'statistics public.s: solo en otra'],
    ['create rule r as on delete to public.cosas do instead nothing', 'rule public.cosas.r: solo en otra'],
    [
      'alter publication supabase_realtime set (publish_via_partition_root = true)',
      /^publication supabase_realtime: by root\n/,
    ],
    [
      'alter publication supabase_realtime add table public.cosas',
      'published supabase_realtime public.cosas: solo en otra',
    ],
    ['create extension unaccent schema extensions', 'extension unaccent: solo en otra'],
    [
      'alter default privileges in schema public revoke all on tables from anon',
      /^default privileges postgres public r: acl\n/,
    ],
    ['grant usage on schema public to supabase_auth_admin', /^schema public: acl\n/],
    [
      `insert into storage.buckets (id, name) values ('b', 'b')`,
      /^rows storage\.buckets \{.*"id": "b".*\}: solo en otra$/,
    ],
  ]
  await withTemporaryCluster(async (db) => {
    const client = new pg.Client({ connectionString: databaseUrl(db, 'postgres') })
    await client.connect()
    try {
      await client.query(BASE)
      const one = await readCatalogBy(client)
      for (const [sql, said] of changes) {
        await client.query(`begin; ${sql}`)
        const found = told(one, await readCatalogBy(client), ['una', 'otra'])
        await client.query('rollback')
        expect(found).toEqual([typeof said === 'string' ? said : expect.stringMatching(said)])
      }
    } finally {
      await client.end()
    }
  })
})

/** What runs on a database that has what supabase/postgres gives: roles, schemas, privileges, and these extensions. */
test('las migraciones hacen las extensiones que usan, sin superusuario', async () => {
  await withTemporaryCluster(async (db) => {
    const url = databaseUrl(db, 'postgres')
    const extensions = async () =>
      (await query(url, `select array_agg(extname::text order by extname) as x from pg_extension`))[0]!.x
    expect(await query(url, 'select rolsuper from pg_roles where rolname = current_user')).toEqual([
      { rolsuper: false },
    ])
    expect(await extensions()).toEqual(['pgcrypto', 'plpgsql', 'uuid-ossp'])
    await migrate(url)
    expect(await extensions()).toEqual([
      'btree_gist',
      'pg_trgm',
      'pgcrypto',
      'plpgsql',
      'unaccent',
      'uuid-ossp',
    ])
  })
})

test('lo que no cuadra con la historia de la base se rechaza, diciendo el archivo, y no aplica nada', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'triboka-migraciones-'))
  const folder = pathToFileURL(`${dir}/`)
  const write = (name: string, sql: string) => writeFile(join(dir, name), sql)
  try {
    await withTemporaryCluster(async (db) => {
      const url = databaseUrl(db, 'postgres')
      await write(
        '20260101000000_una.sql',
        `-- Why: x\ncreate table public.una (a int);\ncomment on table public.una is 'a -- b'; -- fin\n`,
      )
      await write('20260103000000_tres.sql', 'create table public.tres (a int);')
      expect(await migrate(url, folder)).toEqual(['20260101000000_una.sql', '20260103000000_tres.sql'])
      expect(await migrate(url, folder)).toEqual([])

      // Spaces change nothing of what was applied; a word does, and so does what a text says.
      const una = `-- Why: x\ncreate table public.una (a int);\ncomment on table public.una is 'a -- b';\n`
      await write('20260101000000_una.sql', una.replaceAll('\n', '\n\n'))
      expect(await migrate(url, folder)).toEqual([])
      await write('20260104000000_cuatro.sql', 'create table public.cuatro (a int);')
      for (const [before, after] of [
        ['int', 'bigint'],
        ['a -- b', 'a -- c'],
        ['a -- b', 'a--b'],
        ['Why: x', 'Why: y'],
      ] as const) {
        await write('20260101000000_una.sql', una.replace(before, after))
        await expect(migrate(url, folder)).rejects.toThrow(/^20260101000000_una\.sql has changed/)
      }
      await write('20260101000000_una.sql', una)

      await write('20260102000000_dos.sql', 'create table public.dos (a int);')
      await expect(migrate(url, folder)).rejects.toThrow(
        /^20260102000000_dos\.sql belongs before 20260103000000/,
      )
      await rm(join(dir, '20260102000000_dos.sql'))

      await rm(join(dir, '20260103000000_tres.sql'))
      await expect(migrate(url, folder)).rejects.toThrow(
        /^This database has migration 20260103000000, which these files do not have: .+npm run reset\.$/,
      )
      await write('20260103000000_tres.sql', 'create table public.tres (a int);')
      expect(await migrate(url, folder)).toEqual(['20260104000000_cuatro.sql'])
    })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

test('ninguna migración lleva una fecha posterior a la de su commit', async () => {
  const log = execFileSync(
    'git',
    ['log', '--no-renames', '--diff-filter=A', '--format=@%cI', '--name-only', '--', 'supabase/migrations'],
    { cwd: PROJECT_DIR, encoding: 'utf8' },
  )
  // Newest first: of a file that was taken out and put back, its last arrival counts.
  const added = new Map<string, string>()
  for (const commit of log.split('@').slice(1)) {
    const [date, ...files] = commit.split('\n').filter(Boolean)
    for (const file of files)
      if (!added.has(file.slice(20))) added.set(file.slice(20), versionAt(new Date(date!)))
  }
  const files = (await readdir(join(PROJECT_DIR, 'supabase/migrations'))).filter((file) =>
    file.endsWith('.sql'),
  )
  expect(files.length).toBeGreaterThan(0)
  const ahead = files.filter((file) => file.slice(0, 14) > (added.get(file) ?? versionAt(new Date())))
  expect(ahead).toEqual([])
})
