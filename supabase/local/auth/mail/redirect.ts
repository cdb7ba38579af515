import { hostnameOf, isLoopback } from '../../settings.ts'

/** What decides where a link of a mail may lead. */
export interface RedirectRules {
  siteUrl: string
  /** `additional_redirect_urls` of config.toml: URLs, with wildcards. */
  additionalRedirectUrls: string[]
}

const SPECIAL = /[.*+?^${}()|[\]\\]/g
const TOKENS = /\\.|\*\*|\*|\?|\[!?[^\]]+\]|\{[^}]*\}|[\s\S]/g

/**
 * GoTrue's wildcards: `*` is anything without a dot or a slash, `**` anything, `?` one character that is neither,
 * `[a-z]`, `[!a-z]` and `{one,other}` as in a shell.
 */
function patternOf(glob: string): RegExp {
  const source = (glob.match(TOKENS) ?? []).map((token) => {
    if (token === '**') return '.*'
    if (token === '*') return '[^./]*'
    if (token === '?') return '[^./]'
    if (token.length > 1 && token.startsWith('\\')) return token[1]!.replace(SPECIAL, '\\$&')
    if (token.length > 2 && token.startsWith('[')) return token.replace(/^\[!/, '[^').replace(/\\/g, '\\\\')
    if (token.length > 1 && token.startsWith('{'))
      return `(?:${token
        .slice(1, -1)
        .split(',')
        .map((choice) => patternOf(choice).source.slice(1, -1))
        .join('|')})`
    return token.replace(SPECIAL, '\\$&')
  })
  return new RegExp(`^${source.join('')}$`, 's')
}

/** May a link lead there? To the site itself, to this machine, or to what config.toml allows; as GoTrue judges. */
export function isAllowed(url: string, { siteUrl, additionalRedirectUrls }: RedirectRules): boolean {
  // A browser drops these from an address before it reads it, so that what was judged is not what it opens.
  if (!URL.canParse(url) || /[\s\\]/.test(url)) return false
  const to = new URL(url)
  const site = new URL(siteUrl)
  const host = hostnameOf(url)
  if (
    to.protocol === site.protocol &&
    to.hostname === site.hostname &&
    (to.port === site.port || isLoopback(host))
  )
    return true
  if (/^\d+$/.test(host)) return false
  if (/^[\d.]+$/.test(host) || host.includes(':')) return isLoopback(host)
  if (/^https?:$/.test(to.protocol) && !/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host)) return false
  const [withoutFragment] = url.split('#', 1)
  return additionalRedirectUrls.some((glob) => patternOf(glob).test(withoutFragment!))
}

/**
 * Where the links of a request lead: to the `redirect_to` it names, or to the page it came from, if they are allowed;
 * to the site otherwise.
 */
export function redirectOf(request: Request, rules: RedirectRules): string {
  const wanted = [
    request.headers.get('redirect_to') || new URL(request.url).searchParams.get('redirect_to'),
    request.headers.get('referer'),
  ]
  return wanted.find((url) => url && isAllowed(url, rules)) ?? rules.siteUrl
}

/** Sends a browser there, with parameters in the query or in the fragment. */
export function redirectTo(
  target: string,
  { query = {}, fragment }: { query?: Record<string, string>; fragment?: Record<string, string> },
): Response {
  const hasQuery = Object.keys(query).length > 0
  // Untouched where it can be: an app compares it with what it asked for.
  let location = target
  if (hasQuery || /[^\x21-\x7e]/.test(target)) {
    const url = new URL(target)
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
    location = url.href
  }
  if (fragment) location = `${location.split('#', 1)[0]}#${new URLSearchParams(fragment)}`
  return new Response(null, { status: 303, headers: { location } })
}
