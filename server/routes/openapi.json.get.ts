import { openApiDocument } from '../openapi/document.ts'
import { publico } from '../utils/publico.ts'

let document: ReturnType<typeof openApiDocument> | undefined

/** GET /openapi.json — OpenAPI 3.1, from the same schemas that check requests. */
export default publico(() => {
  document ??= openApiDocument()
  return document
})
