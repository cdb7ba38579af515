import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { client } from '../../support/client.ts'
import { codeIn, linkIn, type Smtp, startSmtp } from '../../support/smtp.ts'
import { makeEnv, type StackProcess, startStackProcess, type TestStack } from '../../support/stack.ts'

const PASSWORD = 'cacao-demo-2025'
const clientOf = ({ supabaseUrl }: TestStack, key: string) => client(supabaseUrl, key)

interface Letter {
  to: string
  subject: string
  text: string
}

/** Asks for every mail of Auth on a stack, and invites a person. @returns the addresses and the answer of the invitation. */
async function askForEverything(stack: TestStack) {
  const mark = `${Date.now()}.${process.pid}`
  const [fresh, known, changed, guest, partner] = ['nueva', 'conocida', 'cambiada', 'huesped', 'socia'].map(
    (nombre) => `${nombre}.${mark}@triboka.test`,
  ) as [string, string, string, string, string]
  const { auth } = clientOf(stack, stack.publishableKey)
  const { admin } = clientOf(stack, stack.secretKey).auth
  const requests = [
    () => auth.signInWithOtp({ email: fresh }),
    () => admin.createUser({ email: known, password: PASSWORD, email_confirm: true }),
    () => auth.resetPasswordForEmail(known, { redirectTo: 'https://app.triboka.ec/clave' }),
    () => admin.inviteUserByEmail(guest),
    () => auth.signInWithPassword({ email: known, password: PASSWORD }),
    () => auth.updateUser({ email: changed }),
    () => auth.reauthenticate(),
  ]
  for (const ask of requests) {
    const { error } = await ask()
    expect(error).toBeNull()
  }
  const who = clientOf(stack, stack.publishableKey)
  await who.auth.signInWithPassword({ email: 'exportadora@agroarriba.test', password: PASSWORD })
  const { data, error } = await who.functions.invoke('invitaciones', {
    body: { email: partner, rol: 'exportadora' },
  })
  expect(error).toBeNull()
  return {
    fresh,
    known,
    changed,
    guest,
    partner,
    invitacion: data as Record<string, unknown>,
  }
}

/** The logs hold nothing of what opens an account: no code, no token of a link. */
async function checkLogs({ dataDir }: TestStack, letters: Pick<Letter, 'text'>[], output: string) {
  const archivos = ['supabase.log', 'functions.log', 'postgres.log'].map((nombre) =>
    readFile(join(dataDir, nombre), 'utf8').catch(() => ''),
  )
  const logs = [output, ...(await Promise.all(archivos))].join('\n')
  expect(letters.length).toBeGreaterThan(6)
  for (const { text } of letters) {
    const secrets = [
      ...(/código: \d+/.test(text) ? [codeIn(text)] : []),
      ...[...text.matchAll(/(?:token|testigo)=([\w-]+)/g)].map(([, token]) => token!),
    ]
    expect(secrets.length).toBeGreaterThan(0)
    for (const secret of secrets) expect(logs).not.toMatch(new RegExp(`\\b${secret}\\b`))
  }
  expect(logs).not.toMatch(/auth\/v1\/verify\?|testigo=[\w-]/)
}

describe('sin SMTP_URL', () => {
  test('todo correo queda en el buzón, con su código y su enlace, y en ningún registro', async () => {
    const stack = inject('stack')
    expect(stack.mailboxUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    const { fresh, known, changed, guest, partner, invitacion } = await askForEverything(stack)
    const all: Letter[] = await (await fetch(`${stack.mailboxUrl}/correos.json`)).json()
    const letters = all.filter(({ to }) => [fresh, known, changed, guest, partner].includes(to))
    expect(letters.map(({ to, subject }) => [to, subject]).sort()).toEqual(
      [
        [fresh, 'Su enlace para entrar'],
        [known, 'Cambie su contraseña'],
        [known, 'Confirme el cambio de su correo'],
        [known, 'Confirme que es usted'],
        [changed, 'Confirme su nuevo correo'],
        [guest, 'Invitación a Triboka'],
        [partner, expect.stringMatching(/^Invitación a /)],
      ].sort(),
    )
    expect(invitacion).toMatchObject({ enviada: false, enlace: expect.stringContaining('testigo=') })
    expect(letters.find(({ to }) => to === partner)?.text).toContain(invitacion.enlace)
    expect(await (await fetch(stack.mailboxUrl)).text()).toContain(fresh)
    await checkLogs(stack, letters, '')

    const recovery = letters.find(({ subject }) => subject === 'Cambie su contraseña')!
    const answer = await fetch(linkIn(recovery.text), { redirect: 'manual' })
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:3000#access_token=/),
    ])
    const token = codeIn(letters.find(({ to }) => to === fresh)!.text)
    const { data } = await clientOf(stack, stack.publishableKey).auth.verifyOtp({
      email: fresh,
      token,
      type: 'email',
    })
    expect(data.session?.user.email).toBe(fresh)
  })
})

describe('con SMTP_URL y APP_URL', () => {
  let smtp: Smtp
  let own: StackProcess
  beforeAll(async () => {
    smtp = await startSmtp()
    const { dir, env } = await makeEnv()
    own = await startStackProcess({
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
    await own?.dispose()
    await smtp.close()
  })

  test('los de Auth y las invitaciones salen por él, llevan a la aplicación y no quedan aquí', async () => {
    expect([own.stack.mailboxUrl, own.output()]).toEqual(['', expect.stringContaining('SMTP_URL')])
    const { known, changed, guest, partner, invitacion } = await askForEverything(own.stack)
    expect(smtp.received.map(({ from }) => from)).toEqual(Array(7).fill('hola@triboka.ec'))
    expect(invitacion).toMatchObject({ enviada: true })
    expect(invitacion).not.toHaveProperty('enlace')
    expect(smtp.textFor(partner)).toContain('https://app.triboka.ec/invitacion?testigo=')
    const destination = (text: string) => new URL(linkIn(text)).searchParams.get('redirect_to')
    const recovery = smtp.received.find(({ parsed }) => parsed.subject === 'Cambie su contraseña')!
    expect(recovery.to).toEqual([known])
    expect(destination(recovery.parsed.text!)).toBe('https://app.triboka.ec/clave')
    for (const address of [changed, guest])
      expect(destination(smtp.textFor(address))).toBe('https://app.triboka.ec')
    const links = smtp.received.map(({ parsed }) => ({ text: parsed.text! }))
    await checkLogs(own.stack, links, own.output())
    await expect(readFile(join(own.stack.dataDir, 'mailbox'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
