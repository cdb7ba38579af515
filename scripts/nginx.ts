// npm run nginx -- /etc/nginx: the configuration of nginx for a pilot without Docker, from the environment of its stack.
// SUPABASE_PUBLIC_URL names the server; any NGINX_… of docs/entorno.md may be set beside it.
import { existsSync } from 'node:fs'
import { cp, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type NginxValues, render, SNIPPETS, TEMPLATES } from '../supabase/docker/nginx/render.ts'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { hostnameOf, readSettings, SetupError } from '../supabase/local/settings.ts'
import { main } from './target.ts'

const { positionals } = readCommandLine({
  name: 'npm run nginx',
  about:
    'Escribe en esa carpeta (/etc/nginx) la configuración de nginx de un piloto sin Docker, según el entorno de su pila:\nSUPABASE_PUBLIC_URL, que hace falta, y APP_DIR y las variables NGINX_… (docs/entorno.md).',
  positionals: ['<carpeta>'],
})

/** The app that nginx serves at /. @throws SetupError where there is none. */
function appFolder(given: string | undefined): string | undefined {
  if (!given) return
  const folder = resolve(given)
  if (!existsSync(join(folder, 'index.html')))
    throw new SetupError(
      `APP_DIR: ${folder} has no index.html: name the folder that the build of the app writes.`,
    )
  // It stands between spaces in the configuration of nginx.
  if (/[\s;{}"'$\\]/.test(folder))
    throw new SetupError(`APP_DIR: nginx cannot read a folder with such a name: ${folder}`)
  return folder
}

await main(async () => {
  const folder = positionals[0]!
  const settings = readSettings()
  if (!settings.publicUrl)
    throw new SetupError(
      'SUPABASE_PUBLIC_URL names the server: SUPABASE_PUBLIC_URL=https://cacao.example npm run nginx -- /etc/nginx',
    )
  const domain = hostnameOf(settings.publicUrl)
  const server = (port: number) => `server 127.0.0.1:${port};`
  // Switched off, Studio's door leads nowhere.
  const studio = settings.studioPort ?? 9
  const values: NginxValues = {
    NGINX_DOMAIN: domain,
    NGINX_CERTIFICATE: `/etc/letsencrypt/live/${domain}/fullchain.pem`,
    NGINX_CERTIFICATE_KEY: `/etc/letsencrypt/live/${domain}/privkey.pem`,
    NGINX_GATEWAY_SERVERS: server(settings.apiPort),
    NGINX_FUNCTIONS_SERVERS: server(settings.functionsPort),
    NGINX_STUDIO_SERVERS: server(studio),
    NGINX_STUDIO: `127.0.0.1:${studio}`,
    NGINX_SNIPPETS: resolve(folder, 'triboka'),
    NGINX_APP_ROOT: appFolder(process.env.APP_DIR) ?? resolve(folder, 'triboka/pagina'),
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('NGINX_'))),
  }
  await mkdir(folder, { recursive: true })
  for (const name of TEMPLATES) await writeFile(join(folder, name), render(name, values))
  await cp(SNIPPETS, join(folder, 'triboka'), { recursive: true })
  process.stdout.write(
    `Written to ${folder}: ${TEMPLATES.join(', ')}, triboka/. Now: nginx -t && systemctl reload nginx\n`,
  )
})
