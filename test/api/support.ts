// People of companies made for one test file, who call the functions over HTTP. Every answer is checked against
// the operation that /openapi.json describes.
import { randomBytes, randomInt } from 'node:crypto'
import type { SupabaseClient } from '@supabase/supabase-js'
import { inject } from 'vitest'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { checkAnswer } from './check-answer.ts'

/** The password of everyone here. */
export const PASSWORD = 'cacao-de-prueba-2025'

export interface Empresa {
  id: number
  nombre: string
  tipo: 'exportadora' | 'centro_acopio' | 'proveedor'
}

export interface Person {
  id: string
  empresa: Empresa | null
  token: string
  /** The SDK with this person's session. */
  supabase: SupabaseClient
}

export interface Answer {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: the JSON of any answer
  body: any
  /** The body as it came. */
  text: string
}

export async function makeEmpresa(
  tipo: Empresa['tipo'],
  nombre = `${tipo} ${randomBytes(4).toString('hex')}`,
): Promise<Empresa> {
  const ruc = `099${String(randomInt(10_000_000)).padStart(7, '0')}001`
  const [row] = await sql<{ id: string }>(
    'insert into public.empresas (ruc, nombre, tipo) values ($1, $2, $3) returning id',
    [ruc, nombre, tipo],
  )
  return { id: Number(row!.id), nombre, tipo }
}

/** Companies that have accepted each other. */
export async function relate(...pairs: [Empresa, Empresa][]): Promise<void> {
  await sql(
    `insert into public.relaciones (propone_id, con_id, para_id, estado, propuesta_en, respondida_en)
     select una, otra, otra, 'aceptada', '2025-01-15', '2025-01-15' from unnest($1::bigint[], $2::bigint[]) as p (una, otra)`,
    [pairs.map(([una]) => una.id), pairs.map(([, otra]) => otra.id)],
  )
}

/** An account, signed in; without company and role it has no profile yet. */
export async function makePerson(
  empresa: Empresa | null,
  rol: Empresa['tipo'] | 'admin' | null = empresa?.tipo ?? null,
): Promise<Person> {
  const { supabaseUrl, publishableKey, secretKey } = inject('stack')
  const email = `${randomBytes(6).toString('hex')}@prueba.test`
  const admin = client(supabaseUrl, secretKey).auth.admin
  const { data, error } = await admin.createUser({ email, password: PASSWORD, email_confirm: true })
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
  const signed = await supabase.auth.signInWithPassword({ email, password: PASSWORD })
  if (signed.error) throw signed.error
  return { id, empresa, token: signed.data.session.access_token, supabase }
}

/** One exporter, its centre and supplier, an administrator, and rivals of the first two: none of the demo's. */
export async function makePeople() {
  const [exportadora, centro, finca, otra, rival] = await Promise.all(
    (['exportadora', 'centro_acopio', 'proveedor', 'exportadora', 'centro_acopio'] as const).map((tipo) =>
      makeEmpresa(tipo),
    ),
  )
  await relate([exportadora!, centro!], [exportadora!, finca!], [centro!, finca!], [otra!, rival!])
  const [ana, carlos, jose, teresa, rita, cesar] = await Promise.all([
    makePerson(exportadora!),
    makePerson(centro!),
    makePerson(finca!),
    makePerson(centro!, 'admin'),
    makePerson(otra!),
    makePerson(rival!),
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
export type People = Awaited<ReturnType<typeof makePeople>>

interface Options {
  headers?: Record<string, string>
  /** Sent as JSON. */
  json?: unknown
  body?: BodyInit
}

/** A request to the functions; without a person, without a session. */
export async function call(
  who: Person | null,
  method: string,
  path: string,
  options: Options = {},
): Promise<Answer> {
  const { json, body, headers } = options
  const response = await fetch(inject('stack').functionsUrl + path, {
    method,
    headers: {
      ...(who && { authorization: `Bearer ${who.token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: json === undefined ? body : JSON.stringify(json),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json')
  const answer = {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson ? JSON.parse(text) : undefined,
  }
  checkAnswer(method, path, answer)
  return answer
}

/** A contract of Ana with Carlos, José invited, on which nobody else works. */
export async function makeContrato({ ana, centro, finca }: People, datos: object = {}) {
  const json = { contraparte_id: centro.id, volumen_tm: 200, proveedores: [finca.id], ...datos }
  const { status, body, text } = await call(ana, 'POST', '/contratos', { json })
  if (status !== 201) throw new Error(text)
  return body as { id: number; codigo: string; actualizado_en: string }
}

/** A contract of Carlos with Ana, which she has yet to activate: its terms are still edited. */
export async function enRevision({ carlos, exportadora, finca }: People, datos: object = {}) {
  const json = { exportadora_id: exportadora.id, volumen_tm: 200, proveedores: [finca.id], ...datos }
  const { status, body, text } = await call(carlos, 'POST', '/contratos', { json })
  if (status !== 201) throw new Error(text)
  return body as { id: number; codigo: string; actualizado_en: string }
}

/** Both sides agree on other terms: Ana proposes and Carlos accepts. */
export async function acordar({ ana, carlos }: People, codigo: string, cambios: object) {
  const { body, text } = await call(ana, 'POST', `/contratos/${codigo}/enmiendas`, { json: { cambios } })
  const aceptada = await call(carlos, 'POST', `/contratos/${codigo}/enmiendas/${body.n}/aceptar`)
  if (aceptada.status !== 200) throw new Error(text + aceptada.text)
}

/** The form of POST /contratos/{id}/documento; the order of its parts is the order of its keys. */
export function formOf(parts: Record<string, string | Uint8Array>, nombre = 'documento.pdf'): FormData {
  const form = new FormData()
  for (const [field, value] of Object.entries(parts)) {
    if (typeof value === 'string') form.append(field, value)
    else form.append(field, new Blob([Buffer.from(value)]), nombre)
  }
  return form
}

export const upload = (
  who: Person | null,
  contrato: string | number,
  parts: Record<string, string | Uint8Array>,
  nombre?: string,
  headers?: Record<string, string>,
) =>
  call(who, 'POST', `/contratos/${contrato}/documento`, {
    body: formOf(parts, nombre),
    ...(headers && { headers }),
  })
