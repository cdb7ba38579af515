import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { openProviders } from './providers.ts'
import { externalProviders } from './settings.ts'

const PUBLIC = 'http://127.0.0.1:54321'
const on = (name: string, more: object = {}) => ({
  external: { [name]: { enabled: true, client_id: 'id', secret: 'secreto', ...more } },
})

const json = (body: unknown) => Response.json(body)

/** Answers for the servers of providers, by address without query. */
const serving = (answers: Record<string, () => unknown>) =>
  (async (input: string | URL | Request) => {
    const url = String(input instanceof Request ? input.url : input).split('?')[0]!
    const answer = answers[url]
    return answer ? json(await answer()) : new Response(null, { status: 404 })
  }) as typeof fetch

describe('Google', () => {
  const ISSUER = 'https://accounts.google.com'
  const METADATA = {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/o/oauth2/v2/auth`,
    token_endpoint: 'https://oauth2.googleapis.com/token',
    jwks_uri: 'https://www.googleapis.com/oauth2/v3/certs',
    id_token_signing_alg_values_supported: ['RS256'],
  }

  test('se le pide el correo, y su token dice quién es', async () => {
    const { publicKey, privateKey } = await generateKeyPair('RS256')
    const sign = (claims: object) =>
      new SignJWT({
        sub: '117',
        email: 'Rosa@Example.com',
        email_verified: true,
        name: 'Rosa',
        hd: 'x.ec',
        ...claims,
      })
        .setProtectedHeader({ alg: 'RS256', kid: 'a' })
        .setIssuer(ISSUER)
        .setAudience('id')
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey)
    const fetch = serving({
      [`${ISSUER}/.well-known/openid-configuration`]: () => METADATA,
      [METADATA.jwks_uri]: async () => ({
        keys: [{ ...(await exportJWK(publicKey)), kid: 'a', alg: 'RS256' }],
      }),
      [METADATA.token_endpoint]: async () => ({
        access_token: 'acceso',
        token_type: 'Bearer',
        id_token: await sign({}),
      }),
    })
    const google = openProviders(on('google'), PUBLIC, fetch).get('google')!
    const secrets = { state: 'estado', verifier: 'v'.repeat(43) }
    const url = await google.begin(secrets, ['https://www.googleapis.com/auth/drive'], { prompt: 'consent' })
    expect(url.href.startsWith(METADATA.authorization_endpoint)).toBe(true)
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      client_id: 'id',
      redirect_uri: `${PUBLIC}/auth/v1/callback`,
      response_type: 'code',
      scope: 'openid email profile https://www.googleapis.com/auth/drive',
      state: 'estado',
      prompt: 'consent',
      code_challenge_method: 'S256',
    })
    const { profile, accessToken } = await google.finish(
      new URLSearchParams({ code: 'c', state: 'estado' }),
      secrets,
    )
    expect(accessToken).toBe('acceso')
    expect(profile).toMatchObject({
      sub: '117',
      email: { address: 'rosa@example.com', verified: true },
      claims: { full_name: 'Rosa', custom_claims: { hd: 'x.ec' } },
    })
    await expect(google.finish(new URLSearchParams({ code: 'c', state: 'otro' }), secrets)).rejects.toThrow()
  })

  test('mientras no responde, la pila arranca, y se le vuelve a preguntar', async () => {
    let isAway = true
    const fetch = serving({
      [`${ISSUER}/.well-known/openid-configuration`]: () => {
        if (isAway) throw new Error('no hay red')
        return METADATA
      },
    })
    const google = openProviders(on('google'), PUBLIC, fetch).get('google')!
    await expect(google.begin({ state: 'e', verifier: null }, [], {})).rejects.toThrow()
    isAway = false
    expect((await google.begin({ state: 'e', verifier: null }, [], {})).searchParams.get('state')).toBe('e')
  })
})

test('GitHub dice todos los correos, y solo los comprobados valen', async () => {
  const fetch = serving({
    'https://github.com/login/oauth/access_token': () => ({ access_token: 'gho', token_type: 'bearer' }),
    'https://api.github.com/user': () => ({
      id: 9,
      login: 'rosa',
      name: null,
      avatar_url: 'https://a.test/9',
    }),
    'https://api.github.com/user/emails': () => [
      { email: 'otra@x.ec', primary: false, verified: true },
      { email: 'Rosa@x.ec', primary: true, verified: false },
    ],
  })
  const github = openProviders(on('github'), PUBLIC, fetch).get('github')!
  const answer = new URLSearchParams({ code: 'c', state: 'e', iss: 'https://github.com/login/oauth' })
  const { profile } = await github.finish(answer, { state: 'e', verifier: 'v'.repeat(43) })
  expect(profile).toMatchObject({
    sub: '9',
    email: { address: 'rosa@x.ec', verified: false },
    verifiedEmails: ['otra@x.ec'],
    claims: { preferred_username: 'rosa', user_name: 'rosa', avatar_url: 'https://a.test/9' },
  })
})

test('Azure: sin la palabra de Microsoft solo se cree al inquilino propio', () => {
  const claims = { sub: '1', email: 'ana@x.ec' }
  const tenant = 'https://login.microsoftonline.com/8f9c1f0e-1111-4222-8333-123456789abc'
  const read = (url: string, more: object = {}) =>
    openProviders(on('azure', { url }), PUBLIC)
      .get('azure')!
      .idToken!.profileOf({ ...claims, ...more })
  expect(read(tenant).email?.verified).toBe(true)
  expect(read('').email?.verified).toBe(false)
  expect(read('', { xms_edov: '1' }).email?.verified).toBe(true)
  expect(read(tenant, { xms_edov: false }).email?.verified).toBe(false)
})

test.each([
  [on('facebook'), /auth\.external\.facebook is not to be had here/],
  [on('google', { secret: '' }), /lacks its client_id or its secret/],
  [on('google', { secret: 'env(NO_EXISTE_ESTA)' }), /lacks its client_id or its secret/],
  [on('keycloak'), /needs its url/],
  [on('google', { redirect_uri: 'x' }), /redirect_uri is not a URL/],
])('config.toml dice mal un proveedor: %j', (config, message) => {
  expect(() => openProviders(config, PUBLIC)).toThrow(message)
})

test('lo que /settings dice de cada uno', () => {
  expect(externalProviders(on('google'))).toMatchObject({
    google: true,
    github: false,
    twitch: false,
    email: true,
    phone: false,
    anonymous_users: false,
  })
})
