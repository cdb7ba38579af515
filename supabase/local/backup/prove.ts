import { createHash, randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@supabase/supabase-js'
import pg from 'pg'
import { findFreePorts } from '../ports.ts'
import { clearStaleLock } from '../postgres/cluster.ts'
import type { Settings } from '../settings.ts'
import { startStack } from '../stack.ts'
import type { StackEnv } from '../stack-env.ts'
import { type Checked, checkDocuments } from './documents.ts'
import { BackupFault, type Head } from './manifest.ts'
import { countRows } from './moment.ts'
import { restore } from './restore.ts'
import type { BackupSettings } from './settings.ts'

type Say = (line: string) => void

/** Rows of the restored database against the manifest. @throws BackupFault naming every table that differs. */
async function compareRows(url: string, expected: Record<string, number>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const found = await countRows(client)
    const tables = new Set([...Object.keys(expected), ...Object.keys(found)])
    const different = [...tables].filter((table) => found[table] !== expected[table])
    if (different.length)
      throw new BackupFault(
        `rows differ from the manifest: ${different.map((table) => `${table} ${found[table]} and not ${expected[table]}`).join(', ')}`,
      )
  } finally {
    await client.end()
  }
}

/** A person of the restored stack signs in: made for it, as nobody's password is known. */
async function signIn(env: StackEnv): Promise<void> {
  const options = { auth: { persistSession: false, autoRefreshToken: false } }
  const email = `prueba-${randomBytes(6).toString('hex')}@respaldo.invalid`
  const password = randomBytes(18).toString('base64url')
  const admin = createClient(env.SUPABASE_URL, env.SUPABASE_SECRET_KEY, options)
  const created = await admin.auth.admin.createUser({ email, password, email_confirm: true })
  if (created.error) throw created.error
  const person = createClient(env.SUPABASE_URL, env.SUPABASE_PUBLISHABLE_KEY, options)
  const { data, error } = await person.auth.signInWithPassword({ email, password })
  if (error) throw error
  if (data.user.email !== email) throw new Error('Auth let somebody else in')
}

/** Always the same for a folder of backups, of which one process at a time proves one: what was killed is found again. */
function scratchDir({ dir }: BackupSettings): string {
  return join(tmpdir(), `triboka-prueba-${createHash('sha256').update(dir).digest('hex').slice(0, 16)}`)
}

/** Ends what a proof that was killed left running, and removes it. */
export async function stopScratch(backup: BackupSettings): Promise<void> {
  const dir = scratchDir(backup)
  await clearStaleLock(join(dir, 'data/postgres/data'))
  await rm(dir, { recursive: true, force: true })
}

/** What a proof found. */
export interface Proof extends Checked {
  head: Head
  rows: number
  seconds: number
}

/**
 * Proves a backup by restoring it into a stack of its own, beside whatever runs: the rows are those of its manifest,
 * the documents those that the database knows, and people sign in. Nothing of it stays.
 * @throws Error with what did not hold.
 */
export async function prove(folder: string, backup: BackupSettings, say: Say = () => {}): Promise<Proof> {
  const begun = Date.now()
  await stopScratch(backup)
  const dir = scratchDir(backup)
  await mkdir(dir, { mode: 0o711 })
  try {
    const [functionsPort, apiPort, dbPort] = (await findFreePorts(3)) as [number, number, number]
    const settings: Settings = {
      host: '127.0.0.1',
      functionsPort,
      apiPort,
      dbPort,
      studioPort: null,
      mailboxPort: null,
      publicUrl: null,
      diskReserve: 0,
      dataDir: join(dir, 'data'),
      storageDir: join(dir, 'storage'),
    }
    let checked: Checked = { documents: 0, objects: 0 }
    const head = await restore({
      folder,
      settings,
      backup,
      say,
      async inspect(url, { filas, sistema }) {
        await compareRows(url, filas)
        say('The rows are those of the manifest.')
        checked = await checkDocuments(url, settings.storageDir, sistema, say)
        say(
          `${checked.documents} documents are those that the database knows, ${checked.objects} files are whole.`,
        )
      },
    })
    const stack = await startStack({ settings, functions: 'none' })
    try {
      await signIn(stack.env)
      say('Signing in works.')
    } finally {
      await stack.stop()
    }
    const rows = Object.values(head.filas).reduce((sum, n) => sum + n, 0)
    return { ...checked, head, rows, seconds: (Date.now() - begun) / 1000 }
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
}
