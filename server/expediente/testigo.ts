import { createHash, createHmac, type KeyObject, randomBytes, sign } from 'node:crypto'

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 128 bits in base 62. */
export const TESTIGO = /^[0-9A-Za-z]{22}$/

/** What opens a public page, and what is kept of it. */
export interface Testigo {
  /** The one in the address; it is not kept. */
  texto: string
  huella: Buffer
  sal: Buffer
}

function inLetters(bytes: Buffer): string {
  let number = BigInt(`0x${bytes.toString('hex')}`)
  let text = ''
  for (let i = 0; i < 22; i++) {
    text = LETTERS[Number(number % 62n)] + text
    number /= 62n
  }
  return text
}

/** SHA-256 of a token: all that the database knows of it. */
export const huellaDe = (texto: string): Buffer => createHash('sha256').update(texto).digest()

/**
 * The token that a key makes of a salt: who has the database alone, without the key, has no token; and a QR is printed
 * again from its salt.
 * @param key of the installation; Ed25519 signs the same text the same way.
 */
export function testigoDe(sal: Buffer, key: KeyObject): Testigo {
  const secret = sign(null, Buffer.from('triboka: testigos de las páginas públicas'), key)
  const bits = createHmac('sha256', secret).update(sal).digest().subarray(0, 16)
  const texto = inLetters(bits)
  return { texto, huella: huellaDe(texto), sal }
}

/** A new token. */
export const nuevoTestigo = (key: KeyObject): Testigo => testigoDe(randomBytes(16), key)
