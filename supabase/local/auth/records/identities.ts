import type { Queryable, Tx } from '../database.ts'
import { mergeMetadata } from './change-user.ts'

type Json = Record<string, unknown>

/** A row of auth.identities as `to_jsonb` gives it. */
export interface IdentityRow extends Json {
  id: string
  user_id: string
  provider: string
  provider_id: string
  identity_data: Json
  email: string | null
}

/** The identities of these have the user itself as their subject. */
const OWN = new Set(['email', 'phone'])

/**
 * Adds an identity by which a user signs in.
 * @param data what the provider tells; `sub` names the person there.
 */
export async function insertIdentity(
  tx: Tx,
  userId: string,
  provider: string,
  data: Json,
): Promise<IdentityRow> {
  const own = OWN.has(provider) ? { email_verified: false, phone_verified: false, sub: userId } : {}
  const email = typeof data.email === 'string' ? { email: data.email.toLowerCase() } : {}
  const identity: Json = { ...own, ...data, ...email }
  // Those of one transaction have an order: the first is the user's `provider`.
  const { rows } = await tx.query<{ record: IdentityRow }>(
    `insert into auth.identities as i (id, provider, provider_id, user_id, identity_data, last_sign_in_at, created_at,
       updated_at)
     values (gen_random_uuid(), $1, $2, $3, $4, now(), clock_timestamp(), clock_timestamp())
     returning to_jsonb(i) as record`,
    [provider, String(identity.sub), userId, identity],
  )
  return rows[0]!.record
}

/** Who a provider's person is here, if anybody. */
export async function findIdentity(
  db: Queryable,
  provider: string,
  providerId: string,
): Promise<IdentityRow | null> {
  const { rows } = await db.query<{ record: IdentityRow }>(
    'select to_jsonb(i) as record from auth.identities i where i.provider = $1 and i.provider_id = $2',
    [provider, providerId],
  )
  return rows[0]?.record ?? null
}

/** Keys with null go, the others are set, what is not named stays. */
export async function updateIdentityData(
  tx: Tx,
  identity: IdentityRow | string,
  changes: Json,
): Promise<void> {
  const id = typeof identity === 'string' ? identity : identity.id
  const { rows } = await tx.query('select identity_data from auth.identities where id = $1 for update', [id])
  if (!rows[0]) return
  await tx.query('update auth.identities set identity_data = $2, updated_at = now() where id = $1', [
    id,
    mergeMetadata(rows[0].identity_data, changes),
  ])
}

export async function deleteIdentity(tx: Tx, id: string): Promise<void> {
  await tx.query('delete from auth.identities where id = $1', [id])
}

/** Writes into a user's metadata by which providers it signs in, the oldest first. */
export async function refreshProviders(tx: Tx, userId: string): Promise<void> {
  await tx.query(
    `update auth.users u set updated_at = now(),
       raw_app_meta_data = coalesce(u.raw_app_meta_data, '{}') || jsonb_build_object('providers', p.names)
         || case when p.names = '[]' then '{}' else jsonb_build_object('provider', p.names -> 0) end
     from (
       select coalesce(jsonb_agg(provider order by first), '[]') as names
       from (
         select provider, min(created_at) as first from auth.identities where user_id = $1 group by provider
       ) as of_provider
     ) as p
     where u.id = $1`,
    [userId],
  )
}
