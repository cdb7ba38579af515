import bcrypt from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { turns } from '../support/turns.ts'
import { until } from '../support/until.ts'
import { CLAVE, correoNuevo, exito, type ServidorDeAuth, servidorDeAuth } from './support.ts'

// What waits is told how long it waits, and waits for as long as the test has the clock stand still.
const reloj = vi.hoisted(() => ({ isHeld: false, waits: [] as number[], held: [] as (() => void)[] }))
vi.mock('node:timers/promises', async (original) => {
  const real = await original<typeof import('node:timers/promises')>()
  const setTimeout = (ms: number, ...more: []) => {
    // Shorter ones are the test's own.
    if (!reloj.isHeld || ms < 100) return real.setTimeout(ms, ...more)
    reloj.waits.push(ms)
    return new Promise<void>((resolve) => reloj.held.push(resolve))
  }
  return { ...real, default: { ...real, setTimeout }, setTimeout }
})

const stack = inject('stack')
let abierto: ServidorDeAuth
let cerrado: ServidorDeAuth
beforeAll(async () => {
  const config = { site_url: 'http://127.0.0.1:3000', minimum_password_length: 8 }
  const email = { enable_signup: true, enable_confirmations: true, max_frequency: '0s' }
  abierto = await servidorDeAuth({ ...config, email })
  cerrado = await servidorDeAuth({ ...config, email, enable_signup: false })
})
afterAll(async () => {
  await abierto.close()
  await cerrado.close()
})

const persona = ({ url }: ServidorDeAuth = abierto) => client(url, stack.publishableKey).auth

/** An account of the stack. */
async function cuenta(atributos: object = {}) {
  const email = correoNuevo()
  const { admin } = client(abierto.url, stack.secretKey).auth
  const { user } = exito(
    await admin.createUser({ email, password: CLAVE, email_confirm: true, ...atributos }),
  )
  return { id: user!.id, email }
}

const entrar = async (email: string, password: string) =>
  (await persona().signInWithPassword({ email, password })).error?.code

/** The costs of the hashes that a password is compared with meanwhile, and what the work gives. */
async function comparados<T>(work: () => Promise<T>) {
  const compare = vi.spyOn(bcrypt, 'compare')
  try {
    const dado = await work()
    return { dado, costos: compare.mock.calls.map(([, hash]) => Number(hash.split('$')[2])) }
  } finally {
    compare.mockRestore()
  }
}

describe('al entrar', () => {
  test('un correo desconocido da el trabajo de uno conocido: se compara una vez, con un hash del mismo costo', async () => {
    const { email } = await cuenta()
    const conocido = await comparados(() => entrar(email, 'no es esta'))
    expect(conocido).toEqual({ dado: 'invalid_credentials', costos: [10] })
    expect(await comparados(() => entrar(correoNuevo(), 'no es esta'))).toEqual(conocido)
  })

  test.each([
    ['sin confirmar', { email_confirm: false }, 'email_not_confirmed'],
    ['suspendida', { ban_duration: '24h' }, 'user_banned'],
  ])('que la cuenta está %s se dice solo a quien sabe su contraseña', async (_como, atributos, code) => {
    const { email } = await cuenta(atributos)
    expect(await entrar(email, 'no es esta')).toBe('invalid_credentials')
    expect(await entrar(email, CLAVE)).toBe(code)
  })

  test('un correo que no se puede guardar es un error de quien lo envía', async () => {
    for (const email of ['nul\u0000@prueba.test', 'media\ud800@prueba.test'])
      expect(['validation_failed', 'invalid_credentials']).toContain(await entrar(email, CLAVE))
  })

  test('la contraseña que cambia mientras se comprueba no deja sesión', async () => {
    const { id, email } = await cuenta()
    // Everybody's turn is taken: the sign-in has read the old hash and waits.
    const ocupado = [bcrypt.hash('x', 13), bcrypt.hash('x', 13), bcrypt.hash('x', 13)]
    const compare = vi.spyOn(bcrypt, 'compare')
    const entrada = entrar(email, CLAVE)
    await until('the old hash is read', () => compare.mock.calls.length > 0)
    compare.mockRestore()
    await sql(
      `update auth.users set encrypted_password = extensions.crypt('la nueva', extensions.gen_salt('bf', 4)) where id = $1`,
      [id],
    )
    await Promise.all(ocupado)
    expect(await entrada).toBe('invalid_credentials')
    expect(await sql('select id from auth.sessions where user_id = $1', [id])).toEqual([])
    expect(await entrar(email, 'la nueva')).toBeUndefined()
  })
})

describe('al pedir un correo', () => {
  const pedidos: [string, () => ServidorDeAuth, (email: string, de: ServidorDeAuth) => Promise<unknown>][] = [
    ['un código', () => abierto, (email, de) => persona(de).signInWithOtp({ email })],
    [
      'un código de quien ya tiene cuenta',
      () => abierto,
      (email, de) => persona(de).signInWithOtp({ email, options: { shouldCreateUser: false } }),
    ],
    ['un código con el registro cerrado', () => cerrado, (email, de) => persona(de).signInWithOtp({ email })],
    ['otra contraseña', () => abierto, (email, de) => persona(de).resetPasswordForEmail(email)],
    ['otra vez el correo', () => abierto, (email, de) => persona(de).resend({ type: 'signup', email })],
    [
      'un enlace',
      () => cerrado,
      async (email, { url }) => {
        const body = JSON.stringify({ email })
        const headers = { apikey: stack.publishableKey }
        const respuesta = await fetch(`${url}/auth/v1/magiclink`, { method: 'POST', body, headers })
        return { status: respuesta.status, cuerpo: await respuesta.json() }
      },
    ],
  ]

  /** Asks while the clock stands still. @returns what was waited for, and the answer, which comes when it goes on. */
  async function conRelojParado(pedir: () => Promise<unknown>) {
    reloj.isHeld = true
    let isAnswered = false
    const respuesta = pedir().finally(() => {
      isAnswered = true
    })
    await until('it waits', () => reloj.waits.length >= 2)
    await turns(200)
    expect(isAnswered).toBe(false)
    reloj.isHeld = false
    const esperas = reloj.waits.splice(0)
    for (const seguir of reloj.held.splice(0)) seguir()
    return { esperas, respuesta: await respuesta }
  }

  test.each(pedidos)('%s: lo mismo y en el mismo tiempo, haya cuenta o no', async (_que, de, pedir) => {
    const [conocida, pendiente] = [await cuenta(), await cuenta({ email_confirm: false })]
    const respuesta = await pedir(correoNuevo(), de())
    expect(await pedir(conocida.email, de())).toEqual(respuesta)
    expect(await pedir(pendiente.email, de())).toEqual(respuesta)
    const si = await conRelojParado(() => pedir(conocida.email, de()))
    expect(si.respuesta).toEqual(respuesta)
    expect(await conRelojParado(() => pedir(correoNuevo(), de()))).toEqual(si)
  })

  test('lo que está mal en el pedido se dice, y el correo que hay llega', async () => {
    expect((await persona().signInWithOtp({ email: 'sin arroba' })).error?.code).toBe('validation_failed')
    const { email } = await cuenta()
    exito(await persona().resetPasswordForEmail(email))
    expect(abierto.correos.at(-1)).toMatchObject({ to: email })
    const antes = cerrado.correos.length
    exito(await persona(cerrado).signInWithOtp({ email: correoNuevo() }))
    expect(cerrado.correos).toHaveLength(antes)
  })
})
