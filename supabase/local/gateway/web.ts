import type { H3Event } from 'h3'

/** The body of a request, read to its end; null when it is larger than so many bytes. */
export async function readBody(event: H3Event, limit: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let size = 0
  // What is too much is read to its end and dropped: leaving the loop would cut the connection, and the caller
  // would see that instead of the answer.
  for await (const chunk of event.node.req as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > limit) chunks.length = 0
    else chunks.push(chunk)
  }
  return size > limit ? null : Buffer.concat(chunks)
}

/**
 * The request of an event for a server that speaks the fetch API, without its body: what was read of that goes beside
 * it, as each look at a body of that API is a stream.
 * @param origin the gateway's public URL; the Host header is not trusted.
 */
export function toRequest(event: H3Event, origin: string): Request {
  const { method = 'GET', headers } = event.node.req
  const url = event.node.req.originalUrl ?? event.node.req.url ?? '/'
  const copied = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) copied.append(name, one)
  }
  return new Request(new URL(url, origin), { method, headers: copied })
}

/** Sends an answer of the fetch API: all of it is there. */
export async function sendAnswer({ node: { res } }: H3Event, answer: Response): Promise<void> {
  for (const [name, value] of answer.headers) {
    if (name === 'set-cookie') res.appendHeader(name, value)
    else res.setHeader(name, value)
  }
  res.statusCode = answer.status
  res.end(answer.body ? await answer.text() : undefined)
}

/** Whether a request of this method has no body. */
export const isBodiless = ({ method }: H3Event) => method === 'GET' || method === 'HEAD'
