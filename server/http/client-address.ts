import type { IncomingMessage } from 'node:http'
import proxyaddr from '@fastify/proxy-addr'
import ipaddr from 'ipaddr.js'

/** Says from which address a request comes. */
export type ClientAddress = (req: IncomingMessage) => string

/**
 * The address of the client: that of the connection or, as far as proxies are trusted, what they say of it.
 * @param trusted addresses, networks (`10.0.0.0/8`) or `loopback`, `linklocal`, `uniquelocal`.
 * @throws Error for what is none of them.
 */
export function createClientAddress(trusted: string[]): ClientAddress {
  const isTrusted = proxyaddr.compile(trusted)
  // Without the header there is nothing to weigh; a connection that has ended has no address any more.
  return (req) =>
    req.headers['x-forwarded-for'] === undefined
      ? (req.socket.remoteAddress ?? 'unknown')
      : known(proxyaddr(req, isTrusted), req)
}

// A client may write anything into the header; a proxy that is trusted adds addresses.
const known = (address: string, req: IncomingMessage) =>
  ipaddr.isValid(address) ? address : (req.socket.remoteAddress ?? 'unknown')

const V6_NETWORK_BITS = 64

/** What is counted as one client: an IPv4 address, or a network of IPv6, whose addresses its owner picks at will. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return address
  const parsed = ipaddr.process(address)
  if (parsed.kind() === 'ipv4') return parsed.toString()
  return ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${V6_NETWORK_BITS}`).toString()
}
