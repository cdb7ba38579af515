import { defineEventHandler } from 'h3'
import { openApiDocument } from '../openapi/document.ts'

let document: ReturnType<typeof openApiDocument> | undefined

/** GET /openapi.json — OpenAPI 3.1, from the same schemas that check requests. */
export default defineEventHandler(() => {
  document ??= openApiDocument()
  return document
})
