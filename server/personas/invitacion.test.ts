import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { type Smtp, startSmtp } from '../../test/support/smtp.ts'
import { readEnvironment } from '../environment.ts'
import { log } from '../process/log.ts'
import { listKept } from '../process/mail/mailbox.ts'
import { openMailer } from '../process/mail/mailer.ts'
import { openServices } from '../services.ts'
import { entregarInvitacion, type Invitacion } from './invitacion.ts'

log.level = 'silent'
const servers: Smtp[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

async function startMail(refusal?: Error): Promise<Smtp> {
  const server = await startSmtp(() => refusal)
  servers.push(server)
  return server
}

const environment = (smtpUrl: string | undefined, more: NodeJS.ProcessEnv = {}) =>
  readEnvironment({
    SUPABASE_URL: 'http://127.0.0.1:1',
    SUPABASE_PUBLISHABLE_KEY: 'x',
    DATABASE_URL: 'postgresql://authenticator:x@127.0.0.1:1/postgres',
    JWT_SECRET: 'a'.repeat(32),
    SMTP_URL: smtpUrl,
    SMTP_FROM: 'Triboka <hola@triboka.ec>',
    APP_URL: 'https://app.triboka.ec',
    ...more,
  })

const invitacion: Invitacion = {
  id: 1,
  email: 'nueva@finca.ec',
  empresa: 'Finca San José',
  vence_en: '2026-12-01T00:00:00+00:00',
  invita: 'José Zambrano (Finca San José)',
  testigo: 'f'.repeat(64),
  anulada_en: null,
  aceptada_en: null,
  aceptada_por: null,
}
const ENLACE = `https://app.triboka.ec/invitacion?testigo=${invitacion.testigo}`

describe('una invitación', () => {
  test('sale por correo con su enlace, que entonces no se devuelve', async () => {
    const { received, url } = await startMail()
    openServices(environment(url))
    expect(await entregarInvitacion(invitacion)).toEqual({ enviada: true })
    expect(received).toMatchObject([{ to: ['nueva@finca.ec'], from: 'hola@triboka.ec', user: 'correo' }])
    const { text, html, subject } = received[0]!.parsed
    expect(subject).toBe('Invitación a Finca San José')
    expect(text).toContain(ENLACE)
    expect(text).toContain('7 días')
    expect(html).toContain(`href="${ENLACE}"`)
  })

  test('sin servidor de correo, o si este la rechaza o no está, devuelve el enlace', async () => {
    const { url } = await startMail(new Error('mailbox full'))
    for (const smtpUrl of [undefined, url, url.replace('clave', 'otra'), 'smtp://127.0.0.1:1']) {
      openServices(environment(smtpUrl))
      expect(await entregarInvitacion(invitacion), smtpUrl).toEqual({ enviada: false, enlace: ENLACE })
    }
  })

  test('en la pila embebida, sin servidor de correo, queda en el buzón y el enlace se devuelve', async () => {
    const carpeta = await mkdtemp(join(tmpdir(), 'triboka-buzon-'))
    openServices(environment(undefined, { MAILBOX_DIR: carpeta }))
    expect(await entregarInvitacion(invitacion)).toEqual({ enviada: false, enlace: ENLACE })
    const [carta, ...otras] = await listKept(carpeta)
    expect(carta).toMatchObject({ to: 'nueva@finca.ec', subject: 'Invitación a Finca San José' })
    expect(carta?.text).toContain(ENLACE)
    expect(otras).toEqual([])
    // With a server of mail nothing is kept here.
    const { url } = await startMail()
    openServices(environment(url, { MAILBOX_DIR: carpeta }))
    await entregarInvitacion(invitacion)
    expect(await listKept(carpeta)).toHaveLength(1)
    await rm(carpeta, { recursive: true })
  })

  test('quien la escribe no pone HTML en la carta', async () => {
    const { received, url } = await startMail()
    openServices(environment(url))
    await entregarInvitacion({ ...invitacion, invita: '<script>x</script> & Cía', empresa: '<b>Finca</b>' })
    expect(received[0]!.parsed.html).toContain('&#60;script&#62;x&#60;/script&#62; &#38; Cía')
    expect(received[0]!.parsed.html).not.toMatch(/<script|<b>Finca/)
  })

  test('si no sale, se sabe por qué sin nada de lo que el servidor repita de ella', async () => {
    const { url } = await startMail(
      new Error('5.7.1 no quiero https://app.triboka.ec/invitacion?testigo=ffff'),
    )
    const carta = { to: 'a@b.ec', subject: 'Hola', text: 'x', html: '' }
    const porque = (smtpUrl: string) => openMailer(environment(smtpUrl))!(carta).catch((error) => error)
    const rechazada = await porque(url)
    expect(rechazada.message).toBe('EMESSAGE: the server of mail answered 450 5.7.1 to DATA')
    expect(inspect(rechazada)).not.toContain('testigo')
    expect((await porque(url.replace('clave', 'otra'))).message).toMatch(/^EAUTH: .* 535 to AUTH PLAIN$/)
    expect((await porque('smtp://127.0.0.1:1')).message).toContain('ECONNREFUSED')
  })

  test('no deja que una dirección escriba cabeceras', async () => {
    const { received, url } = await startMail()
    const send = openMailer(environment(url))!
    await send({ to: 'a@b.ec', subject: 'Hola\r\nBcc: rival@otra.ec', text: 'x', html: '' })
    expect(received[0]!.to).toEqual(['a@b.ec'])
    expect(received[0]!.raw).not.toMatch(/^Bcc:/m)
  })
})
