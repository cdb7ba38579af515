// The page at /docs, in the browser: signs in at Supabase and puts the token into the requests that are tried. The
// session lives in this page alone: closing it, or loading it again, forgets it.
{
  const $ = (id) => document.getElementById(id)
  const { supabase, clave, demo } = JSON.parse($('ajustes').textContent)
  const form = $('entrada')
  // Behind a gateway or nginx, Auth is on the same name as this page, whatever it is called from here.
  const auth = location.pathname.includes('/functions/v1/') ? location.origin : supabase

  const configuration = (token) => ({
    url: 'openapi.json',
    servers: [{ url: new URL('.', location.href).href.replace(/\/$/, ''), description: 'Este servidor' }],
    localization: { locale: 'es' },
    withDefaultFonts: false,
    telemetry: false,
    persistAuth: false,
    hideClientButton: true,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true },
    documentDownloadType: 'json',
    defaultHttpClient: { targetKey: 'js', clientKey: 'fetch' },
    hiddenClients: {
      c: true,
      clojure: true,
      fsharp: true,
      http: true,
      java: true,
      objc: true,
      ocaml: true,
      powershell: true,
      r: true,
      ruby: true,
      rust: true,
    },
    authentication: { preferredSecurityScheme: 'sesion', securitySchemes: { sesion: { token } } },
  })
  const referencia = globalThis.Scalar.createApiReference('#referencia', configuration(''))

  const tell = (text, isFault = false) => {
    $('quien').textContent = text
    $('quien').classList.toggle('falla', isFault)
  }

  const FALLAS = {
    invalid_credentials: 'El correo o la contraseña no son correctos.',
    email_not_confirmed: 'Falta confirmar el correo de esa cuenta.',
    over_request_rate_limit: 'Demasiados intentos: espere un momento.',
  }

  async function signIn(email, password) {
    const answer = await fetch(`${auth}/auth/v1/token?grant_type=password`, {
      method: 'POST',
      headers: { apikey: clave, 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    }).catch(() => null)
    if (!answer) throw new Error('No hay respuesta de Auth.')
    const session = await answer.json().catch(() => ({}))
    if (answer.ok && session.access_token) return session
    const code = answer.status === 429 ? 'over_request_rate_limit' : (session.error_code ?? session.code)
    throw new Error(FALLAS[code] ?? 'Auth no dejó entrar con esos datos.')
  }

  let ends
  function show(session, who) {
    clearTimeout(ends)
    referencia.updateConfiguration(configuration(session?.access_token ?? ''))
    $('salir').hidden = !session
    $('entrar').hidden = $('propia').hidden = Boolean(session)
    $('demo').hidden = Boolean(session) || !demo
    form.dataset.sesion = session ? 'abierta' : ''
    if (!session) return choose()
    tell(`Las operaciones se prueban como ${who}.`)
    ends = setTimeout(() => {
      show(null)
      tell('La sesión venció: entre otra vez.', true)
    }, session.expires_in * 1000)
  }

  const account = () => demo?.cuentas.find(({ correo }) => correo === form.cuenta.value)
  function choose() {
    $('propia').hidden = Boolean(account())
  }

  if (demo) {
    $('demo').hidden = false
    for (const { correo, nombre, empresa, rol } of demo.cuentas)
      form.cuenta.add(new Option(`${nombre}, ${empresa} (${rol})`, correo))
    form.cuenta.selectedIndex = 1
    form.cuenta.addEventListener('change', choose)
    choose()
  }
  $('salir').addEventListener('click', () => {
    show(null)
    tell('Sesión cerrada en esta página.')
  })
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    const chosen = account()
    $('entrar').disabled = true
    tell('Entrando…')
    try {
      const email = chosen?.correo ?? form.correo.value
      show(await signIn(email, chosen ? demo.contrasena : form.contrasena.value), chosen?.nombre ?? email)
      form.contrasena.value = ''
    } catch (error) {
      tell(error.message, true)
    }
    $('entrar').disabled = false
  })
}
