import { randomUUID } from 'node:crypto'
import type { Queryable, Tx } from '../database.ts'

/** A row of auth.mfa_factors. */
export interface Factor extends Record<string, unknown> {
  id: string
  user_id: string
  friendly_name: string | null
  factor_type: 'totp' | 'phone' | 'webauthn'
  status: 'unverified' | 'verified'
  created_at: Date
  updated_at: Date
  secret: string | null
  phone: string | null
  last_challenged_at: Date | null
}

/** A row of auth.mfa_challenges. */
export interface Challenge {
  id: string
  created_at: Date
  verified_at: Date | null
  /** Was it asked for from this address? */
  is_same_address: boolean
  /** Has so long passed since then? */
  is_expired: boolean
}

/** The factors of a user, the first enrolled first. */
export async function factorsOf(db: Queryable, userId: string): Promise<Factor[]> {
  const { rows } = await db.query<Factor>(
    'select * from auth.mfa_factors where user_id = $1 order by created_at, id',
    [userId],
  )
  return rows
}

/** A factor of a user, locked until the end of the transaction. */
export async function lockFactor(tx: Tx, userId: string, id: string): Promise<Factor | null> {
  const { rows } = await tx.query<Factor>(
    'select * from auth.mfa_factors where user_id = $1 and id = $2 for update',
    [userId, id],
  )
  return rows[0] ?? null
}

/** Adds a factor that has yet to be proved. */
export async function insertTotpFactor(
  tx: Tx,
  userId: string,
  friendlyName: string,
  secret: string,
): Promise<Factor> {
  const { rows } = await tx.query<Factor>(
    `insert into auth.mfa_factors (id, user_id, friendly_name, factor_type, status, secret, created_at, updated_at)
     values ($1, $2, $3, 'totp', 'unverified', $4, now(), now()) returning *`,
    [randomUUID(), userId, friendlyName, secret],
  )
  return rows[0]!
}

/** Factors that nobody has been asked for, nor proved, within so long. */
export async function deleteExpiredFactors(tx: Tx, userId: string, expirySeconds: number): Promise<void> {
  await tx.query(
    `delete from auth.mfa_factors f where f.user_id = $1 and f.status <> 'verified'
       and f.created_at < now() - make_interval(secs => $2)
       and not exists (select 1 from auth.mfa_challenges c where c.factor_id = f.id)`,
    [userId, expirySeconds],
  )
}

/** Asks for a code of a factor. */
export async function insertChallenge(
  tx: Tx,
  factorId: string,
  address: string,
): Promise<{ id: string; created_at: Date }> {
  // Two challenges at the same instant would meet its unique index: the clock, not the start of the transaction.
  await tx.query(
    'update auth.mfa_factors set last_challenged_at = clock_timestamp(), updated_at = now() where id = $1',
    [factorId],
  )
  const { rows } = await tx.query<{ id: string; created_at: Date }>(
    `insert into auth.mfa_challenges (id, factor_id, ip_address, created_at)
     values ($1, $2, $3, now()) returning id, created_at`,
    [randomUUID(), factorId, address],
  )
  return rows[0]!
}

/** A challenge of a factor, locked: two answers to it at once come one after the other. */
export async function lockChallenge(
  tx: Tx,
  factorId: string,
  id: string,
  address: string,
  expirySeconds: number,
): Promise<Challenge | null> {
  const { rows } = await tx.query<Challenge>(
    `select id, created_at, verified_at, ip_address = $3::inet as is_same_address,
       created_at < now() - make_interval(secs => $4) as is_expired
     from auth.mfa_challenges where factor_id = $1 and id = $2 for update`,
    [factorId, id, address, expirySeconds],
  )
  return rows[0] ?? null
}

/**
 * The half minute of the last code of a factor that was taken, -1 for none. It stands where a challenge of a telephone
 * has its code, and for longer than a code is good.
 * @param factorId of a factor that is locked.
 */
export async function lastStepOf(tx: Tx, factorId: string): Promise<number> {
  const { rows } = await tx.query<{ step: string }>(
    `select otp_code as step from auth.mfa_challenges
     where factor_id = $1 and verified_at is not null and otp_code ~ '^[0-9]{1,15}$'
     order by otp_code::bigint desc limit 1`,
    [factorId],
  )
  return Number(rows[0]?.step ?? -1)
}

const METHOD_OF = { totp: 'totp', phone: 'mfa/phone', webauthn: 'mfa/webauthn' }

/** Removes a factor; the sessions that it raised fall back to what their sign-in was worth. */
export async function deleteFactor(tx: Tx, factor: Factor): Promise<void> {
  await tx.query(
    `delete from auth.mfa_amr_claims c using auth.sessions s
     where s.id = c.session_id and s.user_id = $1 and s.factor_id = $2 and c.authentication_method = $3`,
    [factor.user_id, factor.id, METHOD_OF[factor.factor_type]],
  )
  await tx.query(
    `update auth.sessions set aal = 'aal1', factor_id = null, updated_at = now()
     where user_id = $1 and factor_id = $2`,
    [factor.user_id, factor.id],
  )
  await tx.query('delete from auth.mfa_factors where id = $1', [factor.id])
}
