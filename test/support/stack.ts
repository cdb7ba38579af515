import type { ChildProcess } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { loadKeys } from '../../supabase/local/keys.ts'
import { STACK_MEMORY } from '../../supabase/local/memory.ts'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { databaseUrl } from '../../supabase/local/postgres/bootstrap.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR, readSettings, type Settings } from '../../supabase/local/settings.ts'
import { stackEnv } from '../../supabase/local/stack-env.ts'
import { launch, untilReady } from './programs.ts'

/** What a test knows of the stack it speaks to. */
export interface TestStack {
  supabaseUrl: string
  publishableKey: string
  secretKey: string
  anonKey: string
  serviceRoleKey: string
  jwtSecret: string
  /** Role postgres. */
  databaseUrl: string
  authenticatorUrl: string
  functionsUrl: string
  studioUrl: string
  mailboxUrl: string
  storageDir: string
  dataDir: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    stack: TestStack
  }
}

export interface StackProcess {
  child: ChildProcess
  stack: TestStack
  /** The environment that names this stack's ports and folders: for scripts run beside it. */
  env: NodeJS.ProcessEnv
  /** Everything it wrote so far. */
  output(): string
  /** SIGTERM, and waits for the end. @returns the exit code. */
  stop(): Promise<number | null>
  /** Stops it and removes its folder. */
  dispose(): Promise<void>
}

/** A folder and free ports for a stack that disturbs no other. */
export async function makeEnv(): Promise<{ dir: string; env: NodeJS.ProcessEnv }> {
  const dir = await makeTempDir('triboka-test-')
  const [functions, api, db, studio, mailbox] = await findFreePorts(5)
  const env = {
    ...process.env,
    SUPABASE_URL: undefined,
    HOST: '127.0.0.1',
    PORT: String(functions),
    SUPABASE_API_PORT: String(api),
    SUPABASE_DB_PORT: String(db),
    STUDIO_PORT: String(studio),
    MAILBOX_PORT: String(mailbox),
    SMTP_URL: undefined,
    DATA_DIR: join(dir, 'data'),
    STORAGE_DIR: join(dir, 'storage'),
    RESPALDOS: 'off',
    RESPALDOS_DIR: join(dir, 'respaldos'),
    // Many tests share it; those of the limits start a server of their own.
    REALTIME_MAX_CONNECTIONS: '3000',
    REALTIME_MAX_EVENTS_PER_SECOND: '100000',
    REALTIME_MAX_JOINS_PER_SECOND: '100000',
    REALTIME_SHARE_USER: '100',
    REALTIME_SHARE_ADDRESS: '100',
    REALTIME_SHARE_ANONYMOUS: '100',
    LIMIT_READS: '1000000/60',
    LIMIT_WRITES: '1000000/60',
    LIMIT_UPLOADS: '1000000/60',
    LIMIT_ADDRESS: '1000000/60',
    LIMIT_ANONYMOUS: '1000000/60',
    LIMIT_SIGN_IN: '1000000/60',
    LIMIT_REFRESH: '1000000/60',
    LIMIT_GUESSES: '1000000/60',
    LIMIT_GUESSES_STRANGERS: '1000000/60',
  }
  return { dir, env }
}

async function describe(settings: Settings): Promise<TestStack> {
  const keys = await loadKeys(settings.dataDir)
  const env = stackEnv(settings, keys)
  return {
    supabaseUrl: env.SUPABASE_URL,
    publishableKey: env.SUPABASE_PUBLISHABLE_KEY,
    secretKey: env.SUPABASE_SECRET_KEY,
    anonKey: env.SUPABASE_ANON_KEY,
    serviceRoleKey: env.SUPABASE_SERVICE_ROLE_KEY,
    jwtSecret: env.JWT_SECRET,
    databaseUrl: env.DATABASE_URL,
    authenticatorUrl: databaseUrl({ port: settings.dbPort, password: keys.dbPassword }, 'authenticator'),
    functionsUrl: env.FUNCTIONS_URL,
    studioUrl: env.STUDIO_URL,
    mailboxUrl: env.MAILBOX_URL,
    storageDir: settings.storageDir,
    dataDir: settings.dataDir,
  }
}

/** Starts `npm start`'s own program and waits until it says that it is ready. */
export async function startStackProcess(given?: {
  dir: string
  env: NodeJS.ProcessEnv
}): Promise<StackProcess> {
  const { dir, env } = given ?? (await makeEnv())
  const program = launch(process.execPath, [...STACK_MEMORY, join(PROJECT_DIR, 'scripts/start.ts')], {
    cwd: PROJECT_DIR,
    env,
  })
  const { child, output } = program
  await untilReady(program, () => output().includes('Ready in'), 90_000)
  async function stop() {
    await program.stop()
    return child.exitCode
  }
  return {
    child,
    env,
    stack: await describe(readSettings(env)),
    output,
    stop,
    async dispose() {
      await stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
