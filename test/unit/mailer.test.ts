import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import { readEnvironment } from '../../server/utils/environment.ts'
import { entregarInvitacion, type Invitacion } from '../../server/utils/invitacion.ts'
import { log } from '../../server/utils/log.ts'
import { openMailer } from '../../server/utils/mailer.ts'
import { openServices } from '../../server/utils/services.ts'

log.level = 'silent'
const servers: SMTPServer[] = []
afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => new Promise<void>((done) => server.close(() => done()))),
  )
})

/** A mail server; what it took, whole, and the addresses that each went to. */
async function startSmtp(refusal?: Error) {
  const received: { to: string[]; from: string; body: string; user: unknown }[] = []
  const server = new SMTPServer({
    authMethods: ['PLAIN'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) =>
      password === 'clave ñ' ? done(null, { user: username }) : done(new Error('no')),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope
        if (!refusal)
          received.push({
            to: rcptTo.map(({ address }) => address),
            from: mailFrom ? mailFrom.address : '',
            body: Buffer.concat(chunks).toString(),
            user: session.user,
          })
        done(refusal ?? null)
      })
    },
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo
  return { received, url: `smtp://correo:${encodeURIComponent('clave ñ')}@127.0.0.1:${port}` }
}

const environment = (smtpUrl: string | undefined) =>
  readEnvironment({
    SUPABASE_URL: 'http://127.0.0.1:1',
    SUPABASE_PUBLISHABLE_KEY: 'x',
    DATABASE_URL: 'postgresql://authenticator:x@127.0.0.1:1/postgres',
    JWT_SECRET: 'a'.repeat(32),
    SMTP_URL: smtpUrl,
    SMTP_FROM: 'Triboka <hola@triboka.ec>',
    APP_URL: 'https://app.triboka.ec',
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
  it('sale por correo con su enlace, que entonces no se devuelve', async () => {
    const { received, url } = await startSmtp()
    openServices(environment(url))
    expect(await entregarInvitacion(invitacion)).toEqual({ enviada: true })
    expect(received).toMatchObject([{ to: ['nueva@finca.ec'], from: 'hola@triboka.ec', user: 'correo' }])
    const body = received[0]!.body.replace(/=\r\n/g, '').replaceAll('=3D', '=')
    expect(body).toContain(ENLACE)
    expect(body).toContain('7 d=C3=ADas')
  })

  it('sin servidor de correo, o si este la rechaza o no está, devuelve el enlace', async () => {
    const { url } = await startSmtp(new Error('mailbox full'))
    for (const smtpUrl of [undefined, url, url.replace('clave', 'otra'), 'smtp://127.0.0.1:1']) {
      openServices(environment(smtpUrl))
      expect(await entregarInvitacion(invitacion), smtpUrl).toEqual({ enviada: false, enlace: ENLACE })
    }
  })

  it('no deja que una dirección escriba cabeceras', async () => {
    const { received, url } = await startSmtp()
    const send = openMailer(environment(url))!
    await send({ to: 'a@b.ec', subject: 'Hola\r\nBcc: rival@otra.ec', text: 'x', html: '' })
    expect(received[0]!.to).toEqual(['a@b.ec'])
    expect(received[0]!.body).not.toMatch(/^Bcc:/m)
  })
})
