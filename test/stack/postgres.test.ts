import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'

const stack = inject('stack')
const client = new pg.Client({ connectionString: stack.databaseUrl })
beforeAll(() => client.connect())
afterAll(() => client.end())

const setting = async (name: string) =>
  (await client.query(`select current_setting($1) as value`, [name])).rows[0].value

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
    const { rows } = await client.query(
      `select datlocprovider, datlocale from pg_database where datname = current_database()`,
    )
    expect(rows).toEqual([{ datlocprovider: 'b', datlocale: 'C.UTF-8' }])
  })

  test('asks for a password on every connection', async () => {
    for (const user of ['postgres', 'supabase_admin', 'authenticator']) {
      const url = new URL(stack.databaseUrl)
      url.username = user
      url.password = 'guess'
      const stranger = new pg.Client({ connectionString: url.href })
      await expect(stranger.connect()).rejects.toThrow('password authentication failed')
    }
  })

  test('keeps the keys where only the owner reads them', async () => {
    expect((await stat(join(stack.dataDir, 'keys.json'))).mode & 0o777).toBe(0o600)
  })

  test('the owner of our tables is no superuser', async () => {
    const { rows } = await client.query(`select rolsuper from pg_roles where rolname = current_user`)
    expect(rows).toEqual([{ rolsuper: false }])
  })

  test('authenticator can do nothing by itself', async () => {
    const authenticator = new pg.Client({ connectionString: stack.authenticatorUrl })
    await authenticator.connect()
    await expect(authenticator.query('select * from public.contratos')).rejects.toThrow('permission denied')
    await expect(authenticator.query('select * from auth.users')).rejects.toThrow('permission denied')
    await authenticator.end()
  })

  test('files are not deleted behind the back of the Storage API', async () => {
    await expect(client.query('delete from storage.objects')).rejects.toThrow('Direct deletion')
  })
})
