import { Secret, TOTP } from 'otpauth'
import { renderSVG } from 'uqr'

/** RFC 4226 asks for at least 16; authenticator apps show and take 20 (32 letters). */
const SECRET_BYTES = 20

/** Steps of 30 seconds before and after now whose codes are taken: clocks of phones are not exact. */
const WINDOW = 1

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

/**
 * A new key for an authenticator app.
 * @param issuer whose account it is, as the app shows it.
 * @param label the account.
 */
export function newTotpKey(issuer: string, label: string): TotpKey {
  const totp = new TOTP({ ...base, issuer, label, secret: new Secret({ size: SECRET_BYTES }) })
  const uri = totp.toString()
  return { secret: totp.secret.base32, uri, qr_code: renderSVG(uri, { ecc: 'M', pixelSize: 3 }) }
}

/** Is it the code of the key now, or half a minute ago or ahead? */
export function isTotpCode(secret: string, code: string): boolean {
  const totp = new TOTP({ ...base, secret: Secret.fromBase32(secret) })
  return totp.validate({ token: code, window: WINDOW }) !== null
}
