import type { SupabaseClient } from '@supabase/supabase-js'
import { decodeJwt } from 'jose'
import { Secret, TOTP } from 'otpauth'
import { describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { makeUser, ok, PASSWORD, person } from './support.ts'

const stack = inject('stack')
const admin = client(stack.supabaseUrl, stack.secretKey).auth.admin

const get = (path: string) =>
  fetch(`${stack.supabaseUrl}/auth/v1/admin${path}`, { headers: { apikey: stack.secretKey } })

/** A person with a factor that has been proved. */
async function withFactor(): Promise<{ who: SupabaseClient; id: string; factorId: string }> {
  const { id, email } = await makeUser()
  const who = person()
  ok(await who.auth.signInWithPassword({ email: email!, password: PASSWORD }))
  const factor = ok(await who.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'Teléfono' }))
  const code = new TOTP({ secret: Secret.fromBase32(factor.totp.secret) }).generate()
  ok(await who.auth.mfa.challengeAndVerify({ factorId: factor.id, code }))
  return { who, id, factorId: factor.id }
}

describe('los factores de una persona', () => {
  test('se leen sin su secreto, y quien perdió el teléfono vuelve a aal1', async () => {
    const { who, id, factorId } = await withFactor()
    const factors = ok(await admin.mfa.listFactors({ userId: id })) as unknown as object[]
    const shown = { id: factorId, status: 'verified', factor_type: 'totp', friendly_name: 'Teléfono' }
    expect([Object(factors).factors ?? factors].flat()).toMatchObject([shown])
    expect(JSON.stringify(factors)).not.toContain('secret')
    expect(ok(await admin.getUserById(id)).user?.factors).toMatchObject([shown])

    ok(await admin.mfa.deleteFactor({ userId: id, id: factorId }))
    const { session } = ok(await who.auth.refreshSession())
    const { aal, amr } = decodeJwt<{ aal: string; amr: { method: string }[] }>(session!.access_token)
    expect([aal, amr.map(({ method }) => method)]).toEqual(['aal1', ['password']])
    expect((await admin.mfa.deleteFactor({ userId: id, id: factorId })).error).toMatchObject({
      status: 404,
      code: 'mfa_factor_not_found',
    })
  })

  test('cambian de nombre, y los de otro no se tocan', async () => {
    const { id, factorId } = await withFactor()
    const rename = (userId: string) =>
      fetch(`${stack.supabaseUrl}/auth/v1/admin/users/${userId}/factors/${factorId}`, {
        method: 'PUT',
        headers: { apikey: stack.secretKey, 'content-type': 'application/json' },
        body: JSON.stringify({ friendly_name: 'Tableta' }),
      })
    expect(await (await rename(id)).json()).toMatchObject({ id: factorId, friendly_name: 'Tableta' })
    expect((await rename((await makeUser()).id)).status).toBe(404)
  })

  test('con huella se borran también', async () => {
    const { id } = await withFactor()
    ok(await admin.deleteUser(id, true))
    expect(await (await get(`/users/${id}/factors`)).json()).toEqual([])
  })
})

describe('la bitácora', () => {
  test('se lee por páginas, lo último primero, y se busca', async () => {
    const { email } = await makeUser()
    ok(await person().auth.signInWithPassword({ email: email!, password: PASSWORD }))
    const answer = await get(`/audit?per_page=1&query=${encodeURIComponent(`author:${email}`)}`)
    expect(answer.headers.get('x-total-count')).toMatch(/^\d+$/)
    expect(await answer.json()).toMatchObject([{ payload: { action: 'login', actor_username: email } }])
    expect((await get('/audit?query=otra:cosa')).status).toBe(400)
    expect((await get('/audit?query=action')).status).toBe(400)
  })

  test('no guarda contraseñas ni códigos', async () => {
    const text = await (await get('/audit?per_page=500')).text()
    expect(text).not.toMatch(new RegExp(`${PASSWORD}|\\$2[aby]\\$|token_hash|otp_code`))
  })
})

describe('lo que está apagado', () => {
  test.each([
    ['GET', '/admin/sso/providers', 200, undefined],
    ['POST', '/admin/sso/providers', 404, 'saml_provider_disabled'],
    ['GET', '/admin/oauth/clients', 404, 'feature_disabled'],
    ['GET', '/admin/custom-providers', 200, undefined],
    ['POST', '/admin/custom-providers', 404, 'feature_disabled'],
    ['POST', '/sso', 404, 'saml_provider_disabled'],
    ['GET', '/passkeys', 404, 'passkey_disabled'],
    ['POST', '/token?grant_type=web3', 422, 'web3_provider_disabled'],
    ['GET', '/admin/nada', 404, 'not_found'],
  ])('%s %s responde %d %s, en JSON', async (method, path, status, code) => {
    const answer = await fetch(`${stack.supabaseUrl}/auth/v1${path}`, {
      method,
      headers: { apikey: stack.secretKey, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: '{}' }),
    })
    expect([answer.status, (await answer.json()).error_code]).toEqual([status, code])
  })

  test.each(['asc', 'desc'])('la lista va en orden %s', async (order) => {
    const { users } = await (await get(`/users?sort=created_at%20${order}&per_page=5`)).json()
    const times = users.map(({ created_at }: { created_at: string }) => Date.parse(created_at))
    expect(times).toEqual(times.toSorted((a: number, b: number) => (order === 'asc' ? a - b : b - a)))
    expect((await get('/users?sort=email')).status).toBe(400)
  })
})
