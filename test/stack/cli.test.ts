import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { parse } from 'smol-toml'
import { describe, expect, inject, test } from 'vitest'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { migrate } from '../../supabase/local/postgres/migrate.ts'
import { listSchemas } from '../../supabase/local/postgres/schemas.ts'
import { withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'

const stack = inject('stack')

/** Findings that stay, each with its reason. */
const EXCEPTIONS = {
  unused_index: 'a database that is minutes old has not yet been asked everything its indexes are for',
}

async function supabaseIn(cwd: string, url: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    join(PROJECT_DIR, 'node_modules/.bin/supabase'),
    [...args, `--remote=${url}`, '--agent=no', '--yes'],
    {
      cwd,
      env: { ...process.env, PGSSLMODE: 'disable', SUPABASE_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
    },
  )
  return args.includes('--dry-run') ? stdout + stderr : stdout || stderr
}

const supabaseOn = (url: string, ...args: string[]) => supabaseIn(PROJECT_DIR, url, ...args)
const supabase = (...args: string[]) => supabaseOn(stack.databaseUrl, ...args)

describe('the official CLI on the embedded database', () => {
  test('db push applies every migration to an empty database, and npm start then has none left', async () => {
    await withTemporaryCluster(async (db) => {
      const url = databaseUrl(db, 'postgres')
      await supabaseOn(url, 'db', 'push')
      expect(await migrate(url)).toEqual([])
    })
  })

  test('db push refuses a database of other migrations, and applies nothing', async () => {
    await withTemporaryCluster(async (db) => {
      const url = databaseUrl(db, 'postgres')
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      await client.query(`create schema supabase_migrations;
        create table supabase_migrations.schema_migrations (version text primary key, statements text[], name text);
        insert into supabase_migrations.schema_migrations values ('20251231000000')`)
      await expect(supabaseOn(url, 'db', 'push')).rejects.toThrow('Remote migration versions not found')
      const { rows } = await client.query(`select to_regclass('public.contratos') as contratos`)
      expect(rows).toEqual([{ contratos: null }])
      await client.end()
    })
  })

  test('db push finds nothing left to apply', async () => {
    expect(await supabase('db', 'push', '--dry-run')).toContain('up to date')
  })

  test('migration list shows every file as applied', async () => {
    const files = (await readdir(join(PROJECT_DIR, 'supabase/migrations'))).filter((name) =>
      name.endsWith('.sql'),
    )
    const list = await supabase('migration', 'list', '--output-format=json')
    const { migrations } = JSON.parse(list.slice(list.indexOf('{'), list.lastIndexOf('}') + 1)) as {
      migrations: { local: string; remote: string }[]
    }
    expect(migrations).toHaveLength(files.length)
    expect(migrations.filter(({ local, remote }) => local !== remote)).toEqual([])
  })

  // What applies schema_paths empties the database, as more than role postgres may; seeds are named by the same globs,
  // in the same order, and a dry run tells them.
  test('schema_paths names the schemas, in the order in which we apply them', async () => {
    const config = parse(await readFile(join(PROJECT_DIR, 'supabase/config.toml'), 'utf8')) as {
      db: { migrations: { schema_paths: string[] } }
    }
    const ours = await listSchemas()
    const dir = await mkdtemp(join(tmpdir(), 'triboka-cli-'))
    try {
      await mkdir(join(dir, 'supabase/migrations'), { recursive: true })
      for (const path of ours) {
        const file = join(dir, 'supabase/schemas', path)
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, 'select 1;')
      }
      await writeFile(
        join(dir, 'supabase/config.toml'),
        `[db.seed]\nsql_paths = ${JSON.stringify(config.db.migrations.schema_paths)}\n`,
      )
      await withTemporaryCluster(async (db) => {
        const url = databaseUrl(db, 'postgres')
        const told = await supabaseIn(dir, url, 'db', 'push', '--include-seed', '--dry-run')
        expect([...told.matchAll(/supabase\/schemas\/(\S+)/g)].map(([, path]) => path)).toEqual(ours)
      })
    } finally {
      await rm(dir, { recursive: true, force: true })
    }
  })

  // On a database of its own: other tests make tables for a moment on the shared one.
  test('db advisors report nothing', async () => {
    await withTemporaryCluster(async (db) => {
      const url = databaseUrl(db, 'postgres')
      await migrate(url)
      const output = await supabaseOn(url, 'db', 'advisors', '--level=info', '--output-format=json')
      const { results } = JSON.parse(output) as { results: { name: string; detail: string }[] }
      expect(results.length).toBeGreaterThan(0)
      const kept = results.filter(({ name }) => !(name in EXCEPTIONS))
      expect(kept.map(({ name, detail }) => `${name}: ${detail}`)).toEqual([])
    })
  })
})
