import type { StackEnv } from '../../supabase/local/stack-env.ts'

/** What of a stack the recipes use. */
export type Pila = Pick<
  StackEnv,
  'SUPABASE_URL' | 'SUPABASE_PUBLISHABLE_KEY' | 'SUPABASE_SECRET_KEY' | 'DATABASE_URL' | 'FUNCTIONS_URL'
>

/** Who asks: an account of the demonstration. Null asks without a session. */
export type Quien = 'ana' | 'carlos' | 'teresa' | null

/** An answer as it came. */
export interface Respuesta {
  status: number
  headers: Headers
  // biome-ignore lint/suspicious/noExplicitAny: the JSON of any operation
  cuerpo: any
}

/** What a recipe may use: what the ones before it got, and ways to prepare its ground. */
export interface Cocina {
  env: Pila
  /** The body that an earlier operation answered. */
  // biome-ignore lint/suspicious/noExplicitAny: the JSON of any operation
  visto: Record<string, any>
  pedir(quien: Quien | { token: string }, method: string, ruta: string, cuerpo?: unknown): Promise<Respuesta>
  sql(text: string, values?: unknown[]): Promise<Record<string, unknown>[]>
}

/** How an operation is asked once, for its example in /openapi.json. Each may count on those before it. */
export interface Receta {
  /** Id of the operation. */
  id: string
  quien: Quien
  /** Path and query as they are sent; what comes of an earlier answer is put in by a function. */
  ruta: string | ((cocina: Cocina) => string)
  /** JSON; the fields of a form, whose files are `{ nombre, contenido }`; or the text of a CSV. */
  cuerpo?: unknown | ((cocina: Cocina) => unknown)
  headers?: Record<string, string>
  /** What must be there first and is no part of the example. @returns `{ token }` to ask with another. */
  antes?(cocina: Cocina): Promise<unknown>
}
