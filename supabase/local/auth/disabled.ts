import { AuthError } from './admin/errors.ts'
import type { Route, Routes } from './context.ts'

const refuse =
  (status: number, code: string, message: string): Route =>
  async () => {
    throw new AuthError(status, code, message)
  }

const saml = refuse(404, 'saml_provider_disabled', 'SAML 2.0 is disabled')
const passkeys = refuse(404, 'passkey_disabled', 'Passkeys are disabled')
const oauthServer = refuse(404, 'feature_disabled', 'OAuth server is disabled')
const scim = refuse(404, 'feature_disabled', 'SCIM server is disabled')

/** What a GoTrue has that is switched off here, and what it says of it then. */
export const disabledRoutes = (): Routes => ({
  'POST /sso': saml,
  'GET /sso/saml/metadata': saml,
  'POST /sso/saml/acs': saml,
  'POST /passkeys/authentication/options': passkeys,
  'POST /passkeys/authentication/verify': passkeys,
  'POST /passkeys/registration/options': passkeys,
  'POST /passkeys/registration/verify': passkeys,
  'GET /passkeys': passkeys,
  'PATCH /passkeys/:id': passkeys,
  'DELETE /passkeys/:id': passkeys,
  'GET /user/oauth/grants': oauthServer,
  'DELETE /user/oauth/grants': oauthServer,
  'POST /oauth/clients/register': oauthServer,
  'POST /oauth/token': oauthServer,
  'GET /oauth/userinfo': oauthServer,
  'GET /oauth/authorize': oauthServer,
  'GET /oauth/authorizations/:id': oauthServer,
  'POST /oauth/authorizations/:id/consent': oauthServer,
  'GET /.well-known/oauth-authorization-server': oauthServer,
  'GET /scim/v2/ServiceProviderConfig': scim,
  'GET /scim/v2/ResourceTypes': scim,
  'GET /scim/v2/Schemas': scim,
})

/** POST /token?grant_type=web3 */
export const web3Grant = refuse(422, 'web3_provider_disabled', 'Web3 provider is disabled')
