import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { hashApart } from '../../supabase/local/auth/hashing-apart.ts'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { turns } from '../support/turns.ts'
import { until } from '../support/until.ts'
import { type AuthServer, newEmail, ok, PASSWORD, startAuth } from './support.ts'

// What waits is told how long it waits, and waits for as long as the test has the clock stand still.
const clock = vi.hoisted(() => ({ isHeld: false, waits: [] as number[], held: [] as (() => void)[] }))
vi.mock('node:timers/promises', async (original) => {
  const real = await original<typeof import('node:timers/promises')>()
  const setTimeout = (ms: number, ...more: []) => {
    // Shorter ones are the test's own.
    if (!clock.isHeld || ms < 100) return real.setTimeout(ms, ...more)
    clock.waits.push(ms)
    return new Promise<void>((resolve) => clock.held.push(resolve))
  }
  return { ...real, default: { ...real, setTimeout }, setTimeout }
})

// The real one, which can be watched and held.
vi.mock('../../supabase/local/auth/hashing-apart.ts', async (original) => {
  const real = await original<typeof import('../../supabase/local/auth/hashing-apart.ts')>()
  return { ...real, hashApart: vi.fn(real.hashApart) }
})
const watched = vi.mocked(hashApart)

const stack = inject('stack')
let open: AuthServer
let closed: AuthServer
beforeAll(async () => {
  const config = { site_url: 'http://127.0.0.1:3000', minimum_password_length: 8 }
  const email = { enable_signup: true, enable_confirmations: true, max_frequency: '0s' }
  open = await startAuth({ ...config, email })
  closed = await startAuth({ ...config, email, enable_signup: false })
})
afterAll(async () => {
  await open.close()
  await closed.close()
})

const person = ({ url }: AuthServer = open) => client(url, stack.publishableKey).auth

/** An account of the stack. */
async function account(attributes: object = {}) {
  const email = newEmail()
  const { admin } = client(open.url, stack.secretKey).auth
  const { user } = ok(
    await admin.createUser({ email, password: PASSWORD, email_confirm: true, ...attributes }),
  )
  return { id: user!.id, email }
}

const signIn = async (email: string, password: string) =>
  (await person().signInWithPassword({ email, password })).error?.code

/** The costs of the hashes that a password is compared with meanwhile, and what the work gives. */
async function compared<T>(work: () => Promise<T>) {
  watched.mockClear()
  const given = await work()
  const hashes = watched.mock.calls.flatMap(([{ hashed }]) => hashed ?? [])
  return { given, costs: hashes.map((hash) => Number(hash.split('$')[2])) }
}

describe('al entrar', () => {
  test('un correo desconocido da el trabajo de uno conocido: se compara una vez, con un hash del mismo costo', async () => {
    const { email } = await account()
    const known = await compared(() => signIn(email, 'no es esta'))
    expect(known).toEqual({ given: 'invalid_credentials', costs: [10] })
    expect(await compared(() => signIn(newEmail(), 'no es esta'))).toEqual(known)
  })

  test.each([
    ['sin confirmar', { email_confirm: false }, 'email_not_confirmed'],
    ['suspendida', { ban_duration: '24h' }, 'user_banned'],
  ])('que la cuenta está %s se dice solo a quien sabe su contraseña', async (_como, attributes, code) => {
    const { email } = await account(attributes)
    expect(await signIn(email, 'no es esta')).toBe('invalid_credentials')
    expect(await signIn(email, PASSWORD)).toBe(code)
  })

  test('un correo que no se puede guardar es un error de quien lo envía', async () => {
    for (const email of ['nul\u0000@prueba.test', 'media\ud800@prueba.test'])
      expect(['validation_failed', 'invalid_credentials']).toContain(await signIn(email, PASSWORD))
  })

  test('la contraseña que cambia mientras se comprueba no deja sesión', async () => {
    const { id, email } = await account()
    // The sign-in has read the old hash, and compares with it for as long as the other needs.
    const { promise: isChanged, resolve: goOn } = Promise.withResolvers<void>()
    const really = watched.getMockImplementation()!
    watched.mockClear()
    watched.mockImplementationOnce(async (work) => {
      await isChanged
      return really(work)
    })
    const signingIn = signIn(email, PASSWORD)
    await until('the old hash is read', () => watched.mock.calls.length > 0)
    await sql(
      `update auth.users set encrypted_password = extensions.crypt('la nueva', extensions.gen_salt('bf', 4)) where id = $1`,
      [id],
    )
    goOn()
    expect(await signingIn).toBe('invalid_credentials')
    expect(await sql('select id from auth.sessions where user_id = $1', [id])).toEqual([])
    expect(await signIn(email, 'la nueva')).toBeUndefined()
  })
})

describe('al pedir un correo', () => {
  const requests: [string, () => AuthServer, (email: string, own: AuthServer) => Promise<unknown>][] = [
    ['un código', () => open, (email, own) => person(own).signInWithOtp({ email })],
    [
      'un código de quien ya tiene cuenta',
      () => open,
      (email, own) => person(own).signInWithOtp({ email, options: { shouldCreateUser: false } }),
    ],
    ['un código con el registro cerrado', () => closed, (email, own) => person(own).signInWithOtp({ email })],
    ['otra contraseña', () => open, (email, own) => person(own).resetPasswordForEmail(email)],
    ['otra vez el correo', () => open, (email, own) => person(own).resend({ type: 'signup', email })],
    [
      'un enlace',
      () => closed,
      async (email, { url }) => {
        const body = JSON.stringify({ email })
        const headers = { apikey: stack.publishableKey }
        const answer = await fetch(`${url}/auth/v1/magiclink`, { method: 'POST', body, headers })
        return { status: answer.status, cuerpo: await answer.json() }
      },
    ],
  ]

  /** Asks while the clock stands still. @returns what was waited for, and the answer, which comes when it goes on. */
  async function withClockStopped(ask: () => Promise<unknown>, waiting = 2) {
    clock.isHeld = true
    let isAnswered = false
    const answer = ask().finally(() => {
      isAnswered = true
    })
    await until('it waits', () => clock.waits.length >= waiting)
    await turns(200)
    expect(isAnswered).toBe(false)
    clock.isHeld = false
    const waits = clock.waits.splice(0)
    for (const follow of clock.held.splice(0)) follow()
    return { waits, answer: await answer }
  }

  test.each(requests)('%s: lo mismo y en el mismo tiempo, haya cuenta o no', async (_que, own, ask) => {
    const [known, pending] = [await account(), await account({ email_confirm: false })]
    const answer = await ask(newEmail(), own())
    expect(await ask(known.email, own())).toEqual(answer)
    expect(await ask(pending.email, own())).toEqual(answer)
    const yes = await withClockStopped(() => ask(known.email, own()))
    expect(yes.answer).toEqual(answer)
    expect(await withClockStopped(() => ask(newEmail(), own()))).toEqual(yes)
  })

  test('al registrarse, en el mismo tiempo y con el mismo trabajo, haya cuenta confirmada o no', async () => {
    const signUp = async (email: string) => {
      watched.mockClear()
      const { error } = await person().signUp({ email, password: PASSWORD })
      return { error, hashes: watched.mock.calls.map(([{ rounds, hashed }]) => [rounds, hashed]) }
    }
    const { email } = await account()
    const known = await withClockStopped(() => signUp(email), 1)
    expect(known).toEqual({ waits: [600], answer: { error: null, hashes: [[10, undefined]] } })
    expect(await withClockStopped(() => signUp(newEmail()), 1)).toEqual(known)
  })

  test('lo que no se puede guardar se dice igual, haya cuenta o no', async () => {
    const { email } = await account()
    for (const asked of [email, newEmail()]) {
      const options = { data: { nombre: 'media\ud800' } }
      expect((await person().signInWithOtp({ email: asked, options })).error?.code).toBe('validation_failed')
    }
  })

  test('lo que está mal en el pedido se dice, y el correo que hay llega', async () => {
    expect((await person().signInWithOtp({ email: 'sin arroba' })).error?.code).toBe('validation_failed')
    const { email } = await account()
    ok(await person().resetPasswordForEmail(email))
    expect(open.mails.at(-1)).toMatchObject({ to: email })
    const before = closed.mails.length
    ok(await person(closed).signInWithOtp({ email: newEmail() }))
    expect(closed.mails).toHaveLength(before)
  })
})
