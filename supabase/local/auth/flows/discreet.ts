import { setTimeout as sleep } from 'node:timers/promises'
import { errorForLog } from '../../../../server/process/log-redaction.ts'
import { AuthError } from '../admin/errors.ts'
import { json, type Route } from '../context.ts'

/** After so long a request for a mail is answered, whoever the address belongs to. */
export const MAIL_ANSWER_MS = 600

/** No answer is held back for longer because mails take long. */
const LONGEST_MS = 10_000

const realTime = { now: () => performance.now(), wait: (ms: number) => sleep(ms) }

/**
 * Answers after the same time whether or not a mail had to leave first: never before MAIL_ANSWER_MS and, where none had
 * to, not before the last one that did. What fails is told no sooner.
 */
export function openPace({ now, wait } = realTime) {
  let lastMs = 0
  return async <T>(work: () => Promise<{ answer: T; hasMailed: boolean }>): Promise<T> => {
    const began = now()
    const [done] = await Promise.allSettled([work(), wait(MAIL_ANSWER_MS)])
    if (done.status === 'rejected') throw done.reason
    const { answer, hasMailed } = done.value
    const took = now() - began
    if (hasMailed) lastMs = Math.min(took, LONGEST_MS)
    else if (took < lastMs) await wait(lastMs - took)
    return answer
  }
}

/** What is wrong with a request whatever address it names. */
const ABOUT_THE_REQUEST = new Set([
  'validation_failed',
  'bad_json',
  'email_provider_disabled',
  'phone_provider_disabled',
])

const isAboutTheRequest = (error: unknown): error is AuthError =>
  error instanceof AuthError && ABOUT_THE_REQUEST.has(error.code)

/**
 * A request for a mail, answered with the same and after the same time whether or not somebody has the address, and
 * whether or not the mail left: that is told in the log.
 */
export function discreet(route: Route): Route {
  return async (call) => {
    const work = route(call).then(
      () => null,
      (error: unknown) => {
        if (isAboutTheRequest(error)) return error
        if (!(error instanceof AuthError)) console.error('auth:', errorForLog(error))
        else if (error.cause) console.error('auth:', errorForLog(error.cause))
        return null
      },
    )
    const [wrong] = await Promise.all([
      Promise.race([work, sleep(MAIL_ANSWER_MS, null)]),
      sleep(MAIL_ANSWER_MS),
    ])
    if (wrong) throw wrong
    return json({})
  }
}
