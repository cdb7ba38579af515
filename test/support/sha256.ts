import { createHash } from 'node:crypto'

/** The digest of bytes, as the documents keep it. */
export const sha256 = (bytes: string | Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
