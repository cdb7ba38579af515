// What the functions take from the inside of pg, which its types and its semver leave out: a new version is read first.
import { readFile } from 'node:fs/promises'
import { Socket } from 'node:net'
import { join } from 'node:path'
import pg from 'pg'
import { describe, expect, inject, test } from 'vitest'
import { askAs, CONTEXT } from '../../server/db/caller-query.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'

const read = async (path: string) => JSON.parse(await readFile(join(PROJECT_DIR, path), 'utf8'))

describe('lo de dentro de pg que usan las funciones', () => {
  test('es el de una versión exacta, que es la instalada', async () => {
    const { dependencies } = await read('package.json')
    expect(dependencies.pg).toMatch(/^\d+\.\d+\.\d+$/)
    expect((await read('node_modules/pg/package.json')).version).toBe(dependencies.pg)
  })

  test('una consulta se prepara y oye las respuestas por los métodos que CallerQuery antepone', () => {
    const prototype = pg.Query.prototype as unknown as Record<string, unknown>
    for (const [method, parameters] of [
      ['prepare', 1],
      ['handleDataRow', 1],
      ['handleCommandComplete', 2],
    ] as const) {
      expect([method, typeof prototype[method]]).toEqual([method, 'function'])
      expect((prototype[method] as () => void).length).toBe(parameters)
    }
    const query = new pg.Query('select 1', [], (() => {}) as never) as unknown as Record<string, unknown>
    Object.assign(query, { name: 'uno', queryMode: 'extended' })
    expect((query.requiresPreparation as () => boolean)()).toBe(true)
  })

  test('una conexión manda bind y execute por su socket, y el grupo entero va en una transacción', async () => {
    const pool = new pg.Pool({
      connectionString: inject('stack').authenticatorUrl,
      max: 1,
      pipeline: true,
    } as pg.PoolConfig)
    try {
      expect(pool.options.max).toBe(1)
      const client = await pool.connect()
      const { connection } = client as unknown as {
        connection: {
          stream: Socket
          bind(message: object): void
          execute(message: object): void
          parsedStatements: Record<string, string>
        }
      }
      expect(connection.stream).toBeInstanceOf(Socket)
      await client.query({ ...CONTEXT, values: ['none', '{}'] })
      // Parsed once per connection, and bound again by name alone: see CallerQuery.
      expect(connection.parsedStatements[CONTEXT.name]).toBe(CONTEXT.text)

      const sent: string[] = []
      for (const method of ['bind', 'execute'] as const) {
        const own = connection[method].bind(connection)
        connection[method] = (message) => {
          sent.push(method)
          own(message)
        }
      }
      const claims = { role: 'anon', sub: '00000000-0000-4000-8000-000000000001' }
      const { rows } = await askAs(client, claims, 'select current_user::text as rol, auth.uid()::text as yo')
      expect(rows).toEqual([{ rol: 'anon', yo: claims.sub }])
      expect(sent).toEqual(['bind', 'execute', 'bind', 'execute'])
      client.release()
    } finally {
      await pool.end()
    }
  })
})
