import pg from 'pg'
import { afterAll, expect, inject } from 'vitest'
import { makeWorld, type Persona, type World } from './world.ts'

/** A person, an account without profile, someone who did not sign in, or the system (role postgres). */
export type Speaker = Persona | 'sin_perfil' | 'anonimo' | 'sistema'

/** The database inside one transaction that is always rolled back. */
export interface Db {
  mundo: World
  /** One statement as the current person; its failure undoes it alone. @returns its rows. */
  query<Row extends pg.QueryResultRow = pg.QueryResultRow>(sql: string, params?: unknown[]): Promise<Row[]>
  /** The same, for how many rows it touched. */
  cuenta(sql: string, params?: unknown[]): Promise<number>
  /** Goes on as someone else. */
  como(quien: Speaker): Promise<void>
  /** The connection itself, for the makers of world.ts; only while being the system. */
  client: pg.ClientBase
}

/** A connection of role postgres, which the caller ends. */
export async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: inject('stack').databaseUrl })
  await client.connect()
  return client
}

/** Becomes a person until the transaction ends, as PostgREST and the functions do. */
export async function become(client: pg.ClientBase, quien: Speaker, mundo: World): Promise<void> {
  const role = quien === 'sistema' ? 'none' : quien === 'anonimo' ? 'anon' : 'authenticated'
  const sub = quien === 'sin_perfil' ? mundo.sinPerfil : mundo.usuarios[quien as Persona]
  const claims = quien === 'sistema' ? '' : JSON.stringify({ role, sub })
  await client.query(`select set_config('role', 'none', true)`)
  await client.query(`select set_config('request.jwt.claims', $2, true), set_config('role', $1, true)`, [
    role,
    claims,
  ])
}

/** Runs a statement in a savepoint, so that a refusal does not end the transaction. */
async function attempt(client: pg.ClientBase, sql: string, params?: unknown[]) {
  await client.query('savepoint intento')
  try {
    const result = await client.query(sql, params)
    await client.query('release savepoint intento')
    return result
  } catch (error) {
    await client.query('rollback to savepoint intento')
    throw error
  }
}

/** The connection of this test file. */
let shared: Promise<pg.Client> | undefined
afterAll(async () => (await shared)?.end())

/** Opens a world for one person and rolls everything back at the end. */
export async function withUserDb(quien: Speaker, work: (db: Db) => Promise<void>): Promise<void> {
  shared ??= connect()
  const client = await shared
  try {
    await client.query('begin')
    const mundo = await makeWorld(client)
    await become(client, quien, mundo)
    await work({
      mundo,
      client,
      query: async (sql, params) => (await attempt(client, sql, params)).rows as never,
      cuenta: async (sql, params) => (await attempt(client, sql, params)).rowCount ?? 0,
      como: (otro) => become(client, otro, mundo),
    })
  } finally {
    await client.query('rollback')
  }
}

/** Expects an error of the catalogue. */
export async function expectRaises(
  answer: Promise<unknown>,
  clave: string,
  code: string,
  campo?: string,
): Promise<void> {
  const error = await answer.then(
    () => expect.fail(`nothing was refused: expected ${clave}`),
    (reason: pg.DatabaseError) => reason,
  )
  expect({ clave: error.message, code: error.code, campo: error.hint }).toEqual({ clave, code, campo })
}

/** Expects a table's own constraint to refuse. */
export async function expectConstraint(answer: Promise<unknown>, constraint: string): Promise<void> {
  await expect(answer).rejects.toMatchObject({ constraint })
}
