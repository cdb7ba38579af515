import { createClient, type Session, type SupabaseClient } from '@supabase/supabase-js'
import { expect, inject } from 'vitest'
import { openMailer } from '../../server/process/mail/mailer.ts'
import { client } from '../support/client.ts'
import { linkIn, type Smtp, startSmtp } from '../support/smtp.ts'
import { type AuthServer, newEmail, ok, PASSWORD, startAuth } from './support.ts'

export const SITE = 'https://app.triboka.ec'
/** Where an app on a phone is opened. */
export const MOBILE = 'triboka://entrar/correo'

export interface WithMail {
  server: AuthServer
  smtp: Smtp
  /** A confirmed account. @returns its address. */
  withAccount(): Promise<string>
  /** An app that keeps what it must between asking for a mail and being opened by its link, as a phone does. */
  app(flowType: 'pkce' | 'implicit'): SupabaseClient
  /** Follows the last link that an address got, and begins the session that it gives. */
  open(who: SupabaseClient, email: string): Promise<{ destination: string; session: Session }>
  close(): Promise<void>
}

/** An auth server that asks to confirm addresses, and a real server of mail that its mails leave by. */
export async function startMailingAuth(
  email: Record<string, unknown> = {},
  refuse?: Parameters<typeof startSmtp>[0],
): Promise<WithMail> {
  const smtp = await startSmtp(refuse)
  const server = await startAuth(
    {
      site_url: SITE,
      additional_redirect_urls: ['triboka://**', 'https://*.triboka.ec/*'],
      email: { enable_confirmations: true, double_confirm_changes: true, max_frequency: '0s', ...email },
    },
    openMailer({ smtpUrl: smtp.url, smtpFrom: 'Triboka <hola@triboka.ec>' }),
  )
  return {
    server,
    smtp,
    async withAccount() {
      const email = newEmail()
      const { admin } = client(server.url, inject('stack').secretKey).auth
      ok(await admin.createUser({ email, password: PASSWORD, email_confirm: true }))
      return email
    },
    app(flowType) {
      const kept = new Map<string, string>()
      return createClient(server.url, inject('stack').publishableKey, {
        auth: {
          flowType,
          autoRefreshToken: false,
          detectSessionInUrl: false,
          storage: {
            getItem: (key) => kept.get(key) ?? null,
            setItem: (key, value) => void kept.set(key, value),
            removeItem: (key) => void kept.delete(key),
          },
        },
      })
    },
    async open(who, email) {
      const arrival = await follow(linkIn(smtp.textFor(email)))
      const destination = arrival.href.split(/[?#]/)[0]!
      const codigo = arrival.searchParams.get('code')
      if (codigo) {
        expect(arrival.hash).toBe('')
        return { destination, session: ok(await who.auth.exchangeCodeForSession(codigo)).session }
      }
      const values = new URLSearchParams(arrival.hash.slice(1))
      const tokens = {
        access_token: values.get('access_token')!,
        refresh_token: values.get('refresh_token')!,
      }
      return { destination, session: ok(await who.auth.setSession(tokens)).session! }
    },
    async close() {
      await server.close()
      await smtp.close()
    },
  }
}

/** Follows a link. @returns where it leads. */
export async function follow(link: string): Promise<URL> {
  const answer = await fetch(link, { redirect: 'manual' })
  expect(answer.status).toBe(303)
  return new URL(answer.headers.get('location')!)
}

/** What is told in a URL where a link led: in its fragment, and for PKCE in its query too. */
export const told = (arrival: URL): URLSearchParams =>
  arrival.searchParams.size ? arrival.searchParams : new URLSearchParams(arrival.hash.slice(1))
