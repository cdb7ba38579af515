import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { type AuthServer, makeUser, ok, PASSWORD, startAuth } from './support.ts'

const { publishableKey } = inject('stack')

const at = ({ url }: AuthServer) => client(url, publishableKey).auth

async function enter(server: AuthServer) {
  const user = await makeUser({ app_metadata: { plan: 'a' } })
  const auth = at(server)
  return {
    user,
    auth,
    session: ok(await auth.signInWithPassword({ email: user.email!, password: PASSWORD })).session,
  }
}

/** Lets time go by in a session. */
const age = (token: string, by: string) =>
  sql(
    `update auth.sessions set created_at = created_at - $2::interval, refreshed_at = refreshed_at - $2::interval
     where id = $1`,
    [decodeJwt(token).session_id, by],
  )

describe('la función de Postgres que nombra auth.hook.custom_access_token', () => {
  let server: AuthServer
  beforeAll(async () => {
    await sql(`
      create schema prueba_gancho;
      grant usage on schema prueba_gancho to supabase_auth_admin;
      create function prueba_gancho.claims(event jsonb) returns jsonb language plpgsql as $$
      begin
        if event #>> '{claims,app_metadata,plan}' = 'nadie' then
          return '{"error": {"http_code": 403, "message": "No entra"}}';
        elsif event #>> '{claims,app_metadata,plan}' = 'roto' then
          return jsonb_build_object('claims', event -> 'claims' #- '{role}');
        end if;
        return jsonb_build_object('claims', event -> 'claims'
          || jsonb_build_object('empresa', 7, 'por', event -> 'authentication_method'));
      end $$;
      grant execute on function prueba_gancho.claims to supabase_auth_admin;`)
    server = await startAuth({
      hook: { custom_access_token: { enabled: true, uri: 'pg-functions://postgres/prueba_gancho/claims' } },
    })
  })
  afterAll(async () => {
    await server.close()
    await sql('drop schema prueba_gancho cascade')
  })

  test('tiene la última palabra sobre lo que dice el token, al entrar y al renovar', async () => {
    const { auth, session, user } = await enter(server)
    expect(decodeJwt(session.access_token)).toMatchObject({ sub: user.id, empresa: 7, por: 'password' })
    const next = ok(await auth.refreshSession()).session!
    expect(decodeJwt(next.access_token)).toMatchObject({ empresa: 7, por: 'token_refresh', aal: 'aal1' })
  })

  test.each([
    ['nadie', 403, 'No entra'],
    ['roto', 500, expect.stringContaining('role')],
  ])('si dice %j no entra, y no queda sesión', async (plan, status, message) => {
    const user = await makeUser({ app_metadata: { plan } })
    const { error } = await at(server).signInWithPassword({ email: user.email!, password: PASSWORD })
    expect(error).toMatchObject({ status, message })
    expect(await sql('select from auth.sessions where user_id = $1', [user.id])).toEqual([])
  })
})

describe('auth.sessions', () => {
  test.each([
    ['timebox', 'Invalid Refresh Token: Session Expired'],
    ['inactivity_timeout', 'Invalid Refresh Token: Session Expired (Inactivity)'],
  ])('%s: pasado ese tiempo no se renueva, antes sí', async (name, message) => {
    const server = await startAuth({ sessions: { [name]: '2h' } })
    try {
      const { auth, session } = await enter(server)
      const next = ok(await auth.refreshSession()).session!
      await age(session.access_token, '3 hours')
      const { error } = await auth.refreshSession({ refresh_token: next.refresh_token })
      expect(error).toMatchObject({ status: 400, code: 'session_expired', message })
    } finally {
      await server.close()
    }
  })

  test('la que se usa no acaba por inactividad', async () => {
    const server = await startAuth({ sessions: { inactivity_timeout: '2h' } })
    try {
      const { auth, session } = await enter(server)
      for (let hour = 0; hour < 3; hour++) {
        await age(session.access_token, '1 hour')
        ok(await auth.refreshSession())
      }
    } finally {
      await server.close()
    }
  })
})

test('auth.sessions.single_per_user: sigue la sesión que se usó después', async () => {
  const server = await startAuth({ sessions: { single_per_user: true } })
  try {
    const { auth, user } = await enter(server)
    const other = at(server)
    ok(await other.signInWithPassword({ email: user.email!, password: PASSWORD }))
    expect((await auth.refreshSession()).error).toMatchObject({
      status: 400,
      code: 'session_expired',
      message: 'Invalid Refresh Token: Session Expired (Revoked by Newer Login)',
    })
    ok(await other.refreshSession())
  } finally {
    await server.close()
  }
})

describe('salir', () => {
  let server: AuthServer
  beforeAll(async () => {
    server = await startAuth({})
  })
  afterAll(() => server.close())

  test.each([
    ['local', [false, true]],
    ['others', [true, false]],
    ['global', [false, false]],
  ] as const)('scope %s: quién sigue dentro', async (scope, expected) => {
    const { auth, session, user } = await enter(server)
    const other = at(server)
    const theirs = ok(await other.signInWithPassword({ email: user.email!, password: PASSWORD })).session
    // What the SDK forgets by itself.
    const answer = await fetch(`${server.url}/auth/v1/logout?scope=${scope}`, {
      method: 'POST',
      headers: { apikey: publishableKey, authorization: `Bearer ${session.access_token}` },
    })
    expect([answer.status, await answer.text()]).toEqual([204, ''])
    const isIn = async (token: string) => (await auth.getUser(token)).error === null
    expect([await isIn(session.access_token), await isIn(theirs.access_token)]).toEqual(expected)
  })

  test('de otro modo no', async () => {
    const { session } = await enter(server)
    const answer = await fetch(`${server.url}/auth/v1/logout?scope=todos`, {
      method: 'POST',
      headers: { apikey: publishableKey, authorization: `Bearer ${session.access_token}` },
    })
    expect([answer.status, await answer.json()]).toMatchObject([400, { error_code: 'validation_failed' }])
  })
})

describe('lo que no hay', () => {
  const { supabaseUrl } = inject('stack')
  const ask = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
    const answer = await fetch(`${supabaseUrl}/auth/v1${path}`, {
      method,
      headers: { apikey: publishableKey, ...headers },
      ...(body !== undefined && { body }),
    })
    return { status: answer.status, code: answer.headers.get('x-sb-error-code'), body: await answer.json() }
  }

  test.each([
    ['GET', '/no/hay', 404, 'not_found'],
    ['DELETE', '/token', 405, 'method_not_allowed'],
    ['POST', '/sso', 404, 'saml_provider_disabled'],
    ['GET', '/passkeys', 404, 'passkey_disabled'],
    ['POST', '/token', 400, 'invalid_credentials'],
    ['GET', '/user', 401, 'no_authorization'],
    ['GET', '/admin/users', 403, 'not_admin'],
    ['GET', '/admin/no/hay', 404, 'not_found'],
  ])('%s %s se dice en JSON, con su código', async (method, path, status, code) => {
    expect(await ask(method, path)).toEqual({
      status,
      code,
      body: { code: status, error_code: code, msg: expect.any(String) },
    })
  })

  test('con la versión nueva de la API el código se llama code', async () => {
    const { body } = await ask('GET', '/user', { 'x-supabase-api-version': '2024-01-01' })
    expect(body).toEqual({ code: 'no_authorization', message: 'This endpoint requires a valid Bearer token' })
  })

  test.each([
    ['a.b.c', 'bad_jwt'],
    [publishableKey, 'bad_jwt'],
    [inject('stack').anonKey, 'bad_jwt'],
  ])('un token que no es de nadie no es de una sesión', async (token, code) => {
    expect(await ask('GET', '/user', { authorization: `Bearer ${token}` })).toMatchObject({
      status: 403,
      code,
    })
  })

  test('una petición sin cuerpo no es una cuenta sin datos', async () => {
    expect(await ask('POST', '/signup', {}, '')).toMatchObject({ status: 400, code: 'bad_json' })
  })
})
