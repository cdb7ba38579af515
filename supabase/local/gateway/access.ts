import { eventHandler, type H3Event, setResponseHeaders, setResponseStatus } from 'h3'
import { type Identifier, type Identity, IdentityError, INVALID_JWT, JWT_EXPIRED } from './identity.ts'

// What the real gateway opens without an API key: links that a mail or a browser follows.
const OPEN_AUTH = /^\/auth\/v1\/(verify|callback|authorize|\.well-known\/)/
const OPEN_STORAGE =
  /^\/storage\/v1\/(object\/(public|sign)\/|object\/upload\/sign\/|object\/info\/public\/|render\/image\/(public|sign)\/|upload\/resumable\/sign|status$)/

/** Answers as the real gateway does. */
export function refuse(event: H3Event, status: number, message: string, code: string, hint?: string) {
  setResponseStatus(event, status)
  setResponseHeaders(event, { 'sb-error-code': code })
  return { message, ...(hint && { hint }) }
}

/** The SDKs tell an expired session by PostgREST's code. */
function refuseAsPostgrest(event: H3Event, { message }: IdentityError) {
  setResponseStatus(event, 401)
  return { code: message === JWT_EXPIRED ? 'PGRST303' : 'PGRST301', details: null, hint: null, message }
}

/** Whom a request of Auth speaks for: a token that does not hold is Auth's to refuse, in words that its SDK knows. */
async function identifyForAuth(identifier: Identifier, event: H3Event): Promise<Identity | null> {
  const { authorization: _, ...headers } = event.node.req.headers
  try {
    return await identifier.identify(event.node.req.headers)
  } catch (error) {
    if (!(error instanceof IdentityError && error.code === INVALID_JWT)) throw error
    return identifier.identify(headers)
  }
}

/** Verifies key and token of a request; sends the refusal itself when they do not hold. */
export function requireIdentity(identifier: Identifier) {
  return eventHandler(async (event) => {
    const path = event.path.split('?')[0]!
    if (event.context.service === 'none' || event.context.service === 'functions') return
    const isOpen = OPEN_AUTH.test(path) || OPEN_STORAGE.test(path)
    try {
      const identity = await (path.startsWith('/auth/')
        ? identifyForAuth(identifier, event)
        : identifier.identify(event.node.req.headers))
      const hasKey = identity && (identity.key || path.startsWith('/storage/'))
      if (!hasKey && !isOpen) {
        return refuse(
          event,
          401,
          'No API key found in request',
          'UNAUTHORIZED_MISSING_API_KEY',
          'No `apikey` request header or url param was found.',
        )
      }
      event.context.identity = identity
    } catch (error) {
      if (!(error instanceof IdentityError)) throw error
      // An open link is judged by its own token; a stale session beside it does not spoil it.
      if (isOpen) event.context.identity = null
      else if (path.startsWith('/rest/') && error.code === INVALID_JWT) return refuseAsPostgrest(event, error)
      else return refuse(event, 401, error.message, error.code, error.hint)
    }
  })
}
