import type { SendMail } from '../../../server/process/mail/letter.ts'
import type { Identity } from '../gateway/identity.ts'
import type { SessionKeys } from '../session-keys.ts'
import type { AuthSettings } from './admin/settings.ts'
import type { AuthDatabase } from './database.ts'
import type { TokenSettings } from './tokens/settings.ts'

/** What every flow of Auth works with. */
export interface AuthContext {
  db: AuthDatabase
  /** For what waits for a server of mail: a slow one keeps these connections, not those by which people sign in. */
  mailDb: AuthDatabase
  settings: AuthSettings
  tokens: TokenSettings
  /** `[auth]` of config.toml. */
  config: Record<string, unknown>
  /** The gateway's URL, where the links of mails lead. */
  publicUrl: string
  sendMail: SendMail
  keys: SessionKeys
}

/** A request of Auth. */
export interface Call {
  request: Request
  url: URL
  /** Looked at, it is parsed. @throws AuthError bad_json */
  readonly body: Record<string, unknown>
  /** What stands in the place of `:name` in the path of its route. */
  params: Record<string, string>
  /** The client's address, where it is known. */
  ip: string | null
  /** Whom the gateway has verified, by key or by token. */
  identity: Identity | null
}

/** Answers a call. @throws AuthError */
export type Route = (call: Call) => Promise<Response>

/** By method and path below /auth/v1: `DELETE /factors/:id`. */
export type Routes = Record<string, Route>

const texts = new WeakMap<Response, string>()

/** What an answer of {@link json} says: reading it from the answer would be a stream. */
export const textOf = (answer: Response): string | undefined => texts.get(answer)

/** An answer of JSON. */
export function json(body: unknown, status = 200, headers?: Record<string, string>): Response {
  const text = JSON.stringify(body)
  const answer = new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } })
  texts.set(answer, text)
  return answer
}
