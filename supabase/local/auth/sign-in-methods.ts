import type { AuthDatabase } from './admin/database.ts'

/** By what a session began; GoTrue's names. */
export type SignInMethod = 'password' | 'otp'

/** GoTrue's table of how each session began, which lite lacks; made after lite's, by their owner. */
export const SIGN_IN_METHODS_SQL = `
create table if not exists auth.mfa_amr_claims (
  id uuid primary key,
  session_id uuid not null references auth.sessions (id) on delete cascade,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  authentication_method text not null,
  constraint mfa_amr_claims_session_id_authentication_method_pkey unique (session_id, authentication_method)
)`

/** Notes how a session that has just begun did. */
export async function noteMethod(db: AuthDatabase, sessionId: unknown, method: SignInMethod): Promise<void> {
  await db.query(
    `insert into auth.mfa_amr_claims (id, session_id, created_at, updated_at, authentication_method)
     select gen_random_uuid(), s.id, now(), now(), $2 from auth.sessions s where s.id = $1::uuid
     on conflict do nothing`,
    [sessionId, method],
  )
}
