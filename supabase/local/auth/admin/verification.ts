import type { AuthDatabase } from './database.ts'
import { AuthError } from './errors.ts'
import { tokenHash } from './secrets.ts'

/** What /auth/v1/verify is asked, by link or by code. */
export interface VerifyParams {
  type?: string
  email?: string
  token?: string
  token_hash?: string
  [key: string]: unknown
}

export const FIRST_CONFIRMATION =
  'Confirmation link accepted. Please proceed to confirm link sent to the other email'

// An invitation is confirmed as a sign-up is; `email` covers the codes of both mails.
const TYPES: Record<string, string> = { invite: 'signup', email: 'magiclink' }

/** The type under which lite knows a verification. */
export const liteType = (type: string | undefined) => (type && TYPES[type]) ?? type

const hashOf = (params: VerifyParams) =>
  params.token_hash || (params.email && params.token ? tokenHash(params.email, params.token) : null)

const COLUMNS = ['confirmation_token', 'recovery_token', 'email_change_token_current', 'email_change_token_new']

/** Refuses to verify for a banned user. @throws AuthError user_banned */
export async function assertNotBanned(db: AuthDatabase, params: VerifyParams): Promise<void> {
  const hash = hashOf(params)
  if (!hash) return
  const banned = await db.query(
    `select 1 from auth.users where banned_until > now() and (${COLUMNS.map((column) => `${column} = $1`).join(' or ')})`,
    [hash],
  )
  if (banned.length) throw new AuthError(403, 'user_banned', 'User is banned')
}

/**
 * Lite changes the address as soon as the old one agrees; GoTrue wants both. The first of the two is
 * noted here; for the second, its token takes the place where lite looks for it.
 * @returns true when this was the first.
 */
export function confirmOneAddress(db: AuthDatabase, params: VerifyParams): Promise<boolean> {
  const hash = hashOf(params)
  return db.transaction('Database error confirming the change of email', async (tx) => {
    const { rows } = await tx.query(
      `select id, email_change_confirm_status as confirmed from auth.users
       where email_change_token_current = $1 or email_change_token_new = $1 for update`,
      [hash],
    )
    // Lite answers for a token that is unknown or has expired.
    if (!rows[0] || (await hasExpired(tx, rows[0].id))) return false
    if (rows[0].confirmed === 0) {
      await tx.query(
        `update auth.users set email_change_confirm_status = 1,
           email_change_token_current = nullif(email_change_token_current, $2),
           email_change_token_new = nullif(email_change_token_new, $2)
         where id = $1`,
        [rows[0].id, hash],
      )
      return true
    }
    await tx.query(
      `update auth.users set email_change_confirm_status = 0,
         email_change_token_current = $2, email_change_token_new = null
       where id = $1`,
      [rows[0].id, hash],
    )
    return false
  })
}
