import { createHash, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { listen } from './listen.ts'

/** Whom a provider signs in next. */
export type Person = { sub: string; email?: string; email_verified?: boolean; name?: string }

export interface OidcProvider {
  issuer: string
  clientId: string
  secret: string
  /** Who answers its page of sign-in; whoever comes is this one. */
  person: Person
  /** Signs a token for an app that asked by itself. */
  idToken(claims?: JWTPayload): Promise<string>
  close(): Promise<void>
}

/** A provider of OpenID Connect that asks nobody anything, and is strict with those that ask it. */
export async function startOidc(): Promise<OidcProvider> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'uno', alg: 'RS256', use: 'sig' }
  const codes = new Map<string, { person: Person; challenge: string; redirectUri: string }>()
  const server = createServer()
  const issuer = `http://127.0.0.1:${await listen(server)}`
  const provider: OidcProvider = {
    issuer,
    clientId: 'triboka',
    secret: 'secreto-del-proveedor',
    person: { sub: 'nadie' },
    idToken: (claims = {}) =>
      new SignJWT({ ...provider.person, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'uno' })
        .setIssuer((claims.iss as string) ?? issuer)
        .setAudience((claims.aud as string) ?? provider.clientId)
        .setIssuedAt()
        .setExpirationTime('5m')
        .sign(privateKey),
    async close() {
      server.closeAllConnections()
      server.close()
    },
  }

  const pages: Record<string, (url: URL, form: URLSearchParams, authorization: string) => unknown> = {
    '/.well-known/openid-configuration': () => ({
      issuer,
      authorization_endpoint: `${issuer}/entrar`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/claves`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
    '/claves': () => ({ keys: [jwk] }),
    async '/token'(_, form) {
      const known = codes.get(form.get('code') ?? '')
      codes.delete(form.get('code') ?? '')
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url')
      const isRight =
        known?.challenge === challenge &&
        known.redirectUri === form.get('redirect_uri') &&
        form.get('client_id') === provider.clientId &&
        form.get('client_secret') === provider.secret
      if (!isRight) return { error: 'invalid_grant' }
      provider.person = known.person
      return {
        access_token: 'acceso-del-proveedor',
        refresh_token: 'renovacion-del-proveedor',
        token_type: 'Bearer',
        id_token: await provider.idToken(),
      }
    },
  }
  server.on('request', async (request, response) => {
    const url = new URL(request.url!, issuer)
    if (url.pathname === '/entrar') {
      const code = randomUUID()
      codes.set(code, {
        person: provider.person,
        challenge: url.searchParams.get('code_challenge') ?? '',
        redirectUri: url.searchParams.get('redirect_uri') ?? '',
      })
      const back = new URL(url.searchParams.get('redirect_uri')!)
      back.search = String(new URLSearchParams({ code, state: url.searchParams.get('state')! }))
      response.writeHead(302, { location: back.href }).end()
      return
    }
    let body = ''
    for await (const chunk of request) body += chunk
    const answer = await pages[url.pathname]?.(url, new URLSearchParams(body), '')
    const status = answer === undefined ? 404 : Object.hasOwn(Object(answer), 'error') ? 400 : 200
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer ?? {}))
  })
  return provider
}
