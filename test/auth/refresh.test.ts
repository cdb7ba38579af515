import fc from 'fast-check'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { makeUser, ok, signIn } from './support.ts'

const stack = inject('stack')

let email: string
beforeAll(async () => {
  email = (await makeUser()).email!
})

interface Answer {
  status: number
  /** The refresh token that it gave, or the code of its error. */
  got: string
}

async function refresh(token: string): Promise<Answer> {
  const answer = await fetch(`${stack.supabaseUrl}/auth/v1/token?grant_type=refresh_token`, {
    method: 'POST',
    headers: { apikey: stack.publishableKey, 'content-type': 'application/json' },
    body: JSON.stringify({ refresh_token: token }),
  })
  const { refresh_token, error_code } = (await answer.json()) as Record<string, string>
  return { status: answer.status, got: refresh_token ?? error_code! }
}

const atOnce = (token: string, times: number) =>
  Promise.all(Array.from({ length: times }, () => refresh(token)))

/** A new session's first token. */
const begin = async () => ok(await signIn(email)).session!.refresh_token

/** Every token of the session that a token is of, the oldest first. */
const tokensOf = (token: string) =>
  sql<{ token: string; parent: string | null; revoked: boolean }>(
    `select token, parent, revoked from auth.refresh_tokens
     where session_id = (select session_id from auth.refresh_tokens where token = $1) order by id`,
    [token],
  )

/** Lets the reuse interval go by for what has been used so far. */
const age = (token: string) =>
  sql(
    `update auth.refresh_tokens set updated_at = updated_at - interval '1 minute'
     where session_id = (select session_id from auth.refresh_tokens where token = $1)`,
    [token],
  )

describe('el mismo token en varias pestañas a la vez', () => {
  test.each([2, 3, 4, 8, 24])('%i a la vez: todas reciben el token vivo y la sesión sigue', async (times) => {
    for (let round = 0; round < 8; round++) {
      const first = await begin()
      const answers = await atOnce(first, times)
      const live = answers[0]!.got
      expect(live).not.toBe(first)
      expect(answers).toEqual(Array(times).fill({ status: 200, got: live }))
      // Once more with the first, as a phone does that wakes, and then with the one that was given.
      expect(await refresh(first)).toEqual({ status: 200, got: live })
      const next = await atOnce(live, 2)
      expect(next[0]!.status).toBe(200)
      expect(next[1]).toEqual(next[0])
      expect((await tokensOf(first)).map(({ revoked }) => revoked)).toEqual([true, true, false])
    }
  })

  test('quien pregunta con uno de antes, todavía dentro del intervalo, recibe el token vivo', async () => {
    const first = await begin()
    const second = (await refresh(first)).got
    const third = (await refresh(second)).got
    expect(await atOnce(first, 3)).toEqual(Array(3).fill({ status: 200, got: third }))
    expect((await refresh(third)).status).toBe(200)
  })

  test('pasado el intervalo, si nadie usó el que se dio en su lugar, se da otra vez', async () => {
    const first = await begin()
    const second = (await refresh(first)).got
    await age(first)
    expect(await atOnce(first, 4)).toEqual(Array(4).fill({ status: 200, got: second }))
  })

  test('pasado el intervalo, uno que ya se cambió dos veces acaba con la sesión, y no vuelve', async () => {
    const first = await begin()
    const second = (await refresh(first)).got
    const third = (await refresh(second)).got
    await age(first)
    const refused = { status: 400, got: 'refresh_token_already_used' }
    expect(await atOnce(first, 4)).toEqual(Array(4).fill(refused))
    for (const token of [first, second, third]) expect(await refresh(token)).toEqual(refused)
  })
})

/** Which of the session's tokens are used together (as many as there are, modulo), or that time goes by. */
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.array(fc.nat(), { minLength: 1, maxLength: 8 }) },
    { weight: 1, arbitrary: fc.constant('age' as const) },
  ),
  { minLength: 1, maxLength: 8 },
)

test('en cualquier orden y cuantas sean a la vez, una sesión tiene un solo token vivo o ha terminado', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (plan) => {
      const first = await begin()
      let known = await tokensOf(first)
      /** Tokens for which the interval has gone by. */
      const aged = new Set<string>()
      for (const step of plan) {
        const wasAlive = known.some(({ revoked }) => !revoked)
        if (step === 'age') {
          await age(first)
          for (const { token, revoked } of known) if (revoked) aged.add(token)
          continue
        }
        const used = step.map((n) => known[n % known.length]!.token)
        const answers = await Promise.all(used.map(refresh))
        known = await tokensOf(first)
        const live = known.filter(({ revoked }) => !revoked)
        const refused = answers.filter(({ status }) => status !== 200)

        // One goes on where another was: the tokens are a chain, and none has two in its place.
        expect(known.map(({ parent }) => parent ?? '')).toEqual([
          '',
          ...known.slice(0, -1).map(({ token }) => token),
        ])
        expect(live.length).toBe(wasAlive && !refused.length ? 1 : 0)
        for (const { status, got } of refused)
          expect([status, got]).toEqual([400, 'refresh_token_already_used'])
        for (const { got } of answers.filter(({ status }) => status === 200))
          expect(known.map(({ token }) => token)).toContain(got)
        if (wasAlive && used.every((token) => !aged.has(token))) expect(refused).toEqual([])
        if (!wasAlive) expect(refused).toHaveLength(answers.length)
      }
    }),
    { numRuns: 25 },
  )
})
