import { openLimiter } from '../../../../server/http/limiter.ts'
import type { SendMail } from '../../../../server/process/mail/letter.ts'
import { NotSentError } from './send.ts'

const HOUR = 3600

/**
 * Sends so many mails an hour, of all accounts together: `[auth.rate_limit] email_sent` of config.toml. There is no
 * limit where it says nothing.
 * @returns what sends; it throws a NotSentError 429 where there have been too many.
 */
export function limitMails(send: SendMail, config: Record<string, unknown>): SendMail {
  const { email_sent: points } = Object(config.rate_limit) as { email_sent?: unknown }
  if (typeof points !== 'number') return send
  const limiter = points > 0 ? openLimiter('correos', { points, seconds: HOUR }) : undefined
  return async (mail) => {
    const isOver = !limiter || (await limiter.take('todos')).isOver
    if (isOver) throw new NotSentError(429, 'over_email_send_rate_limit', 'email rate limit exceeded')
    await send(mail)
  }
}
