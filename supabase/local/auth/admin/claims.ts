import { decodeJwt, SignJWT } from 'jose'
import { noteMethod, type SignInMethod } from '../sign-in-methods.ts'
import type { AuthDatabase } from './database.ts'

interface Account {
  phone: string | null
  app: Record<string, unknown> | null
  user: Record<string, unknown> | null
  anonymous: boolean
  amr: { method: string; timestamp: number }[] | null
}

/**
 * Signs lite's access tokens again with the claims that GoTrue's carry and lite's do not.
 * @param method how the session of the token begins, where it does now.
 */
export type CompleteToken = (accessToken: string, method?: SignInMethod) => Promise<string>

/**
 * Lite's token says who (`sub`, `email`), as what (`role`, `aud`) and in which session. Policies and SDKs
 * written for GoTrue also read `iss`, `aal`, `amr`, `app_metadata`, `user_metadata`, `phone` and `is_anonymous`.
 */
export function createTokenCompleter(db: AuthDatabase, jwtSecret: string, issuer: string): CompleteToken {
  const secret = new TextEncoder().encode(jwtSecret)
  return async (accessToken, method) => {
    const claims = decodeJwt(accessToken)
    if (method) await noteMethod(db, claims.session_id, method)
    const [account] = await db.query<Account & Record<string, unknown>>(
      `select phone, raw_app_meta_data as app, raw_user_meta_data as "user", is_anonymous as anonymous,
         (select jsonb_agg(jsonb_build_object(
            'method', c.authentication_method, 'timestamp', extract(epoch from c.created_at)::bigint))
          from auth.mfa_amr_claims c where c.session_id = $2::uuid) as amr
       from auth.users where id = $1`,
      [claims.sub, claims.session_id],
    )
    return new SignJWT({
      iss: issuer,
      ...claims,
      phone: account?.phone ?? '',
      app_metadata: account?.app ?? {},
      user_metadata: account?.user ?? {},
      aal: 'aal1',
      amr: account?.amr ?? [],
      is_anonymous: account?.anonymous ?? false,
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(secret)
  }
}
