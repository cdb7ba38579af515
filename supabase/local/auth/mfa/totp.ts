import { Secret, TOTP } from 'otpauth'
import { renderSVG } from 'uqr'

/** RFC 4226 asks for at least 16; authenticator apps show and take 20 (32 letters). */
const SECRET_BYTES = 20

/** Steps of 30 seconds before and after now whose codes are taken: clocks of phones are not exact. */
const WINDOW = 1

/** What the largest QR code holds where it corrects as much as `M`. */
const QR_BYTES = 2331

const base = { algorithm: 'SHA1', digits: 6, period: 30 } as const

/** What an authenticator app is given, in the three ways it may take it. */
export interface TotpKey {
  /** Base32. */
  secret: string
  /** `otpauth://totp/…` */
  uri: string
  /** SVG of the QR code of the URI. */
  qr_code: string
}

/** A new key for an authenticator app, which nobody has seen yet. */
export interface NewTotp {
  /** Base32. */
  secret: string
  /** How the app is shown it; drawing the code takes a while. */
  draw(): TotpKey
}

/**
 * Makes a key.
 * @param issuer whose account it is, as the app shows it.
 * @param label the account.
 * @returns null where they are so long that no QR code holds them.
 */
export function newTotp(issuer: string, label: string): NewTotp | null {
  const totp = new TOTP({ ...base, issuer, label, secret: new Secret({ size: SECRET_BYTES }) })
  const uri = totp.toString()
  if (Buffer.byteLength(uri) > QR_BYTES) return null
  const secret = totp.secret.base32
  return {
    secret,
    draw: () => ({ secret, uri, qr_code: renderSVG(uri, { ecc: 'M', pixelSize: 3 }) }),
  }
}

/** The half minute that a code of the key is of: this one, the one before or the next; null for any other code. */
export function stepOf(secret: string, code: string): number | null {
  const totp = new TOTP({ ...base, secret: Secret.fromBase32(secret) })
  // One and the same moment: the half minute may end in between.
  const timestamp = Date.now()
  const delta = totp.validate({ token: code, timestamp, window: WINDOW })
  return delta === null ? null : totp.counter({ timestamp }) + delta
}
