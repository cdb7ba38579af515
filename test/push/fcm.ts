// Firebase as seen from a network that cannot reach it: its token endpoint and FCM's v1 endpoint over TLS, behind a
// proxy that leads both names here. The real firebase-admin speaks to it.
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { jwtVerify } from 'jose'
import selfsigned from 'selfsigned'
import { listen } from '../support/listen.ts'

/** What a phone would have been told. */
export interface Message {
  token: string
  notification: { title: string; body: string }
  data: { notificacion_id: string; tipo: string; contrato: string }
  [part: string]: unknown
}

interface Answer {
  status: number
  headers?: Record<string, string>
  /** FCM's own code. */
  errorCode?: string
}

export interface Firebase {
  /** Environment of a process that sends through it. */
  env: Record<string, string>
  /** Requests for messages, in the order in which they came. */
  requests: {
    path: string
    headers: IncomingMessage['headers']
    message: Message
    accepted: boolean
  }[]
  /** Hosts that were asked for, through the proxy. */
  hosts: Set<string>
  /** How the next requests for a token are answered: a failure, `hang` or `cut`; afterwards it accepts. */
  failures: Map<string, (Answer | 'hang' | 'cut')[]>
  /** Milliseconds that it takes to accept. */
  delay: number
  accepted(): Message[]
  close(): Promise<void>
}

const PROJECT = 'triboka-prueba'
const SEND = `/v1/projects/${PROJECT}/messages:send`

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

function reply(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}) {
  response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8', ...headers })
  response.end(JSON.stringify(body))
}

/** Starts it. */
export async function startFirebase(): Promise<Firebase> {
  const dir = await mkdtemp(join(tmpdir(), 'triboka-fcm-'))
  const altNames = ['fcm.googleapis.com', 'oauth2.googleapis.com'].map((value) => ({
    type: 2 as const,
    value,
  }))
  const tls = await selfsigned.generate([{ name: 'commonName', value: 'fcm.googleapis.com' }], {
    keySize: 2048,
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames },
    ],
  })
  const ca = join(dir, 'ca.pem')
  await writeFile(ca, tls.cert)
  const account = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const serviceAccount = {
    type: 'service_account',
    project_id: PROJECT,
    private_key_id: 'k1',
    private_key: account.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: `push@${PROJECT}.iam.gserviceaccount.com`,
  }
  const firebase = {
    requests: [] as Firebase['requests'],
    hosts: new Set<string>(),
    failures: new Map() as Firebase['failures'],
    delay: 0,
  }

  async function giveToken(request: IncomingMessage, response: ServerResponse) {
    const form = new URLSearchParams(await bodyOf(request))
    // Google refuses whatever is not signed by the account, for this scope.
    const { payload } = await jwtVerify(form.get('assertion')!, account.publicKey, {
      issuer: serviceAccount.client_email,
      audience: 'https://oauth2.googleapis.com/token',
    })
    const isWhole =
      form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' &&
      String(payload.scope).includes('https://www.googleapis.com/auth/firebase.messaging')
    if (isWhole) reply(response, 200, { access_token: 'acceso-1', expires_in: 3600, token_type: 'Bearer' })
    else reply(response, 400, { error: 'invalid_grant' })
  }

  async function takeMessage(request: IncomingMessage, response: ServerResponse) {
    const { message } = JSON.parse(await bodyOf(request)) as { message: Message }
    const failure = firebase.failures.get(message.token)?.shift()
    const { url: path = '', headers } = request
    firebase.requests.push({ path, headers, message, accepted: !failure })
    if (failure === 'hang') return
    if (failure === 'cut') return void request.socket.destroy()
    if (failure) {
      const { status, errorCode = 'UNSPECIFIED_ERROR' } = failure
      const details = [{ '@type': 'type.googleapis.com/google.firebase.fcm.v1.FcmError', errorCode }]
      return reply(
        response,
        status,
        { error: { code: status, message: errorCode, status: errorCode, details } },
        failure.headers,
      )
    }
    setTimeout(
      () => reply(response, 200, { name: `projects/${PROJECT}/messages/${firebase.requests.length}` }),
      firebase.delay,
    )
  }

  const google = createTlsServer({ key: tls.private, cert: tls.cert }, (request, response) => {
    const work =
      request.method === 'POST' &&
      request.url === '/token' &&
      request.headers.host === 'oauth2.googleapis.com'
        ? giveToken(request, response)
        : request.method === 'POST' &&
            request.url === SEND &&
            request.headers.host === 'fcm.googleapis.com' &&
            request.headers.authorization === 'Bearer acceso-1'
          ? takeMessage(request, response)
          : Promise.reject(new Error(`${request.method} ${request.headers.host}${request.url}`))
    work.catch((error) =>
      reply(response, 401, { error: { code: 401, status: 'UNAUTHENTICATED', message: String(error) } }),
    )
  })
  const port = await listen(google)
  const proxy = createServer()
  proxy.on('connect', (request: IncomingMessage, client) => {
    firebase.hosts.add(request.url!)
    const upstream = connect(port, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      upstream.pipe(client)
      client.pipe(upstream)
    })
    upstream.on('error', () => client.destroy())
    client.on('error', () => upstream.destroy())
    client.on('close', () => upstream.destroy())
  })
  const proxyPort = await listen(proxy)

  return Object.assign(firebase, {
    env: {
      FIREBASE_SERVICE_ACCOUNT: JSON.stringify(serviceAccount),
      HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
      NODE_EXTRA_CA_CERTS: ca,
    },
    accepted: () => firebase.requests.filter(({ accepted }) => accepted).map(({ message }) => message),
    async close() {
      for (const server of [proxy, google]) {
        server.closeAllConnections()
        server.close()
      }
      await rm(dir, { recursive: true })
    },
  })
}
