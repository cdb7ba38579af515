import { execFile } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, inject, test } from 'vitest'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'

const stack = inject('stack')

async function supabase(...args: string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(
    join(PROJECT_DIR, 'node_modules/.bin/supabase'),
    [...args, `--remote=${stack.databaseUrl}`, '--agent=no', '--yes'],
    { cwd: PROJECT_DIR, env: { ...process.env, SUPABASE_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' } },
  )
  return stdout + stderr
}

describe('the official CLI on the embedded database', () => {
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

  test('db advisors report nothing', async () => {
    expect(await supabase('db', 'advisors', '--level=info')).toMatch(/no issues found/i)
  })
})
