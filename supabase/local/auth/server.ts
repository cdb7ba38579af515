import type { SendMail } from '../../../server/process/mail/letter.ts'
import type { SessionKeys } from '../session-keys.ts'
import { AuthError } from './admin/errors.ts'
import { adminRoutes } from './admin/routes.ts'
import { authSettings } from './admin/settings.ts'
import { checkConfigKeys } from './config-keys.ts'
import type { AuthContext, Route, Routes } from './context.ts'
import { openAuthDatabase } from './database.ts'
import { disabledRoutes, web3Grant } from './disabled.ts'
import { flowGrants, flowRoutes } from './flows/routes.ts'
import { endHashing } from './hashing-apart.ts'
import { limitMails } from './mail/limit.ts'
import { mfaRoutes } from './mfa/routes.ts'
import { oauthRoutes } from './oauth/routes.ts'
import { sweepAuth } from './records/sweep.ts'
import { type Answer, createRouter } from './router.ts'
import { systemRoutes } from './system.ts'
import { createRefreshGrant } from './tokens/refresh.ts'
import { tokenSettings } from './tokens/settings.ts'
import { createSignOut } from './tokens/sign-out.ts'

export interface AuthOptions {
  /** Logs in as supabase_auth_admin, the owner of schema auth. */
  authAdminUrl: string
  /** Sign the sessions. */
  keys: SessionKeys
  /** The gateway's URL, where the links of mails lead. */
  publicUrl: string
  /** `[auth]` of config.toml. */
  config: Record<string, unknown>
  /** Delivers a mail. */
  sendMail: SendMail
  /** Days that the audit log is kept; for good where it is 0 or not given. */
  auditDays?: number
  /** Days after which an anonymous account goes that nobody uses; never where it is 0 or not given. */
  anonymousDays?: number
}

/** GoTrue's interface on GoTrue's tables. */
export interface Auth {
  /** Answers every path below /auth/v1. */
  fetch: Answer
  /** Removes what is over: flows, challenges, codes, sessions, old lines of the audit log. @returns how many rows. */
  sweep(): Promise<number>
  close(): Promise<void>
}

// Mails wait for a server of theirs, with a connection each.
const MAIL_CONNECTIONS = 4

/** POST /token, by its grant_type. */
function tokenRoute(grants: Record<string, Route>): Route {
  return (call) => {
    const kind = call.url.searchParams.get('grant_type') ?? ''
    if (!Object.hasOwn(grants, kind))
      throw new AuthError(400, 'invalid_credentials', 'unsupported_grant_type')
    return grants[kind]!(call)
  }
}

function routesOf(context: AuthContext): Routes {
  const oauth = oauthRoutes(context)
  const grants = {
    ...flowGrants(context),
    refresh_token: createRefreshGrant(context),
    id_token: oauth.idTokenGrant,
    web3: web3Grant,
  }
  return {
    ...disabledRoutes(),
    ...systemRoutes(context),
    ...flowRoutes(context),
    ...mfaRoutes(context),
    ...oauth.routes,
    ...adminRoutes(context),
    'POST /token': tokenRoute(grants),
    'POST /logout': createSignOut(context),
  }
}

/**
 * Builds the auth server.
 * @throws SetupError for what config.toml says that cannot be.
 */
export function createAuth(options: AuthOptions): Auth {
  const { authAdminUrl, config, publicUrl, keys } = options
  checkConfigKeys(config)
  const db = openAuthDatabase(authAdminUrl)
  const mailDb = openAuthDatabase(authAdminUrl, MAIL_CONNECTIONS)
  const context: AuthContext = {
    db,
    mailDb,
    settings: authSettings(config),
    tokens: tokenSettings(config, publicUrl),
    config,
    publicUrl,
    sendMail: limitMails(options.sendMail, config),
    keys,
  }
  const { settings, tokens } = context
  const retention = {
    sessions: tokens,
    otpExpirySeconds: settings.otpExpirySeconds,
    auditDays: options.auditDays ?? 0,
    anonymousDays: options.anonymousDays ?? 0,
  }
  const ending = new AbortController()
  let sweeping: Promise<unknown> = Promise.resolve()
  return {
    fetch: createRouter(routesOf(context)),
    sweep() {
      const sweep = sweepAuth(db.pool, retention, ending.signal)
      sweeping = sweep.catch(() => {})
      return sweep
    },
    async close() {
      ending.abort()
      await sweeping
      await Promise.all([db.close(), mailDb.close(), endHashing()])
    },
  }
}
