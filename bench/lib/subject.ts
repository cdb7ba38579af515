import { readdir, readFile, rm } from 'node:fs/promises'
import { createClient } from '@supabase/supabase-js'
import pg from 'pg'
import { fill } from '../../scripts/fill.ts'
import { DEMO_PASSWORD } from '../../scripts/seed.ts'
import type { Query } from '../../server/db/types.ts'
import { makeEnv, type StackProcess, startStackProcess } from '../../test/support/stack.ts'
import { connect, type HttpClient, request } from './http.ts'

/** Requests under way at once where throughput is measured; the functions' pool has 20 connections. */
export const LANES = 20

/** Bytes of a request of /rest/v1. */
type AskRest = (method: string, path: string, body?: string, headers?: Record<string, string>) => Buffer

/** A stack of the benchmark's own, what is asked of it, and its database without anything between. */
export interface Subject {
  running: StackProcess
  /** Bytes of a request as exportadora@agroarriba.test, who is a party to many of the contracts. */
  ask(method: string, path: string, body?: Buffer | string, type?: string): Buffer
  /** Sends a request and insists on its status. */
  expect(status: number, bytes: Buffer): Promise<Buffer>
  /** The same of /rest/v1, through the gateway; headers besides. */
  askRest: AskRest
  expectRest(status: number, bytes: Buffer): Promise<Buffer>
  /** What another demo account asks of /rest/v1. */
  restAs(email: string): Promise<AskRest>
  /** A client of the gateway of its own, for who must not wait behind the others. */
  connectGateway(connections: number): HttpClient
  /** One query through the driver that the functions use, as the owner of the tables: no HTTP, no RLS. */
  bare(query: Query, values: unknown[]): Promise<pg.QueryResult>
  /** Codes of contracts that the user sees. */
  codes: string[]
  /** Adds contracts up to so many (in all, or with lots of the user or of other exporters), and chooses the codes anew. */
  grow(contracts: number, report: (line: string) => void, whose?: 'all' | 'own' | 'others'): Promise<void>
  dispose(): Promise<void>
}

// The functions pass JSON and numbers on as text; so does this.
const types = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig

async function signIn(
  { supabaseUrl, publishableKey }: StackProcess['stack'],
  email = 'exportadora@agroarriba.test',
): Promise<string> {
  const { auth } = createClient(supabaseUrl, publishableKey, { auth: { persistSession: false } })
  const { data, error } = await auth.signInWithPassword({ email, password: DEMO_PASSWORD })
  await auth.stopAutoRefresh()
  if (error) throw error
  return data.session.access_token
}

const askingRest =
  ({ publishableKey }: StackProcess['stack'], token: string): AskRest =>
  (method, path, body, headers) =>
    request(
      method,
      `/rest/v1${path}`,
      {
        ...{ authorization: `Bearer ${token}`, apikey: publishableKey },
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      body,
    )

/** Codes of contracts of the user, in an order that is not that of the disk. */
const CODES = `select c.codigo from public.contratos c join public.empresas e on e.id = c.exportadora_id
  where e.nombre = 'Agroarriba' order by hashint8(c.id) limit 5000`

const expecting = (http: HttpClient) => async (status: number, bytes: Buffer) => {
  const answer = await http.send(bytes)
  if (answer.status === status) return answer.body
  throw new Error(`Answered ${answer.status}, not ${status}: ${answer.body.toString('utf8').slice(0, 500)}`)
}

/** Starts a stack in a temporary folder, with the demo data. */
export async function startSubject(): Promise<Subject> {
  const made = await makeEnv()
  const running = await startStackProcess(made).catch(async (error) => {
    await rm(made.dir, { recursive: true, force: true })
    throw error
  })
  const { stack } = running
  const pool = new pg.Pool({
    connectionString: stack.databaseUrl,
    max: LANES,
    pipeline: true,
    types,
  } as pg.PoolConfig)
  pool.on('error', () => {})
  const http = connect(stack.functionsUrl, LANES)
  const gateway = connect(stack.supabaseUrl, LANES)
  const dispose = async () => {
    http.close()
    gateway.close()
    await pool.end()
    await running.dispose()
  }
  const token = await signIn(stack).catch(async (error) => {
    await dispose()
    throw error
  })
  const authorization = `Bearer ${token}`

  const subject: Subject = {
    running,
    codes: [],
    ask: (method, path, body, type = 'application/json') =>
      request(method, path, { authorization, ...(body && { 'content-type': type }) }, body),
    expect: expecting(http),
    askRest: askingRest(stack, token),
    expectRest: expecting(gateway),
    restAs: async (email) => askingRest(stack, await signIn(stack, email)),
    connectGateway: (connections) => connect(stack.supabaseUrl, connections),
    bare: ({ name, text }, values) => pool.query({ name, text, values }),
    async grow(target, report, whose = 'all') {
      const { rows } = await pool.query(
        // Contracts that another benchmark made have no lots, and would be missed where lots count: two of each.
        whose === 'all'
          ? 'select count(*) as n from public.contratos'
          : `select count(*) / 2 as n from public.lotes_asociados l join public.contratos c on c.id = l.contrato_id
             join public.empresas e on e.id = c.exportadora_id where (e.nombre = 'Agroarriba') = ($1 = 'own')`,
        whose === 'all' ? [] : [whose],
      )
      const missing = target - Number(rows[0].n)
      if (missing > 0) {
        const onProgress = (added: number) => report(`  filled ${added} of ${missing} contracts`)
        await fill({
          databaseUrl: stack.databaseUrl,
          contratos: missing,
          empresas: 200,
          semilla: 1,
          ...(whose === 'own' && { exportadora: { solo: 'Agroarriba' } }),
          ...(whose === 'others' && { exportadora: { sin: 'Agroarriba' } }),
          onProgress,
        })
      }
      subject.codes = (await pool.query(CODES)).rows.map(({ codigo }) => codigo)
    },
    dispose,
  }
  return subject
}

/** The process that runs the functions: the child of the stack whose program is a build of ours. */
export async function functionsPid({ running }: Subject): Promise<number> {
  const parent = running.child.pid
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
    if (Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) !== parent) continue
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
    if (command.includes('server/index.mjs')) return Number(pid)
  }
  throw new Error('The process of the functions was not found.')
}
