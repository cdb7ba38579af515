import * as v from 'valibot'
import { MAIL, type MailServer, mailServerOf } from '../../../server/process/mail/environment.ts'
import type { SendMail } from '../../../server/process/mail/letter.ts'
import { openMailbox } from '../../../server/process/mail/mailbox.ts'
import { openMailer } from '../../../server/process/mail/mailer.ts'
import { SetupError } from '../settings.ts'

/** What Auth's mails take from the environment. */
export interface MailEnvironment extends MailServer {
  /** The app that people open; undefined where config.toml says it alone. */
  appUrl: string | undefined
}

/**
 * Reads and checks it; each variable is described in docs/entorno.md.
 * @throws SetupError naming every variable that is wrong.
 */
export function readMailEnvironment(env: NodeJS.ProcessEnv = process.env): MailEnvironment {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value))
  const result = v.safeParse(v.object(MAIL), present)
  if (!result.success)
    throw new SetupError(
      `${result.issues.map((issue) => `${v.getDotPath(issue)} ${issue.message}`).join('; ')}.`,
    )
  return { ...mailServerOf(result.output), appUrl: result.output.APP_URL }
}

/** Sends by SMTP_URL; without it, keeps each mail in the folder. */
export const openStackMailer = (mail: MailEnvironment, folder: string): SendMail =>
  openMailer(mail) ?? openMailbox(folder, mail.smtpFrom)
