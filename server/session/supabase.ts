import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import { slot } from '../process/slot.ts'
import { createSessionVerifier, type VerifySession } from './sessions.ts'
import type { SupabaseSettings } from './settings.ts'
import { streamingFetch } from './streaming-fetch.ts'

/** The Supabase that holds the sessions and the files. */
export interface Supabase {
  /** Base of /auth/v1 and /storage/v1, without a slash at the end. */
  url: string
  publishableKey: string
  /** For the work that no user asks for; undefined where it was not given. */
  secretKey: string | undefined
  verifySession: VerifySession
  /**
   * Supabase as the owner of a token: Storage asks Postgres with its claims.
   * @param requestId goes along, so that its log tells of the same request.
   */
  as(token: string, requestId: string): SupabaseClient
  /** Storage as the service role, for sweeping; undefined without a secret key. */
  serviceStorage: SupabaseClient['storage'] | undefined
}

export const supabase = slot<Supabase>('Supabase')

export function openSupabase(settings: SupabaseSettings): Supabase {
  const { supabaseUrl: url, publishableKey, secretKey } = settings
  return {
    url,
    publishableKey,
    secretKey,
    verifySession: createSessionVerifier(settings),
    as: (token, requestId) =>
      createClient(url, publishableKey, {
        accessToken: async () => token,
        global: { fetch: streamingFetch, headers: { 'x-request-id': requestId } },
      }),
    serviceStorage:
      secretKey === undefined
        ? undefined
        : createClient(url, secretKey, {
            auth: { persistSession: false },
            global: { fetch: streamingFetch },
          }).storage,
  }
}
