import type { RestAnswer } from '../answer/answer.ts'
import { mediaOf, nameOf } from '../answer/media-types.ts'
import { openApi } from '../answer/openapi.ts'
import { bodyHeaders } from '../answer/respond.ts'
import { RestError } from '../error.ts'
import { runOf, type Work } from './work.ts'

const OPENAPI = 'application/openapi+json'
const ACCEPTED = new Set([OPENAPI, 'application/json', '*/*'])

/** The OpenAPI of a schema, of what the caller may use. */
export async function describeRoot(work: Work): Promise<RestAnswer> {
  const { request, cache, settings, executor } = work
  if (settings.openApi === 'disabled')
    throw new RestError(404, 'PGRST126', 'Root endpoint metadata is disabled')
  const accepted = request.accept.map((type) => nameOf(mediaOf(type)))
  if (!accepted.some((name) => ACCEPTED.has(name)))
    throw new RestError(406, 'PGRST107', `None of these media types are available: ${accepted.join(', ')}`)
  const run = runOf(work, { isReadOnly: true })
  const query = (text: string, values: string[]) => executor.rows<{ access: string }>({ text, values }, run)
  const { schema } = request
  return {
    status: 200,
    headers: bodyHeaders(request, { kind: 'named', name: OPENAPI }),
    body: request.method === 'HEAD' ? '' : await openApi({ ...settings.server, cache, schema, query }),
  }
}
