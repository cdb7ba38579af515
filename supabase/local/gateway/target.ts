/** Who answers a request. */
export type Service = 'admin' | 'auth' | 'rest' | 'storage' | 'realtime' | 'functions' | 'none'

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

const SERVICES: [Service, RegExp][] = [
  // Of the service role alone, whose requests have no limits.
  ['admin', /^\/auth\/v1\/(admin(\/[\w.-]+)*|invite)$/],
  // Names of Auth need no escapes. One written otherwise would not meet the rules that stand before its server.
  ['auth', /^\/auth\/v1(\/[\w.-]+)+$/],
  ['rest', /^\/rest\/v1(\/|$)/],
  ['storage', /^\/storage\/v1(\/|$)/],
  ['realtime', /^\/realtime\/v1(\/|$)/],
  ['functions', /^\/functions\/v1(\/|$)/],
]

const pathOf = (target: string) => target.split('?', 1)[0]!

/**
 * The one decision on whom a request belongs to; whatever comes after asks this.
 * @param target path and query as they came.
 */
export const serviceOf = (target: string): Service =>
  SERVICES.find(([, pattern]) => pattern.test(pathOf(target)))?.[0] ?? 'none'

/** What is wrong with a request whatever its service is; null when nothing is. */
export function faultOf(method: string, target: string): { status: 400 | 405; message: string } | null {
  if (!METHODS.has(method)) return { status: 405, message: 'Method not allowed' }
  const path = pathOf(target)
  const malformed = { status: 400, message: 'The address is malformed' } as const
  // Absolute targets are for proxies; whoever writes dots would be judged by one path and served another.
  if (!path.startsWith('/') || /[\\#]|\/(\.|%2e){1,2}(\/|$)/i.test(path)) return malformed
  // Postgres has no such character, and no client of ours sends a bare one.
  if (/%00|[^\x21-\x7e]/i.test(target)) return malformed
  try {
    decodeURIComponent(path)
  } catch {
    return malformed
  }
  return null
}
