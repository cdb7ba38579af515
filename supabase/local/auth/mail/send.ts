import { withoutSecrets } from '../../../../server/process/log-redaction.ts'
import type { Mail, SendMail } from '../../../../server/process/mail/letter.ts'
import { AuthError } from '../admin/errors.ts'

/** The link of a mail. */
export function verifyLink(publicUrl: string, token: string, type: string, redirectTo: string): string {
  return `${publicUrl}/auth/v1/verify?${new URLSearchParams({ token, type, redirect_to: redirectTo })}`
}

/** A mail did not leave, for a reason that has nothing to do with who asked for it. */
export class NotSentError extends AuthError {
  override name = 'NotSentError'
}

/**
 * Sends a mail; why one did not leave is in the log.
 * @throws NotSentError unexpected_failure, or over_email_send_rate_limit.
 */
export async function deliver(send: SendMail, mail: Mail, failure: string): Promise<void> {
  try {
    await send(mail)
  } catch (error) {
    console.error(withoutSecrets(`auth: a mail was not sent: ${(error as Error).message}`))
    if (error instanceof NotSentError) throw error
    throw new NotSentError(500, 'unexpected_failure', failure)
  }
}
