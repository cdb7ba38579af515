// npm run reset: empty database and storage, migrations, demo data. Asks first; --yes does not.
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline/promises'
import { createClient } from '@supabase/supabase-js'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { loadKeys } from '../supabase/local/keys.ts'
import { findRunning } from '../supabase/local/lock.ts'
import { bootstrap } from '../supabase/local/postgres/bootstrap.ts'
import { emptyDatabase } from '../supabase/local/postgres/empty.ts'
import { migrate } from '../supabase/local/postgres/migrate.ts'
import { mailboxDir, readSettings, SetupError } from '../supabase/local/settings.ts'
import { startStack } from '../supabase/local/stack.ts'
import { type StackEnv, stackEnv } from '../supabase/local/stack-env.ts'
import { seed } from './seed.ts'
import { isExternal, main } from './target.ts'

const { options } = readCommandLine({
  name: 'npm run reset',
  about:
    'Borra todo (contratos, personas, archivos), aplica las migraciones y carga los datos de demostración. Pregunta antes.',
  options: { yes: { about: 'no pregunta' } },
})

async function confirm(dataDir: string) {
  if (options.yes) return
  if (!process.stdin.isTTY)
    throw new SetupError('This erases every contract, user and file: add --yes where nobody can be asked.')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(
    `Erase every contract, user and file of ${dataDir}? Write "yes" to go on: `,
  )
  terminal.close()
  if (answer.trim() !== 'yes') throw new SetupError('Nothing was changed.')
}

async function emptyStorage(env: StackEnv) {
  const { storage } = createClient(env.SUPABASE_URL, env.SUPABASE_SECRET_KEY)
  const { data: buckets, error } = await storage.listBuckets()
  if (error) throw error
  for (const { id } of buckets) {
    for (const step of [await storage.emptyBucket(id), await storage.deleteBucket(id)]) {
      if (step.error) throw step.error
    }
  }
}

await main(async () => {
  if (isExternal()) throw new SetupError('reset erases the embedded database only: unset SUPABASE_URL.')
  const settings = readSettings()
  await confirm(settings.dataDir)
  const running = await findRunning(settings)
  // A stack that runs goes on running and sees the new data; otherwise one is started for the while. Whatever migrations
  // its database has, they are about to go.
  const own = running ? null : await startStack({ settings, functions: 'none', migrates: false })
  try {
    const used = running?.settings ?? settings
    const keys = await loadKeys(used.dataDir)
    const env = stackEnv(used, keys)
    const db = { port: used.dbPort, password: keys.dbPassword }
    await emptyDatabase(db, () => emptyStorage(env))
    // Their links and codes are of accounts that go.
    await rm(mailboxDir(used), { recursive: true, force: true })
    await bootstrap(db)
    const applied = await migrate(env.DATABASE_URL)
    await seed(env)
    process.stdout.write(`Done: ${applied.length} migrations and the demo data.\n`)
  } finally {
    await own?.stop()
  }
})
