import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Identifier } from '../gateway/identity.ts'
import type { Version } from './frames.ts'
import { type Caller, TokenError, type VerifyToken } from './tokens.ts'

/** A connection that is not taken: its status and what the JSON of the answer says. */
export class HandshakeError extends Error {
  override name = 'HandshakeError'
  status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

const REASONS: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  503: 'Service Unavailable',
}

/** Answers a connection that is not taken, and ends it. */
export function refuse(socket: Duplex, { status, message }: HandshakeError): void {
  const body = JSON.stringify({ error: message })
  socket.end(
    `HTTP/1.1 ${status} ${REASONS[status]}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}

/** What a client says of itself when it connects. */
export interface Handshake {
  version: Version
  claims: Caller
}

/** Who can tell whom a connection speaks for, and how much it may say. */
export interface HandshakeOptions {
  resolveKey: Identifier['resolveKey']
  verifyToken: VerifyToken
  /** Characters of any header. */
  maxHeaderLength: number
}

/** Reads key and version of a request. @throws HandshakeError */
export async function readHandshake(
  request: IncomingMessage,
  { resolveKey, verifyToken, maxHeaderLength }: HandshakeOptions,
): Promise<Handshake> {
  if (request.rawHeaders.some((text) => text.length > maxHeaderLength))
    throw new HandshakeError(431, 'A header is too long')
  const { searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const header = request.headers['x-api-key']
  const key = (typeof header === 'string' && header) || searchParams.get('apikey')
  if (!key) throw new HandshakeError(401, 'API key is missing')
  const version = searchParams.get('vsn') ?? '1.0.0'
  if (version !== '1.0.0' && version !== '2.0.0') throw new HandshakeError(400, 'Unknown vsn')
  const known = resolveKey(key)
  if (known) return { version, claims: { role: known.claims.role } }
  try {
    return { version, claims: await verifyToken(key) }
  } catch (error) {
    if (!(error instanceof TokenError)) throw error
    throw new HandshakeError(
      401,
      error.message.startsWith('Token has expired') ? 'Token has expired' : error.message,
    )
  }
}
