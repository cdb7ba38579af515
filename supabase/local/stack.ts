import { once } from 'node:events'
import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import { createClientAddress } from '../../server/http/client-address.ts'
import { createAuth } from './auth/server.ts'
import { readConfig } from './config.ts'
import { type DiskGuard, startDiskGuard } from './disk-guard.ts'
import { buildFunctions } from './functions/build.ts'
import { startFunctions } from './functions/process.ts'
import { readGatewayEnvironment } from './gateway/environment.ts'
import { createGateway } from './gateway/gateway.ts'
import { createIdentifier } from './gateway/identity.ts'
import { createLite } from './gateway/lite.ts'
import { type Keys, loadKeys } from './keys.ts'
import { acquire } from './lock.ts'
import { assertWritable } from './machine-faults.ts'
import { openStackMailer, readMailEnvironment } from './mailbox/environment.ts'
import { startMailbox } from './mailbox/server.ts'
import { assertPortFree } from './ports.ts'
import { bootstrap, databaseUrl } from './postgres/bootstrap.ts'
import { SUPERUSER, startCluster } from './postgres/cluster.ts'
import { migrate } from './postgres/migrate.ts'
import { readLimits } from './realtime/limits.ts'
import { createRealtimeServer } from './realtime/server.ts'
import { createRest } from './rest/server.ts'
import { createSessionKeys } from './session-keys.ts'
import { mailboxDir, restoreMark, type Settings, SetupError } from './settings.ts'
import { readSigningKeys } from './signing-keys.ts'
import { readStorageLimits } from './storage/limits.ts'
import { createStorageServer } from './storage/server.ts'
import { startStudio } from './studio/server.ts'

/** What a client, a script or a test needs to know of a running stack: `KEY=value` lines of `status`. */
export interface StackEnv {
  SUPABASE_URL: string
  SUPABASE_PUBLISHABLE_KEY: string
  SUPABASE_SECRET_KEY: string
  SUPABASE_ANON_KEY: string
  SUPABASE_SERVICE_ROLE_KEY: string
  JWT_SECRET: string
  /** Role postgres, the owner of our schema. */
  DATABASE_URL: string
  FUNCTIONS_URL: string
  STUDIO_URL: string
  /** Where the mails are read that could not leave; empty where they leave by SMTP_URL. */
  MAILBOX_URL: string
}

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

const SWEEP_EVERY_MS = 3600_000

/** Where a client on this machine reaches a server that may listen on every address. */
const origin = (host: string, port: number) => {
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

/** The `KEY=value` pairs of a stack with these settings and keys. */
export function stackEnv(settings: Settings, keys: Keys): StackEnv {
  return {
    SUPABASE_URL: origin(settings.host, settings.apiPort),
    SUPABASE_PUBLISHABLE_KEY: keys.publishableKey,
    SUPABASE_SECRET_KEY: keys.secretKey,
    SUPABASE_ANON_KEY: keys.anonKey,
    SUPABASE_SERVICE_ROLE_KEY: keys.serviceRoleKey,
    JWT_SECRET: keys.jwtSecret,
    DATABASE_URL: databaseUrl({ port: settings.dbPort, password: keys.dbPassword }, 'postgres'),
    FUNCTIONS_URL: origin(settings.host, settings.functionsPort),
    STUDIO_URL: settings.studioPort === null ? '' : origin('127.0.0.1', settings.studioPort),
    MAILBOX_URL: settings.mailboxPort === null ? '' : origin('127.0.0.1', settings.mailboxPort),
  }
}

/** Where clients reach REST. */
function restServer(publicUrl: string) {
  const { host, protocol } = new URL(publicUrl)
  return { host, scheme: protocol === 'https:' ? 'https' : 'http', basePath: '/rest/v1' } as const
}

async function listen(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host)
  await once(server, 'listening')
}

async function close(server: Server): Promise<void> {
  server.close()
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), 10_000)
  await once(server, 'close')
  clearTimeout(timer)
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
  const patience = lock.wasKilled ? 5000 : 0
  await assertPortFree(settings.apiPort, settings.host, 'SUPABASE_API_PORT', patience)
  if (functions !== 'none') await assertPortFree(settings.functionsPort, settings.host, 'PORT', patience)
  if (settings.studioPort !== null)
    await assertPortFree(settings.studioPort, '127.0.0.1', 'STUDIO_PORT', patience)
  if (settings.mailboxPort !== null)
    await assertPortFree(settings.mailboxPort, '127.0.0.1', 'MAILBOX_PORT', patience)

  // Building takes seconds the first time; Postgres starts meanwhile.
  const built = functions === 'production' ? buildFunctions({ signal, report }) : undefined
  built?.catch(() => {})
  const keys = await loadKeys(settings.dataDir)
  const mail = readMailEnvironment()
  const config = await readConfig()
  // The app is at one address, for the links of Auth as for those of the functions.
  if (mail.appUrl) config.auth.site_url = mail.appUrl
  const limits = readLimits()
  const storageLimits = readStorageLimits()
  const environment = readGatewayEnvironment()
  const env = stackEnv(settings, keys)
  // In the links of mails and the addresses of uploads; our own parts go straight to the gateway.
  const publicUrl = settings.publicUrl ?? env.SUPABASE_URL
  const db = { port: settings.dbPort, password: keys.dbPassword }
  const url = (role: string) => databaseUrl(db, role)
  const signing = await readSigningKeys(keys, config.auth.signing_keys_path)
  const sessionKeys = createSessionKeys(keys.jwtSecret, signing)
  const identifier = createIdentifier(keys, sessionKeys)

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

    const lite = createLite({
      ownerUrl: url('postgres'),
      authenticatorUrl: url('authenticator'),
      keys,
      config,
      identifier,
    })
    stops.push(() => lite.close())
    const rest = createRest({
      authenticatorUrl: url('authenticator'),
      ownerUrl: url('postgres'),
      schemas: config.api.schemas,
      extraSearchPath: config.api.extra_search_path,
      maxRows: config.api.max_rows,
      server: restServer(publicUrl),
      isFull: guard.isFull,
    })
    stops.push(() => rest.close())
    const auth = createAuth({
      authAdminUrl: url('supabase_auth_admin'),
      keys: sessionKeys,
      publicUrl,
      config: config.auth,
      sendMail: openStackMailer(mail, mailboxDir(settings)),
    })
    stops.push(() => auth.close())
    const storage = await createStorageServer({
      authenticatorUrl: url('authenticator'),
      storageAdminUrl: url('supabase_storage_admin'),
      storageDir: settings.storageDir,
      jwtSecret: keys.jwtSecret,
      fileSizeLimit: config.fileSizeLimit,
      publicUrl,
      limits: storageLimits,
      isFull: guard.isFull,
    })
    stops.push(() => storage.close())
    // Nothing is under way yet: whatever a killed stack left half done goes now, the rest when it is old.
    void storage.sweep(0).catch(console.error)
    const sweeper = setInterval(() => void storage.sweep().catch(console.error), SWEEP_EVERY_MS)
    stops.push(async () => clearInterval(sweeper))

    const realtime = config.realtime.enabled
      ? await createRealtimeServer({
          realtimeAdminUrl: url('supabase_realtime_admin'),
          authenticatorUrl: url('authenticator'),
          replicationUrl: url(SUPERUSER),
          jwtSecret: keys.jwtSecret,
          sessionKeys,
          resolveKey: identifier.resolveKey,
          limits,
          clientAddress: createClientAddress(environment.trustedProxies),
          maxHeaderLength: config.realtime.maxHeaderLength,
        })
      : undefined
    const gateway = createGateway({
      publicUrl,
      functionsUrl: env.FUNCTIONS_URL,
      identifier,
      maxRows: config.api.max_rows,
      rest,
      auth,
      storage: storage.handler,
      realtime,
      environment,
    })
    await listen(gateway, settings.apiPort, settings.host)
    stops.push(() => close(gateway))
    // Its sockets end before the gateway waits for its connections.
    if (realtime) stops.push(() => realtime.close())

    if (settings.studioPort !== null) {
      const studio = await startStudio({
        host: '127.0.0.1',
        port: settings.studioPort,
        gatewayUrl: env.SUPABASE_URL,
        secretKey: keys.secretKey,
        systemFetch: lite.system,
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
