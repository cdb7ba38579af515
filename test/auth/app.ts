import { createClient, type Session, type SupabaseClient } from '@supabase/supabase-js'
import { expect, inject } from 'vitest'
import { openMailer } from '../../server/process/mail/mailer.ts'
import { client } from '../support/client.ts'
import { linkIn, type Smtp, startSmtp } from '../support/smtp.ts'
import { CLAVE, correoNuevo, exito, type ServidorDeAuth, servidorDeAuth } from './support.ts'

export const SITIO = 'https://app.triboka.ec'
/** Where an app on a phone is opened. */
export const MOVIL = 'triboka://entrar/correo'

export interface ConCorreo {
  servidor: ServidorDeAuth
  smtp: Smtp
  /** A confirmed account. @returns its address. */
  conCuenta(): Promise<string>
  /** An app that keeps what it must between asking for a mail and being opened by its link, as a phone does. */
  app(flowType: 'pkce' | 'implicit'): SupabaseClient
  /** Follows the last link that an address got, and begins the session that it gives. */
  abrir(quien: SupabaseClient, email: string): Promise<{ destino: string; session: Session }>
  close(): Promise<void>
}

/** An auth server that asks to confirm addresses, and a real server of mail that its mails leave by. */
export async function servidorConCorreo(
  email: Record<string, unknown> = {},
  refuse?: Parameters<typeof startSmtp>[0],
): Promise<ConCorreo> {
  const smtp = await startSmtp(refuse)
  const servidor = await servidorDeAuth(
    {
      site_url: SITIO,
      additional_redirect_urls: ['triboka://**', 'https://*.triboka.ec/*'],
      email: { enable_confirmations: true, double_confirm_changes: true, max_frequency: '0s', ...email },
    },
    openMailer({ smtpUrl: smtp.url, smtpFrom: 'Triboka <hola@triboka.ec>' }),
  )
  return {
    servidor,
    smtp,
    async conCuenta() {
      const email = correoNuevo()
      const { admin } = client(servidor.url, inject('stack').secretKey).auth
      exito(await admin.createUser({ email, password: CLAVE, email_confirm: true }))
      return email
    },
    app(flowType) {
      const kept = new Map<string, string>()
      return createClient(servidor.url, inject('stack').publishableKey, {
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
    async abrir(quien, email) {
      const llegada = await seguir(linkIn(smtp.textFor(email)))
      const destino = llegada.href.split(/[?#]/)[0]!
      const codigo = llegada.searchParams.get('code')
      if (codigo) {
        expect(llegada.hash).toBe('')
        return { destino, session: exito(await quien.auth.exchangeCodeForSession(codigo)).session }
      }
      const datos = new URLSearchParams(llegada.hash.slice(1))
      const tokens = {
        access_token: datos.get('access_token')!,
        refresh_token: datos.get('refresh_token')!,
      }
      return { destino, session: exito(await quien.auth.setSession(tokens)).session! }
    },
    async close() {
      await servidor.close()
      await smtp.close()
    },
  }
}

/** Follows a link. @returns where it leads. */
export async function seguir(enlace: string): Promise<URL> {
  const respuesta = await fetch(enlace, { redirect: 'manual' })
  expect(respuesta.status).toBe(303)
  return new URL(respuesta.headers.get('location')!)
}

/** What is told in a URL where a link led: in its fragment, and for PKCE in its query too. */
export const dicho = (llegada: URL): URLSearchParams =>
  llegada.searchParams.size ? llegada.searchParams : new URLSearchParams(llegada.hash.slice(1))
