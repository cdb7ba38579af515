import { createClient, type SupabaseClient } from '@supabase/supabase-js'

/** A client of the SDK that keeps no session, as a server's or as one person's. */
export const client = (url: string, key: string, headers: Record<string, string> = {}): SupabaseClient =>
  createClient(url, key, { auth: { persistSession: false, autoRefreshToken: false }, global: { headers } })
