// Signed roots as C2SP writes them (tlog-checkpoint over signed-note): text that anybody verifies with the public key
// alone. https://c2sp.org/tlog-checkpoint
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

const ED25519 = 1
// What DER puts before the 32 bytes of an Ed25519 key.
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/** A root over `size` leaves of the log called `origin`. */
export interface Checkpoint {
  origin: string
  size: number
  root: Buffer
}

/** Who signs: the name is that of the installation, with no blanks and no "+". */
export interface Signer {
  name: string
  key: KeyObject
}

/** A public key and its name, as in `triboka.example+2ceec33f+AepKbGP…`. */
export interface Verifier {
  name: string
  /** Four bytes in hexadecimal: which key of that name. */
  id: string
  key: KeyObject
}

/** The 32 bytes of a public key. */
export const publicBytes = (key: KeyObject): Buffer =>
  (key.type === 'private' ? createPublicKey(key) : key)
    .export({ format: 'der', type: 'spki' })
    .subarray(SPKI.length)

/** An Ed25519 key from the 32 bytes of its seed. */
export const keyOfSeed = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: 'der', type: 'pkcs8' })

/** First four bytes of sha256(name ‖ LF ‖ 01 ‖ public key). */
function keyId(name: string, publicKey: Uint8Array): Buffer {
  return createHash('sha256')
    .update(`${name}\n`)
    .update(Buffer.from([ED25519]))
    .update(publicKey)
    .digest()
    .subarray(0, 4)
}

/** The public key as text: `name+id+base64`. */
export function verifierText({ name, key }: Signer): string {
  const bytes = publicBytes(key)
  const tagged = Buffer.concat([Buffer.from([ED25519]), bytes])
  return `${name}+${keyId(name, bytes).toString('hex')}+${tagged.toString('base64')}`
}

/** @throws Error if the text is no public key of this kind, or its id is not that of its key. */
export function parseVerifier(text: string): Verifier {
  const [, name, id, base64] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+=*)$/.exec(text) ?? []
  const bytes = Buffer.from(base64 ?? '', 'base64')
  if (!name || !id || bytes.length !== 33 || bytes[0] !== ED25519)
    throw new Error('No es una clave pública de puntos de control')
  const key = bytes.subarray(1)
  if (keyId(name, key).toString('hex') !== id) throw new Error('El número de la clave no es el suyo')
  return { name, id, key: createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' }) }
}

/** The text that is signed: three lines, each with its end. */
export const checkpointText = ({ origin, size, root }: Checkpoint): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`

/** One signature line, to follow the blank one. */
function signature(text: string, { name, key }: Signer): string {
  const bytes = Buffer.concat([keyId(name, publicBytes(key)), sign(null, Buffer.from(text), key)])
  return `\u2014 ${name} ${bytes.toString('base64')}\n`
}

/** A note: the checkpoint, a blank line, and a line by each who signs (two of them when a key follows another). */
export function signedCheckpoint(checkpoint: Checkpoint, ...signers: Signer[]): string {
  const text = checkpointText(checkpoint)
  return `${text}\n${signers.map((signer) => signature(text, signer)).join('')}`
}

/**
 * What a note says, read strictly: what would be written back otherwise is not a checkpoint of ours.
 * @returns null if it is none.
 */
export function parseCheckpoint(note: string): (Checkpoint & { text: string; signatures: string[] }) | null {
  const end = note.indexOf('\n\n')
  if (end < 0 || !note.endsWith('\n')) return null
  const text = note.slice(0, end + 1)
  const [origin, size, base64, ...more] = text.slice(0, -1).split('\n')
  const root = Buffer.from(base64 ?? '', 'base64')
  if (!origin || !/^(0|[1-9]\d{0,15})$/.test(size ?? '') || root.length !== 32 || more.length > 0) return null
  const checkpoint = { origin, size: Number(size), root }
  if (checkpointText(checkpoint) !== text) return null
  return { ...checkpoint, text, signatures: note.slice(end + 2, -1).split('\n') }
}

/**
 * The checkpoint of a note, if one of those keys signed it.
 * @returns the checkpoint and the key that signed it; null if the note is none, or none of them did.
 */
export function openCheckpoint(
  note: string,
  verifiers: readonly Verifier[],
): (Checkpoint & { signedBy: Verifier }) | null {
  const parsed = parseCheckpoint(note)
  if (!parsed) return null
  for (const line of parsed.signatures) {
    const [, name, base64] = /^\u2014 (\S+) ([A-Za-z0-9+/]+=*)$/.exec(line) ?? []
    const bytes = Buffer.from(base64 ?? '', 'base64')
    if (bytes.length !== 68 || bytes.toString('base64') !== base64) continue
    const id = bytes.subarray(0, 4).toString('hex')
    for (const verifier of verifiers) {
      if (verifier.name !== name || verifier.id !== id) continue
      if (!verify(null, Buffer.from(parsed.text), verifier.key, bytes.subarray(4))) continue
      return { origin: parsed.origin, size: parsed.size, root: parsed.root, signedBy: verifier }
    }
  }
  return null
}
