import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ReadableStream } from 'node:stream/web'
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { SetupError } from '../settings.ts'
import type { BackupSettings } from './settings.ts'

/** The identity of a backup made with a passphrase, itself encrypted with it: what `age -p` makes of a key file. */
export const IDENTITY_FILE = 'identidad.age'

/** Encrypts the files of one backup. */
export interface Seal {
  recipient: string
  /** Contents of IDENTITY_FILE; null where the recipient keeps the identity elsewhere. */
  identity: Uint8Array | null
  encrypt(body: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>>
}

const stream = (body: AsyncIterable<Uint8Array>) =>
  ReadableStream.from(body) as globalThis.ReadableStream<Uint8Array>

const exists = (file: string) =>
  stat(file).then(
    () => true,
    () => false,
  )

async function openIdentity(folder: string, passphrase: string): Promise<string> {
  const decrypter = new Decrypter()
  decrypter.addPassphrase(passphrase)
  return (await decrypter.decrypt(await readFile(join(folder, IDENTITY_FILE)), 'text')).trim()
}

async function ownIdentity(passphrase: string, previous: string | null) {
  // The same identity as before, so that files that did not change need not be written again.
  const known = previous ? await openIdentity(previous, passphrase).catch(() => null) : null
  if (known) return { key: known, sealed: await readFile(join(previous!, IDENTITY_FILE)) }
  const key = await generateX25519Identity()
  const encrypter = new Encrypter()
  encrypter.setPassphrase(passphrase)
  return { key, sealed: await encrypter.encrypt(`${key}\n`) }
}

/**
 * How the files of a new backup are encrypted; null when they are not. Each goes to one age recipient: a passphrase
 * protects the identity, not every file, so it is stretched once and not for each of them.
 * @param previous folder of the last backup, whose identity goes on where the passphrase opens it.
 */
export async function makeSeal(settings: BackupSettings, previous: string | null): Promise<Seal | null> {
  let { recipient } = settings
  let identity: Uint8Array | null = null
  if (settings.passphrase) {
    const own = await ownIdentity(settings.passphrase, previous)
    recipient = await identityToRecipient(own.key)
    identity = own.sealed
  }
  if (!recipient) return null
  const encrypter = new Encrypter()
  try {
    encrypter.addRecipient(recipient)
  } catch (cause) {
    throw new SetupError(`RESPALDO_DESTINATARIO is not an age recipient: ${(cause as Error).message}`, {
      cause,
    })
  }
  return {
    recipient,
    identity,
    encrypt: async (body) => encrypter.encrypt(stream(body)),
  }
}

/** Reads the files of one backup. */
export type Unseal = (body: AsyncIterable<Uint8Array>) => Promise<AsyncIterable<Uint8Array>>

/**
 * How the files of an encrypted backup are read.
 * @throws SetupError when the passphrase or the identity is missing or another one.
 */
export async function makeUnseal(folder: string, settings: BackupSettings): Promise<Unseal> {
  const decrypter = new Decrypter()
  if (await exists(join(folder, IDENTITY_FILE))) {
    if (!settings.passphrase)
      throw new SetupError('This backup is encrypted: set RESPALDO_CLAVE to its passphrase.')
    const key = await openIdentity(folder, settings.passphrase).catch((cause) => {
      throw new SetupError(`RESPALDO_CLAVE does not open ${IDENTITY_FILE} of this backup.`, { cause })
    })
    decrypter.addIdentity(key)
  } else {
    if (!settings.identityFile)
      throw new SetupError(
        'This backup is encrypted to a recipient: set RESPALDO_IDENTIDAD to the file of its age identity.',
      )
    const text = await readFile(settings.identityFile, 'utf8')
    const keys = text.split('\n').filter((line) => line.startsWith('AGE-SECRET-KEY-'))
    if (keys.length === 0)
      throw new SetupError(`${settings.identityFile} holds no age identity (AGE-SECRET-KEY-…).`)
    for (const key of keys) decrypter.addIdentity(key.trim())
  }
  return async (body) => decrypter.decrypt(stream(body))
}
