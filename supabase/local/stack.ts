import { existsSync } from 'node:fs'
import { openApi } from './api.ts'
import { readConfig } from './config.ts'
import { type DiskGuard, startDiskGuard } from './disk-guard.ts'
import { buildFunctions } from './functions/build.ts'
import { startFunctions } from './functions/process.ts'
import { readGatewayEnvironment } from './gateway/environment.ts'
import { loadKeys } from './keys.ts'
import { acquire } from './lock.ts'
import { assertWritable } from './machine-faults.ts'
import { readMailEnvironment } from './mailbox/environment.ts'
import { startMailbox } from './mailbox/server.ts'
import { assertPortsFree } from './ports.ts'
import { bootstrap, databaseUrl } from './postgres/bootstrap.ts'
import { SUPERUSER, startCluster } from './postgres/cluster.ts'
import { migrate } from './postgres/migrate.ts'
import { readLimits } from './realtime/limits.ts'
import { createSessionKeys } from './session-keys.ts'
import { mailboxDir, restoreMark, type Settings, SetupError } from './settings.ts'
import { readSigningKeys } from './signing-keys.ts'
import { type StackEnv, stackEnv } from './stack-env.ts'
import { readStorageLimits } from './storage/limits.ts'
import { startStudio } from './studio/server.ts'

export interface Stack {
  env: StackEnv
  /** Does it only read, because a disk is nearly full? */
  isFull: DiskGuard['isFull']
  /** Stops every part in order, Postgres last. */
  stop(): Promise<void>
}

export interface StackOptions {
  settings: Settings
  /** `none` serves the Supabase part alone. */
  functions: 'production' | 'dev' | 'none'
  /** False leaves the schema as it is: for who is about to empty it. */
  migrates?: boolean
  /** What else is to be done before others are told that it is there. */
  prepare?: (stack: Omit<Stack, 'stop'>) => Promise<void>
  /** One line for each thing that happens. */
  report?: (line: string) => void
  /** Gives up the start: what has started is stopped, and startStack fails with the signal's reason. */
  signal?: AbortSignal
}

/**
 * Starts the embedded Supabase and the functions.
 * @throws SetupError when a port is taken, another stack uses the DATA_DIR, or Postgres cannot start.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { settings, signal } = options
  await assertWritable(settings.dataDir, 'DATA_DIR')
  await assertWritable(settings.storageDir, 'STORAGE_DIR')
  if (existsSync(restoreMark(settings.dataDir)))
    throw new SetupError(
      `A restore into ${settings.dataDir} was cut short: empty it and ${settings.storageDir}, and restore again.`,
    )
  const lock = await acquire(settings)
  try {
    return await startParts(options, lock)
  } catch (error) {
    await lock.release()
    // What ends in the middle because somebody wanted it to has not failed.
    throw signal?.aborted ? signal.reason : error
  }
}

async function startParts(
  { settings, functions, migrates = true, prepare, report = () => {}, signal }: StackOptions,
  lock: Awaited<ReturnType<typeof acquire>>,
): Promise<Stack> {
  // What a killed stack left behind takes a moment to let go of its ports.
  await assertPortsFree(settings, functions !== 'none', lock.wasKilled ? 5000 : 0)

  // Building takes seconds the first time; Postgres starts meanwhile.
  const built = functions === 'production' ? buildFunctions({ signal, report }) : undefined
  built?.catch(() => {})
  const keys = await loadKeys(settings.dataDir)
  const mail = readMailEnvironment()
  const config = await readConfig()
  // The app is at one address, for the links of Auth as for those of the functions.
  if (mail.appUrl) config.auth.site_url = mail.appUrl
  const given = {
    limits: readLimits(),
    storageLimits: readStorageLimits(),
    environment: readGatewayEnvironment(),
  }
  const env = stackEnv(settings, keys)
  // In the links of mails and the addresses of uploads; our own parts go straight to the gateway.
  const publicUrl = settings.publicUrl ?? env.SUPABASE_URL
  const db = { port: settings.dbPort, password: keys.dbPassword }
  const url = (role: string) => databaseUrl(db, role)
  const signing = await readSigningKeys(keys, config.auth.signing_keys_path)
  const sessionKeys = createSessionKeys(keys.jwtSecret, signing)

  // What has started, to be stopped in the opposite order.
  const stops: (() => Promise<unknown>)[] = []
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end().catch((error) => console.error(error))
    await lock.release()
  }
  try {
    const cluster = await startCluster({
      dataDir: settings.dataDir,
      ...db,
      signal,
      report,
      onEvent: (event, detail) => report(`Postgres ${event} (${detail})`),
    })
    stops.push(() => cluster.stop())
    signal?.throwIfAborted()
    await bootstrap(db, { isLost: !migrates })
    const guard = await startDiskGuard({
      folders: [settings.dataDir, settings.storageDir],
      reserve: settings.diskReserve,
      superuserUrl: url(SUPERUSER),
      report,
    })
    stops.push(() => guard.close())
    const applied = migrates ? await migrate(url('postgres')) : []
    if (applied.length) report(`${applied.length} migrations applied`)
    signal?.throwIfAborted()

    await openApi(
      {
        settings,
        keys,
        config,
        mail,
        sessionKeys,
        publicUrl,
        ...given,
        url,
        functionsUrl: env.FUNCTIONS_URL,
        isFull: guard.isFull,
      },
      stops,
    )

    if (settings.studioPort !== null) {
      const studio = await startStudio({
        host: '127.0.0.1',
        port: settings.studioPort,
        gatewayUrl: env.SUPABASE_URL,
        secretKey: keys.secretKey,
        ownerUrl: url('postgres'),
        schemas: config.api.schemas,
      })
      stops.push(() => studio.close())
    }
    if (settings.mailboxPort !== null) {
      const mailbox = await startMailbox({ folder: mailboxDir(settings), port: settings.mailboxPort })
      stops.push(() => mailbox.close())
    }
    if (functions !== 'none') {
      const child = await startFunctions({
        settings,
        env: {
          ...env,
          DATABASE_URL: url('authenticator'),
          AUTHENTICATOR_DATABASE_URL: url('authenticator'),
          MAILBOX_DIR: mailboxDir(settings),
        },
        entry: await built,
        onEvent: (event, detail) => report(`Functions ${event} (${detail})`),
      })
      stops.push(() => child.stop())
    }
    signal?.throwIfAborted()
    const stack = { env, isFull: guard.isFull }
    await prepare?.(stack)
    signal?.throwIfAborted()
    await lock.setReady()
    return { ...stack, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
