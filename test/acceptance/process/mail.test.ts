import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { client } from '../../support/client.ts'
import { codeIn, linkIn, type Smtp, startSmtp } from '../../support/smtp.ts'
import { makeEnv, type StackProcess, startStackProcess, type TestStack } from '../../support/stack.ts'

const CLAVE = 'cacao-demo-2025'
const cliente = ({ supabaseUrl }: TestStack, key: string) => client(supabaseUrl, key)

interface Carta {
  to: string
  subject: string
  text: string
}

/** Asks for every mail of Auth on a stack, and invites a person. @returns the addresses and the answer of the invitation. */
async function pedirTodo(stack: TestStack) {
  const marca = `${Date.now()}.${process.pid}`
  const [nueva, conocida, cambiada, huesped, socia] = [
    'nueva',
    'conocida',
    'cambiada',
    'huesped',
    'socia',
  ].map((nombre) => `${nombre}.${marca}@triboka.test`) as [string, string, string, string, string]
  const { auth } = cliente(stack, stack.publishableKey)
  const { admin } = cliente(stack, stack.secretKey).auth
  const pedidos = [
    () => auth.signInWithOtp({ email: nueva }),
    () => admin.createUser({ email: conocida, password: CLAVE, email_confirm: true }),
    () => auth.resetPasswordForEmail(conocida, { redirectTo: 'https://app.triboka.ec/clave' }),
    () => admin.inviteUserByEmail(huesped),
    () => auth.signInWithPassword({ email: conocida, password: CLAVE }),
    () => auth.updateUser({ email: cambiada }),
    () => auth.reauthenticate(),
  ]
  for (const pedir of pedidos) {
    const { error } = await pedir()
    expect(error).toBeNull()
  }
  const quien = cliente(stack, stack.publishableKey)
  await quien.auth.signInWithPassword({ email: 'exportadora@agroarriba.test', password: CLAVE })
  const { data, error } = await quien.functions.invoke('invitaciones', {
    body: { email: socia, rol: 'exportadora' },
  })
  expect(error).toBeNull()
  return { nueva, conocida, cambiada, huesped, socia, invitacion: data as Record<string, unknown> }
}

/** The logs hold nothing of what opens an account: no code, no token of a link. */
async function revisarRegistros({ dataDir }: TestStack, cartas: Pick<Carta, 'text'>[], salida: string) {
  const archivos = ['supabase.log', 'functions.log', 'postgres.log'].map((nombre) =>
    readFile(join(dataDir, nombre), 'utf8').catch(() => ''),
  )
  const registros = [salida, ...(await Promise.all(archivos))].join('\n')
  expect(cartas.length).toBeGreaterThan(6)
  for (const { text } of cartas) {
    const secretos = [
      ...(/código: \d+/.test(text) ? [codeIn(text)] : []),
      ...[...text.matchAll(/(?:token|testigo)=([\w-]+)/g)].map(([, token]) => token!),
    ]
    expect(secretos.length).toBeGreaterThan(0)
    for (const secreto of secretos) expect(registros).not.toMatch(new RegExp(`\\b${secreto}\\b`))
  }
  expect(registros).not.toMatch(/auth\/v1\/verify\?|testigo=[\w-]/)
}

describe('sin SMTP_URL', () => {
  test('todo correo queda en el buzón, con su código y su enlace, y en ningún registro', async () => {
    const stack = inject('stack')
    expect(stack.mailboxUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const { nueva, conocida, cambiada, huesped, socia, invitacion } = await pedirTodo(stack)
    const todas: Carta[] = await (await fetch(`${stack.mailboxUrl}/correos.json`)).json()
    const cartas = todas.filter(({ to }) => [nueva, conocida, cambiada, huesped, socia].includes(to))
    expect(cartas.map(({ to, subject }) => [to, subject]).sort()).toEqual(
      [
        [nueva, 'Su enlace para entrar'],
        [conocida, 'Cambie su contraseña'],
        [conocida, 'Confirme el cambio de su correo'],
        [conocida, 'Confirme que es usted'],
        [cambiada, 'Confirme su nuevo correo'],
        [huesped, 'Invitación a Triboka'],
        [socia, expect.stringMatching(/^Invitación a /)],
      ].sort(),
    )
    expect(invitacion).toMatchObject({ enviada: false, enlace: expect.stringContaining('testigo=') })
    expect(cartas.find(({ to }) => to === socia)?.text).toContain(invitacion.enlace)
    expect(await (await fetch(stack.mailboxUrl)).text()).toContain(nueva)
    await revisarRegistros(stack, cartas, '')

    const recuperacion = cartas.find(({ subject }) => subject === 'Cambie su contraseña')!
    const respuesta = await fetch(linkIn(recuperacion.text), { redirect: 'manual' })
    expect([respuesta.status, respuesta.headers.get('location')]).toEqual([
      303,
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:3000#access_token=/),
    ])
    const token = codeIn(cartas.find(({ to }) => to === nueva)!.text)
    const { data } = await cliente(stack, stack.publishableKey).auth.verifyOtp({
      email: nueva,
      token,
      type: 'email',
    })
    expect(data.session?.user.email).toBe(nueva)
  })
})

describe('con SMTP_URL y APP_URL', () => {
  let smtp: Smtp
  let pila: StackProcess
  beforeAll(async () => {
    smtp = await startSmtp()
    const { dir, env } = await makeEnv()
    pila = await startStackProcess({
      dir,
      env: {
        ...env,
        SMTP_URL: smtp.url,
        MAIL_FROM: 'Triboka <hola@triboka.ec>',
        APP_URL: 'https://app.triboka.ec',
      },
    })
  })
  afterAll(async () => {
    await pila?.dispose()
    await smtp.close()
  })

  test('los de Auth y las invitaciones salen por él, llevan a la aplicación y no quedan aquí', async () => {
    expect([pila.stack.mailboxUrl, pila.output()]).toEqual(['', expect.stringContaining('SMTP_URL')])
    const { conocida, cambiada, huesped, socia, invitacion } = await pedirTodo(pila.stack)
    expect(smtp.received.map(({ from }) => from)).toEqual(Array(7).fill('hola@triboka.ec'))
    expect(invitacion).toMatchObject({ enviada: true })
    expect(invitacion).not.toHaveProperty('enlace')
    expect(smtp.textFor(socia)).toContain('https://app.triboka.ec/invitacion?testigo=')
    const destino = (text: string) => new URL(linkIn(text)).searchParams.get('redirect_to')
    const recuperacion = smtp.received.find(({ parsed }) => parsed.subject === 'Cambie su contraseña')!
    expect(recuperacion.to).toEqual([conocida])
    expect(destino(recuperacion.parsed.text!)).toBe('https://app.triboka.ec/clave')
    for (const correo of [cambiada, huesped])
      expect(destino(smtp.textFor(correo))).toBe('https://app.triboka.ec')
    const enlaces = smtp.received.map(({ parsed }) => ({ text: parsed.text! }))
    await revisarRegistros(pila.stack, enlaces, pila.output())
    await expect(readFile(join(pila.stack.dataDir, 'mailbox'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
