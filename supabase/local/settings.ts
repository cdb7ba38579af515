import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder that holds package.json. */
export const PROJECT_DIR = fileURLToPath(new URL('../../', import.meta.url))

/** What the environment decides about one stack; every variable is described in docs/entorno.md. */
export interface Settings {
  /** Address every server listens on. */
  host: string
  /** Port of the functions (Nitro). */
  functionsPort: number
  /** Port of the gateway: /auth/v1, /rest/v1, /storage/v1, /functions/v1. */
  apiPort: number
  /** Port of the embedded Postgres. */
  dbPort: number
  /** Port of Studio; null when it is switched off. */
  studioPort: number | null
  /** Port of the mailbox page; null when it is switched off or mails leave by SMTP_URL. */
  mailboxPort: number | null
  /** Cluster, keys, caches and the lock of the stack. */
  dataDir: string
  /** Bytes of the buckets: STORAGE_DIR/<bucket>/<name>. */
  storageDir: string
  /** Bytes that stay free on the disks of both: with less, the stack only reads. */
  diskReserve: number
  /** Where clients reach the gateway when something stands before it; null when they reach it directly. */
  publicUrl: string | null
}

/** Raised for a setting or a machine state that the person at the keyboard can put right. */
export class SetupError extends Error {
  override name = 'SetupError'
}

function port(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1 || value > 65535) {
    throw new SetupError(`${name}=${text} is not a port: give a whole number from 1 to 65535.`)
  }
  return value
}

function mebibytes(env: NodeJS.ProcessEnv, name: string, fallback: number): number {
  const text = env[name] || String(fallback)
  if (!/^\d{1,9}$/.test(text)) throw new SetupError(`${name}=${text}: give a whole number of MiB.`)
  return Number(text) * 2 ** 20
}

function folder(env: NodeJS.ProcessEnv, name: string, fallback: string): string {
  const value = env[name] || fallback
  return isAbsolute(value) ? value : resolve(PROJECT_DIR, value)
}

function origin(env: NodeJS.ProcessEnv, name: string): string | null {
  const text = env[name]
  if (!text) return null
  const url = URL.canParse(text) ? new URL(text) : null
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search || url.username) {
    throw new SetupError(`${name}=${text} is not the start of a URL: give https://name, without a path.`)
  }
  return url.origin
}

/**
 * Reads the settings of the embedded stack.
 * @throws SetupError when a variable does not hold what it should, naming it.
 */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const apiPort = port(env, 'SUPABASE_API_PORT', 54321)
  const settings: Settings = {
    host: env.HOST || '127.0.0.1',
    functionsPort: port(env, 'PORT', 8000),
    apiPort,
    dbPort: port(env, 'SUPABASE_DB_PORT', 54322),
    studioPort: env.STUDIO === 'off' ? null : port(env, 'STUDIO_PORT', 54323),
    mailboxPort: env.MAILBOX === 'off' || env.SMTP_URL ? null : port(env, 'MAILBOX_PORT', 54324),
    dataDir: folder(env, 'DATA_DIR', '.data'),
    storageDir: folder(env, 'STORAGE_DIR', 'storage'),
    diskReserve: mebibytes(env, 'DISK_RESERVE_MB', 256),
    publicUrl: origin(env, 'SUPABASE_PUBLIC_URL'),
  }
  const { functionsPort, dbPort, studioPort, mailboxPort } = settings
  const ports = [functionsPort, apiPort, dbPort, studioPort, mailboxPort].filter((p) => p !== null)
  if (new Set(ports).size !== ports.length) {
    throw new SetupError(
      'PORT, SUPABASE_API_PORT, SUPABASE_DB_PORT, STUDIO_PORT and MAILBOX_PORT must differ from each other.',
    )
  }
  return settings
}

/** Where a running stack says who it is. */
export const stackFile = (settings: Settings) => join(settings.dataDir, 'stack.json')

/** Where mails are kept while none can leave. */
export const mailboxDir = (settings: Pick<Settings, 'dataDir'>) => join(settings.dataDir, 'mailbox')

/** While this file is there, what the DATA_DIR holds is a restore that has not ended. */
export const restoreMark = (dataDir: string) => join(dataDir, 'restaurando')

/** True for an address that only this machine can reach. */
export const isLoopback = (host: string) =>
  host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)

/** Can anybody but this machine reach the stack, by its own ports or by what stands before it? */
export const isExposed = ({ host, publicUrl }: Pick<Settings, 'host' | 'publicUrl'>) =>
  !isLoopback(host) || (publicUrl !== null && !isLoopback(hostnameOf(publicUrl)))

/** The host of a URL, as one writes it elsewhere: ::1, not [::1]. */
export const hostnameOf = (url: string) => new URL(url).hostname.replace(/^\[|\]$/g, '')
