import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { createLocalJWKSet, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeServer, OFFICIAL, readEnvFile, type Server } from './server.ts'

const ASKED = [
  '--dominio',
  'cacao.example',
  '--correo',
  'operador@cacao.example',
  '--estudio',
  '203.0.113.7 198.51.100.0/24',
]
const ADMIN = ['--admin', 'ana@cacao.example', '--nombre', 'Ana Arriaga']

let server: Server
beforeAll(async () => {
  server = await makeServer()
})
afterAll(() => server?.dispose())

describe('instalar.sh en un servidor vacío', () => {
  test('--comprobar dice lo que haría y no hace nada', async () => {
    const { status, output } = server.run('instalar.sh', [...ASKED, '--comprobar'])
    expect(output).toContain('would: apply the migrations')
    expect(status).toBe(0)
    expect(await server.calls()).toEqual([])
    expect(await readdir(join(server.dir, 'supabase/docker'))).not.toContain('oficial')
  })

  test('se niega, diciéndolo todo junto, donde falta algo', async () => {
    const { status, output } = server.run('instalar.sh', ASKED, {
      USER_ID: '1000',
      TAKEN: '443',
      COMPOSE_VERSION: '2.20.2',
    })
    expect(status).toBe(1)
    for (const problem of ['Run it as root', 'Port 443 is taken', 'Docker Compose is 2.20.2'])
      expect(output).toContain(problem)
    expect(await readdir(join(server.dir, 'supabase/docker'))).not.toContain('oficial')
    expect(server.run('instalar.sh', ASKED, { DOCKER_INFO: '1' }).output).toContain('Docker does not answer')
  })

  test.each([
    [['--dominio', 'cacao'], '--dominio'],
    [['--dominio', 'cacao.example; rm -rf /', '--correo', 'a@b.c'], '--dominio'],
    [['--dominio', 'cacao.example', '--correo', 'operador'], '--correo'],
    [[...ASKED, '--estudio', '203.0.113.7; allow all'], 'is not an address'],
    [[...ASKED, '--app', 'javascript:x'], '--app'],
    [['--otra'], 'instalar.sh'],
  ])('%j no se acepta', (args, message) => {
    const { status, output } = server.run('instalar.sh', args)
    expect(status).not.toBe(0)
    expect(output).toContain(message)
  })

  test('una etiqueta que no es el commit conocido se rechaza', async () => {
    const { status, output } = server.run('instalar.sh', ASKED, { SUPABASE_COMMIT: 'a'.repeat(40) })
    expect([status, output]).toEqual([1, expect.stringContaining('somebody moved the tag')])
    expect(await readdir(join(server.dir, 'supabase/docker'))).not.toContain('oficial')
    expect(
      (await readdir(join(server.dir, 'supabase/docker'))).filter((name) => name.startsWith('.oficial')),
    ).toEqual([])
  })
})

test('sin poder hacer los secretos no escribe .env', async () => {
  const { status } = server.run('instalar.sh', ASKED, { RUN_FAILS: '1' })
  expect(status).not.toBe(0)
  expect((await readdir(join(server.envFile, '..'))).filter((name) => name.startsWith('.env'))).toEqual([
    '.env.example',
  ])
  expect((await server.calls()).filter((call) => call.startsWith('compose up'))).toEqual([])
})

test('si los archivos no se entienden entre sí no construye ni arranca nada', async () => {
  const { status, output } = server.run('instalar.sh', ASKED, { CONFIG: '15' })
  expect([status, output]).toEqual([1, expect.stringContaining('nothing was started or changed')])
  expect((await server.calls()).filter((call) => /^compose (build|up|run)/.test(call))).toEqual([])
})

describe('instalar.sh instala', () => {
  let env: Record<string, string>
  let example: Record<string, string>

  test('en orden: la base y sus servicios, las migraciones, lo demás y el primer administrador', async () => {
    const { status, output } = server.run('instalar.sh', [...ASKED, ...ADMIN])
    expect([status, output]).toEqual([0, expect.stringContaining('What remains')])
    const calls = (await server.calls()).filter((call) => !/ps -q|psql|^run /.test(call))
    expect(calls).toEqual([
      'compose config --quiet',
      'compose build --quiet triboka tools respaldo',
      'compose up -d --wait --wait-timeout 300 db auth rest storage realtime',
      expect.stringMatching(/^compose run --rm tools sh -c npx supabase db push /),
      'compose up -d --wait --wait-timeout 300',
      'compose run --rm tools node scripts/admin.ts ana@cacao.example Ana Arriaga',
    ])
    // What is kept secret is told to nobody.
    env = await readEnvFile(server.envFile)
    for (const [name, value] of Object.entries(env))
      if (/PASS|SECRET|KEY/.test(name) && value) expect(output).not.toContain(value)
    example = await readEnvFile(join(OFFICIAL, '.env.example'))
  })

  test('escribe .env solo para root, con los valores del servidor', async () => {
    expect((await stat(server.envFile)).mode & 0o777).toBe(0o600)
    expect(env).toMatchObject({
      COMPOSE_FILE: 'docker-compose.yml:../../compose.triboka.yml:../../respaldo/compose.yml',
      DOMAIN: 'cacao.example',
      SUPABASE_PUBLIC_URL: 'https://cacao.example',
      API_EXTERNAL_URL: 'https://cacao.example/auth/v1',
      SITE_URL: 'https://cacao.example',
      STUDIO_ALLOW: 'allow 203.0.113.7; allow 198.51.100.0/24; ',
      // Nothing that the example has may be lost.
      ...Object.fromEntries(
        ['POSTGRES_HOST', 'JWT_EXPIRY', 'STORAGE_TENANT_ID'].map((name) => [name, example[name]]),
      ),
    })
    expect(Object.keys(example).filter((name) => env[name] === undefined)).toEqual([])
  })

  test('ningún secreto queda como en el ejemplo, ni dos iguales', () => {
    const secret = Object.keys(example).filter(
      (name) =>
        /PASS|SECRET|_KEY|TOKEN|TENANT_ID|KEYS|JWKS|ASYMMETRIC/.test(name) &&
        !/STORAGE_TENANT|OPENAI/.test(name),
    )
    for (const name of secret) if (example[name]) expect([name, env[name]]).not.toEqual([name, example[name]])
    const made = secret.filter((name) => name !== 'SMTP_PASS').map((name) => env[name]!)
    expect(made.every((value) => value.length >= 16)).toBe(true)
    expect(new Set(made).size).toBe(made.length)
    expect([env.REALTIME_DB_ENC_KEY!.length, env.VAULT_ENC_KEY!.length]).toEqual([16, 32])
    expect(env.SECRET_KEY_BASE!.length).toBeGreaterThanOrEqual(64)
  })

  test('las claves de los clientes están firmadas por quien deben', async () => {
    const shared = new TextEncoder().encode(env.JWT_SECRET)
    for (const [name, role] of [
      ['ANON_KEY', 'anon'],
      ['SERVICE_ROLE_KEY', 'service_role'],
    ] as const) {
      expect((await jwtVerify(env[name]!, shared, { issuer: 'supabase' })).payload.role).toBe(role)
      const published = createLocalJWKSet(JSON.parse(env.JWT_JWKS!))
      const { payload, protectedHeader } = await jwtVerify(env[`${name}_ASYMMETRIC`]!, published)
      expect([payload.role, protectedHeader.alg]).toEqual([role, 'ES256'])
    }
    const [signing, oct] = JSON.parse(env.JWT_KEYS!)
    const publics = JSON.parse(env.JWT_JWKS!).keys
    expect(signing).toMatchObject({ kty: 'EC', d: expect.any(String), kid: publics[0].kid })
    expect(publics[0].d).toBeUndefined()
    expect(Buffer.from(oct.k, 'base64url').toString()).toBe(env.JWT_SECRET)
    expect(env.SUPABASE_PUBLISHABLE_KEY).toMatch(/^sb_publishable_[\w-]{22}_[\w-]{8}$/)
    expect(env.SUPABASE_SECRET_KEY).toMatch(/^sb_secret_[\w-]{22}_[\w-]{8}$/)
  })

  test('otra vez no cambia nada', async () => {
    const before = await readFile(server.envFile, 'utf8')
    const { mtimeMs } = await stat(server.envFile)
    const { status } = server.run('instalar.sh', [], { HAS_ADMIN: 't' })
    expect(status).toBe(0)
    expect(await readFile(server.envFile, 'utf8')).toBe(before)
    expect((await stat(server.envFile)).mtimeMs).toBe(mtimeMs)
    expect((await server.calls()).filter((call) => call.includes('admin.ts'))).toEqual([])
  })

  test('rota la llave de las sesiones sin que valgan menos las de antes', async () => {
    const before = await readEnvFile(server.envFile)
    server.run('instalar.sh', ['--rotar-sesiones'], { HAS_ADMIN: 't' })
    const after = await readEnvFile(server.envFile)
    const keys = JSON.parse(after.JWT_KEYS!) as { kid?: string; d?: string; key_ops?: string[] }[]
    const [first] = JSON.parse(before.JWT_KEYS!) as { kid: string }[]
    expect(keys.filter(({ key_ops }) => key_ops?.includes('sign')).length).toBe(1)
    expect(keys.find(({ kid }) => kid === first!.kid)).toMatchObject({ key_ops: ['verify'] })
    expect(keys.filter(({ d }) => d).length).toBe(1)
    const published = createLocalJWKSet(JSON.parse(after.JWT_JWKS!))
    for (const env of [before, after]) await jwtVerify(env.ANON_KEY_ASYMMETRIC!, published)
    expect(after.ANON_KEY).toBe(before.ANON_KEY)
    server.run('instalar.sh', ['--rotar-sesiones'], { HAS_ADMIN: 't' })
    const later = createLocalJWKSet(JSON.parse((await readEnvFile(server.envFile)).JWT_JWKS!))
    await expect(jwtVerify(before.ANON_KEY_ASYMMETRIC!, later)).rejects.toThrow()
  })

  test('sin JWT_SECRET hace otro, y todo lo que se firma con él', async () => {
    const before = await readEnvFile(server.envFile)
    const text = await readFile(server.envFile, 'utf8')
    await writeFile(server.envFile, text.replace(/^JWT_SECRET=.*\n/m, ''))
    server.run('instalar.sh', [], { HAS_ADMIN: 't' })
    const after = await readEnvFile(server.envFile)
    await jwtVerify(after.ANON_KEY!, new TextEncoder().encode(after.JWT_SECRET))
    for (const name of ['JWT_SECRET', 'SERVICE_ROLE_KEY', 'JWT_KEYS', 'JWT_JWKS'])
      expect([name, after[name]]).not.toEqual([name, before[name]])
    expect(after.SUPABASE_SECRET_KEY).toBe(before.SUPABASE_SECRET_KEY)
  })

  test('el correo se pone después, sin tocar lo demás', async () => {
    const before = await readEnvFile(server.envFile)
    expect(before).toMatchObject({ SMTP_HOST: '', SMTP_PASS: '', ENABLE_EMAIL_AUTOCONFIRM: 'true' })
    server.run('instalar.sh', ['--smtp', 'correo.example:465', '--smtp-usuario', 'no@cacao.example'], {
      SMTP_PASS: 'a $b/ñ@:#',
      HAS_ADMIN: 't',
    })
    const after = await readEnvFile(server.envFile)
    const changed = Object.keys(after).filter((name) => after[name] !== before[name])
    expect(changed.every((name) => /^SMTP_|^ENABLE_EMAIL_AUTOCONFIRM$/.test(name))).toBe(true)
    const url = new URL(after.SMTP_URL!)
    expect([
      url.protocol,
      url.host,
      decodeURIComponent(url.username),
      decodeURIComponent(url.password),
    ]).toEqual(['smtps:', 'correo.example:465', 'no@cacao.example', 'a $b/ñ@:#'])
    expect([after.SMTP_PASS, after.ENABLE_EMAIL_AUTOCONFIRM]).toEqual(["'a $b/ñ@:#'", 'false'])
    await server.calls()
  })
})

describe('actualizar.sh', () => {
  test('dice lo que tocará antes de hacerlo', async () => {
    const { status, output } = server.run('actualizar.sh', ['--comprobar'])
    const last = (await readdir(join(server.dir, 'supabase/migrations'))).sort().at(-1)
    expect(status).toBe(0)
    expect(output).toContain(`does not have: ${last}`)
    expect(output).toContain('would: take a backup')
    expect((await server.calls()).filter((call) => !call.includes('psql'))).toEqual([])
  })

  test('respalda, migra y cambia las funciones sin quedarse sin ninguna', async () => {
    // Another version of ours.
    const file = join(server.dir, 'package.json')
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace(/^ {2}"version": ".*"/m, '  "version": "9.9.9"'),
    )
    const { status } = server.run('actualizar.sh', [], { REPLICAS: 'uno dos' })
    expect(status).toBe(0)
    expect((await readEnvFile(server.envFile)).TRIBOKA_VERSION).toBe('9.9.9')
    const calls = (await server.calls()).filter((call) => !/psql|^run /.test(call))
    const order = [
      'compose run --rm respaldo',
      'compose config',
      'compose build',
      'db push',
      '--scale triboka=4',
      'stop -t 50 uno',
      'rm uno',
      'stop -t 50 dos',
      'rm dos',
    ]
    const at = order.map((part) => calls.findIndex((call) => call.includes(part)))
    expect(at.every((index) => index >= 0)).toBe(true)
    expect(at).toEqual([...at].sort((a, b) => a - b))
  })

  test('trae otra versión oficial sin tocar los datos, y toma de ella lo que es nuevo', async () => {
    const data = join(server.envFile, '../volumes/db/data/PG_VERSION')
    await mkdir(dirname(data), { recursive: true })
    await writeFile(data, '17')
    const before = await readEnvFile(server.envFile)
    const SUPABASE_COMMIT = await server.release('NUEVO_LIMITE=5')
    expect(server.run('actualizar.sh', ['--sin-respaldo']).status).toBe(0)
    expect((await readEnvFile(server.envFile)).NUEVO_LIMITE).toBeUndefined()
    const { status, output } = server.run('actualizar.sh', ['--sin-respaldo'], { SUPABASE_COMMIT })
    expect([status, output]).toEqual([0, expect.stringContaining(`-> ${SUPABASE_COMMIT}`)])
    expect(await readEnvFile(server.envFile)).toEqual({ ...before, NUEVO_LIMITE: '5' })
    expect(await readFile(data, 'utf8')).toBe('17')
    server.env.SUPABASE_COMMIT = SUPABASE_COMMIT
  })

  test('un secreto nuevo de la versión oficial que no sabe hacer la detiene, y el .env queda como estaba', async () => {
    const before = await readFile(server.envFile, 'utf8')
    const SUPABASE_COMMIT = await server.release('NUEVO_SECRET=ejemplo')
    const { status, output } = server.run('actualizar.sh', ['--sin-respaldo'], { SUPABASE_COMMIT })
    expect([status, output]).toEqual([1, expect.stringContaining('NUEVO_SECRET would stay')])
    expect(await readFile(server.envFile, 'utf8')).toBe(before)
    expect((await readdir(join(server.envFile, '..'))).filter((name) => /^\.env\../.test(name))).toEqual([
      '.env.example',
    ])
  })
})
