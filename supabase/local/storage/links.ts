import type { Claims } from '../../../server/db/types.ts'
import type { StorageContext } from './context.ts'
import { invalidToken } from './errors.ts'
import { SERVICE } from './http/caller.ts'
import type { SignedClaims } from './signatures.ts'

// A link is passed on, and anybody reads what it holds: who made it, and in which session. Times are the link's own.
const PASSED_ON = ['role', 'sub', 'aud', 'session_id', 'aal']

/** What a link keeps of the session that made it, for policies to judge it by when it is used. */
export const makerOf = (claims: Claims): Claims =>
  Object.fromEntries(
    PASSED_ON.flatMap((claim) => (claim in claims ? [[claim, claims[claim]]] : [])),
  ) as Claims

/** May a link of this caller outlast the others? */
export const isService = (claims: Claims) => claims.role === 'service_role'

const SESSION_IS_OPEN = {
  name: 'storage_session_is_open',
  text: 'select storage.session_is_open($1) as open',
}

/**
 * Verifies a link: its signature, and that the session that made it has not been closed. What the link may do is for
 * policies to say, asked as its maker.
 * @param url `<bucket>/<object name>`.
 * @throws StorageError InvalidJWT, InvalidSignature.
 */
export async function verifyLink(
  ctx: StorageContext,
  use: 'download' | 'upload',
  token: string | null,
  url: string,
): Promise<SignedClaims> {
  const link = await ctx.signatures.verify(use, token, url)
  const session = link.by.session_id
  if (typeof session !== 'string') return link
  const [row] = await ctx.admin.as(SERVICE).query<{ open: boolean }>(SESSION_IS_OPEN, [session])
  if (!row?.open) throw invalidToken('The session that made the link was closed')
  return link
}
