import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadKeys } from '../../supabase/local/keys.ts'
import { rotateSigningKeys } from '../../supabase/local/signing-keys.ts'
import { client } from '../support/client.ts'
import { makeEnv, type StackProcess, startStackProcess } from '../support/stack.ts'
import { newEmail, ok, PASSWORD } from './support.ts'

let running: StackProcess
beforeAll(async () => {
  const given = await makeEnv()
  const { DATA_DIR } = given.env
  await loadKeys(DATA_DIR!)
  await rotateSigningKeys(DATA_DIR!)
  running = await startStackProcess(given)
})
afterAll(() => running.dispose())

const app = () => client(running.stack.supabaseUrl, running.stack.publishableKey)
const jwksUrl = () => `${running.stack.supabaseUrl}/auth/v1/.well-known/jwks.json`

/** Somebody new, signed in. */
async function enter(email = newEmail()) {
  const who = app()
  const { session } = ok(await who.auth.signUp({ email, password: PASSWORD }))
  return { who, email, token: session!.access_token, refreshToken: session!.refresh_token }
}

/** What each part of the stack says to a token: 401 where it does not hold. */
async function everywhere(token: string) {
  const { supabaseUrl, publishableKey } = running.stack
  const headers = { apikey: publishableKey, authorization: `Bearer ${token}` }
  const paths = ['/auth/v1/user', '/rest/v1/contratos', '/storage/v1/bucket', '/functions/v1/notificaciones']
  const answers = await Promise.all(paths.map((path) => fetch(supabaseUrl + path, { headers })))
  const who = app()
  await who.realtime.setAuth(token)
  const channel = who.channel(`claves:${crypto.randomUUID()}`)
  const joined = await new Promise<string>((done) => channel.subscribe((status) => done(status)))
  await who.removeAllChannels()
  return { holds: answers.map(({ status }) => status !== 401 && status < 500), joined }
}

const HOLDS = { holds: [true, true, true, true], joined: 'SUBSCRIBED' }

describe('con una clave ES256', () => {
  test('firma las sesiones y publica solo su mitad pública', async () => {
    const { token } = await enter()
    const { alg, kid } = decodeProtectedHeader(token)
    expect([alg, kid]).toEqual(['ES256', expect.any(String)])
    const answer = await fetch(jwksUrl())
    expect(answer.headers.get('content-type')).toMatch('application/json')
    const { keys } = (await answer.json()) as { keys: Record<string, unknown>[] }
    expect(keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256', kid }])
    for (const secret of ['d', 'k', 'p', 'q']) expect(keys[0]).not.toHaveProperty(secret)
    const { payload } = await jwtVerify(token, createRemoteJWKSet(new URL(jwksUrl())))
    expect(payload).toMatchObject({ role: 'authenticated', iss: `${running.stack.supabaseUrl}/auth/v1` })
  })

  test('el SDK la comprueba sin preguntar, y todas las partes la conocen', async () => {
    const { who, token } = await enter()
    expect(ok(await who.auth.getClaims(token))).toMatchObject({
      header: { alg: 'ES256' },
      claims: { aal: 'aal1' },
    })
    expect(await everywhere(token)).toEqual(HOLDS)
  })

  test('otra clave con el mismo nombre no vale, ni la pública como secreto', async () => {
    const { token } = await enter()
    const [header, payload, signature] = token.split('.') as [string, string, string]
    const { kid } = decodeProtectedHeader(token)
    const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const forged = [
      `${header}.${payload}.${signature.slice(0, -4)}AAAA`,
      `${encode({ alg: 'HS256', kid, typ: 'JWT' })}.${payload}.${signature}`,
      `${encode({ alg: 'none', typ: 'JWT' })}.${payload}.`,
      `${encode({ alg: 'ES256', kid: crypto.randomUUID(), typ: 'JWT' })}.${payload}.${signature}`,
    ]
    for (const one of forged) {
      const { holds, joined } = await everywhere(one)
      expect([holds[1], holds[3], joined]).toEqual([false, false, 'CHANNEL_ERROR'])
      expect((await app().auth.getUser(one)).error).toMatchObject({ status: 403, code: 'bad_jwt' })
    }
  })
})

test('al cambiarla, la nueva firma y los tokens de la anterior valen todavía', async () => {
  const before = await enter()
  const { kid: old } = decodeProtectedHeader(before.token)
  await running.stop()
  await rotateSigningKeys(running.stack.dataDir)
  const dir = running.env.DATA_DIR!.replace(/\/data$/, '')
  running = await startStackProcess({ dir, env: running.env })

  expect(await everywhere(before.token)).toEqual(HOLDS)
  const { keys } = (await (await fetch(jwksUrl())).json()) as { keys: { kid: string }[] }
  expect(keys.map(({ kid }) => kid)).toEqual([expect.not.stringMatching(old!), old])
  const renewed = ok(await app().auth.refreshSession({ refresh_token: before.refreshToken })).session!
  expect(decodeProtectedHeader(renewed.access_token)).toMatchObject({ alg: 'ES256', kid: keys[0]!.kid })
  expect((await app().auth.getUser(renewed.access_token)).error).toBeNull()
})
