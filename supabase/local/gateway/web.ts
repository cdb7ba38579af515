import type { H3Event } from 'h3'

/** Largest body that REST and auth take; files go to /storage/v1, which streams. */
const BODY_LIMIT = 20 * 2 ** 20

/** The body of a request, read to its end; null when it is larger than 20 MiB. */
export async function readBody(event: H3Event): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  // What is too much is read to its end and dropped: leaving the loop would cut the connection, and the caller
  // would see that instead of the answer.
  for await (const chunk of event.node.req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > BODY_LIMIT) chunks.length = 0
    else chunks.push(chunk)
  }
  return size > BODY_LIMIT ? null : Buffer.concat(chunks)
}

/**
 * The request of an event for a server that speaks the fetch API.
 * @param origin the gateway's public URL; the Host header is not trusted.
 * @returns null when the body is larger than 20 MiB.
 */
export async function toRequest(event: H3Event, origin: string): Promise<Request | null> {
  const { method = 'GET', headers } = event.node.req
  const url = event.node.req.originalUrl ?? event.node.req.url ?? '/'
  const body = method === 'GET' || method === 'HEAD' ? undefined : await readBody(event)
  if (body === null) return null
  const copied = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) copied.append(name, one)
  }
  return new Request(new URL(url, origin), {
    method,
    headers: copied,
    body: body?.length ? new Uint8Array(body) : undefined,
  })
}
