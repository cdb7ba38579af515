import { createHash, randomBytes, randomInt } from 'node:crypto'
import { AuthError, validationFailed } from './errors.ts'
import type { AuthSettings } from './settings.ts'

export { hashPassword } from '../hashing.ts'

/** bcrypt reads no further than this. */
const LONGEST_PASSWORD_BYTES = 72

const BCRYPT_HASH = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/

/**
 * Refuses a password that sign-up would refuse.
 * @throws AuthError validation_failed when bcrypt would cut it, weak_password when it is too simple.
 */
export function assertPassword(password: string, settings: AuthSettings): void {
  if (Buffer.byteLength(password) > LONGEST_PASSWORD_BYTES) {
    throw validationFailed(`Password cannot be longer than ${LONGEST_PASSWORD_BYTES} characters`)
  }
  const reasons: string[] = []
  const messages: string[] = []
  if (password.length < settings.minimumPasswordLength) {
    reasons.push('length')
    messages.push(`Password should be at least ${settings.minimumPasswordLength} characters.`)
  }
  if (
    settings.requiredCharacters.some((set) => ![...set].some((character) => password.includes(character)))
  ) {
    reasons.push('characters')
    messages.push(
      `Password should contain at least one character of each: ${settings.requiredCharacters.join(', ')}.`,
    )
  }
  if (reasons.length)
    throw new AuthError(422, 'weak_password', messages.join(' '), { weak_password: { reasons } })
}

/** A password that nobody knows, for a user who is to set one. */
export const unguessablePassword = () => randomBytes(48).toString('base64url')

/** @throws AuthError validation_failed for a hash that sign-in could not check. */
export function assertPasswordHash(hash: string): void {
  if (!BCRYPT_HASH.test(hash)) throw validationFailed('password_hash must be a bcrypt hash')
}

/** The code of a mail: decimal digits, leading zeros included. */
export const oneTimeCode = (length: number) => Array.from({ length }, () => randomInt(10)).join('')

/** What is stored of a code, and what the link of a mail carries: GoTrue's hash, so that its codes are ours. */
export const tokenHash = (email: string, code: string) =>
  createHash('sha224')
    .update(email.toLowerCase() + code)
    .digest('hex')
