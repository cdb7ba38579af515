import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  createApp,
  createError,
  eventHandler,
  type H3Event,
  isMethod,
  setResponseHeaders,
  toNodeListener,
} from 'h3'
import { listKept, readKept } from '../../../server/process/mail/mailbox.ts'
import { SetupError } from '../settings.ts'
import { isLocal } from '../studio/guard.ts'
import { framedHtml, listPage, mailPage } from './pages.ts'

export interface Mailbox {
  url: string
  close(): Promise<void>
}

/** It has no login and shows codes and links: it is served nowhere else. */
const HOST = '127.0.0.1'

const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
// Nothing runs and nothing is fetched, also when the frame is opened by itself.
const MAIL_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': PAGE_POLICY,
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
}

async function answer(event: H3Event, folder: string) {
  const [, id = '', part, ...rest] = event.path.split('?')[0]!.split('/')
  if (id === '') return listPage(await listKept(folder))
  if (id === 'correos.json' && part === undefined) {
    setResponseHeaders(event, { 'content-type': 'application/json' })
    return JSON.stringify(await listKept(folder))
  }
  const mail = rest.length ? undefined : await readKept(folder, id)
  if (mail && part === undefined) return mailPage(mail)
  if (mail && part === 'html') {
    setResponseHeaders(event, { 'content-security-policy': MAIL_POLICY })
    return framedHtml(mail)
  }
  throw createError({ statusCode: 404, message: 'No hay tal correo.' })
}

/**
 * Serves the mails that were kept, on this machine: a page of them at `/`, each at `/<id>`, all of them for programs
 * at `/correos.json`.
 * @param port 0 takes a free one.
 * @throws SetupError when the port is taken.
 */
export async function startMailbox({ folder, port }: { folder: string; port: number }): Promise<Mailbox> {
  const app = createApp({
    onError(error, event) {
      const isOurs = error.statusCode >= 500
      if (isOurs) console.error('mailbox:', error.cause ?? error)
      event.node.res.writeHead(error.statusCode, { ...HEADERS, 'content-type': 'text/plain; charset=utf-8' })
      event.node.res.end(isOurs ? 'El buzón no se pudo leer.' : error.message)
    },
  })
  app.use(
    eventHandler((event) => {
      setResponseHeaders(event, HEADERS)
      if (!isLocal(event.node.req))
        throw createError({ statusCode: 403, message: 'El buzón se lee solo desde esta máquina.' })
      if (!isMethod(event, ['GET', 'HEAD']))
        throw createError({ statusCode: 405, message: 'El buzón solo se lee.' })
      return answer(event, folder)
    }),
  )
  const server = createServer(toNodeListener(app))
  server.listen(port, HOST)
  await once(server, 'listening').catch((cause) => {
    if (cause.code !== 'EADDRINUSE') throw cause
    throw new SetupError(`Port ${port} is taken: MAILBOX_PORT sets the port of the mailbox.`, { cause })
  })
  return {
    url: `http://${HOST}:${(server.address() as AddressInfo).port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}
