// What an app outside of this repository has: a URL, a publishable key, a password, and the public SDK.
import type { SupabaseClient } from '@supabase/supabase-js'
import { inject } from 'vitest'
import { client } from '../support/client.ts'

const { SUPABASE_URL, SUPABASE_PUBLISHABLE_KEY, SUPABASE_ANON_KEY } = process.env

/** The Supabase under test: the one that SUPABASE_URL names, or the stack of this run. */
export const target = SUPABASE_URL
  ? { url: SUPABASE_URL, key: (SUPABASE_PUBLISHABLE_KEY ?? SUPABASE_ANON_KEY)! }
  : { url: inject('stack').supabaseUrl, key: inject('stack').publishableKey }

export const EMAILS = {
  agroarriba: 'exportadora@agroarriba.test',
  triboka: 'centro@triboka.test',
  finca: 'proveedor@finca-san-jose.test',
  admin: 'admin@triboka.test',
  exportadoraRival: 'exportadora@rival.test',
  centroRival: 'centro@rival.test',
}
export type Who = keyof typeof EMAILS

/** Signs a demo account in, with a client of its own. */
export async function signIn(who: Who, { url, key } = target): Promise<SupabaseClient> {
  const supabase = client(url, key)
  const { error } = await supabase.auth.signInWithPassword({
    email: EMAILS[who],
    password: 'cacao-demo-2025',
  })
  if (error) throw new Error(`${who}: ${error.message}`)
  return supabase
}

export const csv = (text: string) => new Blob([text], { type: 'text/csv' })

/** The form that a browser sends to POST /contratos/{id}/documento. */
export function form(file: Blob, name: string, fields: Record<string, string>): FormData {
  const body = new FormData()
  for (const [field, value] of Object.entries(fields)) body.append(field, value)
  body.append('archivo', file, name)
  return body
}

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: the JSON of any function
  data: any
}

/** Calls a function through the SDK; a refusal comes back with its status and problem document. */
export async function invoke(
  supabase: SupabaseClient,
  path: string,
  options: { method?: 'GET' | 'POST' | 'PUT' | 'DELETE'; body?: FormData | Record<string, unknown> } = {},
): Promise<Answer> {
  const { data, error, response } = await supabase.functions.invoke(path, options)
  if (!error) return { status: response?.status ?? 200, data }
  const refusal = error.context as unknown
  if (!(refusal instanceof Response)) throw error
  return { status: refusal.status, data: await refusal.json().catch(() => null) }
}

/** The id of a company by its name. */
export async function companyId(supabase: SupabaseClient, nombre: string): Promise<number> {
  const { data, error } = await supabase.from('empresas').select('id').eq('nombre', nombre).single()
  if (error) throw error
  return data.id
}

export interface Contract {
  id: number
  codigo: string
  estado: string
}

/** A contract of 200 TM between Agroarriba and Centro Triboka, with Finca San José as supplier. */
export async function createContract(agroarriba: SupabaseClient): Promise<Contract> {
  const [contraparte_id, finca] = await Promise.all([
    companyId(agroarriba, 'Centro Triboka'),
    companyId(agroarriba, 'Finca San José'),
  ])
  const { status, data } = await invoke(agroarriba, 'contratos', {
    body: { contraparte_id, volumen_tm: 200, proveedores: [finca] },
  })
  if (status !== 201) throw new Error(`POST /contratos: ${status} ${JSON.stringify(data)}`)
  return data
}

/** Uploads a file through the function. */
export const attach = (
  supabase: SupabaseClient,
  { codigo }: Contract,
  file: Blob,
  name: string,
  fields: Record<string, string>,
) => invoke(supabase, `contratos/${codigo}/documento`, { body: form(file, name, fields) })
