import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, inject, test } from 'vitest'
import { query, sql } from '../support/sql.ts'

const stack = inject('stack')
const setting = async (name: string) => (await sql(`select current_setting($1) as value`, [name]))[0]!.value

describe('the cluster', () => {
  test.each([
    ['server_encoding', 'UTF8'],
    ['data_checksums', 'on'],
    ['fsync', 'on'],
    ['full_page_writes', 'on'],
    ['synchronous_commit', 'on'],
    ['wal_level', 'logical'],
    ['listen_addresses', '127.0.0.1'],
    ['password_encryption', 'scram-sha-256'],
  ])('has %s = %s', async (name, value) => expect(await setting(name)).toBe(value))

  test('is of the major version of Supabase', async () => {
    expect(await setting('server_version')).toMatch(/^17\./)
  })

  test('sorts by code point whatever the locale of the machine', async () => {
    const rows = await sql(
      `select datlocprovider, datlocale from pg_database where datname = current_database()`,
    )
    expect(rows).toEqual([{ datlocprovider: 'b', datlocale: 'C.UTF-8' }])
  })

  test('asks for a password on every connection', async () => {
    for (const user of ['postgres', 'supabase_admin', 'authenticator']) {
      const url = new URL(stack.databaseUrl)
      url.username = user
      url.password = 'guess'
      await expect(query(url.href, 'select')).rejects.toThrow('password authentication failed')
    }
  })

  test('keeps the keys where only the owner reads them', async () => {
    expect((await stat(join(stack.dataDir, 'keys.json'))).mode & 0o777).toBe(0o600)
  })

  test('the owner of our tables is no superuser', async () => {
    const rows = await sql(`select rolsuper from pg_roles where rolname = current_user`)
    expect(rows).toEqual([{ rolsuper: false }])
  })

  test('authenticator can do nothing by itself', async () => {
    for (const table of ['public.contratos', 'auth.users'])
      await expect(query(stack.authenticatorUrl, `select * from ${table}`)).rejects.toThrow(
        'permission denied',
      )
  })

  test('files are not deleted behind the back of the Storage API', async () => {
    await expect(sql('delete from storage.objects')).rejects.toThrow('Direct deletion')
  })
})
