import PostalMime, { type Email } from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import { listen } from './listen.ts'

/** A mail as a server of mail took it. */
export interface ReceivedMail {
  to: string[]
  from: string
  /** Whole, with its headers. */
  raw: string
  parsed: Email
  user: unknown
}

export interface Smtp {
  received: ReceivedMail[]
  url: string
  /** The text of the last mail that went to an address. */
  textFor(address: string): string
  close(): Promise<void>
}

/**
 * A real server of mail that wants a password.
 * @param refuse gives the error by which it refuses a mail, once it has read it.
 */
export async function startSmtp(
  refuse?: (raw: string) => Error | undefined | Promise<Error | undefined>,
): Promise<Smtp> {
  const received: ReceivedMail[] = []
  const server = new SMTPServer({
    authMethods: ['PLAIN'],
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _session, done) =>
      password === 'clave ñ' ? done(null, { user: username }) : done(new Error('no')),
    async onData(stream, session, done) {
      const raw = (await stream.toArray()).map(String).join('')
      const refusal = await refuse?.(raw)
      if (refusal) return done(refusal)
      const { mailFrom, rcptTo } = session.envelope
      received.push({
        to: rcptTo.map(({ address }) => address),
        from: mailFrom ? mailFrom.address : '',
        raw,
        parsed: await PostalMime.parse(raw),
        user: session.user,
      })
      done(null)
    },
  })
  const port = await listen(server.server)
  return {
    received,
    url: `smtp://correo:${encodeURIComponent('clave ñ')}@127.0.0.1:${port}`,
    textFor: (address) => received.findLast(({ to }) => to.includes(address))?.parsed.text ?? '',
    close: () => new Promise<void>((done) => server.close(() => done())),
  }
}

/** The code of a mail of Auth. */
export const codeIn = (text: string): string => /código: (\d+)/.exec(text)![1]!

/** The link of a mail. */
export const linkIn = (text: string): string => /^https?:\S+$/m.exec(text)![0]
