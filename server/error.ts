import { type H3Error, type H3Event, setResponseHeader, setResponseHeaders } from 'h3'
import { asProblem } from './as-problem.ts'
import { log } from './process/log.ts'

/** Answers every error as problem+json; what we did not foresee is logged whole and told as `error_interno`. */
export default function errorHandler(error: H3Error, event: H3Event): void {
  const { res } = event.node
  // Whoever asked has gone: there is nobody to answer, and nothing failed.
  if (res.destroyed) return
  const problem = asProblem(error, event)
  if (problem.statusCode >= 500)
    log.error({ request: event.context.requestId, err: error.cause ?? error }, problem.clave)
  if (res.headersSent) {
    // The answer had begun: cutting the connection is the only way to say that it is not whole.
    res.destroy()
    return
  }
  const body = JSON.stringify(problem.body)
  for (const name of ['etag', 'content-disposition', 'content-encoding', 'accept-ranges'])
    res.removeHeader(name)
  setResponseHeaders(event, {
    ...problem.headers,
    'content-type': 'application/problem+json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  })
  res.statusCode = problem.statusCode
  res.statusMessage = ''
  if (problem.statusCode === 401) setResponseHeader(event, 'www-authenticate', 'Bearer')
  res.end(event.method === 'HEAD' ? undefined : body)
}
