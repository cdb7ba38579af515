import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import proxyaddr from '@fastify/proxy-addr'
import type { ClientAddress } from './client-address.ts'

/** Says whether a request may read the metrics. */
export type MayReadMetrics = (req: IncomingMessage) => boolean

/**
 * Lets in whoever comes from one of the addresses, or has the token.
 * @param allow as in {@link createClientAddress}; the address is the client's, not that of a proxy.
 */
export function createMetricsGuard(
  { token, allow }: { token: string | undefined; allow: string[] },
  clientAddress: ClientAddress,
): MayReadMetrics {
  const isAllowed = proxyaddr.compile(allow)
  const expected = token === undefined ? undefined : Buffer.from(`Bearer ${token}`)
  const hasToken = (given: Buffer) =>
    expected !== undefined && given.length === expected.length && timingSafeEqual(given, expected)
  return (req) => {
    if (hasToken(Buffer.from(req.headers.authorization ?? ''))) return true
    const address = clientAddress(req)
    return address !== 'unknown' && isAllowed(address, 0)
  }
}
