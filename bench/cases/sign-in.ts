import { createClient } from '@supabase/supabase-js'
import { hashPassword, isPassword } from '../../supabase/local/auth/hashing.ts'
import { THREADS } from '../../supabase/local/auth/hashing-apart.ts'
import { type Case, inMs, perSecond } from '../lib/case.ts'
import { alternate, percentile, throughput } from '../lib/measure.ts'
import type { Subject } from '../lib/subject.ts'

/** People who sign in at the same moment, as an office does at eight. */
const AT_ONCE = 30
const QUIET_MS = 1500

const PASSWORD = 'cacao-bench-2026'

/** Makes the people who are to sign in. */
async function people({ running: { stack } }: Subject): Promise<string[]> {
  const { admin } = createClient(stack.supabaseUrl, stack.secretKey, { auth: { persistSession: false } }).auth
  const emails = Array.from({ length: AT_ONCE }, (_, n) => `persona.${n}.${Date.now()}@bench.test`)
  for (const email of emails) {
    const { error } = await admin.createUser({ email, password: PASSWORD, email_confirm: true })
    if (error) throw error
  }
  return emails
}

function asker({ running: { stack } }: Subject) {
  const headers = { apikey: stack.publishableKey, 'content-type': 'application/json' }
  const insist = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${stack.supabaseUrl}${path}`, { headers, ...init })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`Answered ${answer.status}: ${text.slice(0, 500)}`)
  }
  return {
    signIn(email: string) {
      const body = JSON.stringify({ email, password: PASSWORD })
      return insist('/auth/v1/token?grant_type=password', { method: 'POST', body })
    },
    read: () => insist('/rest/v1/rpc/parametros_vigentes', { method: 'POST', body: '{}' }),
  }
}

/** Reads one after another while something goes on; the p99 of what they took, in ms. */
async function p99(read: () => Promise<void>, meanwhile: Promise<unknown>): Promise<number> {
  let isOver = false
  const end = meanwhile.finally(() => {
    isOver = true
  })
  const taken: number[] = []
  while (!isOver) {
    const started = performance.now()
    await read()
    taken.push(performance.now() - started)
  }
  await end
  return percentile(taken, 99)
}

/** A read by REST while 30 people sign in, against when nobody does. */
export const signIns: Case = async ({ small }, { rounds }) => {
  const { signIn, read } = asker(small)
  const emails = await people(small)
  const { a, b, ratio } = await alternate(
    rounds,
    () => p99(read, Promise.all(emails.map(signIn))),
    () => p99(read, new Promise((resolve) => setTimeout(resolve, QUIET_MS))),
  )
  return [
    {
      what: `A read by REST while ${AT_ONCE} people sign in, against a quiet gateway (p99)`,
      a: inMs(a),
      b: inMs(b),
      value: ratio,
      unit: '',
      target: { atMost: 1.5 },
    },
  ]
}

/** Sign-ins a second, against what the cores give the hash alone: the same library, cost and number at once. */
export const signInRate: Case = async ({ small }, { rounds, turnMs }) => {
  const { signIn } = asker(small)
  const emails = await people(small)
  const hash = await hashPassword(PASSWORD)
  const { a, b, ratio } = await alternate(
    rounds,
    () => throughput(emails.length, turnMs, (n) => signIn(emails[n % emails.length]!)),
    () => throughput(THREADS, turnMs, () => isPassword(PASSWORD, hash)),
  )
  return [
    {
      what: `Sign-ins with a password, ${AT_ONCE} at once, against bcrypt alone (${THREADS} at once)`,
      a: perSecond(a),
      b: perSecond(b),
      value: ratio,
      unit: '',
      target: { atLeast: 0.9 },
    },
  ]
}
