import { readFileSync } from 'node:fs'
import { SetupError } from '../../local/settings.ts'

const FOLDER = new URL('./', import.meta.url)

/** Snippets that need no values: `include`d by their path. */
export const SNIPPETS = new URL('triboka/', FOLDER)

export const TEMPLATES = ['nginx.conf', 'http.conf', 'triboka.conf'] as const

/** Values of a rendered configuration, without the `NGINX_` before their names; docs/entorno.md has them all. */
export type NginxValues = Record<`NGINX_${string}`, string>

/**
 * What the templates need and has a value that fits a server of its own: Debian's folders, the ports of the web.
 * The overlay (compose.triboka.yml) gives the same limits.
 */
export const DEFAULTS: NginxValues = {
  NGINX_USER: 'www-data',
  NGINX_ERROR_LOG: '/var/log/nginx/error.log',
  NGINX_ACCESS_LOG: '/var/log/nginx/triboka.log',
  NGINX_SNIPPETS: '/etc/nginx/triboka',
  NGINX_RESOLVER: '',
  NGINX_APP_ROOT: '/etc/nginx/triboka/pagina',
  // Said with `listen` until nginx 1.25, and by a directive since.
  NGINX_LISTEN_HTTP2: 'http2',
  NGINX_HTTP2: '',
  NGINX_LISTEN_HTTP: '80',
  NGINX_LISTEN_HTTPS: '443',
  NGINX_LISTEN_STUDIO: '8443',
  NGINX_LISTEN_STATUS: '127.0.0.1:8081',
  NGINX_ACME_ROOT: '/var/www/certbot',
  NGINX_HTPASSWD: '/etc/nginx/triboka.htpasswd',
  NGINX_STUDIO_ALLOW: 'allow 127.0.0.1;',
  NGINX_RATE: '50r/s',
  NGINX_BURST: '300',
  NGINX_RATE_SIGN_IN: '300r/m',
  NGINX_BURST_SIGN_IN: '150',
  NGINX_CONNECTIONS: '500',
  NGINX_SOCKETS: '120',
  NGINX_MAX_BODY: '51m',
}

// The one form of a variable that envsubst and this know alike; $name alone is nginx's own.
const VARIABLE = /\$\{(NGINX_\w+)\}/g

/** Names of the variables of a text. */
export const variablesOf = (text: string) => [
  ...new Set([...text.matchAll(VARIABLE)].map(([, name]) => name!)),
]

export const templateOf = (name: (typeof TEMPLATES)[number]) =>
  readFileSync(new URL(`templates/${name}.template`, FOLDER), 'utf8')

/**
 * One of the files of the configuration, with its values in place.
 * @throws SetupError naming the variables that have none.
 */
export function render(name: (typeof TEMPLATES)[number], values: NginxValues): string {
  const text = templateOf(name)
  const known: Record<string, string | undefined> = { ...DEFAULTS, ...values }
  const missing = variablesOf(text).filter((variable) => known[variable] === undefined)
  if (missing.length) throw new SetupError(`${name} needs ${missing.join(', ')}.`)
  return text.replace(VARIABLE, (_, variable) => known[variable]!)
}
