// Time stamps of RFC 3161: that a third party saw the root on that day. Ours is asked for the hash of the signed note.
import { createHash, webcrypto } from 'node:crypto'
import {
  Certificate,
  CryptoEngine,
  type ExtKeyUsage,
  SignedData,
  setEngine,
  TimeStampResp,
  TSTInfo,
} from 'pkijs'

setEngine('node', new CryptoEngine({ name: 'node', crypto: webcrypto as never }))

const SHA256 = '2.16.840.1.101.3.4.2.1'
const EXTENDED_KEY_USAGE = '2.5.29.37'
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
const TIMEOUT_MS = 20_000
// An answer with its certificates is some kilobytes.
const LARGEST = 100_000

const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest()

/**
 * A TimeStampReq of version 1 for a SHA-256, which wants the certificate back. Without a nonce: the hash of a signed
 * root is asked for once.
 */
export function stampRequest(hash: Uint8Array): Buffer {
  const algorithm = Buffer.from('300d06096086480165030402010500', 'hex')
  const imprint = Buffer.concat([
    Buffer.from([0x30, algorithm.length + 34]),
    algorithm,
    Buffer.from([4, 32]),
    hash,
  ])
  const body = Buffer.concat([Buffer.from([2, 1, 1]), imprint, Buffer.from([1, 1, 0xff])])
  return Buffer.concat([Buffer.from([0x30, body.length]), body])
}

/** What a stamp says. */
export interface Sello {
  en: Date
}

/** May the certificate stamp times, and nothing else? RFC 3161 §2.3. */
function canStamp(certificate: Certificate): boolean {
  const usage = certificate.extensions?.find(({ extnID }) => extnID === EXTENDED_KEY_USAGE)
  const purposes = (usage?.parsedValue as ExtKeyUsage | undefined)?.keyPurposes
  return usage?.critical === true && purposes?.length === 1 && purposes[0] === TIME_STAMPING
}

/** The certificates of a file of PEM. */
export const certificatesOf = (pem: string): Certificate[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)].map(
    ([, base64]) => Certificate.fromBER(Uint8Array.from(Buffer.from(base64!, 'base64'))),
  )

/**
 * Reads an answer of a TSA.
 * @param data what was stamped.
 * @param trusted who must have vouched for the TSA; with none, only that the stamp is of the certificate that it brings.
 * @throws Error saying what is wrong with it.
 */
export async function readStamp(
  answer: Uint8Array,
  data: Uint8Array,
  trusted: Certificate[] = [],
): Promise<Sello> {
  const { status, timeStampToken } = TimeStampResp.fromBER(Uint8Array.from(answer))
  if (status.status > 1 || !timeStampToken) throw new Error(`la TSA no selló: estado ${status.status}`)
  const signed = new SignedData({ schema: timeStampToken.content })
  const content = signed.encapContentInfo.eContent
  if (!content) throw new Error('el sello no trae lo que sella')
  const info = TSTInfo.fromBER(content.getValue())
  const { hashAlgorithm, hashedMessage } = info.messageImprint
  if (hashAlgorithm.algorithmId !== SHA256 || !sha256(data).equals(Buffer.from(hashedMessage.getValue())))
    throw new Error('el sello es de otra cosa')
  const verified = await signed
    .verify({
      signer: 0,
      data: Uint8Array.from(data).buffer,
      checkChain: trusted.length > 0,
      trustedCerts: trusted,
      checkDate: info.genTime,
      extendedMode: true,
    })
    .catch((error: { message?: string }) => {
      throw new Error(`la firma del sello no se puede comprobar: ${error.message}`)
    })
  if (!verified.signatureVerified) throw new Error('la firma del sello no es suya')
  if (!verified.signerCertificate || !canStamp(verified.signerCertificate))
    throw new Error('el certificado del sello no es para sellar tiempo')
  return { en: info.genTime }
}

/** Asks a TSA to stamp something. @returns its answer, whole, and what it says. @throws Error if it does not hold. */
export async function askStamp(
  url: string,
  data: Uint8Array,
  trusted: Certificate[] = [],
): Promise<Sello & { respuesta: Buffer }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
    body: Uint8Array.from(stampRequest(sha256(data))),
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: 'error',
  })
  if (!response.ok) throw new Error(`la TSA contestó ${response.status}`)
  const respuesta = Buffer.from(await response.arrayBuffer())
  if (respuesta.length > LARGEST) throw new Error('la TSA contestó demasiado')
  return { ...(await readStamp(respuesta, data, trusted)), respuesta }
}
