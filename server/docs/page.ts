import type { Prepared } from '../http/compressed.ts'
import type { DocsSettings } from './settings.ts'

const escaped = (json: object) => JSON.stringify(json).replaceAll('<', '\\u003c')

/** What the browser needs to sign in; the publishable key is for that, and no other key comes near. */
const settings = ({ publicUrl, publishableKey, demo }: DocsSettings) =>
  escaped({ supabase: publicUrl, clave: publishableKey, demo: demo ?? null })

/** The page at /docs. It has no script of its own: what runs comes from this origin, as its policy says. */
export const pageHtml = (
  environment: DocsSettings,
  { script, style, program }: Record<string, Prepared>,
) => `<!doctype html>
<html lang="es">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Triboka: contratos y documentos</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="docs/pagina.css?v=${style!.version}">
</head>
<body>
  <form id="entrada" aria-label="Sesión">
    <p id="quien" role="status">Entre para probar las operaciones con su sesión.</p>
    <label id="demo" hidden>Cuenta de demostración
      <select name="cuenta"><option value="">Otra: con correo y contraseña</option></select>
    </label>
    <span id="propia">
      <label>Correo <input name="correo" type="email" autocomplete="username" inputmode="email"></label>
      <label>Contraseña <input name="contrasena" type="password" autocomplete="current-password"></label>
    </span>
    <button id="entrar" type="submit">Entrar</button>
    <button id="salir" type="button" hidden>Salir</button>
  </form>
  <main id="referencia"></main>
  <noscript>La referencia necesita JavaScript; el documento está en <a href="openapi.json">openapi.json</a>.</noscript>
  <script type="application/json" id="ajustes">${settings(environment)}</script>
  <script src="docs/scalar.js?v=${program!.version}"></script>
  <script src="docs/pagina.js?v=${script!.version}"></script>
</body>
</html>
`

/**
 * What the page may do: run and load what is of this origin, and ask this origin and Supabase. Scalar and its themes
 * write `style` attributes, which a nonce does not cover.
 */
export const policy = ({ publicUrl }: DocsSettings) =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    `connect-src 'self' ${new URL(publicUrl).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
