import { randomBytes } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { SupabaseClient } from '@supabase/supabase-js'
import { afterAll } from 'vitest'
import type { BackupSettings } from '../../supabase/local/backup/settings.ts'
import { loadKeys } from '../../supabase/local/keys.ts'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { SUPERUSER } from '../../supabase/local/postgres/cluster.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import type { Settings } from '../../supabase/local/settings.ts'
import { startStack } from '../../supabase/local/stack.ts'
import { client } from '../support/client.ts'

/** A stack of a test's own, without functions: what is done to it disturbs nobody. */
export interface OwnStack {
  settings: Settings
  backup: BackupSettings
  /** For scripts run on it. */
  env: NodeJS.ProcessEnv
  /** Role supabase_admin. */
  url: string
  service: SupabaseClient
  secretKey: string
  /** Empty folders to restore into. */
  emptyTarget(): Promise<Settings>
}

/** Starts it; it ends with the test file. */
export async function startOwnStack(): Promise<OwnStack> {
  const dir = await makeTempDir('triboka-test-')
  const [functionsPort, apiPort, dbPort] = (await findFreePorts(3)) as [number, number, number]
  const settings: Settings = {
    host: '127.0.0.1',
    functionsPort,
    apiPort,
    dbPort,
    studioPort: null,
    diskReserve: 0,
    mailboxPort: null,
    publicUrl: null,
    dataDir: join(dir, 'data'),
    storageDir: join(dir, 'storage'),
  }
  await mkdir(join(dir, 'respaldos'))
  const stack = await startStack({ settings, functions: 'none' })
  afterAll(async () => {
    await stack.stop()
    await rm(dir, { recursive: true, force: true })
  })
  const keys = await loadKeys(settings.dataDir)
  const backup: BackupSettings = {
    dir: join(dir, 'respaldos'),
    passphrase: null,
    recipient: null,
    identityFile: null,
    copyCommand: null,
  }
  return {
    settings,
    backup,
    env: {
      ...process.env,
      SUPABASE_URL: undefined,
      DATA_DIR: settings.dataDir,
      STORAGE_DIR: settings.storageDir,
      RESPALDOS_DIR: backup.dir,
    },
    url: databaseUrl({ port: dbPort, password: keys.dbPassword }, SUPERUSER),
    secretKey: stack.env.SUPABASE_SECRET_KEY,
    service: client(stack.env.SUPABASE_URL, stack.env.SUPABASE_SECRET_KEY),
    async emptyTarget() {
      const target = join(dir, randomBytes(4).toString('hex'))
      return { ...settings, dataDir: join(target, 'data'), storageDir: join(target, 'storage') }
    },
  }
}
