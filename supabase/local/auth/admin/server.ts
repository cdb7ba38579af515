import {
  createRouter,
  defineEventHandler,
  type EventHandler,
  getRequestURL,
  getRouterParam,
  type H3Event,
  setResponseHeaders,
} from 'h3'
import type { SendMail } from '../../../../server/process/mail/letter.ts'
import type { Identity } from '../../gateway/identity.ts'
import type { Fetch } from '../calls.ts'
import { createDiscreetAuth } from '../discreet.ts'
import { writeLetter } from '../mail/letters.ts'
import { redirectOf } from '../mail/redirect.ts'
import { deliver } from '../mail/send.ts'
import { oneAtATime } from '../one-at-a-time.ts'
import { openAuthDatabase } from './database.ts'
import { AuthError, answerError } from './errors.ts'
import { createAuthGate } from './gate.ts'
import { generateLink } from './links.ts'
import { listUsers } from './list.ts'
import { DeleteParams, InviteParams, LinkParams, readParams, UserParams, validPathId } from './params.ts'
import { userJson } from './records.ts'
import { deleteUser } from './remove.ts'
import { authSettings } from './settings.ts'
import { updateUser } from './update.ts'
import { createUser, getUser } from './users.ts'

export interface AuthAdminOptions {
  /** Logs in as supabase_auth_admin, the owner of schema auth. */
  authAdminUrl: string
  /** Signs the sessions. */
  jwtSecret: string
  /** The gateway's URL, where the links of mails lead. */
  publicUrl: string
  /** `[auth]` of config.toml. */
  config: Record<string, unknown>
  /** Lite's auth server. */
  auth: Fetch
  /** Delivers a mail. */
  sendMail: SendMail
}

export interface AuthAdmin {
  /** GoTrue's admin API, for /auth/v1/admin. */
  handler: EventHandler
  /** POST /auth/v1/invite, which GoTrue keeps outside of /admin. */
  invite: EventHandler
  /** Lite's auth server with what it lacks of GoTrue's rules. */
  auth: Fetch
  close(): Promise<void>
}

/** @throws AuthError unless the caller holds the service role */
function assertAdmin(event: H3Event): void {
  const identity = event.context.identity as Identity | null | undefined
  if (!identity) throw new AuthError(401, 'no_authorization', 'This endpoint requires a valid Bearer token')
  if (identity.claims.role !== 'service_role') throw new AuthError(403, 'not_admin', 'User not allowed')
}

/** Builds what @supabase/lite lacks of GoTrue: the admin API and the rules of {@link createAuthGate}. */
export function createAuthAdmin(options: AuthAdminOptions): AuthAdmin {
  const db = openAuthDatabase(options.authAdminUrl)
  const settings = authSettings(options.config)
  // A server of mail that is slow keeps these connections, not those by which people sign in.
  const mailDb = openAuthDatabase(options.authAdminUrl)
  const { publicUrl, sendMail } = options
  const context = { settings, publicUrl }
  /** Where the links of a call lead: `redirect_to` of its body, else of its query. */
  const redirectFor = (event: H3Event, wanted = '') => {
    const url = getRequestURL(event)
    if (wanted) url.searchParams.set('redirect_to', wanted)
    const { referer = '' } = event.node.req.headers
    return redirectOf(new Request(url, { headers: { referer } }), settings)
  }
  const idOf = (event: H3Event) => validPathId(getRouterParam(event, 'id'))

  const admin = (work: (event: H3Event) => Promise<unknown>) =>
    defineEventHandler(async (event) => {
      try {
        assertAdmin(event)
        return await work(event)
      } catch (error) {
        return answerError(event, error)
      }
    })

  const router = createRouter({ preemptive: true })
  router.post(
    '/users',
    admin(async (event) => userJson(await createUser(db, await readParams(event, UserParams), settings))),
  )
  router.get(
    '/users',
    admin(async (event) => {
      const page = await listUsers(db, getRequestURL(event).searchParams)
      setResponseHeaders(event, { 'x-total-count': String(page.total), link: page.link })
      return { users: page.users.map(userJson), aud: 'authenticated' }
    }),
  )
  router.get(
    '/users/:id',
    admin(async (event) => userJson(await getUser(db, idOf(event)))),
  )
  router.put(
    '/users/:id',
    admin(async (event) => {
      const id = idOf(event)
      return userJson(await updateUser(db, id, await readParams(event, UserParams), settings))
    }),
  )
  router.delete(
    '/users/:id',
    admin(async (event) => {
      const id = idOf(event)
      const { should_soft_delete: isSoft } = await readParams(event, DeleteParams)
      await deleteUser(db, id, isSoft)
      return {}
    }),
  )
  router.post(
    '/generate_link',
    admin(async (event) => {
      const params = await readParams(event, LinkParams)
      const link = await generateLink(
        db,
        { ...params, redirect_to: redirectFor(event, params.redirect_to) },
        context,
      )
      return {
        ...userJson(link.user),
        action_link: link.actionLink,
        email_otp: link.code,
        hashed_token: link.hash,
        verification_type: link.type,
        redirect_to: link.redirectTo,
      }
    }),
  )
  router.use(
    '/**',
    admin(async () => {
      throw new AuthError(404, 'not_found', 'No such endpoint of the admin API')
    }),
  )

  const invite = admin(async (event) => {
    const { email, data } = await readParams(event, InviteParams)
    const redirect_to = redirectFor(event)
    const params = { type: 'invite', email, data, redirect_to, new_email: '', password: '' }
    const link = await generateLink(mailDb, params, context, async ({ user, code, hash, actionLink }) => {
      const values = {
        ConfirmationURL: actionLink,
        Token: code,
        TokenHash: hash,
        SiteURL: settings.siteUrl,
        RedirectTo: redirect_to,
        Email: user.email ?? '',
        NewEmail: '',
      }
      const mail = await writeLetter('invite', values.Email, values, settings)
      await deliver(sendMail, mail, 'Error sending invite email')
    })
    return userJson(link.user)
  })

  const gate = createAuthGate({
    auth: options.auth,
    db,
    jwtSecret: options.jwtSecret,
    mail: { db: mailDb, settings, publicUrl, sendMail },
  })
  return {
    handler: router.handler,
    invite,
    auth: createDiscreetAuth(oneAtATime(gate), db),
    async close() {
      await Promise.all([db.close(), mailDb.close()])
    },
  }
}
