/**
 * Any error of the SDK as one thing: what happened for the program (`clave`), for the person (`mensaje`) and which
 * field is to blame. Copy it into an app; it imports nothing but @supabase/supabase-js.
 *
 *   const { error } = await supabase.from('contratos').insert(contrato)
 *   if (error) mostrar(await explicar(error))
 *
 * It takes what the tables, the functions, Auth and Storage give as `error`, what `subscribe` says of a channel (its
 * error, or its status alone) and what `fetch` throws. The keys of the functions and of the database are those of
 * docs/errores.md; those of Auth are its own codes.
 */
import {
  FunctionsHttpError,
  isAuthError,
  isAuthRetryableFetchError,
  StorageApiError,
} from '@supabase/supabase-js'

export interface Explicado {
  /** Stable: what a program decides by. */
  clave: string
  /** In Spanish, for the person. */
  mensaje: string
  /** The field to blame, `volumen_tm` or `proveedores.0`; null when it is no field's fault. */
  campo: string | null
}

type Texto = readonly [mensaje: string, campo?: string]

/** What may happen everywhere. */
const COMUNES = {
  sin_conexion: ['No hay conexión con el servidor: revise la red y vuelva a intentarlo.'],
  tiempo_agotado: ['El servidor no respondió a tiempo: vuelva a intentarlo.'],
  cancelado: ['Se canceló la petición.'],
  no_autenticado: ['La sesión venció o no es válida: vuelva a entrar.'],
  sin_permiso: ['Su cuenta no tiene permiso para esto.'],
  no_existe: ['No existe, o no es de su empresa.'],
  duplicado: ['Ya existe un registro con ese valor.'],
  datos_invalidos: ['Algún dato no es válido.'],
  referencia_inexistente: ['Se refiere a algo que no existe.'],
  conflicto_simultaneo: ['Otra operación cambió lo mismo a la vez: vuelva a intentarlo.'],
  archivo_demasiado_grande: ['El archivo es demasiado grande.', 'archivo'],
  archivo_no_admitido: ['Ese tipo de archivo no se admite.', 'archivo'],
  demasiadas_peticiones: ['Demasiados intentos seguidos: espere un momento.'],
  no_disponible: ['El servicio no está disponible: vuelva a intentarlo en unos segundos.'],
  canal_no_disponible: ['Se perdió la conexión en vivo: se está reintentando.'],
  error_desconocido: ['Algo falló: vuelva a intentarlo.'],
} satisfies Record<string, Texto>

/** Codes of Auth. */
const AUTH: Record<string, Texto> = {
  invalid_credentials: ['El correo o la contraseña no son correctos.'],
  email_not_confirmed: ['Falta confirmar el correo: abra el enlace que le enviamos.', 'email'],
  user_already_exists: ['Ya hay una cuenta con ese correo: entre con ella.', 'email'],
  email_exists: ['Ya hay una cuenta con ese correo.', 'email'],
  email_address_invalid: ['La dirección de correo no es válida.', 'email'],
  email_address_not_authorized: ['No se puede enviar correo a esa dirección.', 'email'],
  weak_password: ['La contraseña es demasiado débil: use al menos 8 caracteres.', 'password'],
  same_password: ['La contraseña nueva debe ser distinta de la anterior.', 'password'],
  signup_disabled: ['El registro está cerrado: pida una invitación.'],
  user_banned: ['Esta cuenta está suspendida.'],
  user_not_found: ['No existe esa cuenta.'],
  otp_expired: ['El enlace o el código venció o ya se usó: pida otro.'],
  bad_code_verifier: ['El enlace se abrió en otro navegador: ábralo donde lo pidió.'],
  flow_state_expired: ['El enlace venció: pida otro.'],
  flow_state_not_found: ['El enlace ya se usó o venció: pida otro.'],
  reauthentication_needed: ['Vuelva a entrar para hacer este cambio.'],
  session_expired: ['La sesión venció: vuelva a entrar.'],
  session_not_found: ['La sesión ya no existe: vuelva a entrar.'],
  refresh_token_not_found: ['La sesión venció: vuelva a entrar.'],
  refresh_token_already_used: ['La sesión se renovó en otra parte: vuelva a entrar.'],
  bad_jwt: ['La sesión no es válida: vuelva a entrar.'],
  over_request_rate_limit: ['Demasiados intentos: espere un momento.'],
  over_email_send_rate_limit: ['Ya se envió un correo hace poco: espere antes de pedir otro.', 'email'],
  validation_failed: ['Algún dato no es válido.'],
}

/** Statuses of HTTP, when nothing says more. */
const ESTADOS: Record<number, keyof typeof COMUNES> = {
  400: 'datos_invalidos',
  401: 'no_autenticado',
  403: 'sin_permiso',
  404: 'no_existe',
  408: 'tiempo_agotado',
  409: 'duplicado',
  413: 'archivo_demasiado_grande',
  415: 'archivo_no_admitido',
  422: 'datos_invalidos',
  429: 'demasiadas_peticiones',
}

const comun = (clave: keyof typeof COMUNES, campo?: string | null): Explicado => {
  const [mensaje, suyo]: Texto = COMUNES[clave]
  return { clave, mensaje, campo: campo ?? suyo ?? null }
}

const porEstado = (status: number | undefined): Explicado =>
  comun(ESTADOS[status ?? 0] ?? (status && status >= 500 ? 'no_disponible' : 'error_desconocido'))

/** A rule that the database speaks by: its key stands where others have a text. */
const esClave = (texto: unknown): texto is string =>
  typeof texto === 'string' && /^[a-z]+(_[a-z0-9]+)+$/.test(texto)

interface Datos {
  code: string
  message: string
  details?: string | null
  hint?: string | null
}

const TABLAS =
  /^(calculos|contratos_participantes|contratos_precios|contratos|documentos_contrato|empresas|fijaciones|lotes_asociados|mensajes|parametros|precios_fob|usuarios)_/

/** The field of a constraint: its column, or what its name has between the table and its kind. */
function campoDe({ message, details }: Datos): string | null {
  const column = /column "(\w+)"/.exec(message)?.[1] ?? /^Key \((\w+)\)/.exec(details ?? '')?.[1]
  if (column) return column
  const name = /constraint "(\w+)"/.exec(message)?.[1]?.replace(TABLAS, '')
  return /^(.+)_(check|fkey|key|valid[oa]s?|requerid[oa])$/.exec(name ?? '')?.[1] ?? null
}

/** What a table or a function of the database answers, by way of PostgREST. */
function deDatos(error: Datos): Explicado {
  const { code, message, details, hint } = error
  if (/^PT\d{3}$/.test(code)) return { clave: message, mensaje: details || message, campo: hint || null }
  if (code === 'PGRST116') return comun('no_existe')
  if (/^PGRST30\d$/.test(code)) return comun('no_autenticado')
  if (/^(PGRST00\d|08|53|57)/.test(code)) return comun('no_disponible')
  if (code === '42501') return comun('sin_permiso')
  if (code === '23505' || code === '23P01') return comun('duplicado', campoDe(error))
  if (code === '23503') return comun('referencia_inexistente', campoDe(error))
  // A check may come without its code.
  if (/^(23|22)/.test(code) || message.includes('violates check constraint'))
    return comun('datos_invalidos', campoDe(error))
  if (['40001', '40P01', '55P03'].includes(code)) return comun('conflicto_simultaneo')
  return comun('error_desconocido')
}

/** The problem document (RFC 9457) that a function answers. */
async function deFuncion({ context }: FunctionsHttpError): Promise<Explicado> {
  const response = context as Response
  const problema = await response
    .clone()
    .json()
    .catch(() => null)
  if (typeof problema?.clave !== 'string') return porEstado(response.status)
  const [primero] = problema.errores ?? []
  return {
    clave: problema.clave,
    mensaje: primero?.mensaje ?? problema.detail,
    campo: primero?.campo || null,
  }
}

function deAuth(error: { code?: string; status?: number; name: string; message: string }): Explicado {
  if (isAuthRetryableFetchError(error)) return comun(error.status ? 'no_disponible' : 'sin_conexion')
  if (error.name === 'AuthSessionMissingError') return comun('no_autenticado')
  const clave = /refresh token is not valid/i.test(error.message)
    ? 'refresh_token_not_found'
    : (error.code ?? '')
  const texto = AUTH[clave]
  return texto ? { clave, mensaje: texto[0], campo: texto[1] ?? null } : porEstado(error.status)
}

function deAlmacen({ code, message, status, statusCode }: StorageApiError): Explicado {
  if (esClave(code)) return { clave: code, mensaje: message, campo: null }
  if (esClave(message)) return { ...porEstado(status), clave: message }
  // Most failures are HTTP 400, with the status that they mean inside.
  return porEstado(Number(statusCode) || status)
}

/** What an error of the network, or of a channel, says of itself. */
function deTexto(texto: string): Explicado {
  if (/abort|cancel/i.test(texto)) return comun('cancelado')
  if (/unauthorized|permission|not allowed|row-level security/i.test(texto)) return comun('sin_permiso')
  if (/jwt|token.*(expired|invalid)|expired.*token/i.test(texto)) return comun('no_autenticado')
  if (/rate ?limit|too many|limit ?reached/i.test(texto)) return comun('demasiadas_peticiones')
  if (/timed? ?_?out/i.test(texto)) return comun('tiempo_agotado')
  if (/fetch|network|load failed|ECONN|ENOTFOUND|socket hang up/i.test(texto)) return comun('sin_conexion')
  if (/CHANNEL_ERROR|CLOSED|socket|channel|transport/i.test(texto)) return comun('canal_no_disponible')
  return comun('error_desconocido')
}

/** Explains whatever the SDK gave as an error, or a status of `subscribe`. */
export async function explicar(error: unknown): Promise<Explicado> {
  if (error instanceof FunctionsHttpError) return deFuncion(error)
  if (error instanceof StorageApiError) return deAlmacen(error)
  if (isAuthError(error)) return deAuth(error)
  if (typeof error === 'string') return deTexto(error)
  if (typeof error !== 'object' || error === null) return comun('error_desconocido')
  const { name, code, message, cause, context, originalError } = error as Record<string, unknown>
  if (typeof code === 'string' && code !== '' && 'details' in error) return deDatos(error as Datos)
  // A request that did not come through: of the functions, of Storage, of a table, or of fetch itself.
  const why = [name, message, (cause ?? context ?? originalError) as unknown].map(String).join(' ')
  return deTexto(why)
}
