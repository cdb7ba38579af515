// Time stamps of RFC 3161: that a third party saw the root on that day. Ours is asked for the hash of the signed note.
// By hand: what of CMS a stamp uses is little, and node:crypto checks its signatures.
import { createHash, verify, X509Certificate } from 'node:crypto'
import { type Der, oid, part, parts, readDer, time } from './der.ts'

const SHA256 = '2.16.840.1.101.3.4.2.1'
const DIGESTS: Record<string, string> = {
  [SHA256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
const TST_INFO = '1.2.840.113549.1.9.16.1.4'
const CONTENT_TYPE = '1.2.840.113549.1.9.3'
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4'
/** RSA by itself or with a digest, and ECDSA with one; RSA-PSS is not read. */
const SIGNATURES = /^(1\.2\.840\.113549\.1\.1\.(1|11|12|13)|1\.2\.840\.10045\.4\.3\.[234])$/
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8'
/** The extension for what a key is, and that whoever does not know it must refuse it. */
const CRITICAL_USAGE = Buffer.from('0603551d250101ff', 'hex')

const SEQUENCE = 0x30
const OCTETS = 4
const TIMEOUT_MS = 20_000
// An answer with its certificates is some kilobytes.
const LARGEST = 100_000

const hashed = (digest: string, data: Uint8Array) => createHash(digest).update(data).digest()

/**
 * A TimeStampReq of version 1 for a SHA-256, which wants the certificate back. Without a nonce: the hash of a signed
 * root is asked for once.
 */
export function stampRequest(hash: Uint8Array): Buffer {
  const algorithm = Buffer.from('300d06096086480165030402010500', 'hex')
  const imprint = Buffer.concat([
    Buffer.from([SEQUENCE, algorithm.length + 34]),
    algorithm,
    Buffer.from([OCTETS, 32]),
    hash,
  ])
  const body = Buffer.concat([Buffer.from([2, 1, 1]), imprint, Buffer.from([1, 1, 0xff])])
  return Buffer.concat([Buffer.from([SEQUENCE, body.length]), body])
}

/** The parts of what a TSA signed. @throws Error where it is none. */
function signedDataOf(answer: Buffer): Der[] {
  const [state, token] = parts(readDer(answer))
  const status = part(state!, 0, 2).content.readUIntBE(0, 1)
  if (status > 1 || !token) throw new Error(`la TSA no selló: estado ${status}`)
  return parts(part(part(token, 1, 0xa0), 0, SEQUENCE))
}

const certificatesIn = (signedData: Der[]): X509Certificate[] =>
  parts(signedData.find(({ tag }) => tag === 0xa0) ?? { content: Buffer.alloc(0) }).map(
    ({ whole }) => new X509Certificate(whole),
  )

/** The certificates that came along with a stamp, as PEM: the TSA's, and mostly those up to who vouches for it. */
export const certificatesOfStamp = (answer: Buffer): string =>
  certificatesIn(signedDataOf(answer))
    .map((certificate) => certificate.toString())
    .join('')

/** Does somebody whom one trusts vouch for it, by the certificates that came along? */
function isVouched(
  certificate: X509Certificate,
  along: X509Certificate[],
  trusted: X509Certificate[],
  at: Date,
): boolean {
  let current = certificate
  for (let step = 0; step < 8; step++) {
    if (at < new Date(current.validFrom) || at > new Date(current.validTo)) return false
    const issued = (by: X509Certificate) => current.checkIssued(by) && current.verify(by.publicKey)
    if (trusted.some((by) => by.raw.equals(current.raw) || issued(by))) return true
    const next = along.find((by) => by.ca && !by.raw.equals(current.raw) && issued(by))
    if (!next) return false
    current = next
  }
  return false
}

/** The value of an attribute of a SignerInfo. */
function attribute(attributes: Der, type: string): Der {
  const found = parts(attributes).find((one) => oid(part(one, 0)) === type)
  if (!found) throw new Error('el sello no dice qué firma')
  return part(part(found, 1), 0)
}

/** Whose signature it is. @throws Error if it does not hold. */
function signerOf(signer: Der, content: Buffer, certificates: X509Certificate[]): X509Certificate {
  const [, sid, digestAlgorithm, attributes, signatureAlgorithm, signature] = parts(signer)
  const digest = DIGESTS[oid(part(digestAlgorithm!, 0))]
  if (!digest || !SIGNATURES.test(oid(part(signatureAlgorithm!, 0))) || attributes!.tag !== 0xa0)
    throw new Error('la firma del sello es de una clase que no se lee')
  if (oid(attribute(attributes!, CONTENT_TYPE)) !== TST_INFO) throw new Error('el sello firma otra cosa')
  if (!hashed(digest, content).equals(attribute(attributes!, MESSAGE_DIGEST).content))
    throw new Error('la firma del sello es de otro contenido')
  const serial = part(sid!, 1, 2)
    .content.toString('hex')
    .replace(/^(00)+(?=..)/, '')
  const certificate = certificates.find(
    (one) => one.serialNumber.toLowerCase().replace(/^(00)+(?=..)/, '') === serial,
  )
  // They are signed as the set that they are, not under the tag with which they are sent.
  const signed = Buffer.concat([Buffer.from([0x31]), attributes!.whole.subarray(1)])
  if (!certificate || !verify(digest, signed, certificate.publicKey, signature!.content))
    throw new Error('la firma del sello no es suya')
  return certificate
}

/**
 * Reads an answer of a TSA.
 * @param data what was stamped.
 * @param trusted who must have vouched for the TSA; with none, only that the stamp is of the certificate that it brings.
 * @returns when.
 * @throws Error saying what is wrong with it.
 */
export function readStamp(answer: Buffer, data: Uint8Array, trusted: X509Certificate[] = []): { en: Date } {
  const signedData = signedDataOf(answer)
  const encapsulated = signedData[2]!
  if (oid(part(encapsulated, 0)) !== TST_INFO) throw new Error('no es un sello de tiempo')
  const { content } = part(part(encapsulated, 1, 0xa0), 0, OCTETS)
  const info = parts(readDer(content))
  const imprint = info[2]!
  if (
    oid(part(part(imprint, 0), 0)) !== SHA256 ||
    !hashed('sha256', data).equals(part(imprint, 1, OCTETS).content)
  )
    throw new Error('el sello es de otra cosa')
  const en = time(info[4]!)
  const certificates = certificatesIn(signedData)
  const signer = signerOf(part(signedData.at(-1)!, 0, SEQUENCE), content, certificates)
  const purposes = signer.keyUsage ?? []
  if (purposes.length !== 1 || purposes[0] !== TIME_STAMPING || !signer.raw.includes(CRITICAL_USAGE))
    throw new Error('el certificado del sello no es para sellar tiempo')
  if (trusted.length && !isVouched(signer, certificates, trusted, en))
    throw new Error('nadie en quien se confíe responde por esa TSA')
  return { en }
}

/** Asks a TSA to stamp something. @returns its answer, whole, and when. @throws Error if it does not hold. */
export async function askStamp(
  url: string,
  data: Uint8Array,
  trusted: X509Certificate[] = [],
): Promise<{ en: Date; respuesta: Buffer }> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
    body: Uint8Array.from(stampRequest(hashed('sha256', data))),
    signal: AbortSignal.timeout(TIMEOUT_MS),
    redirect: 'error',
  })
  if (!response.ok) throw new Error(`la TSA contestó ${response.status}`)
  const respuesta = Buffer.from(await response.arrayBuffer())
  if (respuesta.length > LARGEST) throw new Error('la TSA contestó demasiado')
  return { ...readStamp(respuesta, data, trusted), respuesta }
}
