import { withoutSecrets } from '../../../../server/process/log-redaction.ts'
import type { Mail, SendMail } from '../../../../server/process/mail/letter.ts'
import { AuthError, unexpectedFailure } from '../admin/errors.ts'

/** The link of a mail. */
export function verifyLink(publicUrl: string, token: string, type: string, redirectTo: string): string {
  return `${publicUrl}/auth/v1/verify?${new URLSearchParams({ token, type, redirect_to: redirectTo })}`
}

/**
 * Sends a mail; why one did not leave is in the log.
 * @throws AuthError unexpected_failure, or over_email_send_rate_limit.
 */
export async function deliver(send: SendMail, mail: Mail, failure: string): Promise<void> {
  try {
    await send(mail)
  } catch (error) {
    if (error instanceof AuthError) throw error
    console.error(withoutSecrets(`auth: a mail was not sent: ${(error as Error).message}`))
    throw unexpectedFailure(failure)
  }
}
