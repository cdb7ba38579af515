import { PKCE_PREFIX } from '../mail/flow.ts'
import type { AuthDatabase } from './database.ts'
import { AuthError } from './errors.ts'
import { tokenHash } from './secrets.ts'

/** What /auth/v1/verify is asked, by link or by code; nothing of it has been checked. */
export interface VerifyParams {
  type?: unknown
  email?: unknown
  token?: unknown
  token_hash?: unknown
}

export const FIRST_CONFIRMATION =
  'Confirmation link accepted. Please proceed to confirm link sent to the other email'

const COLUMNS = [
  'confirmation_token',
  'recovery_token',
  'email_change_token_current',
  'email_change_token_new',
]

// By the words of the indexes that lite makes, which leave out what is no hash.
const FIND_CODE = COLUMNS.map(
  (column) =>
    `select coalesce(banned_until > now(), false) as banned, '${column}' as column, ${column} as hash
     from auth.users where ${column} = any ($1) and length(${column}) > 6`,
).join(' union all ')

/** The hash a code is stored under; null where the parameters hold no code. */
function hashOf({ token_hash, email, token }: VerifyParams): string | null {
  if (typeof token_hash === 'string' && token_hash) return token_hash
  return typeof email === 'string' && typeof token === 'string' ? tokenHash(email, token) : null
}

/** What is verified, as lite is asked: by the hash that is stored, of a type that it knows. */
export interface Verification {
  type: unknown
  /** Undefined where the parameters hold no code. */
  token_hash: string | undefined
}

/**
 * Finds the code that is asked for. To lite an invitation is a sign-up, and `email`, which covers the codes of sign-up
 * and of the magic link, is one or the other; and what a mail of a PKCE flow shows as a code is stored with a prefix.
 * What is stored nowhere is lite's to refuse.
 * @throws AuthError user_banned when the code is that of a banned user.
 */
export async function findVerification(db: AuthDatabase, params: VerifyParams): Promise<Verification> {
  const hash = hashOf(params)
  const hashes = params.token_hash ? [hash] : [hash, PKCE_PREFIX + hash]
  const [found] = hash
    ? await db.query<{ banned: boolean; column: string; hash: string }>(FIND_CODE, [hashes])
    : []
  if (found?.banned) throw new AuthError(403, 'user_banned', 'User is banned')
  const isSignUp = found?.column === 'confirmation_token'
  const types: Record<string, string> = { invite: 'signup', email: isSignUp ? 'signup' : 'magiclink' }
  return { type: types[String(params.type)] ?? params.type, token_hash: found?.hash ?? hash ?? undefined }
}

/**
 * Lite changes the address as soon as the old one agrees; GoTrue wants both. The first of the two is
 * noted here; for the second, its token takes the place where lite looks for it.
 * @returns true when this was the first; lite answers for all else, unknown and expired tokens included.
 */
export function confirmOneAddress(
  db: AuthDatabase,
  hash: string,
  otpExpirySeconds: number,
): Promise<boolean> {
  return db.transaction('Database error confirming the change of email', async (tx) => {
    // Two tokens left means that neither address has agreed yet, whatever an earlier change has noted.
    const { rows } = await tx.query(
      `select id,
         email_change_confirm_status = 0
           or email_change_token_current is not null and email_change_token_new is not null as is_first,
         email_change_sent_at < now() - make_interval(secs => $2) as has_expired
       from auth.users
       where (email_change_token_current = $1 or email_change_token_new = $1) and email is not null
       for update`,
      [hash, otpExpirySeconds],
    )
    const [change] = rows
    if (!change || change.has_expired) return false
    await tx.query(
      change.is_first
        ? `update auth.users set email_change_confirm_status = 1,
             email_change_token_current = nullif(email_change_token_current, $2),
             email_change_token_new = nullif(email_change_token_new, $2)
           where id = $1`
        : `update auth.users set email_change_confirm_status = 0,
             email_change_token_current = $2, email_change_token_new = null
           where id = $1`,
      [change.id, hash],
    )
    return change.is_first
  })
}
