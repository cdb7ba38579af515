import { type H3Event, setResponseHeaders } from 'h3'
import type { Claims } from '../db/types.ts'
import { door } from '../http/door.ts'
import { problem } from '../http/problem.ts'
import { bearerOf } from './sessions.ts'
import { supabase } from './supabase.ts'

/** Who calls, and the token that says so. */
export interface Session {
  claims: Claims & { sub: string }
  token: string
}

/**
 * The session of a request, counted against the limits of its user; without one that holds, against those of its
 * address, so that guessing at tokens is not free.
 * @throws Problem 401, 429 or 503.
 */
export async function sessionOf(event: H3Event): Promise<Session> {
  const session = await verify(event).catch(async (error) => {
    await countAddress(event)
    throw error
  })
  await countUser(event, session)
  return session
}

/**
 * Counts a request that needs no session.
 * @throws Problem 429.
 */
export async function countCaller(event: H3Event): Promise<void> {
  const session = await verify(event).catch(() => undefined)
  await (session ? countUser(event, session) : countAddress(event))
}

async function verify({ node }: H3Event): Promise<Session> {
  const token = bearerOf(node.req.headers.authorization)
  if (!token) throw problem('no_autenticado')
  return { token, claims: (await supabase().verifySession(token)) as Session['claims'] }
}

async function countUser(event: H3Event, { claims: { sub } }: Session): Promise<void> {
  const { limits } = door()
  event.context.userId = sub
  // HEAD has become GET by now.
  if (event.method === 'GET') return limits.read(sub)
  const isUpload = event.node.req.headers['content-type']?.startsWith('multipart/') ?? false
  const { address } = event.context
  setResponseHeaders(event, (await limits.write(sub, { isUpload, address })) ?? {})
}

/**
 * Counts a request against what its address may ask without a session.
 * @throws Problem 429.
 */
export async function countAddress(event: H3Event): Promise<void> {
  setResponseHeaders(event, (await door().limits.anonymous(event.context.address)) ?? {})
}
