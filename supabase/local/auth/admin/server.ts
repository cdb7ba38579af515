import {
  createRouter,
  defineEventHandler,
  type EventHandler,
  getRequestURL,
  getRouterParam,
  type H3Event,
  setResponseHeaders,
} from 'h3'
import type { Identity } from '../../gateway/identity.ts'
import { createDiscreetAuth } from '../discreet.ts'
import { openAuthDatabase } from './database.ts'
import { AuthError, answerError, unexpectedFailure } from './errors.ts'
import { createAuthGate, type Fetch } from './gate.ts'
import { invitationMail, type Mail } from './invitation.ts'
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
  /** Delivers an invitation. */
  sendMail: (mail: Mail) => Promise<void>
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
  const context = { settings, publicUrl: options.publicUrl }
  const redirectOf = (event: H3Event) => getRequestURL(event).searchParams.get('redirect_to') ?? ''
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
        { ...params, redirect_to: params.redirect_to || redirectOf(event) },
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
    const params = {
      type: 'invite',
      email,
      data,
      redirect_to: redirectOf(event),
      new_email: '',
      password: '',
    }
    const link = await generateLink(db, params, context, async (issued) => {
      const mail = await invitationMail(issued, settings)
      await options.sendMail(mail).catch((cause) => {
        throw unexpectedFailure('Error sending invite email', cause)
      })
    })
    return userJson(link.user)
  })

  const gate = createAuthGate({
    auth: options.auth,
    db,
    jwtSecret: options.jwtSecret,
    publicUrl: options.publicUrl,
    settings,
  })
  return {
    handler: router.handler,
    invite,
    auth: createDiscreetAuth(gate, db),
    close: () => db.close(),
  }
}
