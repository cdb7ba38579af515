// The entrance of a server as it is deployed: the real nginx with our templates, on loopback, with a certificate of its own.
import { execFileSync } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import tls from 'node:tls'
import { fileURLToPath } from 'node:url'
import { type NginxValues, render, SNIPPETS } from '../../supabase/docker/nginx/render.ts'
import { findFreePorts } from '../../supabase/local/ports.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { makeCertificate } from '../support/certificate.ts'
import { type Nginx, startNginx } from '../support/nginx.ts'

export const STUDIO_PASSWORD = 'una contraseña: larga'

/** A line of the access log. */
export interface Line {
  client: string
  method: string
  path: string
  status: number
  upstream: string
  request_id: string
}

export interface Entrance {
  /** https://localhost:<port>, whose certificate this process trusts. */
  url: string
  plainUrl: string
  studioUrl: string
  statusUrl: string
  /** The folder that Let's Encrypt's proofs are served from. */
  acmeRoot: string
  /** The file of its certificate, for other programs to trust. */
  certificate: string
  /** What the access log says of a path, newest last. */
  logged(path: string): Promise<Line[]>
  /** The whole access log. */
  log(): Promise<string>
  errors(): Promise<string>
  nginx: Nginx
  dispose(): Promise<void>
}

// As compose.triboka.yml tells of the functions: one that fails is asked again after two seconds.
const functionServers = (ports: number[]) =>
  ports.map((port) => `server 127.0.0.1:${port} max_fails=1 fail_timeout=2s;`).join(' ')

/** Free ports for an entrance, chosen before what must know its address is started. */
export async function chooseDoors() {
  const [http, https, studio, status] = await findFreePorts(4)
  return { http: http!, https: https!, studio: studio!, status: status! }
}

/**
 * Starts nginx before the given ports of loopback.
 * @param values of the templates that are not as deployed, such as narrower limits.
 */
export async function openEntrance(
  behind: { gateway: number; functions: number[]; studio: number },
  values: NginxValues = {},
  doors?: Awaited<ReturnType<typeof chooseDoors>>,
): Promise<Entrance> {
  const { http, https, studio, status } = doors ?? (await chooseDoors())
  const dir = await makeTempDir('triboka-entrada-')
  const { certificate, key } = makeCertificate(dir, 'localhost', 'DNS:localhost,IP:127.0.0.1')
  const htpasswd = join(dir, 'htpasswd')
  const hash = execFileSync('openssl', ['passwd', '-apr1', STUDIO_PASSWORD], { encoding: 'utf8' })
  await writeFile(htpasswd, `operador:${hash}`)
  const accessLog = join(dir, 'access.log')
  const all: NginxValues = {
    NGINX_DOMAIN: 'localhost',
    NGINX_LISTEN_HTTP: `127.0.0.1:${http}`,
    NGINX_LISTEN_HTTPS: `127.0.0.1:${https}`,
    NGINX_LISTEN_STUDIO: `127.0.0.1:${studio}`,
    NGINX_LISTEN_STATUS: `127.0.0.1:${status}`,
    NGINX_GATEWAY_SERVERS: `server 127.0.0.1:${behind.gateway};`,
    NGINX_FUNCTIONS_SERVERS: functionServers(behind.functions),
    NGINX_STUDIO_SERVERS: `server 127.0.0.1:${behind.studio};`,
    NGINX_STUDIO: `127.0.0.1:${behind.studio}`,
    NGINX_CERTIFICATE: certificate,
    NGINX_CERTIFICATE_KEY: key,
    NGINX_HTPASSWD: htpasswd,
    NGINX_ACCESS_LOG: accessLog,
    NGINX_ACME_ROOT: dir,
    NGINX_SNIPPETS: fileURLToPath(SNIPPETS).replace(/\/$/, ''),
    NGINX_APP_ROOT: fileURLToPath(new URL('pagina', SNIPPETS)),
    ...values,
  }
  const nginx = await startNginx(render('http.conf', all) + render('triboka.conf', all), [
    http,
    https,
    studio,
    status,
  ])
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), await readFile(certificate, 'utf8')])
  const log = () => readFile(accessLog, 'utf8')
  return {
    url: `https://localhost:${https}`,
    plainUrl: `http://localhost:${http}`,
    studioUrl: `https://localhost:${studio}`,
    statusUrl: `http://127.0.0.1:${status}`,
    acmeRoot: dir,
    certificate,
    log,
    async logged(path) {
      const lines = (await log()).trimEnd().split('\n')
      return lines.map((line) => JSON.parse(line) as Line).filter((line) => line.path === path)
    },
    errors: nginx.errors,
    nginx,
    async dispose() {
      await nginx.dispose()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
