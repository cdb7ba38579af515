import { createTransport } from 'nodemailer'
import type { Environment } from './environment.ts'

export interface Mail {
  to: string
  subject: string
  text: string
}

export type SendMail = (mail: Mail) => Promise<void>

const PATIENCE_MS = 10_000

/** Opens what sends mails by SMTP_URL; undefined when it is not set. */
export function openMailer({ smtpUrl, smtpFrom }: Environment): SendMail | undefined {
  if (smtpUrl === undefined) return undefined
  const transport = createTransport({
    url: smtpUrl,
    dnsTimeout: PATIENCE_MS,
    connectionTimeout: PATIENCE_MS,
    greetingTimeout: PATIENCE_MS,
    socketTimeout: PATIENCE_MS,
  })
  return async (mail) => void (await transport.sendMail({ from: smtpFrom, ...mail }))
}
