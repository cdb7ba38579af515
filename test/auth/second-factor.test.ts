import { decodeJwt } from 'jose'
import { Secret, TOTP } from 'otpauth'
import { afterAll, describe, expect, inject, test, vi } from 'vitest'
import { client } from '../support/client.ts'
import { type AuthServer, newEmail, ok, PASSWORD, startAuth } from './support.ts'

const drawn = vi.hoisted(() => ({ times: 0 }))
vi.mock('uqr', async (original) => {
  const real = await original<typeof import('uqr')>()
  const renderSVG: typeof real.renderSVG = (...given) => {
    drawn.times++
    return real.renderSVG(...given)
  }
  return { ...real, renderSVG }
})

const { publishableKey, secretKey } = inject('stack')
const totp = (isOn: boolean) => ({
  site_url: 'http://127.0.0.1:3000',
  mfa: { totp: { enroll_enabled: isOn, verify_enabled: isOn } },
})

const server = await startAuth(totp(true))
afterAll(() => server.close())

/** Somebody with a session. */
async function enter(at: AuthServer, email?: string) {
  if (!email) {
    email = newEmail()
    const { admin } = client(at.url, secretKey).auth
    ok(await admin.createUser({ email, password: PASSWORD, email_confirm: true }))
  }
  const { auth } = client(at.url, publishableKey)
  const { session, user } = ok(await auth.signInWithPassword({ email, password: PASSWORD }))
  return { auth, email, user: user!, session: session! }
}

/** What the person's telephone shows now. */
const codeOf = (secret: string, inSeconds = 0) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.now() + inSeconds * 1000 })
const wrongFor = (secret: string) => (codeOf(secret) === '000000' ? '111111' : '000000')

/** Somebody who has a second factor, and has just used it. */
async function withFactor() {
  const who = await enter(server)
  const factor = ok(await who.auth.mfa.enroll({ factorType: 'totp', friendlyName: 'mi teléfono' }))
  const { secret } = factor.totp
  ok(await who.auth.mfa.challengeAndVerify({ factorId: factor.id, code: codeOf(secret) }))
  return { ...who, factorId: factor.id, secret }
}

describe('inscribir un segundo factor', () => {
  test('da un secreto, su dirección otpauth y un dibujo', async () => {
    const { auth, email } = await enter(server)
    const factor = ok(
      await auth.mfa.enroll({ factorType: 'totp', friendlyName: 'mi teléfono', issuer: 'Triboka' }),
    )
    expect(factor).toMatchObject({ id: expect.any(String), type: 'totp', friendly_name: 'mi teléfono' })
    const uri = new URL(factor.totp.uri)
    expect([uri.protocol, uri.host, decodeURIComponent(uri.pathname)]).toEqual([
      'otpauth:',
      'totp',
      `/Triboka:${email}`,
    ])
    expect(uri.searchParams.get('secret')).toBe(factor.totp.secret)
    expect(factor.totp.qr_code).toMatch(/^data:image\/svg\+xml;utf-8,.*<svg/s)
  })

  test('mientras no se compruebe no pide nada, y el nombre no se repite', async () => {
    const { auth, email } = await enter(server)
    ok(await auth.mfa.enroll({ factorType: 'totp', friendlyName: 'uno' }))
    expect((await auth.mfa.enroll({ factorType: 'totp', friendlyName: 'uno' })).error).toMatchObject({
      status: 422,
      code: 'mfa_factor_name_conflict',
    })
    const { session } = await enter(server, email)
    expect(decodeJwt(session.access_token).aal).toBe('aal1')
    const again = (await enter(server, email)).auth
    expect(ok(await again.mfa.getAuthenticatorAssuranceLevel())).toMatchObject({ nextLevel: 'aal1' })
  })
})

describe('de más', () => {
  test('no se inscribe, ni se dibuja, el que no cabe', async () => {
    const few = await startAuth({ ...totp(true), mfa: { ...totp(true).mfa, max_enrolled_factors: 1 } })
    const { auth } = await enter(few)
    ok(await auth.mfa.enroll({ factorType: 'totp', friendlyName: 'uno' }))
    const before = drawn.times
    const more = await Promise.all(
      ['dos', 'uno'].map((friendlyName) => auth.mfa.enroll({ factorType: 'totp', friendlyName })),
    )
    expect(more.map(({ error }) => [error?.status, error?.code])).toEqual([
      [422, 'too_many_enrolled_mfa_factors'],
      [422, 'mfa_factor_name_conflict'],
    ])
    const { error } = await auth.mfa.enroll({ factorType: 'totp', issuer: 'T'.repeat(3000) })
    expect(error).toMatchObject({ status: 400, code: 'validation_failed' })
    expect(drawn.times).toBe(before)
    await few.close()
  })
})

describe('comprobarlo', () => {
  test('con el código de ahora la sesión pasa a aal2, y lo dice su token', async () => {
    const { auth, factorId } = await withFactor()
    const { access_token, user } = ok(await auth.getSession()).session!
    expect(decodeJwt(access_token)).toMatchObject({
      aal: 'aal2',
      amr: expect.arrayContaining([
        expect.objectContaining({ method: 'totp' }),
        expect.objectContaining({ method: 'password' }),
      ]),
    })
    expect(user.factors).toMatchObject([{ id: factorId, status: 'verified', factor_type: 'totp' }])
    expect(ok(await auth.mfa.getAuthenticatorAssuranceLevel())).toMatchObject({
      currentLevel: 'aal2',
      nextLevel: 'aal2',
    })
    expect(ok(await auth.mfa.listFactors()).totp).toMatchObject([{ id: factorId }])
    expect(decodeJwt(ok(await auth.refreshSession()).session!.access_token).aal).toBe('aal2')
  })

  test('las sesiones que no lo usaron terminan, y quien entra otra vez debe usarlo', async () => {
    const first = await enter(server)
    const second = await enter(server, first.email)
    const { id, totp } = ok(await first.auth.mfa.enroll({ factorType: 'totp' }))
    ok(await first.auth.mfa.challengeAndVerify({ factorId: id, code: codeOf(totp.secret) }))
    expect((await second.auth.refreshSession()).error).not.toBeNull()
    const third = await enter(server, first.email)
    expect(ok(await third.auth.mfa.getAuthenticatorAssuranceLevel())).toMatchObject({
      currentLevel: 'aal1',
      nextLevel: 'aal2',
    })
  })

  test('un código falso, o de un reto que ya se usó, no', async () => {
    const { auth, email } = await enter(server)
    const { id: factorId, totp } = ok(await auth.mfa.enroll({ factorType: 'totp' }))
    const { id: challengeId } = ok(await auth.mfa.challenge({ factorId }))
    const verify = (code: string) => auth.mfa.verify({ factorId, challengeId, code })
    expect((await verify(wrongFor(totp.secret))).error).toMatchObject({
      status: 422,
      code: 'mfa_verification_failed',
    })
    expect((await verify('')).error).toMatchObject({ status: 400, code: 'validation_failed' })
    ok(await verify(codeOf(totp.secret)))
    expect((await verify(codeOf(totp.secret))).error).toMatchObject({ code: 'mfa_ip_address_mismatch' })
    expect(decodeJwt((await enter(server, email)).session.access_token).aal).toBe('aal1')
  })

  test('un código que ya sirvió no sirve otra vez, ni uno de antes, aunque lleguen a la vez', async () => {
    const { auth, email, factorId, secret } = await withFactor()
    const used = { status: 422, code: 'mfa_verification_failed' }
    const give = (by: typeof auth, code: string) => by.mfa.challengeAndVerify({ factorId, code })
    expect((await give(auth, codeOf(secret))).error).toMatchObject(used)
    const thief = (await enter(server, email)).auth
    expect((await give(thief, codeOf(secret))).error).toMatchObject(used)

    // Of the next half minute, which a clock that is ahead shows already.
    const next = codeOf(secret, 30)
    const both = await Promise.all([give(auth, next), give(auth, next)])
    expect(both.filter(({ error }) => error === null)).toHaveLength(1)
    expect((await give(auth, codeOf(secret))).error).toMatchObject(used)
  })

  test('del factor de otro nadie sabe', async () => {
    const { factorId } = await withFactor()
    const { auth } = await enter(server)
    for (const { error } of [await auth.mfa.challenge({ factorId }), await auth.mfa.unenroll({ factorId })])
      expect(error).toMatchObject({ status: 404, code: 'mfa_factor_not_found' })
  })

  test('quien prueba códigos deja de poder probar', async () => {
    const { auth } = await enter(server)
    const { id: factorId, totp } = ok(await auth.mfa.enroll({ factorType: 'totp' }))
    const { id: challengeId } = ok(await auth.mfa.challenge({ factorId }))
    const tries = await Promise.all(
      Array.from({ length: 40 }, () =>
        auth.mfa.verify({ factorId, challengeId, code: wrongFor(totp.secret) }),
      ),
    )
    const looked = tries.filter(({ error }) => error?.code === 'mfa_verification_failed')
    expect(looked.length).toBeLessThan(20)
    expect(tries.at(-1)!.error).toMatchObject({ status: 429, code: 'over_request_rate_limit' })
    const { error } = await auth.mfa.verify({ factorId, challengeId, code: codeOf(totp.secret) })
    expect(error).toMatchObject({ status: 429 })
  })
})

test('retos pide una persona quince por minuto, desde donde sea; otra los suyos', async () => {
  const [one, other] = [await withFactor(), await withFactor()]
  const all = []
  for (let n = 0; n < 16; n++) all.push(await one.auth.mfa.challenge({ factorId: one.factorId }))
  expect(all.at(-1)!.error).toMatchObject({ status: 429, code: 'over_request_rate_limit' })
  expect(all.filter(({ error }) => error === null)).toHaveLength(14)
  ok(await other.auth.mfa.challenge({ factorId: other.factorId }))
})

describe('con un segundo factor', () => {
  test('sin usarlo no se cambia la contraseña ni el correo, ni se inscribe o quita un factor', async () => {
    const { email, factorId } = await withFactor()
    const { auth } = await enter(server, email)
    for (const change of [{ password: 'otra clave 99' }, { email: newEmail() }])
      expect((await auth.updateUser(change)).error).toMatchObject({ status: 401, code: 'insufficient_aal' })
    expect((await auth.mfa.enroll({ factorType: 'totp', friendlyName: 'otro' })).error).toMatchObject({
      status: 403,
      code: 'insufficient_aal',
    })
    expect((await auth.mfa.unenroll({ factorId })).error).toMatchObject({
      status: 422,
      code: 'insufficient_aal',
    })
    expect((await auth.updateUser({ data: { tema: 'claro' } })).error).toBeNull()
  })

  test('quien lo quita vuelve a aal1', async () => {
    const { auth, factorId } = await withFactor()
    expect(ok(await auth.mfa.unenroll({ factorId }))).toEqual({ id: factorId })
    expect(decodeJwt(ok(await auth.refreshSession()).session!.access_token)).toMatchObject({ aal: 'aal1' })
    expect(ok(await auth.getUser()).user.factors ?? []).toEqual([])
  })

  test('un administrador lo ve y lo quita a quien perdió su teléfono', async () => {
    const { user, factorId, email } = await withFactor()
    const { mfa } = client(server.url, secretKey).auth.admin
    const { factors } = ok(await mfa.listFactors({ userId: user.id }))
    expect(factors).toMatchObject([{ id: factorId, friendly_name: 'mi teléfono', status: 'verified' }])
    expect(JSON.stringify(factors)).not.toContain('secret')
    ok(await mfa.deleteFactor({ userId: user.id, id: factorId }))
    const { auth } = await enter(server, email)
    expect(ok(await auth.mfa.getAuthenticatorAssuranceLevel())).toMatchObject({ nextLevel: 'aal1' })
  })
})

test('apagado, responde que lo está, en JSON', async () => {
  const off = await startAuth(totp(false))
  try {
    const { auth } = await enter(off)
    expect((await auth.mfa.enroll({ factorType: 'totp' })).error).toMatchObject({
      status: 422,
      code: 'mfa_totp_enroll_not_enabled',
    })
  } finally {
    await off.close()
  }
})
