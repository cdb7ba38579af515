import { createTransport } from 'nodemailer'
import type { MailServer } from '../mail/environment.ts'
import type { SendMail } from '../mail/letter.ts'

const PATIENCE_MS = 10_000

/** Opens what sends mails by SMTP_URL; undefined when it is not set. */
export function openMailer({ smtpUrl, smtpFrom }: MailServer): SendMail | undefined {
  if (smtpUrl === undefined) return undefined
  const transport = createTransport({
    url: smtpUrl,
    dnsTimeout: PATIENCE_MS,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
    // What a mail holds is text of ours and of people: none of it names a file or an address to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return async (mail) => void (await transport.sendMail({ from: smtpFrom, ...mail }))
}
