import { decodeJwt } from 'jose'
import * as v from 'valibot'
import { httpUrl } from '../process/environment-values.ts'

/** Of the new kind, or the token of the service role. */
function isSecretKey(key: string): boolean {
  try {
    return key.startsWith('sb_secret_') || decodeJwt(key).role === 'service_role'
  } catch {
    return false
  }
}

/** Which Supabase holds the sessions and the files, of the environment. */
export const SUPABASE = {
  SUPABASE_URL: httpUrl,
  SUPABASE_PUBLISHABLE_KEY: v.pipe(v.string('is missing (or SUPABASE_ANON_KEY)'), v.minLength(1, 'is empty')),
  // To any other Storage shows no file: every paper would be taken for lost, and its parties told so.
  SUPABASE_SECRET_KEY: v.optional(v.pipe(v.string(), v.check(isSecretKey, 'is not a secret key'))),
}

/** What its sessions are checked by. */
export const SESSIONS = {
  JWT_SECRET: v.optional(
    v.pipe(v.string(), v.minLength(32, 'is shorter than 32 characters, too weak for HS256')),
  ),
}

export interface SupabaseSettings {
  /** Base of /auth/v1 and /storage/v1, without a slash at the end. */
  supabaseUrl: string
  /** Key that goes along with the caller's token to Auth and Storage. */
  publishableKey: string
  /** For the work that no user asks for, such as sweeping; answers never depend on it. */
  secretKey: string | undefined
  /** HS256 secret of the sessions; without it they are checked against the JWKS of Auth. */
  jwtSecret: string | undefined
}

export const supabaseSettingsOf = (
  env: v.InferOutput<v.ObjectSchema<typeof SUPABASE & typeof SESSIONS, undefined>>,
): SupabaseSettings => ({
  supabaseUrl: env.SUPABASE_URL,
  publishableKey: env.SUPABASE_PUBLISHABLE_KEY,
  secretKey: env.SUPABASE_SECRET_KEY,
  jwtSecret: env.JWT_SECRET,
})
