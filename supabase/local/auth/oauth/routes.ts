import type { AuthContext, Route, Routes } from '../context.ts'
import { unlinkIdentity } from '../identities/unlink.ts'
import { authorize, authorizeLink } from './authorize.ts'
import { callback } from './callback.ts'
import { idTokenGrant } from './id-token.ts'
import { openProviders } from './providers.ts'

/**
 * Signing in by providers, and what an account is signed in by.
 * @param fetch how the servers of providers are reached.
 * @throws SetupError where config.toml has a provider that this stack does not have.
 */
export function oauthRoutes(
  context: AuthContext,
  fetch?: typeof globalThis.fetch,
): { routes: Routes; idTokenGrant: Route } {
  const providers = openProviders(context.config, context.publicUrl, fetch)
  return {
    routes: {
      'GET /authorize': authorize(context, providers),
      'GET /callback': callback(context, providers),
      'POST /callback': callback(context, providers),
      'GET /user/identities/authorize': authorizeLink(context, providers),
      'DELETE /user/identities/:id': unlinkIdentity(context),
    },
    idTokenGrant: idTokenGrant(context, providers),
  }
}
