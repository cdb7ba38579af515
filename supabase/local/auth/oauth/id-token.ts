import { createHash } from 'node:crypto'
import type { JWTPayload } from 'jose'
import { decodeProtectedHeader } from 'jose'
import * as v from 'valibot'
import { AuthError, validationFailed } from '../admin/errors.ts'
import { parseParams } from '../admin/params.ts'
import { requireCaller } from '../caller.ts'
import { type AuthContext, type Call, json, type Route } from '../context.ts'
import { linkIdentity } from '../identities/link.ts'
import { assertLinking } from '../identities/unlink.ts'
import { issueSession } from '../tokens/issue.ts'
import { accountOf } from './account.ts'
import { isOidc, issuerOf } from './oidc.ts'
import type { Provider } from './provider.ts'
import type { Providers } from './providers.ts'
import { ProviderError } from './tell.ts'

const text = v.nullish(v.string(), '')
const IdTokenParams = v.object({
  id_token: text,
  access_token: text,
  nonce: text,
  provider: text,
  client_id: text,
  issuer: text,
  link_identity: v.nullish(v.boolean(), false),
})
type IdTokenParams = v.InferOutput<typeof IdTokenParams>

const invalid = (description: string) => new ProviderError('invalid request', description)

type Reader = Provider & Required<Pick<Provider, 'idToken'>>

/** The provider that is named, or whose issuer is. @throws AuthError, ProviderError as GoTrue */
function readerOf(providers: Providers, { provider: name, issuer, client_id }: IdTokenParams): Reader {
  if (!name && !(client_id && issuer)) throw invalid('provider or client_id and issuer required')
  if (name.startsWith('custom:')) throw validationFailed('Custom OAuth providers are disabled')
  const found = name
    ? providers.get(name)
    : [...providers.values()].find((one) => one.idToken?.issuer === issuer)
  if (found?.idToken) return found as Reader
  if (isOidc(name))
    throw new AuthError(400, 'provider_disabled', `Provider (issuer "${issuerOf(name)}") is not enabled`)
  throw validationFailed(`Custom OIDC provider "${name}" not allowed`)
}

/** `at_hash`: the left half of the hash that goes with the signature of the token. */
function isHashOf(accessToken: string, atHash: unknown, idToken: string): boolean {
  const bits = /\d{3}$/.exec(decodeProtectedHeader(idToken).alg ?? '')?.[0] ?? '512'
  const digest = createHash(`sha${bits}`).update(accessToken).digest()
  return digest.subarray(0, digest.length / 2).toString('base64url') === atHash
}

function assertMeantForUs(claims: JWTPayload, params: IdTokenParams, { settings }: Provider): void {
  if (!claims.sub) throw invalid('Missing sub claim in id_token')
  const audience = [claims.aud ?? []].flat()
  if (!settings.clientIds.some((id) => audience.includes(id)))
    throw invalid(`Unacceptable audience in id_token: [${audience.join(' ')}]`)
  if (params.access_token && claims.at_hash !== undefined)
    if (!isHashOf(params.access_token, claims.at_hash, params.id_token)) throw invalid('Bad ID token')
  if (settings.skipNonceCheck) return
  if (Boolean(claims.nonce) !== Boolean(params.nonce))
    throw invalid('Passed nonce and nonce in id_token should either both exist or not.')
  if (!params.nonce) return
  const hash = createHash('sha256').update(params.nonce).digest('hex')
  if (hash !== claims.nonce) throw new ProviderError('invalid nonce', 'Nonces mismatch')
}

async function grant(context: AuthContext, providers: Providers, call: Call): Promise<Response> {
  const params = parseParams(IdTokenParams, call.body)
  if (!params.id_token) throw invalid('id_token required')
  const provider = readerOf(providers, params)
  if (params.link_identity) assertLinking(context)
  const target = params.link_identity ? (await requireCaller(context, call)).user.id : null
  const claims = await provider.idToken.verify(params.id_token).catch(() => {
    throw invalid('Bad ID token')
  })
  assertMeantForUs(claims, params, provider)
  const profile = provider.idToken.profileOf(claims)
  const db = profile.email?.verified ? context.db : context.mailDb
  const { name } = provider.settings
  const session = await db.transaction('Internal Server Error', async (tx) => {
    if (target) await linkIdentity(tx, context, call, target, name, profile)
    const userId = target ?? (await accountOf(tx, context, call, provider.settings, profile))
    return issueSession(tx, context, call, userId, 'oauth')
  })
  return json(session)
}

/** POST /token?grant_type=id_token: an app has asked the provider by itself, as phones do. */
export const idTokenGrant =
  (context: AuthContext, providers: Providers): Route =>
  async (call) => {
    try {
      return await grant(context, providers, call)
    } catch (error) {
      if (!(error instanceof ProviderError)) throw error
      return json({ error: error.error, error_description: error.message }, 400)
    }
  }
