import { createServer } from 'node:http'
import type { AdminUserAttributes, User } from '@supabase/supabase-js'
import { createApp, eventHandler, toNodeListener } from 'h3'
import { inject } from 'vitest'
import type { Mail, SendMail } from '../../server/process/mail/letter.ts'
import { createAuth } from '../../supabase/local/auth/server.ts'
import { AUTH_BODY, readBounded } from '../../supabase/local/gateway/bodies.ts'
import { createIdentifier } from '../../supabase/local/gateway/identity.ts'
import { sendAnswer, toRequest } from '../../supabase/local/gateway/web.ts'
import { loadKeys } from '../../supabase/local/keys.ts'
import { createSessionKeys } from '../../supabase/local/session-keys.ts'
import { client } from '../support/client.ts'
import { listen } from '../support/listen.ts'

/** A password that every test may use. */
export const PASSWORD = 'cacao-demo-2025'

let counter = 0

/** An address that no other test has. */
export const newEmail = (nombre = 'persona') =>
  `${nombre}.${process.pid}.${Date.now()}.${counter++}@triboka.test`

/** The data of a call that must succeed. */
export function ok<Result extends { data: unknown; error: unknown }>(
  result: Result,
): Extract<Result, { error: null }>['data'] {
  if (result.error) throw result.error
  return result.data as Extract<Result, { error: null }>['data']
}

/** A client of the stack without a session. */
export const person = () => client(inject('stack').supabaseUrl, inject('stack').publishableKey)

/** Makes a confirmed user of the stack; attributes given here take precedence. */
export async function makeUser(attributes: AdminUserAttributes = {}): Promise<User> {
  const { admin } = client(inject('stack').supabaseUrl, inject('stack').secretKey).auth
  return ok(
    await admin.createUser({ email: newEmail(), password: PASSWORD, email_confirm: true, ...attributes }),
  ).user
}

/** Signs in on the stack. */
export const signIn = (email: string, password = PASSWORD) =>
  person().auth.signInWithPassword({ email, password })

export interface AuthServer {
  url: string
  /** Mails that were sent, the last one last. */
  mails: Mail[]
  close(): Promise<void>
}

/**
 * Another auth server over the stack's database, with an `[auth]` of its own and mails that can be read.
 * @param sendMail what is to send them besides.
 */
export async function startAuth(config: Record<string, unknown>, sendMail?: SendMail): Promise<AuthServer> {
  const stack = inject('stack')
  const keys = await loadKeys(stack.dataDir)
  const identifier = createIdentifier(keys)
  const server = createServer()
  const publicUrl = `http://127.0.0.1:${await listen(server)}`

  const mails: Mail[] = []
  const auth = createAuth({
    authAdminUrl: Object.assign(new URL(stack.databaseUrl), { username: 'supabase_auth_admin' }).href,
    keys: createSessionKeys(keys.jwtSecret),
    publicUrl,
    config,
    sendMail: async (mail) => {
      await sendMail?.(mail)
      mails.push(mail)
    },
  })

  const app = createApp()
  app.use(
    eventHandler(async (event) => {
      const { headers, socket } = event.node.req
      const resolved = typeof headers.apikey === 'string' ? identifier.resolveKey(headers.apikey) : null
      const body = (await readBounded(event, AUTH_BODY))?.toString('utf8') ?? ''
      await sendAnswer(
        event,
        await auth.fetch(toRequest(event, publicUrl), body, {
          ip: socket.remoteAddress ?? null,
          identity: resolved && { claims: resolved.claims, key: resolved.kind },
        }),
      )
    }),
  )
  server.on('request', toNodeListener(app))
  return {
    url: publicUrl,
    mails,
    async close() {
      server.closeAllConnections()
      server.close()
      await auth.close()
    },
  }
}
