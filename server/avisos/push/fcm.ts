import { Agent } from 'node:https'
import { type App, applicationDefault, cert, deleteApp, initializeApp } from 'firebase-admin/app'
import { getMessaging, type Message } from 'firebase-admin/messaging'
import { HttpsProxyAgent } from 'https-proxy-agent'
import { within } from '../../process/within.ts'

/** A notice on its way to one device. */
export interface Envio {
  id: string
  /** Times that it was tried before. */
  intentos: number
  token: string
  notificacion_id: string
  tipo: string
  texto: string
  /** Of its contract; null for what happened on none. */
  codigo: string | null
}

/** What became of one of them. */
export type Resultado =
  | { id: string; fue: 'enviada' | 'sin_registro' }
  | { id: string; fue: 'muerta'; motivo: string }
  | { id: string; fue: 'reintento'; motivo: string; espera_s: number }

export interface Fcm {
  /** Sends up to 500, each answered for itself; it never throws. */
  send(envios: Envio[]): Promise<Resultado[]>
  close(): Promise<void>
}

const SOCKETS = 64
/** Of a whole batch: its client gives each request less, but waits for its credentials as long as it takes. */
const PATIENCE_MS = 120_000
const FIRST_WAIT_S = 2
const LONGEST_WAIT_S = 600
const GONE = ['messaging/registration-token-not-registered', 'messaging/installation-id-not-registered']

/**
 * Firebase Cloud Messaging with the credentials of the environment.
 * @param options.serviceAccount JSON of a service account; without it, GOOGLE_APPLICATION_CREDENTIALS.
 * @param options.proxy http(s)://… through which to leave.
 */
export function openFcm(options: { serviceAccount?: string | undefined; proxy?: string | undefined }): Fcm {
  const settings = { keepAlive: true, maxSockets: SOCKETS }
  const agent = options.proxy ? new HttpsProxyAgent(options.proxy, settings) : new Agent(settings)
  const credential = options.serviceAccount
    ? cert(JSON.parse(options.serviceAccount), agent)
    : applicationDefault(agent)
  const app: App = initializeApp({ credential, httpAgent: agent }, 'push')
  const messaging = getMessaging(app)
  // The transport that goes through an agent: one path with and without a proxy.
  messaging.enableLegacyHttpTransport()
  return {
    async send(envios) {
      try {
        const { responses } = await within(PATIENCE_MS, 'Firebase', messaging.sendEach(envios.map(toMessage)))
        return envios.map((envio, i) => {
          const { success, error } = responses[i]!
          return success ? { id: envio.id, fue: 'enviada' } : verdict(envio, error)
        })
      } catch (error) {
        return envios.map((envio) => verdict(envio, error))
      }
    },
    async close() {
      await deleteApp(app)
      agent.destroy()
    },
  }
}

/** On the phone: one notice per contract (or per kind without one), the last; the id lets an app drop a repetition. */
export function toMessage({ token, notificacion_id, tipo, texto, codigo }: Envio): Message {
  const tema = codigo ?? tipo
  return {
    token,
    notification: { title: 'Triboka', body: texto },
    data: { notificacion_id, tipo, contrato: codigo ?? '' },
    android: { collapseKey: tema, priority: 'high', notification: { tag: tema } },
    apns: { headers: { 'apns-collapse-id': tema }, payload: { aps: { threadId: tema, sound: 'default' } } },
    webpush: { headers: { Topic: tema }, notification: { tag: tema } },
  }
}

interface SendError {
  code?: string
  message?: string
  httpResponse?: { status: number; headers: Record<string, string | undefined> }
}

/** What to do about a failure: what is theirs is tried again, later and later; what is ours is not. */
export function verdict({ id, intentos }: Pick<Envio, 'id' | 'intentos'>, error: unknown): Resultado {
  const { code = 'unknown', message = String(error), httpResponse } = error as SendError
  if (GONE.includes(code)) return { id, fue: 'sin_registro' }
  const motivo = `${code}: ${message}`.slice(0, 500)
  const status = httpResponse?.status
  // Without an answer it was the network, or the credentials could not be fetched.
  const isTheirs =
    status === undefined
      ? !code.startsWith('messaging/invalid')
      : status === 429 || status >= 500 || status === 401
  if (!isTheirs) return { id, fue: 'muerta', motivo }
  const backoff = Math.min(LONGEST_WAIT_S, FIRST_WAIT_S * 2 ** intentos) * (0.5 + Math.random() / 2)
  return {
    id,
    fue: 'reintento',
    motivo,
    espera_s: Math.max(backoff, retryAfter(httpResponse?.headers['retry-after'])),
  }
}

/** Seconds of a Retry-After, given as such or as a date; 0 without one that can be read. */
export function retryAfter(header: string | undefined, now = Date.now()): number {
  if (!header) return 0
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0
}
