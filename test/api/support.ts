// People of companies made for one test file, who call the functions over HTTP. Every answer is checked against
// the operation that /openapi.json describes.
import { randomBytes, randomInt } from 'node:crypto'
import type { SupabaseClient } from '@supabase/supabase-js'
import { inject } from 'vitest'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { checkAnswer } from './check-answer.ts'

/** The password of everyone here. */
export const CLAVE = 'cacao-de-prueba-2025'

export interface Empresa {
  id: number
  nombre: string
  tipo: 'exportadora' | 'centro_acopio' | 'proveedor'
}

export interface Persona {
  id: string
  empresa: Empresa | null
  token: string
  /** The SDK with this person's session. */
  supabase: SupabaseClient
}

export interface Respuesta {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: the JSON of any answer
  cuerpo: any
  /** The body as it came. */
  texto: string
}

export async function crearEmpresa(
  tipo: Empresa['tipo'],
  nombre = `${tipo} ${randomBytes(4).toString('hex')}`,
): Promise<Empresa> {
  const ruc = `099${String(randomInt(10_000_000)).padStart(7, '0')}001`
  const [fila] = await sql<{ id: string }>(
    'insert into public.empresas (ruc, nombre, tipo) values ($1, $2, $3) returning id',
    [ruc, nombre, tipo],
  )
  return { id: Number(fila!.id), nombre, tipo }
}

/** An account, signed in; without company and role it has no profile yet. */
export async function crearPersona(
  empresa: Empresa | null,
  rol: Empresa['tipo'] | 'admin' | null = empresa?.tipo ?? null,
): Promise<Persona> {
  const { supabaseUrl, publishableKey, secretKey } = inject('stack')
  const email = `${randomBytes(6).toString('hex')}@prueba.test`
  const admin = client(supabaseUrl, secretKey).auth.admin
  const { data, error } = await admin.createUser({ email, password: CLAVE, email_confirm: true })
  if (error) throw error
  const id = data.user.id
  if (rol) {
    await sql('insert into public.usuarios (id, empresa_id, nombre, rol) values ($1, $2, $3, $4)', [
      id,
      empresa?.id,
      'Prueba',
      rol,
    ])
  }
  const supabase = client(supabaseUrl, publishableKey)
  const signed = await supabase.auth.signInWithPassword({ email, password: CLAVE })
  if (signed.error) throw signed.error
  return { id, empresa, token: signed.data.session.access_token, supabase }
}

/** One exporter, its centre and supplier, an administrator, and rivals of the first two: none of the demo's. */
export async function crearGente() {
  const [exportadora, centro, finca, otra, rival] = await Promise.all(
    (['exportadora', 'centro_acopio', 'proveedor', 'exportadora', 'centro_acopio'] as const).map((tipo) =>
      crearEmpresa(tipo),
    ),
  )
  const [ana, carlos, jose, teresa, rita, cesar] = await Promise.all([
    crearPersona(exportadora!),
    crearPersona(centro!),
    crearPersona(finca!),
    crearPersona(centro!, 'admin'),
    crearPersona(otra!),
    crearPersona(rival!),
  ])
  return {
    ana: ana!,
    carlos: carlos!,
    jose: jose!,
    teresa: teresa!,
    rita: rita!,
    cesar: cesar!,
    exportadora: exportadora!,
    centro: centro!,
    finca: finca!,
  }
}
export type Gente = Awaited<ReturnType<typeof crearGente>>

interface Opciones {
  headers?: Record<string, string>
  /** Sent as JSON. */
  json?: unknown
  body?: BodyInit
}

/** A request to the functions; without a person, without a session. */
export async function llamar(
  quien: Persona | null,
  method: string,
  path: string,
  opciones: Opciones = {},
): Promise<Respuesta> {
  const { json, body, headers } = opciones
  const response = await fetch(inject('stack').functionsUrl + path, {
    method,
    headers: {
      ...(quien && { authorization: `Bearer ${quien.token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: json === undefined ? body : JSON.stringify(json),
  })
  const texto = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  const respuesta = {
    status: response.status,
    headers: response.headers,
    texto,
    cuerpo: isJson ? JSON.parse(texto) : undefined,
  }
  checkAnswer(method, path, respuesta)
  return respuesta
}

/** A contract of Ana with Carlos, José invited, on which nobody else works. */
export async function nuevoContrato({ ana, centro, finca }: Gente, datos: object = {}) {
  const json = { contraparte_id: centro.id, volumen_tm: 200, proveedores: [finca.id], ...datos }
  const { status, cuerpo, texto } = await llamar(ana, 'POST', '/contratos', { json })
  if (status !== 201) throw new Error(texto)
  return cuerpo as { id: number; codigo: string; actualizado_en: string }
}

/** The form of POST /contratos/{id}/documento; the order of its parts is the order of its keys. */
export function formulario(partes: Record<string, string | Uint8Array>, nombre = 'documento.pdf'): FormData {
  const form = new FormData()
  for (const [campo, valor] of Object.entries(partes)) {
    if (typeof valor === 'string') form.append(campo, valor)
    else form.append(campo, new Blob([Buffer.from(valor)]), nombre)
  }
  return form
}

export const subir = (
  quien: Persona | null,
  contrato: string | number,
  partes: Record<string, string | Uint8Array>,
  nombre?: string,
  headers?: Record<string, string>,
) =>
  llamar(quien, 'POST', `/contratos/${contrato}/documento`, {
    body: formulario(partes, nombre),
    ...(headers && { headers }),
  })
