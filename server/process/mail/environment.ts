import * as v from 'valibot'
import { httpUrl } from '../environment-values.ts'

/** What sends mails, of the environment: the functions and the embedded Auth read the same. */
export const MAIL = {
  SMTP_URL: v.optional(
    v.pipe(v.string(), v.url('is not a URL'), v.regex(/^smtps?:/, 'is not an smtp(s) URL')),
  ),
  SMTP_FROM: v.optional(v.string()),
  /** Another name of SMTP_FROM. */
  MAIL_FROM: v.optional(v.string()),
  APP_URL: v.optional(httpUrl),
}

type Output = v.InferOutput<v.ObjectSchema<typeof MAIL, undefined>>

/** Where mails leave by and who they are from. */
export interface MailServer {
  /** smtp(s)://user:password@host:port; without it no mail leaves this machine. */
  smtpUrl: string | undefined
  smtpFrom: string
}

/** The app that links lead to where APP_URL does not say it: `site_url` of config.toml has the same. */
export const DEFAULT_APP_URL = 'http://127.0.0.1:3000'

export const mailServerOf = ({ SMTP_URL, SMTP_FROM, MAIL_FROM }: Output): MailServer => ({
  smtpUrl: SMTP_URL,
  smtpFrom: SMTP_FROM ?? MAIL_FROM ?? 'Triboka <no-responder@localhost>',
})
