import iconv from 'iconv-lite'

/** How the bytes of a text say its characters. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

export interface Decoded {
  text: string
  encoding: Encoding
}

/**
 * Reads bytes as text: UTF-8, UTF-16 with or without its mark ("Unicode text" of Excel), and windows-1252 where it is
 * neither, which is what Spanish Windows writes.
 * @param isCut more bytes follow: a character may be cut by the end of these.
 * @returns undefined for what has characters that no text has.
 */
export function decodeText(bytes: Uint8Array, { isCut = false } = {}): Decoded | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wide = wideEncoding(buffer)
  if (wide && !isCut && buffer.length % 2 === 1) return undefined
  const decoded = wide
    ? { text: iconvText(buffer, wide, isCut), encoding: wide }
    : (utf8(buffer, isCut) ?? { text: iconvText(buffer, 'windows-1252', isCut), encoding: 'windows-1252' })
  return isText(decoded) ? (decoded as Decoded) : undefined
}

// In UTF-8 a U+FFFD may have been written; from the others it comes only of bytes that mean nothing.
function isText({ text, encoding }: { text: string; encoding: string }): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what tells text from binary.
  if (/[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]/.test(text) || !text.isWellFormed()) return false
  return encoding === 'utf-8' || !text.includes('\ufffd')
}

function utf8(buffer: Buffer, isCut: boolean): Decoded | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(buffer, { stream: isCut })
    return { text, encoding: 'utf-8' }
  } catch {
    return undefined
  }
}

function iconvText(buffer: Buffer, encoding: Encoding, isCut: boolean): string {
  const decoder = iconv.getDecoder(encoding, { stripBOM: true })
  const text = decoder.write(buffer)
  return isCut ? text : text + (decoder.end() ?? '')
}

/** UTF-16 by its mark or, without it, by the zero that every second byte of Western text is. */
function wideEncoding(buffer: Buffer): Encoding | undefined {
  if (buffer[0] === 0xff && buffer[1] === 0xfe) return 'utf-16le'
  if (buffer[0] === 0xfe && buffer[1] === 0xff) return 'utf-16be'
  const pairs = buffer.length >> 1
  let [even, odd] = [0, 0]
  for (let i = 0; i < pairs * 2; i += 2) {
    if (buffer[i] === 0) even++
    if (buffer[i + 1] === 0) odd++
  }
  if (pairs < 2) return undefined
  if (even === 0 && odd > pairs * 0.6) return 'utf-16le'
  return odd === 0 && even > pairs * 0.6 ? 'utf-16be' : undefined
}
