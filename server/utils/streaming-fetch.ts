import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) }

/**
 * `fetch` for supabase-js that sends a Node stream over `node:http`: the built-in one copies every chunk of it
 * through web streams, which costs more than all the rest of an upload. Anything else goes the usual way.
 */
export const streamingFetch: typeof fetch = async (input, init) => {
  const body: unknown = init?.body
  return body instanceof Readable ? send(new URL(input as string | URL), init!, body) : fetch(input, init)
}

async function send(url: URL, init: RequestInit, body: Readable): Promise<Response> {
  const isSecure = url.protocol === 'https:'
  const request = (isSecure ? httpsRequest : httpRequest)(url, {
    method: init.method,
    headers: Object.fromEntries(new Headers(init.headers)),
    agent: isSecure ? agents['https:'] : agents['http:'],
    signal: init.signal ?? undefined,
  })
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve)
    request.once('error', reject)
  })
  const sent = pipeline(body, request)
  // A server may answer, and hang up, before it has read everything: the answer is what counts.
  sent.catch(() => {})
  const response = await answered.catch(async (error) => {
    await sent
    throw error
  })
  return new Response(Readable.toWeb(response) as ReadableStream<Uint8Array> as BodyInit, {
    status: response.statusCode,
    headers: Object.entries(response.headers).map(([name, value]): [string, string] => [name, String(value)]),
  })
}
