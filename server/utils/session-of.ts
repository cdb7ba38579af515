import { type H3Event, setResponseHeaders } from 'h3'
import type { Claims } from './db.ts'
import { problem } from './problem.ts'
import { services } from './services.ts'
import { bearerOf } from './sessions.ts'

/** Who calls, and the token that says so. */
export interface Session {
  claims: Claims & { sub: string }
  token: string
}

/**
 * The session of a request, counted against the limits of its user.
 * @throws Problem 401, 429 or 503.
 */
export async function sessionOf(event: H3Event): Promise<Session> {
  const { headers } = event.node.req
  const { verifySession, limits } = services()
  const session = await verify(headers.authorization, verifySession).catch(async (error) => {
    // Guessing at tokens counts like what comes without any, which has been counted already.
    if (headers.authorization !== undefined) await countAddress(event)
    throw error
  })
  const { sub } = session.claims
  event.context.userId = sub
  // HEAD has become GET by now.
  if (event.method === 'GET') {
    limits.read(sub)
    return session
  }
  const isUpload = headers['content-type']?.startsWith('multipart/') ?? false
  const { address } = event.context
  setResponseHeaders(event, (await limits.write(sub, { isUpload, address })) ?? {})
  return session
}

async function verify(authorization: string | undefined, verifySession: (token: string) => Promise<Claims>) {
  const token = bearerOf(authorization)
  if (!token) throw problem('no_autenticado')
  return { token, claims: (await verifySession(token)) as Session['claims'] }
}

/**
 * Counts a request against what its address may ask without a session.
 * @throws Problem 429.
 */
export async function countAddress(event: H3Event): Promise<void> {
  setResponseHeaders(event, (await services().limits.anonymous(event.context.address)) ?? {})
}
