import bcrypt from 'bcryptjs'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { CLAVE, correoNuevo, exito, type ServidorDeAuth, servidorDeAuth } from './support.ts'

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

/** Milliseconds of the fastest of several, each beside the other. */
async function aLaPar(veces: number, una: () => Promise<unknown>, otra: () => Promise<unknown>) {
  const mide = async (pedir: () => Promise<unknown>) => {
    const desde = performance.now()
    await pedir()
    return performance.now() - desde
  }
  await una()
  await otra()
  const [a, b]: [number[], number[]] = [[], []]
  for (let n = 0; n < veces; n++) {
    a.push(await mide(una))
    b.push(await mide(otra))
  }
  return [Math.min(...a), Math.min(...b)] as const
}

describe('al entrar', () => {
  test('un correo desconocido tarda lo que uno conocido', async () => {
    const { email } = await cuenta()
    const [conocido, desconocido] = await aLaPar(
      9,
      () => entrar(email, 'no es esta'),
      () => entrar(correoNuevo(), 'no es esta'),
    )
    // Without a hash to compare with it was a fifteenth.
    expect(desconocido / conocido).toBeGreaterThan(0.4)
    expect(desconocido / conocido).toBeLessThan(2.5)
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
    const entrada = entrar(email, CLAVE)
    await new Promise((resolve) => setTimeout(resolve, 200))
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

  test.each(pedidos)('%s: lo mismo y en el mismo tiempo, haya cuenta o no', async (_que, de, pedir) => {
    const [conocida, pendiente] = [await cuenta(), await cuenta({ email_confirm: false })]
    const respuesta = await pedir(correoNuevo(), de())
    expect(await pedir(conocida.email, de())).toEqual(respuesta)
    expect(await pedir(pendiente.email, de())).toEqual(respuesta)
    const [si, no] = await aLaPar(
      4,
      () => pedir(conocida.email, de()),
      () => pedir(correoNuevo(), de()),
    )
    // As a ratio, for machines that are slow just then; an account that is not told is a tenth of one that is.
    expect(Math.min(si, no) / Math.max(si, no)).toBeGreaterThan(0.6)
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
