import { isAbsolute, resolve } from 'node:path'
import { PROJECT_DIR, SetupError } from '../settings.ts'

/** What the environment decides about backups; every variable is described in docs/entorno.md. */
export interface BackupSettings {
  /** Where the backups are: one folder each. */
  dir: string
  /** Encrypts with a passphrase; null does not. */
  passphrase: string | null
  /** Encrypts to somebody who alone can read: an age recipient, `age1…`. */
  recipient: string | null
  /** File of the age identity that reads what was encrypted to `recipient`. */
  identityFile: string | null
  /** Shell command that takes a good backup off this machine; the folder is its $1. */
  copyCommand: string | null
}

/**
 * Reads the settings of backups.
 * @throws SetupError when they contradict each other or a recipient is none.
 */
export function readBackupSettings(env: NodeJS.ProcessEnv = process.env): BackupSettings {
  const dir = env.RESPALDOS_DIR || 'respaldos'
  const settings = {
    dir: isAbsolute(dir) ? dir : resolve(PROJECT_DIR, dir),
    passphrase: env.RESPALDO_CLAVE || null,
    recipient: env.RESPALDO_DESTINATARIO || null,
    identityFile: env.RESPALDO_IDENTIDAD || null,
    copyCommand: env.RESPALDO_COPIA || null,
  }
  if (settings.passphrase && settings.recipient)
    throw new SetupError('RESPALDO_CLAVE and RESPALDO_DESTINATARIO are two ways to encrypt: set one of them.')
  if (settings.recipient && !settings.recipient.startsWith('age1'))
    throw new SetupError(
      'RESPALDO_DESTINATARIO is not an age recipient: they start with age1 (age-keygen makes one).',
    )
  return settings
}

/** True when the stack makes backups by itself; RESPALDOS says otherwise. */
export function isScheduled(env: NodeJS.ProcessEnv, fallback: boolean): boolean {
  const value = env.RESPALDOS || (fallback ? 'on' : 'off')
  if (value !== 'on' && value !== 'off') throw new SetupError(`RESPALDOS=${value}: give on or off.`)
  return value === 'on'
}
