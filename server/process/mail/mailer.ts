import { createTransport } from 'nodemailer'
import type { MailServer } from './environment.ts'
import type { SendMail } from './letter.ts'

const PATIENCE_MS = 10_000

/** A mail that did not leave, and why. */
class MailError extends Error {
  override name = 'MailError'
}

/**
 * Why a mail did not leave, without what the server of mail said: it may repeat the mail, and in that are codes, links
 * and addresses. Its numbers tell as much (RFC 3463).
 */
function reasonOf(error: Error & { code?: string; command?: string; response?: string }): string {
  if (error.response === undefined) return error.message
  const [numbers = ''] = /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3}\b)?/.exec(error.response) ?? []
  return `${error.code}: the server of mail answered ${numbers.replace('-', ' ')} to ${error.command}`
}

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
  return async (mail) => {
    await transport.sendMail({ from: smtpFrom, ...mail }).catch((error) => {
      throw new MailError(reasonOf(error))
    })
  }
}
