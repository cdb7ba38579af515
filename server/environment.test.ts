import { availableParallelism } from 'node:os'
import { describe, expect, test } from 'vitest'
import { readEnvironment } from './environment.ts'

const whole = {
  SUPABASE_URL: 'http://127.0.0.1:54321/',
  SUPABASE_PUBLISHABLE_KEY: 'sb_publishable_x',
  DATABASE_URL: 'postgresql://authenticator:x@127.0.0.1:54322/postgres',
  JWT_SECRET: 'a'.repeat(32),
}

describe('the environment of the functions', () => {
  test('is read with its defaults', () => {
    expect(readEnvironment(whole)).toEqual({
      supabaseUrl: 'http://127.0.0.1:54321',
      publicUrl: 'http://127.0.0.1:54321',
      paginaUrl: 'http://127.0.0.1:54321/functions/v1',
      evidencia: { nombre: '127.0.0.1:54321', autoridades: [] },
      publishableKey: 'sb_publishable_x',
      databaseUrl: whole.DATABASE_URL,
      jwtSecret: whole.JWT_SECRET,
      trustedProxies: ['loopback'],
      corsOrigins: ['*'],
      metrics: { allow: ['loopback'] },
      shutdownDelay: 0,
      limits: {
        reads: { points: 30_000, seconds: 60 },
        writes: { points: 600, seconds: 60 },
        uploads: { points: 120, seconds: 60 },
        address: { points: 6000, seconds: 60 },
        anonymous: { points: 600, seconds: 60 },
      },
      respaldos: false,
      disks: { folders: [{ name: 'data', path: '.' }], reserve: 256 * 2 ** 20 },
      logLevel: 'info',
      smtpFrom: 'Triboka <no-responder@localhost>',
      appUrl: 'http://127.0.0.1:3000',
      poolSize: 20,
      readers: 2 * availableParallelism() + 1,
      releer: 200,
      enlaceS: 86_400,
    })
  })

  test('takes the legacy key where there is no publishable one', () => {
    const env = { ...whole, SUPABASE_PUBLISHABLE_KEY: '', SUPABASE_ANON_KEY: 'eyJ' }
    expect(readEnvironment(env).publishableKey).toBe('eyJ')
  })

  test.each(['sb_secret_x', `e30.${btoa('{"role":"service_role"}')}.x`])('takes a secret key, %s', (key) => {
    expect(readEnvironment({ ...whole, SUPABASE_SERVICE_ROLE_KEY: key }).secretKey).toBe(key)
  })

  test('prefers AUTHENTICATOR_DATABASE_URL to a DATABASE_URL of another role', () => {
    const env = {
      ...whole,
      DATABASE_URL: 'postgres://postgres:x@h/postgres',
      AUTHENTICATOR_DATABASE_URL: whole.DATABASE_URL,
    }
    expect(readEnvironment(env).databaseUrl).toBe(whole.DATABASE_URL)
  })

  test('accepts the login of a tenant of the pooler', () => {
    const env = { ...whole, DATABASE_URL: 'postgres://authenticator.tenant:x@pooler:6543/postgres' }
    expect(readEnvironment(env).databaseUrl).toBe(env.DATABASE_URL)
  })

  test('takes lists, and a limit that is off', () => {
    const env = {
      ...whole,
      TRUSTED_PROXIES: 'loopback, 10.0.0.0/8',
      CORS_ORIGINS: 'https://a.test,https://b.test',
    }
    expect(readEnvironment({ ...env, LIMIT_WRITES: 'off', LIMIT_UPLOADS: '5/1' })).toMatchObject({
      trustedProxies: ['loopback', '10.0.0.0/8'],
      corsOrigins: ['https://a.test', 'https://b.test'],
      limits: { writes: undefined, uploads: { points: 5, seconds: 1 } },
    })
  })

  test.each([
    ['TRUSTED_PROXIES', 'nginx'],
    ['METRICS_ALLOW', '10.0.0.0/99'],
    ['CORS_ORIGINS', 'a.test'],
    ['CORS_ORIGINS', 'https://a.test/'],
    ['METRICS_TOKEN', 'short'],
    ['SHUTDOWN_DELAY', '-1'],
    ['REDIS_URL', 'http://h'],
    ['LIMIT_READS', '0/60'],
    ['LIMIT_WRITES', '600'],
    ['LIMIT_ANONYMOUS', '600/0'],
    ['SUPABASE_SECRET_KEY', 'sb_publishable_x'],
    ['TSA_CA', '/no/hay.pem'],
    ['TSA_CA', import.meta.filename],
    ['SUPABASE_SECRET_KEY', `e30.${btoa('{"role":"anon"}')}.x`],
  ])('refuses %s=%s', (name, value) => {
    expect(() => readEnvironment({ ...whole, [name]: value })).toThrow(new RegExp(`start: ${name} `))
  })

  test.each(['postgres', 'supabase_admin', 'authenticated', ''])('refuses to query as %o', (user) => {
    const env = { ...whole, DATABASE_URL: `postgres://${user}:x@h/postgres` }
    expect(() => readEnvironment(env)).toThrow('must log in as authenticator')
  })

  test('names everything that is missing or wrong in one line', () => {
    expect(() =>
      readEnvironment({ SUPABASE_URL: 'ftp://x', JWT_SECRET: 'short', LOG_LEVEL: 'loud' }),
    ).toThrow(
      /^The functions cannot start: SUPABASE_URL is not an http\(s\) URL; SUPABASE_PUBLISHABLE_KEY is missing; DATABASE_URL is missing; JWT_SECRET is shorter than 32 characters.*; LOG_LEVEL is none of [^\n]*$/,
    )
  })

  test('never shows a secret in its complaint', () => {
    const env = { ...whole, DATABASE_URL: 'mysql://authenticator:hunter2@h/x', JWT_SECRET: 'hunter2' }
    expect(() => readEnvironment(env)).toThrow(expect.not.stringContaining('hunter2'))
  })
})
