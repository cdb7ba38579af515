import { getRequestHeader, setResponseHeaders, setResponseStatus } from 'h3'
import { versiones } from '../../../../expediente/pagina/archivos.ts'
import { nadaHtml, POLITICA, type Publico, paginaHtml } from '../../../../expediente/pagina/html.ts'
import { idiomaDe } from '../../../../expediente/pagina/textos.ts'
import { preguntar } from '../../../../expediente/publico.ts'
import { verTestigo } from '../../../../expediente/queries.ts'
import { ConsultaPaginaSchema } from '../../../../expediente/schemas.ts'
import { readQueryAs } from '../../../../http/input.ts'
import { withoutSession } from '../../../../session/without-session.ts'

/** GET /v/{codigo}/{testigo} — what anybody sees of an expediente whose address they have. Rule: privado.ver_testigo. */
export default withoutSession(async (event) => {
  const { s, h, l } = readQueryAs(event, ConsultaPaginaSchema)
  const [n = null, sello = null] = s?.split('-') ?? []
  const [datos, archivos] = await Promise.all([
    preguntar<Publico>(event, verTestigo, [n, sello, h ?? null]),
    versiones(),
  ])
  const idioma = l ?? idiomaDe(getRequestHeader(event, 'accept-language'))
  setResponseHeaders(event, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': POLITICA,
    'x-robots-tag': 'noindex, nofollow',
    'cache-control': 'public, max-age=300',
    vary: 'Accept-Language',
  })
  if (datos) return paginaHtml(datos, idioma, archivos, { s, h })
  setResponseStatus(event, 404)
  return nadaHtml(idioma, archivos)
})
