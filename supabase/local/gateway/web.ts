import type { H3Event } from 'h3'
import { textOf } from '../auth/context.ts'

const cut = () => new Error('The connection ended before the body did.')

/** The body of a request, read to its end; null when it is larger than so many bytes. */
export function readBody({ node: { req } }: H3Event, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  // Its events, and not its iterator, which costs more than all that a small body is read for.
  return new Promise((resolve, reject) => {
    // It ended while somebody asked who calls: it says so no more.
    if (req.destroyed) return reject(cut())
    req.on('data', (chunk: Buffer) => {
      size += chunk.length
      // What is too much is read to its end and dropped: cutting the connection is all that the caller would see.
      if (size > limit) chunks.length = 0
      else chunks.push(chunk)
    })
    req.once('end', () => resolve(size > limit ? null : Buffer.concat(chunks)))
    req.once('error', reject)
    req.once('close', () => reject(cut()))
  })
}

/**
 * The request of an event for a server that speaks the fetch API, without its body: what was read of that goes beside
 * it, as each look at a body of that API is a stream.
 * @param origin the gateway's public URL; the Host header is not trusted.
 */
export function toRequest(event: H3Event, origin: string): Request {
  const { method = 'GET', headers } = event.node.req
  const url = event.node.req.originalUrl ?? event.node.req.url ?? '/'
  const copied = Object.entries(headers).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one): [string, string] => [name, one]),
  )
  return new Request(new URL(url, origin), { method, headers: copied })
}

/** Sends an answer of the fetch API: all of it is there. */
export async function sendAnswer({ node: { res } }: H3Event, answer: Response): Promise<void> {
  for (const [name, value] of answer.headers) {
    if (name === 'set-cookie') res.appendHeader(name, value)
    else res.setHeader(name, value)
  }
  res.statusCode = answer.status
  res.end(textOf(answer) ?? (answer.body ? await answer.text() : undefined))
}

/** Whether a request of this method has no body. */
export const isBodiless = ({ method }: H3Event) => method === 'GET' || method === 'HEAD'
