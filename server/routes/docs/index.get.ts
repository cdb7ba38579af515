import { randomBytes } from 'node:crypto'
import { setResponseHeaders } from 'h3'
import { publico } from '../../utils/publico.ts'

const page = (nonce: string) => `<!doctype html>
<html lang="es">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Triboka: contratos y documentos</title>
  <link rel="icon" href="docs/favicon-32x32.png">
  <link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="docs/swagger-ui-bundle.js"></script>
  <script nonce="${nonce}">
    SwaggerUIBundle({ url: 'openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null, persistAuthorization: false })
  </script>
</body>
</html>
`

/** GET /docs — the page to read and try the endpoints; its policy lets it talk to this origin only. */
export default publico((event) => {
  const nonce = randomBytes(16).toString('base64')
  setResponseHeaders(event, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  })
  return page(nonce)
})
