import { requireAdmin } from '../caller.ts'
import { type AuthContext, json, type Route, type Routes } from '../context.ts'
import { listAudit } from './audit.ts'
import { AuthError } from './errors.ts'
import { listFactors, removeFactor, renameFactor } from './factors.ts'
import { invite } from './invite.ts'
import { linkFor } from './links.ts'
import { listUsers } from './list.ts'
import { deleteUser } from './remove.ts'
import { changeUser } from './update.ts'
import { createUser, getUser, namedUser } from './users.ts'

const off = (status: number, code: string, message: string) => (): Route => async () => {
  throw new AuthError(status, code, message)
}

const saml = off(404, 'saml_provider_disabled', 'SAML 2.0 is disabled')
const oauthServer = off(404, 'feature_disabled', 'OAuth server is disabled')
const customProviders = off(404, 'feature_disabled', 'Custom OAuth providers are disabled')
const noProvider = off(404, 'sso_provider_not_found', 'SSO Identity Provider not found')
const noProviders = (): Route => async () => json({ items: [] })
const noPasskey = off(404, 'validation_failed', 'Passkey not found')
const noCustomProvider = off(404, 'custom_provider_not_found', 'Custom OAuth provider not found')
const noCustomProviders = (): Route => async () => json({ providers: [] })
const noPasskeys =
  (context: AuthContext): Route =>
  async (call) => {
    await namedUser(context, call)
    return json([])
  }

const ROUTES: Record<string, (context: AuthContext) => Route> = {
  'GET /admin/users': listUsers,
  'POST /admin/users': createUser,
  'GET /admin/users/:id': getUser,
  'PUT /admin/users/:id': changeUser,
  'DELETE /admin/users/:id': deleteUser,
  'GET /admin/users/:id/factors': listFactors,
  'PUT /admin/users/:id/factors/:factor': renameFactor,
  'DELETE /admin/users/:id/factors/:factor': removeFactor,
  'GET /admin/users/:id/passkeys': noPasskeys,
  'DELETE /admin/users/:id/passkeys/:passkey': noPasskey,
  'POST /admin/generate_link': linkFor,
  'GET /admin/audit': listAudit,
  'GET /admin/sso/providers': noProviders,
  'POST /admin/sso/providers': saml,
  'GET /admin/sso/providers/:id': noProvider,
  'PUT /admin/sso/providers/:id': noProvider,
  'DELETE /admin/sso/providers/:id': noProvider,
  'GET /admin/oauth/clients': oauthServer,
  'POST /admin/oauth/clients': oauthServer,
  'GET /admin/oauth/clients/:id': oauthServer,
  'PUT /admin/oauth/clients/:id': oauthServer,
  'DELETE /admin/oauth/clients/:id': oauthServer,
  'POST /admin/oauth/clients/:id/regenerate_secret': oauthServer,
  'GET /admin/custom-providers': noCustomProviders,
  'POST /admin/custom-providers': customProviders,
  'GET /admin/custom-providers/:id': noCustomProvider,
  'PUT /admin/custom-providers/:id': noCustomProvider,
  'DELETE /admin/custom-providers/:id': noCustomProvider,
  'POST /invite': invite,
}

/** The admin API, and invitations, which GoTrue keeps outside of /admin. Only the service role gets in. */
export function adminRoutes(context: AuthContext): Routes {
  const guarded = Object.entries(ROUTES).map(([path, make]): [string, Route] => {
    const route = make(context)
    return [
      path,
      async (call) => {
        await requireAdmin(context, call)
        return route(call)
      },
    ]
  })
  return Object.fromEntries(guarded)
}
