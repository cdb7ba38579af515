import type { IncomingMessage } from 'node:http'
import { isLoopback } from '../settings.ts'

const withoutBrackets = (host: string) => host.replace(/^\[|\]$/g, '')

/**
 * Did the request come from this machine, to a name of this machine? A page on the Internet can point a
 * name of its own at 127.0.0.1 (DNS rebinding), but cannot choose what the browser writes in Host.
 */
export function isLocal(request: IncomingMessage): boolean {
  const peer = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? ''
  if (!isLoopback(peer)) return false
  try {
    const { hostname, port } = new URL(`http://${request.headers.host}`)
    return isLoopback(withoutBrackets(hostname)) && Number(port || 80) === request.socket.localPort
  } catch {
    return false
  }
}

/**
 * Was the request made by Studio's own page? Browsers say where a request comes from, in Sec-Fetch-Site or
 * in Origin, and no page can make them lie. What says nothing is no browser, and has no business here.
 */
export function isSameOrigin(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site']
  const { origin } = request.headers
  if (site !== undefined && site !== 'same-origin') return false
  if (origin !== undefined && origin !== `http://${request.headers.host}`) return false
  return site !== undefined || origin !== undefined
}
