import { type Prepared, prepare, sendPrepared } from '../http/compressed.ts'
import { openApiDocument } from '../openapi/document.ts'
import { withoutSession } from '../session/without-session.ts'

let document: Prepared | undefined

/** GET /openapi.json — OpenAPI 3.1, from the same schemas that check requests. */
export default withoutSession((event) => {
  document ??= prepare(JSON.stringify(openApiDocument()), 'application/json')
  return sendPrepared(event, document)
})
