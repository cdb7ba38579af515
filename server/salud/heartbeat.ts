import { randomUUID } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'
import { pools } from '../db/pools.ts'
import { supabase } from '../session/supabase.ts'

/** A Realtime that has just started hears the database a little later than it takes joins. */
const AGAIN_MS = 500

/**
 * Has the database broadcast, and waits until it comes back by a socket of Realtime, as what it tells its clients does.
 * @param signal gives up; every socket is closed then.
 * @throws when Realtime refuses, or what it was told of the socket.
 */
export async function hearHeartbeat(signal: AbortSignal): Promise<void> {
  const { url, secretKey, publishableKey } = supabase()
  const id = randomUUID()
  const latido = () =>
    pools()
      .database.as({ role: 'service_role' })
      .query({ name: 'latido', text: 'select privado.latido($1)' }, [id])
  // With the secret key it is not one of the many who share what is left to strangers.
  const client = createClient(url, secretKey ?? publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  })
  let timer: NodeJS.Timeout | undefined
  try {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      client
        .channel(`salud:${id}`)
        .on('broadcast', { event: 'latido' }, () => resolve())
        .subscribe((state, error) => {
          if (state !== 'SUBSCRIBED') return reject(error ?? new Error(`Realtime: ${state}`))
          const beat = () => void latido().catch(reject)
          beat()
          timer = setInterval(beat, AGAIN_MS)
        })
    })
  } finally {
    clearInterval(timer)
    await client.removeAllChannels().catch(() => {})
    await client.realtime.disconnect()
  }
}
