import { requireCaller } from './caller.ts'
import { type AuthContext, json, type Routes } from './context.ts'
import { externalProviders } from './oauth/settings.ts'
import { userJson } from './records/user-json.ts'

/** The GoTrue whose interface this is. */
const VERSION = 'v2.193.0'

const CACHED = { 'cache-control': 'public, max-age=600' }

function settingsOf({ settings, config }: AuthContext) {
  return {
    external: externalProviders(config),
    disable_signup: !settings.enableSignup,
    mailer_autoconfirm: !settings.enableConfirmations,
    phone_autoconfirm: false,
    sms_provider: '',
    saml_enabled: false,
    saml_private_key_next_configured: false,
    passkeys_enabled: false,
  }
}

function openIdConfiguration(issuer: string) {
  const base = issuer.replace(/\/+$/, '')
  return {
    issuer,
    authorization_endpoint: `${base}/oauth/authorize`,
    token_endpoint: `${base}/oauth/token`,
    jwks_uri: `${base}/.well-known/jwks.json`,
    userinfo_endpoint: `${base}/oauth/userinfo`,
    scopes_supported: ['openid', 'profile', 'email', 'phone'],
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256', 'HS256', 'ES256'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
    claims_supported: [
      'sub',
      'aud',
      'iss',
      'exp',
      'iat',
      'auth_time',
      'nonce',
      'email',
      'email_verified',
      'phone_number',
      'phone_number_verified',
      'name',
      'picture',
      'preferred_username',
      'updated_at',
    ],
    code_challenge_methods_supported: ['S256', 'plain'],
  }
}

/** What Auth tells of itself, and who calls. */
export function systemRoutes(context: AuthContext): Routes {
  return {
    'GET /health': async () =>
      json({
        version: VERSION,
        name: 'GoTrue',
        description: 'GoTrue is a user registration and authentication API',
      }),
    'GET /settings': async () => json(settingsOf(context)),
    'GET /.well-known/jwks.json': async () => json(context.keys.published, 200, CACHED),
    'GET /.well-known/openid-configuration': async () =>
      json(openIdConfiguration(context.tokens.issuer), 200, CACHED),
    'GET /user': async (call) => json(userJson((await requireCaller(context, call)).user)),
  }
}
