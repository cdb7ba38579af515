import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { client } from '../support/client.ts'
import { codeIn, linkIn } from '../support/smtp.ts'
import { sql } from '../support/sql.ts'
import { type ConCorreo, servidorConCorreo } from './app.ts'
import { CLAVE, correoNuevo, exito } from './support.ts'

const stack = inject('stack')
const admin = () => client(aqui.servidor.url, stack.secretKey).auth.admin
let aqui: ConCorreo
let cae: boolean

beforeAll(async () => {
  // A server of mail that says what it refuses, whole.
  aqui = await servidorConCorreo({}, (raw) =>
    cae ? new Error(`5.2.2 refused: ${raw.replace(/\s+/g, ' ')}`) : undefined,
  )
})
afterAll(() => aqui.close())

/** What the log gets while the server of mail refuses. */
async function mientrasCae<T>(pedir: () => Promise<T>): Promise<{ resultado: T; registro: string }> {
  const escrito = vi.spyOn(console, 'error').mockImplementation(() => {})
  cae = true
  try {
    const resultado = await pedir()
    return { resultado, registro: JSON.stringify(escrito.mock.calls) }
  } finally {
    cae = false
    escrito.mockRestore()
  }
}

async function columnas(email: string) {
  const [fila] = await sql(
    `select confirmation_token, recovery_token, reauthentication_token, email_change_token_new, email_change
     from auth.users where email = $1`,
    [email],
  )
  return fila
}

interface Pedido {
  email: string
  error: unknown
  existe: boolean
  /** The answer would tell whether there is an account: only the log tells that no mail left. */
  calla?: boolean
}

const PEDIDOS: Record<string, () => Promise<Pedido>> = {
  'Error sending confirmation email': async () => {
    const email = correoNuevo()
    const { error } = await aqui.app('pkce').auth.signUp({ email, password: CLAVE })
    return { email, error, existe: false }
  },
  'Error sending recovery email': async () => {
    const email = await aqui.conCuenta()
    const { error } = await aqui.app('pkce').auth.resetPasswordForEmail(email)
    return { email, existe: true, calla: true, error }
  },
  'Error sending magic link email': async () => {
    const email = await aqui.conCuenta()
    const { error } = await aqui.app('pkce').auth.signInWithOtp({ email })
    return { email, existe: true, calla: true, error }
  },
  'Error sending invite email': async () => {
    const email = correoNuevo()
    return { email, existe: false, error: (await admin().inviteUserByEmail(email)).error }
  },
  'Error sending email change email': async () => {
    const email = await aqui.conCuenta()
    const quien = aqui.app('pkce')
    exito(await quien.auth.signInWithPassword({ email, password: CLAVE }))
    const cambio = { email: correoNuevo(), password: 'otra-clave-2025' }
    return { email, existe: true, error: (await quien.auth.updateUser(cambio)).error }
  },
  'Error sending reauthentication email': async () => {
    const email = await aqui.conCuenta()
    const quien = aqui.app('pkce')
    exito(await quien.auth.signInWithPassword({ email, password: CLAVE }))
    return { email, existe: true, error: (await quien.auth.reauthenticate()).error }
  },
}

describe('el correo que no sale', () => {
  test.each(Object.entries(PEDIDOS))(
    '%s: no cambia nada, y el registro dice por qué sin la carta',
    async (mensaje, pedir) => {
      const { resultado, registro } = await mientrasCae(pedir)
      const { error, email, existe, calla } = resultado
      if (calla) expect(error).toBeNull()
      else expect(error).toMatchObject({ status: 500, message: mensaje })
      expect(await columnas(email)).toEqual(
        existe
          ? {
              confirmation_token: null,
              recovery_token: null,
              reauthentication_token: null,
              email_change_token_new: null,
              email_change: null,
            }
          : undefined,
      )
      // Why is said; the mail that the server repeated is not, nor whose it was.
      expect(registro).toContain('EMESSAGE: the server of mail answered 450 5.2.2 to DATA')
      expect(registro).not.toMatch(/pkce_|[0-9a-f]{56}|token=|\b\d{6}\b/)
      expect(registro).not.toContain(email)
      if (existe) exito(await aqui.app('implicit').auth.signInWithPassword({ email, password: CLAVE }))
    },
  )

  test('al volver el servidor de correo se pide otra vez', async () => {
    const email = correoNuevo()
    await mientrasCae(() => aqui.app('implicit').auth.signUp({ email, password: CLAVE }))
    exito(await aqui.app('implicit').auth.signUp({ email, password: CLAVE }))
    expect(linkIn(aqui.smtp.textFor(email))).toContain('type=signup')
  })
})

describe('con max_frequency', () => {
  let despacio: ConCorreo
  beforeAll(async () => {
    despacio = await servidorConCorreo({ max_frequency: '1m' })
  })
  afterAll(() => despacio.close())
  const enviados = (email: string) => despacio.smtp.received.filter(({ to }) => to.includes(email)).length

  test('el segundo correo del registro espera', async () => {
    const [quien, email] = [despacio.app('implicit'), correoNuevo()]
    exito(await quien.auth.signUp({ email, password: CLAVE }))
    exito(await quien.auth.resend({ type: 'signup', email }))
    const { error } = await quien.auth.signUp({ email, password: CLAVE })
    expect(error).toMatchObject({ status: 429, code: 'over_email_send_rate_limit' })
    expect(error?.message).toMatch(/after ([1-9]|[1-5]\d|60) seconds/)
    expect(enviados(email)).toBe(1)
  })

  test('el segundo de una contraseña tampoco sale, y la respuesta no dice si hay cuenta', async () => {
    const quien = despacio.app('implicit')
    const [email, nadie] = [await despacio.conCuenta(), correoNuevo()]
    for (const correo of [email, email, nadie, nadie])
      expect(await quien.auth.resetPasswordForEmail(correo)).toEqual({ data: {}, error: null })
    expect([enviados(email), enviados(nadie)]).toEqual([1, 0])
  })
})

test('quien ya confirmó no recibe otra confirmación, y se le responde como a cualquiera', async () => {
  const email = await aqui.conCuenta()
  const quien = aqui.app('implicit')
  const { user, session } = exito(await quien.auth.signUp({ email, password: CLAVE }))
  expect({ session, email: user?.email, identities: user?.identities }).toEqual({
    session: null,
    email,
    identities: [],
  })
  exito(await quien.auth.resend({ type: 'signup', email }))
  expect(aqui.smtp.textFor(email)).toBe('')
})

test('quien se registra otra vez sin confirmar no cambia la contraseña del primero', async () => {
  const email = correoNuevo()
  exito(await aqui.app('implicit').auth.signUp({ email, password: CLAVE }))
  exito(await aqui.app('implicit').auth.signUp({ email, password: 'la-de-otro-2025' }))
  const token = codeIn(aqui.smtp.textFor(email))
  exito(await aqui.app('implicit').auth.verifyOtp({ email, token, type: 'signup' }))
  exito(await aqui.app('implicit').auth.signInWithPassword({ email, password: CLAVE }))
})
