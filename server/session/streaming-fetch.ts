import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'

const agents = { 'http:': new HttpAgent({ keepAlive: true }), 'https:': new HttpsAgent({ keepAlive: true }) }

/** Of a connection over which no byte has come or gone: an upload may take as long as it likes while it moves. */
const SILENCE_MS = 60_000
/** Until an answer begins. What is still read of it goes on while it moves: fetch ends what falls silent. */
const PATIENCE_MS = 15_000

/**
 * `fetch` for supabase-js that sends a Node stream over `node:http`: the built-in one copies every chunk of it
 * through web streams, which costs more than all the rest of an upload. Anything else goes the usual way. Neither
 * waits for ever.
 */
export const streamingFetch: typeof fetch = async (input, init) => {
  const body: unknown = init?.body
  if (body instanceof Readable) return send(new URL(input as string | URL), init!, body)
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error('Supabase did not answer in time')), PATIENCE_MS)
  const signal = init?.signal ? AbortSignal.any([init.signal, late.signal]) : late.signal
  return fetch(input, { ...init, signal }).finally(() => clearTimeout(timer))
}

async function send(url: URL, init: RequestInit, body: Readable): Promise<Response> {
  const isSecure = url.protocol === 'https:'
  const request = (isSecure ? httpsRequest : httpRequest)(url, {
    method: init.method,
    headers: Object.fromEntries(new Headers(init.headers)),
    agent: isSecure ? agents['https:'] : agents['http:'],
    signal: init.signal ?? undefined,
  })
  request.setTimeout(SILENCE_MS, () => request.destroy(new Error('Storage fell silent')))
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
