import { decodeJwt, SignJWT } from 'jose'
import type { AuthDatabase } from './database.ts'

interface Account {
  phone: string | null
  app: Record<string, unknown> | null
  user: Record<string, unknown> | null
  anonymous: boolean
}

/** Signs lite's access tokens again with the claims that GoTrue's carry and lite's do not. */
export type CompleteToken = (accessToken: string) => Promise<string>

/**
 * Lite's token says who (`sub`, `email`), as what (`role`, `aud`) and in which session. Policies and SDKs
 * written for GoTrue also read `iss`, `aal`, `app_metadata`, `user_metadata`, `phone` and `is_anonymous`.
 */
export function createTokenCompleter(db: AuthDatabase, jwtSecret: string, issuer: string): CompleteToken {
  const secret = new TextEncoder().encode(jwtSecret)
  return async (accessToken) => {
    const claims = decodeJwt(accessToken)
    const [account] = await db.query<Account & Record<string, unknown>>(
      `select phone, raw_app_meta_data as app, raw_user_meta_data as "user", is_anonymous as anonymous
       from auth.users where id = $1`,
      [claims.sub],
    )
    return new SignJWT({
      iss: issuer,
      ...claims,
      phone: account?.phone ?? '',
      app_metadata: account?.app ?? {},
      user_metadata: account?.user ?? {},
      aal: 'aal1',
      is_anonymous: account?.anonymous ?? false,
    })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .sign(secret)
  }
}
