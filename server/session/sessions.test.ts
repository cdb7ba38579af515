import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listen } from '../../test/support/listen.ts'
import { bearerOf, createSessionVerifier } from './sessions.ts'

const SECRET = 'un secreto de al menos treinta y dos caracteres'
const SUB = '6f1d9c1e-7c7a-4c3e-9a53-0f7f3a0c2b11'
const unauthenticated = expect.objectContaining({ statusCode: 401, clave: 'no_autenticado' })

const session = (claims: object = {}, expires = '1h', header = { alg: 'HS256' }) =>
  new SignJWT({ role: 'authenticated', ...claims })
    .setProtectedHeader(header)
    .setSubject(SUB)
    .setAudience('authenticated')
    .setExpirationTime(expires)
const sign = (jwt: SignJWT, secret = SECRET) => jwt.sign(new TextEncoder().encode(secret))

describe('la sesión con secreto compartido', () => {
  const verify = createSessionVerifier({ supabaseUrl: 'http://127.0.0.1:1', jwtSecret: SECRET })

  test('vale con su firma, y otra vez', async () => {
    const token = await sign(session())
    expect(await verify(token)).toMatchObject({ sub: SUB, role: 'authenticated' })
    expect(await verify(token)).toMatchObject({ sub: SUB })
  })

  test.each([
    ['de otro secreto', () => sign(session(), 'x'.repeat(40))],
    ['vencida', () => sign(session({}, '-1s'))],
    ['de la clave anónima', () => sign(session({ role: 'anon' }))],
    ['de la clave de servicio', () => sign(session({ role: 'service_role' }))],
    ['de otra audiencia', () => sign(session().setAudience('otra'))],
    [
      'sin vencimiento',
      () =>
        sign(
          new SignJWT({ role: 'authenticated' })
            .setProtectedHeader({ alg: 'HS256' })
            .setSubject(SUB)
            .setAudience('authenticated'),
        ),
    ],
    ['de alguien que no es un usuario', () => sign(session().setSubject("' or true"))],
    [
      'sin firmar',
      async () => `${btoa('{"alg":"none"}').replace(/=/g, '')}.${(await sign(session())).split('.')[1]}.x`,
    ],
    ['que no es un token', async () => 'a.b.c'],
  ])('no vale %s', async (_, make) => {
    // The keys cannot be fetched here, so a token of another algorithm may only end as no session at all.
    await expect(verify(await make())).rejects.toMatchObject({
      clave: expect.stringMatching(/^(no_autenticado|sesiones_no_disponibles)$/),
    })
  })
})

describe('la sesión con las claves que publica Auth', () => {
  let url: string
  let isDown = false
  const server = createServer(async (_, response) => {
    response.statusCode = isDown ? 503 : 200
    response.end(
      JSON.stringify({ keys: [{ ...(await exportJWK((await pair).publicKey)), kid: 'uno', alg: 'ES256' }] }),
    )
  })
  const pair = generateKeyPair('ES256')

  beforeAll(async () => {
    url = `http://127.0.0.1:${await listen(server)}`
  })
  afterAll(() => void server.close())

  const asymmetric = async (kid = 'uno') =>
    session({}, '1h', { alg: 'ES256', kid } as never).sign((await pair).privateKey)

  test('vale con su firma', async () => {
    const verify = createSessionVerifier({ supabaseUrl: url })
    expect(await verify(await asymmetric())).toMatchObject({ sub: SUB })
  })

  test('no vale con una clave que no se publica, ni con un secreto', async () => {
    const verify = createSessionVerifier({ supabaseUrl: url })
    await expect(verify(await asymmetric('otra'))).rejects.toEqual(unauthenticated)
    await expect(verify(await sign(session()))).rejects.toEqual(unauthenticated)
  })

  // While a server goes from one to the other, both kinds of session are about.
  test('vale junto con las del secreto compartido, y ninguna pasa por la otra', async () => {
    const verify = createSessionVerifier({ supabaseUrl: url, jwtSecret: SECRET })
    expect(await verify(await asymmetric())).toMatchObject({ sub: SUB })
    expect(await verify(await sign(session()))).toMatchObject({ sub: SUB })
    // The public key is known to everybody: it is no secret to sign with.
    const known = JSON.stringify(await exportJWK((await pair).publicKey))
    await expect(verify(await sign(session(), known))).rejects.toEqual(unauthenticated)
    await expect(verify(await asymmetric('otra'))).rejects.toEqual(unauthenticated)
  })

  test('queda en espera mientras Auth no responde', async () => {
    isDown = true
    const verify = createSessionVerifier({ supabaseUrl: url })
    await expect(verify(await asymmetric())).rejects.toMatchObject({
      statusCode: 503,
      clave: 'sesiones_no_disponibles',
    })
    isDown = false
    expect(await verify(await asymmetric())).toMatchObject({ sub: SUB })
  })
})

describe('la cabecera Authorization', () => {
  test('lleva un token Bearer', () => {
    expect(bearerOf('Bearer a.b.c')).toBe('a.b.c')
    expect(bearerOf('bearer  a.b.c ')).toBe('a.b.c')
  })

  test.each([
    undefined,
    '',
    'Bearer',
    'Basic a.b.c',
    'Bearer a.b',
    'Bearer a.b.c.d',
    'Bearer sb_publishable_x',
  ])('%j no lo lleva', (header) => {
    expect(bearerOf(header)).toBeUndefined()
  })
})
