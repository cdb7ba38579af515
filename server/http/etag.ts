import { hash } from 'node:crypto'
import { getRequestHeader, type H3Event, setResponseHeader } from 'h3'
import type { Json } from '../db/types.ts'
import { problem } from './problem.ts'
import { esInstante } from './schemas.ts'

/** An answer of what is edited under If-Match. */
export interface Versioned {
  cuerpo: Json
  /** Its `actualizado_en`, as the JSON says it. */
  version: string
}

/**
 * The ETag of a contract's answer: its version, which guards editions, and a digest of the whole answer, because a new
 * document or lot changes what is read but not what an edition would overwrite.
 */
export const etagOf = ({ cuerpo, version }: Versioned) => `"${version}/${hash('sha1', cuerpo, 'base64url')}"`

/** Sets the ETag of an answer; true when the caller has that very one already (`If-None-Match`). */
export function isKnown(event: H3Event, etag: string): boolean {
  setResponseHeader(event, 'etag', etag)
  const known = getRequestHeader(event, 'if-none-match')
  return known !== undefined && (known.trim() === '*' || tagsOf(known).includes(etag))
}

/**
 * The version that `If-Match` asks the contract to have still; null when it asks none.
 * @throws Problem 412 for a tag that no answer of ours carried.
 */
export function requiredVersion(event: H3Event): string | null {
  const header = getRequestHeader(event, 'if-match')?.trim()
  if (header === undefined || header === '*') return null
  const [tag, ...others] = tagsOf(header)
  const version = tag?.slice(1).split('/')[0]
  if (others.length > 0 || !version || !esInstante(version)) throw problem('version_distinta')
  return version
}

// Weak comparison is enough to read: a proxy that compresses marks our tags with W/.
const tagsOf = (header: string) => [...header.matchAll(/(?:W\/)?("[^"]*")/g)].map(([, tag]) => tag!)
