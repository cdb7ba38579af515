import type { Mail } from './invitation.ts'

/** Whatever delivers a mail; lite's drivers (SMTP, console …) are such. */
export interface Mailer {
  send(mail: Mail): Promise<void>
}

/**
 * Lite writes its links to /auth/v1/verify of the site; it is the gateway that answers there.
 * @param deliver the driver that sends the corrected mail.
 */
export function linkToGateway<Message extends { text?: string; html?: string }>(
  deliver: { send(message: Message): Promise<void> },
  urls: { siteUrl: string; publicUrl: string },
): { send(message: Message): Promise<void> } {
  const wrong = String(new URL('/auth/v1/verify', urls.siteUrl))
  const correct = (body: string | undefined) => body?.replaceAll(wrong, `${urls.publicUrl}/auth/v1/verify`)
  return {
    send: (message) => deliver.send({ ...message, text: correct(message.text), html: correct(message.html) }),
  }
}
