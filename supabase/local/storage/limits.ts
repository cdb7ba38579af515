import { parseSize } from '../config.ts'
import { SetupError } from '../settings.ts'

/** How long links last and how much may wait unfinished; each variable is described in docs/entorno.md. */
export interface StorageLimits {
  /** Longest life of a link that a user signs to download, in seconds. */
  downloadLinkSeconds: number
  /** Life of a link to upload, in seconds. */
  uploadLinkSeconds: number
  /** Resumable uploads that one user may have open at once. */
  openUploads: number
  /** Bytes that the open resumable uploads of one user may take when they end, and those that any other hold at once. */
  openBytes: number
  /** Age at which a resumable upload that never ended is swept, in milliseconds. */
  openUploadMs: number
}

const ONE_DAY = 24 * 3600

function wholeNumber(env: NodeJS.ProcessEnv, name: string, fallback: number, most: number): number {
  const text = env[name]
  if (text === undefined || text === '') return fallback
  const value = Number(text)
  if (!/^[1-9]\d{0,9}$/.test(text) || value > most)
    throw new SetupError(`${name}=${text} is not a whole number from 1 to ${most}.`)
  return value
}

/**
 * Reads them from the environment. Those that storage-api has too keep its names.
 * @throws SetupError naming the variable that is wrong.
 */
export function readStorageLimits(env: NodeJS.ProcessEnv = process.env): StorageLimits {
  return {
    downloadLinkSeconds: wholeNumber(env, 'STORAGE_LINK_SECONDS', ONE_DAY, ONE_DAY),
    uploadLinkSeconds: wholeNumber(env, 'UPLOAD_SIGNED_URL_EXPIRATION_TIME', 2 * 3600, ONE_DAY),
    openUploads: wholeNumber(env, 'STORAGE_OPEN_UPLOADS', 20, 10_000),
    openBytes: parseSize(env.STORAGE_OPEN_BYTES || '200MiB', 'STORAGE_OPEN_BYTES'),
    openUploadMs: wholeNumber(env, 'TUS_URL_EXPIRY_MS', ONE_DAY * 1000, 7 * ONE_DAY * 1000),
  }
}
