import { pools } from '../db/pools.ts'
import { disksOf } from '../process/disk.ts'
import { log } from '../process/log.ts'
import { isReady, redis } from '../process/redis.ts'
import { isStopping } from '../process/stopping.ts'
import { supabase } from '../session/supabase.ts'
import { hearHeartbeat } from './heartbeat.ts'
import { watched } from './settings.ts'

const PATIENCE_MS = 3000
const SHARED_MS = 1000

interface Dependencia {
  estado: 'disponible' | 'no disponible'
  ms: number
}

async function probe(name: string, ask: (signal: AbortSignal) => Promise<unknown>): Promise<Dependencia> {
  const start = performance.now()
  const signal = AbortSignal.timeout(PATIENCE_MS)
  const late = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  const estado = await Promise.race([ask(signal), late]).then(
    () => 'disponible' as const,
    (error) => {
      log.warn({ dependency: name, reason: String(error) }, 'dependency unavailable')
      return 'no disponible' as const
    },
  )
  return { estado, ms: Math.round(performance.now() - start) }
}

/** A service of Supabase is there when it answers anything but an error of its own. */
async function fetchStatus(path: string, signal: AbortSignal): Promise<void> {
  const { url, publishableKey } = supabase()
  const response = await fetch(url + path, { headers: { apikey: publishableKey }, signal })
  await response.body?.cancel()
  if (response.status >= 500) throw new Error(`answered ${response.status}`)
}

const askPostgres = () => pools().database.as({ role: 'anon' }).query({ name: 'health', text: 'select 1' })

/**
 * True while requests may be sent here: nobody has asked to stop, and Postgres answers. Without Auth or Storage most
 * of what is asked is answered all the same: taking every replica away would answer nothing.
 */
export async function isServing(): Promise<boolean> {
  return !isStopping() && (await probe('postgres', askPostgres)).estado === 'disponible' && !isStopping()
}

/** What Redis is doing; without it everything else works. */
export function redisState(): 'apagado' | Dependencia['estado'] {
  const opened = redis()
  if (!opened) return 'apagado'
  return isReady(opened) ? 'disponible' : 'no disponible'
}

/** How the fullest of the disks is; null where none can be looked at. */
export async function checkDisk(): Promise<{
  estado: 'suficiente' | 'casi lleno'
  libre_mb: number
  libre_pct: number
} | null> {
  const { folders, reserve } = watched().disks
  const [fullest] = (await disksOf(folders)).sort((a, b) => a.free - b.free)
  if (!fullest) return null
  const { free, size } = fullest
  return {
    estado: free < reserve ? 'casi lleno' : 'suficiente',
    libre_mb: Math.floor(free / 2 ** 20),
    libre_pct: Math.floor((100 * free) / size),
  }
}

let current: Promise<Record<'postgres' | 'auth' | 'storage' | 'realtime', Dependencia>> | undefined

/** Asks every dependency; callers that come while it asks, or a second later, share the answer: nobody floods them by it. */
export function checkHealth() {
  current ??= askAll().finally(() => {
    setTimeout(() => {
      current = undefined
    }, SHARED_MS).unref()
  })
  return current
}

async function askAll() {
  const [postgres, auth, storage, realtime] = await Promise.all([
    probe('postgres', askPostgres),
    probe('auth', (signal) => fetchStatus('/auth/v1/health', signal)),
    probe('storage', (signal) => fetchStatus('/storage/v1/status', signal)),
    probe('realtime', hearHeartbeat),
  ])
  return { postgres, auth, storage, realtime }
}
