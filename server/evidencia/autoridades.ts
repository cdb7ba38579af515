// Who vouches for whoever stamps times.
import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The certificates of a text of PEM. */
export const certificatesOf = (pem: string): X509Certificate[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)].map(
    ([text]) => new X509Certificate(text),
  )

/**
 * The certificates of a file of PEM.
 * @throws Error where it cannot be read, or has none.
 */
export function autoridadesDe(file: string): X509Certificate[] {
  const found = certificatesOf(readFileSync(file, 'utf8'))
  if (!found.length) throw new Error('no certificate in it')
  return found
}
