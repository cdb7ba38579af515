import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { PROJECT_DIR } from '../../settings.ts'
import type { IssuedLink } from './links.ts'
import type { AuthSettings } from './settings.ts'

/** A mail for whatever delivers it. */
export interface Mail {
  to: string
  subject: string
  text: string
  html: string
}

const HTML = `<h2>You have been invited</h2>
<p>You have been invited to create a user on {{ .SiteURL }}. Follow this link to accept the invite:</p>
<p><a href="{{ .ConfirmationURL }}">Accept the invite</a></p>
<p>Alternatively, enter the code: {{ .Token }}</p>`

const TEXT =
  'You have been invited. Accept with this link: {{ .ConfirmationURL }} or enter the code: {{ .Token }}'

const escapeHtml = (value: string) =>
  value.replace(/[&<>"']/g, (character) => `&#${character.codePointAt(0)};`)

function fill(template: string, values: Record<string, string>, encode: (value: string) => string): string {
  return template.replace(/\{\{\s*\.(\w+)\s*\}\}/g, (whole, name) =>
    name in values ? encode(values[name]!) : whole,
  )
}

/** The mail of an invitation, by the template of config.toml (`[auth.email.template.invite]`) if it names one. */
export async function invitationMail(link: IssuedLink, settings: AuthSettings): Promise<Mail> {
  const values = {
    ConfirmationURL: link.actionLink,
    Token: link.code,
    TokenHash: link.hash,
    SiteURL: settings.siteUrl,
    RedirectTo: link.redirectTo,
    Email: link.user.email ?? '',
  }
  const template = settings.inviteTemplate
  const html = template ? await readFile(resolve(PROJECT_DIR, template), 'utf8') : HTML
  return {
    to: values.Email,
    subject: fill(settings.inviteSubject, values, (value) => value.replace(/[\r\n]/g, ' ')),
    text: fill(TEXT, values, String),
    html: fill(html, values, escapeHtml),
  }
}
