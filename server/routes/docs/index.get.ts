import { setResponseHeader } from 'h3'
import { asset } from '../../docs/assets.ts'
import { pageHtml, policy } from '../../docs/page.ts'
import { docsSettings } from '../../docs/settings.ts'
import { prepare, sendPrepared } from '../../http/compressed.ts'
import { withoutSession } from '../../session/without-session.ts'

async function make() {
  const [script, style, program] = await Promise.all(
    ['pagina.js', 'pagina.css', 'scalar.js'].map((name) => asset(name)!),
  )
  return prepare(
    pageHtml(docsSettings(), { script: script!, style: style!, program: program! }),
    'text/html; charset=utf-8',
  )
}
let page: ReturnType<typeof make> | undefined

/** GET /docs — the page to read and try the endpoints, with a session. */
export default withoutSession(async (event) => {
  page ??= make()
  page.catch(() => {
    page = undefined
  })
  setResponseHeader(event, 'content-security-policy', policy(docsSettings()))
  return sendPrepared(event, await page)
})
