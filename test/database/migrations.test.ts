import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, inject, test } from 'vitest'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { query } from '../support/sql.ts'

/** Everything our migrations make, as text: two equal schemas give the same lines. */
const SCHEMA = `
  with ours as (select oid, nspname from pg_namespace where nspname in ('public', 'privado'))
  select linea from (
    select format('column %s.%s %s %s %s %s', a.attrelid::regclass, a.attname, format_type(a.atttypid, a.atttypmod),
      a.attnotnull, a.attidentity, pg_get_expr(d.adbin, d.adrelid)) as linea
    from pg_class c join ours on ours.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum where c.relkind = 'r'
    union all select format('table %s %s %s %s', c.oid::regclass, c.relrowsecurity, c.relacl, obj_description(c.oid, 'pg_class'))
    from pg_class c join ours on ours.oid = c.relnamespace where c.relkind in ('r', 'S', 'v')
    union all select format('column acl %s.%s %s', a.attrelid::regclass, a.attname, a.attacl)
    from pg_class c join ours on ours.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid where a.attacl is not null
    union all select format('constraint %s %s %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint k join ours on ours.oid = k.connamespace
    union all select pg_get_indexdef(i.indexrelid)
    from pg_index i join pg_class c on c.oid = i.indexrelid join ours on ours.oid = c.relnamespace
    union all select format('policy %s.%s %s %s %s %s %s', schemaname, tablename, policyname, cmd, roles, qual, with_check)
    from pg_policies where schemaname in ('public', 'storage')
    union all select pg_get_triggerdef(t.oid)
    from pg_trigger t join pg_class c on c.oid = t.tgrelid join ours on ours.oid = c.relnamespace where not t.tgisinternal
    union all select format('%s %s %s', pg_get_functiondef(p.oid), p.proacl, obj_description(p.oid, 'pg_proc'))
    from pg_proc p join ours on ours.oid = p.pronamespace
    union all select format('schema %s', nspname) from ours
    union all select format('bucket %s %s %s %s', id, public, file_size_limit, allowed_mime_types) from storage.buckets
  ) as lineas order by linea`

const schemaOf = async (url: string): Promise<string[]> =>
  (await query<{ linea: string }>(url, SCHEMA)).map((row) => row.linea)

// Other tests make buckets and policies of their own on the shared stack, all named so.
const isOfATest = (line: string) => /prueba[-_]/.test(line)

test('dos veces desde cero dan el mismo esquema, el que está sirviendo', async () => {
  await withTemporaryCluster(async (db) => {
    const urlOf = (name: string) => databaseUrl(db, 'postgres').replace(/\/postgres$/, `/${name}`)
    for (const name of ['una', 'otra'])
      await query(databaseUrl(db, 'postgres'), `create database ${name} template postgres`)

    const first = await migrate(urlOf('una'))
    expect(await migrate(urlOf('otra'))).toEqual(first)
    expect(await migrate(urlOf('una'))).toEqual([])
    const schema = await schemaOf(urlOf('una'))
    expect(schema.length).toBeGreaterThan(150)
    expect(await schemaOf(urlOf('otra'))).toEqual(schema)
    const serving = await schemaOf(inject('stack').databaseUrl)
    expect(serving.filter((line) => !isOfATest(line))).toEqual(schema)
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
      await expect(migrate(url, folder)).rejects.toThrow(/migration 20260103000000, which these files do not/)
      await write('20260103000000_tres.sql', 'create table public.tres (a int);')
      expect(await migrate(url, folder)).toEqual(['20260104000000_cuatro.sql'])
    })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})

/** YYYYMMDDHHMMSS in UTC, as `supabase migration new` dates a file. */
const versionAt = (date: Date) => date.toISOString().replace(/\D/g, '').slice(0, 14)

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
  expect(files.length).toBeGreaterThan(50)
  const ahead = files.filter((file) => file.slice(0, 14) > (added.get(file) ?? versionAt(new Date())))
  expect(ahead).toEqual([])
})
