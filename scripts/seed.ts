// npm run db:seed: the demo companies, people, files and contract CT-2025-00014. Running it again changes nothing.
import { readdir, readFile } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import pg from 'pg'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { findRunning } from '../supabase/local/lock.ts'
import { hostnameOf, isLoopback, PROJECT_DIR, readSettings, SetupError } from '../supabase/local/settings.ts'
import type { StackEnv } from '../supabase/local/stack-env.ts'
import { findTarget, isExternal, main } from './target.ts'

const FILES = join(PROJECT_DIR, 'supabase/seed/storage')
const SQL = join(PROJECT_DIR, 'supabase/seed.sql')
const TYPES: Record<string, string> = {
  '.pdf': 'application/pdf',
  '.csv': 'text/csv',
  '.xml': 'application/xml',
}

/** The password of every demo account. */
export const DEMO_PASSWORD = 'cacao-demo-2025'

/** The demo accounts; supabase/seed.sql gives each its company. */
export const DEMO_USERS = [
  { email: 'exportadora@agroarriba.test', empresa: 'Agroarriba', rol: 'exportadora', nombre: 'Ana Arriaga' },
  { email: 'centro@triboka.test', empresa: 'Centro Triboka', rol: 'centro_acopio', nombre: 'Carlos Torres' },
  {
    email: 'proveedor@finca-san-jose.test',
    empresa: 'Finca San José',
    rol: 'proveedor',
    nombre: 'José Zambrano',
  },
  { email: 'admin@triboka.test', empresa: 'Centro Triboka', rol: 'admin', nombre: 'Teresa Vera' },
  {
    email: 'exportadora@rival.test',
    empresa: 'Exportadora Rival',
    rol: 'exportadora',
    nombre: 'Rita Vallejo',
  },
  { email: 'centro@rival.test', empresa: 'Centro Rival', rol: 'centro_acopio', nombre: 'César Rivas' },
]

/** The same, as the functions are told of them: /docs offers to sign in as any. */
export const demoAccounts = () =>
  JSON.stringify({
    contrasena: DEMO_PASSWORD,
    cuentas: DEMO_USERS.map(({ email, ...account }) => ({ correo: email, ...account })),
  })

/** What one seeding added; all zero where everything was there already. */
export interface Seeded {
  users: number
  files: number
  rows: number
}

async function withDatabase<T>(env: StackEnv, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: env.DATABASE_URL })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/**
 * True for a database without companies and without users, but for those that a seeding cut short has left:
 * what a first start finds.
 */
export function isEmpty(env: StackEnv): Promise<boolean> {
  return withDatabase(env, async (client) => {
    const { rows } = await client.query<{ empty: boolean }>(
      `select not exists (select from public.empresas)
         and not exists (select from auth.users where email <> all ($1)) as empty`,
      [DEMO_USERS.map(({ email }) => email)],
    )
    return rows[0]!.empty
  })
}

/**
 * Refuses a stack that others than this machine reach: the demo accounts have a published password.
 * @throws SetupError naming the host, unless `--force` was given.
 */
export async function assertLoopback(env: StackEnv, isForced: boolean): Promise<void> {
  if (isForced) return
  // A stack that listens on every address is reached through a loopback one: its own setting tells.
  const running = isExternal() ? null : await findRunning(readSettings())
  const urls = [env.SUPABASE_URL, env.DATABASE_URL, running?.settings.publicUrl ?? env.SUPABASE_URL]
  const hosts = [...urls.map(hostnameOf), running?.settings.host ?? '127.0.0.1']
  const open = hosts.find((host) => !isLoopback(host))
  if (open)
    throw new SetupError(
      `${open} is not loopback, and demo data is not for a Supabase that others reach: add -- --force to load it all the same.`,
    )
}

async function createUsers({ auth }: SupabaseClient): Promise<number> {
  let created = 0
  for (const { email, nombre } of DEMO_USERS) {
    const { error } = await auth.admin.createUser({
      email,
      password: DEMO_PASSWORD,
      email_confirm: true,
      user_metadata: { nombre },
    })
    if (!error) created++
    else if (error.code !== 'email_exists') throw error
  }
  return created
}

async function uploadFiles({ storage }: SupabaseClient): Promise<number> {
  let uploaded = 0
  const entries = await readdir(FILES, { recursive: true, withFileTypes: true })
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name)
    const [bucket, ...name] = relative(FILES, path).split(sep)
    const { error } = await storage
      .from(bucket!)
      .upload(name.join('/'), await readFile(path), { contentType: TYPES[extname(path)] })
    if (!error) uploaded++
    else if (!/already exists/i.test(error.message)) throw error
  }
  return uploaded
}

async function insertRows(env: StackEnv): Promise<number> {
  const sql = await readFile(SQL, 'utf8')
  return withDatabase(env, async (client) => {
    // Several statements in one message are one transaction; pg answers one result for each.
    const results = (await client.query(sql)) as unknown as pg.QueryResult[]
    return results.reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0)
  })
}

/** Loads the demo data: accounts through the admin API, files through the Storage API, then supabase/seed.sql. */
export async function seed(env: StackEnv): Promise<Seeded> {
  const supabase = createClient(env.SUPABASE_URL, env.SUPABASE_SECRET_KEY, {
    auth: { persistSession: false, autoRefreshToken: false },
  })
  return {
    users: await createUsers(supabase),
    files: await uploadFiles(supabase),
    rows: await insertRows(env),
  }
}

if (import.meta.main) {
  const { options } = readCommandLine({
    name: 'npm run db:seed',
    about: 'Carga los datos de demostración en la pila en marcha. Otra vez no cambia nada.',
    options: { force: { about: 'aunque otros lleguen a ella: las cuentas tienen una contraseña publicada' } },
  })
  await main(async () => {
    const env = await findTarget()
    await assertLoopback(env, options.force === true)
    const { users, files, rows } = await seed(env)
    process.stdout.write(
      users + files + rows
        ? `Demo data loaded: ${users} users, ${files} files, ${rows} rows.\n`
        : 'The demo data is already there: nothing was changed.\n',
    )
  })
}
