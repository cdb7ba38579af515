import { createClient } from '@supabase/supabase-js'
import pg from 'pg'
import type { Ejemplo } from '../../server/openapi/ejemplos.ts'
import { OPERATIONS } from '../../server/openapi/operations.ts'

import { DEMO_PASSWORD } from '../seed.ts'
import { normalizar } from './normalizar.ts'
import type { Cocina, Pila, Quien, Receta, Respuesta } from './receta.ts'
import { RECETAS } from './recetas.ts'

const CUENTAS: Record<NonNullable<Quien>, string> = {
  ana: 'exportadora@agroarriba.test',
  carlos: 'centro@triboka.test',
  teresa: 'admin@triboka.test',
}

async function signIn(env: Pila, email: string) {
  const { auth } = createClient(env.SUPABASE_URL, env.SUPABASE_PUBLISHABLE_KEY, {
    auth: { persistSession: false, autoRefreshToken: false },
  })
  const { data, error } = await auth.signInWithPassword({ email, password: DEMO_PASSWORD })
  if (error) throw error
  return data.session.access_token
}

interface Archivo {
  nombre: string
  contenido: string
}
const isFile = (value: unknown): value is Archivo =>
  typeof value === 'object' && value !== null && 'contenido' in value

/** As it is sent: JSON, a form where there is a file in it, or the text of a CSV. */
function bodyOf(cuerpo: unknown): { body?: BodyInit; type?: string } {
  if (cuerpo === undefined) return {}
  if (typeof cuerpo === 'string') return { body: cuerpo, type: 'text/csv' }
  const fields = Object.entries(cuerpo as object)
  if (!fields.some(([, value]) => isFile(value)))
    return { body: JSON.stringify(cuerpo), type: 'application/json' }
  const form = new FormData()
  for (const [name, value] of fields)
    if (isFile(value)) form.set(name, new Blob([value.contenido]), value.nombre)
    else form.set(name, value)
  return { body: form }
}

/** Of a file, its name alone is shown. */
const shown = (cuerpo: unknown) =>
  typeof cuerpo === 'object' && cuerpo !== null
    ? Object.fromEntries(
        Object.entries(cuerpo).map(([name, value]) => [name, isFile(value) ? value.nombre : value]),
      )
    : cuerpo

const resolve = <T>(value: T | ((cocina: Cocina) => T), cocina: Cocina): T =>
  typeof value === 'function' ? (value as (cocina: Cocina) => T)(cocina) : value

/**
 * Runs every recipe on a stack that has the demo data and nothing else.
 * @returns by operation, what was asked and answered, normalised.
 * @throws Error when an answer is not one of those that the operation announces as good.
 */
export async function correr(env: Pila): Promise<Record<string, Ejemplo>> {
  const client = new pg.Client({ connectionString: env.DATABASE_URL })
  await client.connect()
  const tokens = new Map<string, string>()
  for (const [name, email] of Object.entries(CUENTAS)) tokens.set(name, await signIn(env, email))

  async function send(
    quien: Quien | { token: string },
    method: string,
    ruta: string,
    cuerpo?: unknown,
    headers?: Record<string, string>,
  ): Promise<Respuesta> {
    const token = typeof quien === 'string' ? tokens.get(quien) : quien?.token
    const { body, type } = bodyOf(cuerpo)
    const response = await fetch(env.FUNCTIONS_URL + ruta, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(type && { 'content-type': type }),
        ...headers,
      },
      ...(body !== undefined && { body }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json')
    if (!response.ok) throw new Error(`${method} ${ruta}: ${response.status} ${text}`)
    return {
      status: response.status,
      headers: response.headers,
      cuerpo: isJson ? JSON.parse(text) : undefined,
    }
  }

  const cocina: Cocina = {
    env,
    visto: {},
    pedir: send,
    sql: async (text, values) => (await client.query(text, values)).rows,
  }

  async function cook(receta: Receta): Promise<Ejemplo> {
    const operation = OPERATIONS.find(({ id }) => id === receta.id)
    if (!operation) throw new Error(`There is no operation ${receta.id}.`)
    const other = (await receta.antes?.(cocina)) as { token: string } | undefined
    const quien = other?.token ? other : receta.quien
    const ruta = resolve(receta.ruta, cocina)
    const cuerpo = resolve(receta.cuerpo, cocina)
    const {
      status,
      headers,
      cuerpo: respuesta,
    } = await send(quien, operation.method.toUpperCase(), ruta, cuerpo, receta.headers)
    cocina.visto[receta.id] = respuesta
    const answer = operation.answers[status]
    if (!answer) throw new Error(`${receta.id} answered ${status}, which it does not announce.`)
    const told = (answer.headers ?? []).map((name) => [name, headers.get(name)])
    return {
      ruta,
      ...(receta.headers && { cabeceras: receta.headers }),
      ...(cuerpo !== undefined && { cuerpo: shown(cuerpo) }),
      status,
      ...(told.length > 0 && { devueltas: Object.fromEntries(told) }),
      ...(respuesta !== undefined && { respuesta }),
    }
  }

  try {
    const ejemplos: Record<string, Ejemplo> = {}
    for (const receta of RECETAS) ejemplos[receta.id] = await cook(receta)
    return normalizar(ejemplos)
  } finally {
    await client.end()
  }
}
