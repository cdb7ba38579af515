import { DEMO_PASSWORD } from '../../scripts/seed.ts'
import { type Case, inMs } from '../lib/case.ts'
import { alternate, percentile } from '../lib/measure.ts'
import type { Subject } from '../lib/subject.ts'

/** People who sign in at the same moment, as an office does at eight. */
const AT_ONCE = 30
const QUIET_MS = 1500

function asker({ running: { stack } }: Subject) {
  const headers = { apikey: stack.publishableKey, 'content-type': 'application/json' }
  const insist = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${stack.supabaseUrl}${path}`, { headers, ...init })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`Answered ${answer.status}: ${text.slice(0, 500)}`)
  }
  const body = JSON.stringify({ email: 'exportadora@agroarriba.test', password: DEMO_PASSWORD })
  return {
    signIn: () => insist('/auth/v1/token?grant_type=password', { method: 'POST', body }),
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
  const { a, b, ratio } = await alternate(
    rounds,
    () => p99(read, Promise.all(Array.from({ length: AT_ONCE }, signIn))),
    () => p99(read, new Promise((resolve) => setTimeout(resolve, QUIET_MS))),
  )
  return [
    {
      what: `A read by REST while ${AT_ONCE} people sign in, against a quiet gateway (p99)`,
      a: inMs(a),
      b: inMs(b),
      value: ratio,
      unit: '',
      target: { atMost: 10 },
    },
  ]
}
