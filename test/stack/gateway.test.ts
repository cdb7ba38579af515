import { describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { sign } from '../support/sign.ts'

const stack = inject('stack')
const rest = (headers: Record<string, string>, path = '/rest/v1/contratos?select=id&limit=1') =>
  fetch(`${stack.supabaseUrl}${path}`, { headers })

describe('API keys', () => {
  test.each(['/rest/v1/contratos', '/auth/v1/user', '/storage/v1/bucket', '/auth/v1/admin/users'])(
    '%s asks for a key',
    async (path) => {
      const response = await rest({}, path)
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ message: 'No API key found in request' })
    },
  )

  test('a key that is none of ours is refused', async () => {
    const response = await rest({ apikey: `${stack.publishableKey}x` })
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ message: 'Invalid API key' })
  })

  test('opaque and legacy keys give the role of their kind', async () => {
    for (const [key, canListUsers] of [
      [stack.publishableKey, false],
      [stack.anonKey, false],
      [stack.secretKey, true],
      [stack.serviceRoleKey, true],
    ] as const) {
      const { data, error } = await client(stack.supabaseUrl, key).auth.admin.listUsers()
      expect({ key: key.slice(0, 14), ok: !error && data.users.length > 0 }).toEqual({
        key: key.slice(0, 14),
        ok: canListUsers,
      })
    }
  })

  test('the secret key is refused from a browser', async () => {
    const response = await rest({ apikey: stack.secretKey, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' })
    expect(response.status).toBe(401)
  })

  test('a key in the query works as in the header', async () => {
    const response = await rest({}, `/rest/v1/contratos?select=id&limit=1&apikey=${stack.secretKey}`)
    expect(response.status).toBe(200)
  })

  test('however the name of a key is written in the query, it is the key and no filter', async () => {
    for (const name of ['%61pikey', 'api%6bey', '%61%70%69%6b%65%79']) {
      const response = await rest({}, `/rest/v1/contratos?${name}=${stack.secretKey}&select=id&limit=1`)
      expect([name, response.status]).toEqual([name, 200])
    }
    const two = await rest({}, `/rest/v1/contratos?apikey=${stack.secretKey}&apikey=${stack.secretKey}`)
    expect(two.status).toBe(401)
  })

  test('a key in the query goes to no provider, and is in no address that Auth sends a browser to', async () => {
    const query = `%61pikey=${stack.publishableKey}&token=x&type=signup&redirect_to=http://127.0.0.1:3000/`
    const answer = await fetch(`${stack.supabaseUrl}/auth/v1/verify?${query}`, { redirect: 'manual' })
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).not.toContain(stack.publishableKey)
  })
})

describe('tokens', () => {
  test.each([
    [
      'signed by somebody else',
      () => sign({ role: 'service_role' }, '1h', 'another-secret-of-32-characters-or-more'),
    ],
    ['expired', () => sign({ role: 'service_role' }, '-1h')],
    ['without signature', async () => `${btoa('{"alg":"none"}')}.${btoa('{"role":"service_role"}')}.`],
    ['of a role that nobody may take', () => sign({ role: 'supabase_admin' })],
    ['of the owner of the tables', () => sign({ role: 'postgres' })],
  ])('a token %s opens nothing', async (_, token) => {
    for (const path of ['/rest/v1/contratos?select=id', '/storage/v1/bucket', '/auth/v1/admin/users']) {
      const response = await rest(
        { apikey: stack.publishableKey, authorization: `Bearer ${await token()}` },
        path,
      )
      expect(response.status, path).toBeGreaterThanOrEqual(400)
      expect(response.status, path).toBeLessThan(500)
    }
  })
})

describe('the gateway', () => {
  test('answers a preflight of any SDK', async () => {
    const response = await fetch(`${stack.supabaseUrl}/rest/v1/contratos`, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,apikey,x-client-info,content-profile',
      },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-headers')).toContain('content-profile')
  })

  test('hands /functions/v1 on to the functions', async () => {
    const [direct, through] = await Promise.all([
      fetch(`${stack.functionsUrl}/salud`),
      fetch(`${stack.supabaseUrl}/functions/v1/salud`),
    ])
    expect([direct.status, through.status]).toEqual([200, 200])
  })

  test('refuses a body that would fill its memory', async () => {
    const response = await fetch(`${stack.supabaseUrl}/rest/v1/contratos`, {
      method: 'POST',
      headers: { apikey: stack.publishableKey, 'content-type': 'application/json' },
      body: `"${'x'.repeat(21 * 2 ** 20)}"`,
    })
    expect(response.status).toBe(413)
  })

  test('tells nothing about itself on an unknown path', async () => {
    const response = await rest({ apikey: stack.publishableKey }, '/pg/query')
    expect(response.status).toBe(404)
    expect(await response.text()).not.toMatch(/at .*\.ts/)
  })
})

// What a transaction remembers of its user is kept in settings: whoever could write one would be anybody.
describe('the REST server', () => {
  const asUser = async () => ({
    apikey: stack.publishableKey,
    authorization: `Bearer ${await sign({ role: 'authenticated', sub: crypto.randomUUID() })}`,
  })

  test.each(['privado', 'auth', 'storage', 'supabase_migrations', 'pg_catalog', 'information_schema'])(
    'does not serve schema %s',
    async (schema) => {
      const headers = { ...(await asUser()), 'accept-profile': schema, 'content-profile': schema }
      for (const [path, method] of [
        ['/rest/v1/mis_contratos?select=*', 'GET'],
        ['/rest/v1/rpc/set_config', 'POST'],
      ] as const) {
        const response = await fetch(`${stack.supabaseUrl}${path}`, { method, headers })
        expect([path, response.status]).toEqual([path, 406])
      }
    },
  )

  test('lets nobody write a setting', async () => {
    const response = await fetch(`${stack.supabaseUrl}/rest/v1/rpc/set_config`, {
      method: 'POST',
      headers: { ...(await asUser()), 'content-type': 'application/json' },
      body: JSON.stringify({ setting_name: 'privado.empresa', new_value: '1', is_local: true }),
    })
    expect(response.status).toBe(404)
  })
})
