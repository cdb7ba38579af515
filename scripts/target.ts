import { loadKeys } from '../supabase/local/keys.ts'
import { findRunning } from '../supabase/local/lock.ts'
import { fromMachine } from '../supabase/local/machine-faults.ts'
import { readSettings, SetupError } from '../supabase/local/settings.ts'
import { type StackEnv, stackEnv } from '../supabase/local/stack-env.ts'

const REQUIRED = ['SUPABASE_URL', 'SUPABASE_PUBLISHABLE_KEY', 'SUPABASE_SECRET_KEY', 'DATABASE_URL'] as const

/** True when the environment names a Supabase of its own, so that nothing embedded is used. */
export const isExternal = () => Boolean(process.env.SUPABASE_URL)

/**
 * The Supabase that a command works on: the one the environment names (SUPABASE_URL), or the running stack.
 * @throws SetupError when neither is there, or the environment names it by halves.
 */
export async function findTarget(): Promise<StackEnv> {
  if (isExternal()) {
    const env = process.env as Partial<StackEnv>
    const publishable = env.SUPABASE_PUBLISHABLE_KEY ?? env.SUPABASE_ANON_KEY
    const secret = env.SUPABASE_SECRET_KEY ?? env.SUPABASE_SERVICE_ROLE_KEY
    const found = { ...env, SUPABASE_PUBLISHABLE_KEY: publishable, SUPABASE_SECRET_KEY: secret }
    const missing = REQUIRED.filter((name) => !found[name])
    if (missing.length) throw new SetupError(`With SUPABASE_URL set, ${missing.join(', ')} must be set too.`)
    return {
      SUPABASE_ANON_KEY: publishable!,
      SUPABASE_SERVICE_ROLE_KEY: secret!,
      JWT_SECRET: '',
      FUNCTIONS_URL: `${env.SUPABASE_URL}/functions/v1`,
      STUDIO_URL: '',
      MAILBOX_URL: '',
      ...(found as Partial<StackEnv>),
    } as StackEnv
  }
  const settings = readSettings()
  const running = await findRunning(settings)
  if (!running) throw new SetupError(`Nothing runs on ${settings.dataDir}: start it with npm start.`)
  return stackEnv(running.settings, await loadKeys(settings.dataDir))
}

/** Runs a command's main function; a SetupError becomes one line on stderr and exit code 1. */
export async function main(run: () => Promise<void>): Promise<void> {
  try {
    await run()
  } catch (cause) {
    const error = fromMachine(cause)
    process.stderr.write(error instanceof SetupError ? `${error.message}\n` : `${(error as Error).stack}\n`)
    process.exitCode = 1
  }
}
