import pg from 'pg'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { withTemporaryCluster } from '../../supabase/local/postgres/temporary.ts'
import { query } from '../support/sql.ts'

/** What the tokens of the tests' people say. */
export const ANA = { role: 'authenticated', sub: '00000000-0000-4000-8000-00000000000a' }
export const RIVAL = { role: 'authenticated', sub: '00000000-0000-4000-8000-00000000000b' }
export const ANON = { role: 'anon' }

type Role = 'postgres' | 'authenticator' | 'supabase_admin' | 'supabase_realtime_admin'

/** An empty Supabase database of one test file alone, without our migrations. */
export function useDatabase() {
  let db: { port: number; password: string }
  let finish = () => {}
  let running: Promise<void>
  beforeAll(() => {
    const ready = Promise.withResolvers<void>()
    running = withTemporaryCluster(async (started) => {
      db = started
      const end = Promise.withResolvers<void>()
      finish = end.resolve
      ready.resolve()
      await end.promise
    })
    running.catch(ready.reject)
    return ready.promise
  })
  afterAll(async () => {
    finish()
    await running
  })

  const url = (role: Role = 'supabase_realtime_admin') => databaseUrl(db, role)

  /** A connection that ends with the test; keeps the warnings that it is given. */
  async function connect(role: Role = 'postgres') {
    const client = new pg.Client({ connectionString: url(role) })
    const warnings: string[] = []
    client.on('notice', ({ message }) => warnings.push(message ?? ''))
    client.on('error', () => {})
    await client.connect()
    onTestFinished(() => client.end())
    return { client, warnings }
  }

  const sql = <Row extends pg.QueryResultRow>(text: string, values?: unknown[]) =>
    query<Row>(url('postgres'), text, values)

  let policies = 0
  /** A policy on realtime.messages until the test ends. @param rule of `using`, or of `with check` to insert. */
  async function policy(verb: 'select' | 'insert', rule: string, to = 'authenticated') {
    const name = `prueba_${++policies}`
    const clause = verb === 'insert' ? 'with check' : 'using'
    await sql(`create policy ${name} on realtime.messages for ${verb} to ${to} ${clause} (${rule})`)
    onTestFinished(async () => {
      await sql(`drop policy ${name} on realtime.messages`)
    })
  }

  return { url, connect, sql, policy, cluster: () => db }
}
