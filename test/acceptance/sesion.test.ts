// A session as any app has it: what begins, renews and ends one, and what it is not good for.
import type { SupabaseClient } from '@supabase/supabase-js'
import { describe, expect, test } from 'vitest'
import { client } from '../support/client.ts'
import { EMAILS, signIn, target } from './support.ts'

const nobody = () => client(target.url, target.key)
const sessionOf = async ({ auth }: SupabaseClient) => (await auth.getSession()).data.session!

/** What REST says of a token. */
const readsWith = async (token: string) =>
  (
    await fetch(`${target.url}/rest/v1/contratos?select=codigo&limit=1`, {
      headers: { apikey: target.key, Authorization: `Bearer ${token}` },
    })
  ).status

describe('entrar', () => {
  test('dice lo mismo de una clave equivocada que de quien no existe', async () => {
    const wrong = [EMAILS.finca, `nadie.${Date.now()}@triboka.test`].map((email) =>
      nobody().auth.signInWithPassword({ email, password: 'no-es-esta-clave' }),
    )
    const told = (await Promise.all(wrong)).map(({ error }) => [error?.status, error?.code, error?.message])
    expect(told[0]).toEqual([400, 'invalid_credentials', expect.any(String)])
    expect(told[1]).toEqual(told[0])
  })

  test('da un token con quién es, hasta cuándo y de qué sesión', async () => {
    const supabase = await signIn('finca')
    const { user, expires_at } = await sessionOf(supabase)
    const { data, error } = await supabase.auth.getClaims()
    expect(error).toBeNull()
    expect(data!.claims).toMatchObject({
      ...{ sub: user.id, role: 'authenticated', aal: 'aal1', is_anonymous: false, exp: expires_at },
      amr: [expect.objectContaining({ method: 'password' })],
      session_id: expect.stringMatching(/^[\da-f-]{36}$/),
    })
  })

  test('sin cuenta no se puede', async () => {
    expect((await nobody().auth.signInAnonymously()).error).toMatchObject({
      code: 'anonymous_provider_disabled',
    })
  })
})

describe('una sesión', () => {
  test('se renueva, y es la misma', async () => {
    const supabase = await signIn('finca')
    const before = await sessionOf(supabase)
    const { data, error } = await supabase.auth.refreshSession()
    expect(error).toBeNull()
    expect(data.session!.refresh_token).not.toBe(before.refresh_token)
    expect(data.user!.id).toBe(before.user.id)
    expect(await readsWith(data.session!.access_token)).toBe(200)
  })

  test('termina sola, sin las demás de la misma persona', async () => {
    const [one, other] = [await signIn('finca'), await signIn('finca')]
    const { access_token, refresh_token } = await sessionOf(one)
    expect((await one.auth.signOut({ scope: 'local' })).error).toBeNull()
    expect((await nobody().auth.refreshSession({ refresh_token })).error).toMatchObject({ status: 400 })
    expect((await nobody().auth.getUser(access_token)).error).toMatchObject({
      name: 'AuthSessionMissingError',
    })
    expect((await other.auth.getUser()).error).toBeNull()
    expect((await other.from('contratos').select('codigo').limit(1)).error).toBeNull()
  })

  test('no administra cuentas', async () => {
    const supabase = await signIn('admin')
    const { access_token } = await sessionOf(supabase)
    for (const token of [access_token, target.key]) {
      const answer = await fetch(`${target.url}/auth/v1/admin/users`, {
        headers: { apikey: target.key, Authorization: `Bearer ${token}` },
      })
      expect([401, 403]).toContain(answer.status)
    }
  })

  test('no se da un papel que no tiene', async () => {
    const supabase = await signIn('finca')
    const { user } = await sessionOf(supabase)
    await supabase.auth.updateUser({ data: { rol: 'admin', empresa_id: 1 } })
    await supabase.auth.refreshSession()
    const { data } = await supabase.from('usuarios').select('rol').eq('id', user.id).single()
    expect(data).toEqual({ rol: 'proveedor' })
  })
})

test('un token que nadie firmó no vale', async () => {
  const { access_token } = await sessionOf(await signIn('finca'))
  const [head, body, signature] = access_token.split('.') as [string, string, string]
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString())
  const forged = [
    `${encoded({ alg: 'none', typ: 'JWT' })}.${body}.`,
    `${head}.${encoded({ ...claims, role: 'service_role' })}.${signature}`,
    `${head}.${body}.${signature.slice(0, -4)}AAAA`,
  ]
  expect(await readsWith(access_token)).toBe(200)
  for (const token of forged) expect(await readsWith(token)).toBe(401)
})
