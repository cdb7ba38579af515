import { setResponseHeaders } from 'h3'
import { preguntar } from '../../../../../expediente/publico.ts'
import { probarArchivo } from '../../../../../expediente/queries.ts'
import { SHA256 } from '../../../../../expediente/schemas.ts'
import { pathParameter } from '../../../../../http/path.ts'
import { problem } from '../../../../../http/problem.ts'
import { withoutSession } from '../../../../../session/without-session.ts'

/** GET /v/{codigo}/{testigo}/h/{sha256} — is a file of that digest of the contract? Rule: privado.probar_archivo. */
export default withoutSession(async (event) => {
  const sha256 = pathParameter(event, 'sha256').toLowerCase()
  const dicho = SHA256.test(sha256) ? await preguntar<object>(event, probarArchivo, [sha256]) : undefined
  if (!dicho) throw problem('testigo_no_existe')
  setResponseHeaders(event, { 'x-robots-tag': 'noindex, nofollow', 'cache-control': 'public, max-age=300' })
  return dicho
})
