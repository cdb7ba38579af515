import type { IncomingMessage } from 'node:http'

/** A piece of a query as whoever reads it will see it, however it was written. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

const PRINTABLE = /^[\x21-\x7e]+$/

/**
 * Moves an API key from the address of a request to its header, however its name is written there: what is behind the
 * gateway writes addresses into logs, hands them on and sends browsers to them. Two of them are none.
 */
export function moveKeyToHeader(request: Pick<IncomingMessage, 'url' | 'headers'>): void {
  const [path, query] = (request.url ?? '').split(/\?(.*)/s, 2)
  if (!query) return
  const keys: string[] = []
  const rest = query.split('&').filter((pair) => {
    const [name, value] = pair.split(/=(.*)/s, 2)
    if (decoded(name!) !== 'apikey') return true
    keys.push(value ?? '')
    return false
  })
  if (!keys.length) return
  request.url = rest.length ? `${path}?${rest.join('&')}` : path!
  if (keys.length > 1 || request.headers.apikey) return
  const key = decoded(keys[0]!)
  // What could not stand in a header is no key of ours either.
  request.headers.apikey = PRINTABLE.test(key) ? key : keys[0]!
}
