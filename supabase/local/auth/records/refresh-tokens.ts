import { randomInt } from 'node:crypto'
import type { Queryable, Tx } from '../database.ts'
import { NIL_UUID } from './users.ts'

/** A row of auth.refresh_tokens. */
export interface RefreshTokenRow {
  token: string
  parent: string | null
  revoked: boolean
  user_id: string
  session_id: string | null
  /** When it was revoked, if it is. */
  updated_at: Date
}

const COLUMNS = 'token, parent, revoked, user_id, session_id, updated_at'
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'
const LENGTH = 12

/** A token that nobody has. */
export const newRefreshToken = () =>
  Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')

export async function findRefreshToken(db: Queryable, token: string): Promise<RefreshTokenRow | null> {
  const { rows } = await db.query<RefreshTokenRow>(
    `select ${COLUMNS} from auth.refresh_tokens where token = $1`,
    [token],
  )
  return rows[0] ?? null
}

/** The token of a session that the next one is to be asked with; its session is locked. */
export async function findLiveToken(tx: Tx, sessionId: string): Promise<RefreshTokenRow | null> {
  const { rows } = await tx.query<RefreshTokenRow>(
    `select ${COLUMNS} from auth.refresh_tokens
     where session_id = $1 and revoked is false order by id desc limit 1`,
    [sessionId],
  )
  return rows[0] ?? null
}

/** Puts another token in the place of one, which is good for no more than the reuse interval. @returns the new one. */
export async function replaceRefreshToken(
  tx: Tx,
  { token, user_id: userId, session_id: sessionId }: RefreshTokenRow,
): Promise<string> {
  const next = newRefreshToken()
  await Promise.all([
    tx.query(
      'update auth.refresh_tokens set revoked = true, updated_at = clock_timestamp() where token = $1',
      [token],
    ),
    tx.query(
      `insert into auth.refresh_tokens (instance_id, token, user_id, parent, session_id, revoked, created_at, updated_at)
       values ($1, $2, $3, $4, $5, false, now(), now())`,
      [NIL_UUID, next, userId, token, sessionId],
    ),
  ])
  return next
}

/** Revokes whatever a session could go on with. */
export async function revokeFamily(tx: Tx, sessionId: string): Promise<void> {
  await tx.query(
    'update auth.refresh_tokens set revoked = true, updated_at = now() where session_id = $1 and not revoked',
    [sessionId],
  )
}

/** Removes a token that has no session to go on. */
export async function deleteRefreshToken(tx: Queryable, token: string): Promise<void> {
  await tx.query('delete from auth.refresh_tokens where token = $1', [token])
}
