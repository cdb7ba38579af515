import { slot } from '../slot.ts'
import type { MailServer } from './environment.ts'
import type { SendMail } from './letter.ts'
import { openMailbox } from './mailbox.ts'
import { openMailer } from './mailer.ts'

/** What the functions send mails by. */
export interface Post {
  /** Sends a mail; undefined without SMTP_URL. */
  send: SendMail | undefined
  /** Keeps the mails that cannot leave where whoever runs the embedded stack reads them; undefined elsewhere. */
  keep: SendMail | undefined
  /** The app that people open: links in mails lead there. */
  appUrl: string
}

export const post = slot<Post>('The post')

/** @param settings.mailboxDir where the embedded stack keeps the mails that cannot leave; undefined elsewhere. */
export function openPost(settings: MailServer & { mailboxDir: string | undefined; appUrl: string }): Post {
  const { smtpUrl, smtpFrom, mailboxDir, appUrl } = settings
  return {
    send: openMailer(settings),
    keep: smtpUrl === undefined && mailboxDir !== undefined ? openMailbox(mailboxDir, smtpFrom) : undefined,
    appUrl,
  }
}
