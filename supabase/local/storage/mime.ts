import { invalidMimeType } from './errors.ts'

// RFC 6838 names; the second half may be a wildcard where a bucket allows a whole family.
const ALLOWED = /^([a-z0-9][a-z0-9!#$&^_.+-]*\/([a-z0-9][a-z0-9!#$&^_.+-]*|\*)|\*\/\*)$/i
const TYPE = /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*(\s*;.*)?$/i

/** `Text/HTML; charset=utf-8` → `text/html`. */
export const bareType = (type: string) => type.split(';')[0]!.trim().toLowerCase()

/** @throws StorageError InvalidMimeType where an entry of allowed_mime_types is not a type or a family. */
export function mustBeAllowList(types: string[]): void {
  const wrong = types.find((type) => !ALLOWED.test(type))
  if (wrong !== undefined) throw invalidMimeType(wrong)
}

/**
 * Checks the type of an upload against its bucket.
 * @throws StorageError InvalidMimeType.
 */
export function mustBeAllowedType(type: string, allowed: string[] | null): void {
  // A control character here would be one in a header of every download.
  if (!TYPE.test(type) || /[^\x20-\x7e]/.test(type))
    throw invalidMimeType(bareType(type).replace(/[^\x20-\x7e]/g, ''))
  if (!allowed || allowed.length === 0) return
  const bare = bareType(type)
  const family = `${bare.split('/')[0]}/*`
  const isAllowed = allowed
    .map((entry) => entry.toLowerCase())
    .some((entry) => entry === '*/*' || entry === bare || entry === family)
  if (!isAllowed) throw invalidMimeType(bare)
}
