import type { Queryable, Tx } from '../database.ts'

/** What a code confirms; GoTrue's enum auth.one_time_token_type. */
export type OneTimeTokenType =
  | 'confirmation_token'
  | 'recovery_token'
  | 'reauthentication_token'
  | 'email_change_token_new'
  | 'email_change_token_current'
  | 'phone_change_token'

export interface OneTimeToken extends Record<string, unknown> {
  user_id: string
  token_type: OneTimeTokenType
  token_hash: string
  /** The address that the code was sent to. */
  relates_to: string
}

/**
 * Notes the code of a user, in the place of the last one of its kind.
 * @param hash what is stored of the code; the column of auth.users of the same name holds it too.
 */
export async function setOneTimeToken(
  tx: Tx,
  userId: string,
  type: OneTimeTokenType,
  relatesTo: string,
  hash: string,
): Promise<void> {
  await tx.query(
    `insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to)
     values (gen_random_uuid(), $1, $2, $3, lower($4))
     on conflict (user_id, token_type) do update set
       id = excluded.id, token_hash = excluded.token_hash, relates_to = excluded.relates_to,
       created_at = now(), updated_at = now()`,
    [userId, type, hash, relatesTo],
  )
}

/** Forgets the codes of a user, of one kind or all: what is confirmed makes the others worthless. */
export async function clearOneTimeTokens(tx: Tx, userId: string, type?: OneTimeTokenType): Promise<void> {
  await tx.query(
    'delete from auth.one_time_tokens where user_id = $1 and ($2::auth.one_time_token_type is null or token_type = $2)',
    [userId, type ?? null],
  )
}

/** The code that one of these hashes belongs to, if it is of one of these kinds. */
export async function findOneTimeToken(
  db: Queryable,
  hashes: string[],
  types: OneTimeTokenType[],
): Promise<OneTimeToken | null> {
  const { rows } = await db.query<OneTimeToken>(
    `select user_id, token_type, token_hash, relates_to from auth.one_time_tokens
     where token_hash = any ($1) and token_type = any ($2::text[]::auth.one_time_token_type[])
     order by created_at desc limit 1`,
    [hashes, types],
  )
  return rows[0] ?? null
}
