import { once } from 'node:events'
import type { Server } from 'node:http'
import { createClientAddress } from '../../server/http/client-address.ts'
import { errorForLog } from '../../server/process/log-redaction.ts'
import { createAuth } from './auth/server.ts'
import type { Config } from './config.ts'
import type { GatewayEnvironment } from './gateway/environment.ts'
import { createGateway } from './gateway/gateway.ts'
import { createIdentifier } from './gateway/identity.ts'
import type { Keys } from './keys.ts'
import { type MailEnvironment, openStackMailer } from './mailbox/environment.ts'
import { SUPERUSER } from './postgres/cluster.ts'
import type { readLimits } from './realtime/limits.ts'
import { createRealtimeServer } from './realtime/server.ts'
import { createRest } from './rest/server.ts'
import type { SessionKeys } from './session-keys.ts'
import { mailboxDir, type Settings } from './settings.ts'
import type { readStorageLimits } from './storage/limits.ts'
import { createStorageServer } from './storage/server.ts'

/** What the parts behind the gateway are made of. */
export interface ApiOptions {
  settings: Settings
  keys: Keys
  config: Config
  mail: MailEnvironment
  sessionKeys: SessionKeys
  /** How clients reach the gateway. */
  publicUrl: string
  functionsUrl: string
  /** Postgres, as a role. */
  url: (role: string) => string
  environment: GatewayEnvironment
  limits: ReturnType<typeof readLimits>
  storageLimits: ReturnType<typeof readStorageLimits>
  isFull: () => boolean
}

const SWEEP_EVERY_MS = 3600_000

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
 * Starts REST, Auth, Storage and Realtime, and the gateway before them.
 * @param stops takes what ends each, as soon as it has started.
 */
export async function openApi(options: ApiOptions, stops: (() => Promise<unknown>)[]): Promise<void> {
  const { settings, keys, config, mail, sessionKeys, publicUrl, functionsUrl, url } = options
  const { environment, limits, storageLimits, isFull } = options
  const identifier = createIdentifier(keys, sessionKeys)
  const rest = createRest({
    authenticatorUrl: url('authenticator'),
    ownerUrl: url('postgres'),
    schemas: config.api.schemas,
    extraSearchPath: config.api.extra_search_path,
    maxRows: config.api.max_rows,
    server: restServer(publicUrl),
    isFull,
  })
  stops.push(() => rest.close())
  const auth = createAuth({
    authAdminUrl: url('supabase_auth_admin'),
    keys: sessionKeys,
    publicUrl,
    config: config.auth,
    sendMail: openStackMailer(mail, mailboxDir(settings)),
    auditDays: environment.auditDays,
    anonymousDays: environment.anonymousDays,
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
    isFull,
  })
  stops.push(() => storage.close())
  // Nothing is under way yet: whatever a killed stack left half done goes now, the rest when it is old.
  void storage.sweep(0).catch(console.error)
  const sweepAuth = () => void auth.sweep().catch((error) => console.error('auth:', errorForLog(error)))
  sweepAuth()
  const sweeper = setInterval(() => {
    void storage.sweep().catch(console.error)
    sweepAuth()
  }, SWEEP_EVERY_MS)
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
    functionsUrl,
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
}
