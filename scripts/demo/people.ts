import { createClient, type SupabaseClient } from '@supabase/supabase-js'
import WebSocket from 'ws'
import { SetupError } from '../../supabase/local/settings.ts'
import type { StackEnv } from '../../supabase/local/stack-env.ts'
import { DEMO_PASSWORD } from '../seed.ts'

/** Somebody with an app: knows the URL, the publishable key and a password, nothing else. */
export interface Person {
  name: string
  supabase: SupabaseClient
  /** Cuts its connection to Realtime without a farewell, as a tunnel does. */
  cut(): void
}

/** What the demonstration found other than it should be. */
export class Discrepancy extends SetupError {
  override name = 'Discrepancy'
}

/** Signs a demo account in, as an app would. */
export async function signIn(env: StackEnv, name: string, email: string): Promise<Person> {
  let socket: WebSocket | undefined
  const supabase = createClient(env.SUPABASE_URL, env.SUPABASE_PUBLISHABLE_KEY, {
    auth: { persistSession: false, autoRefreshToken: false },
    realtime: {
      transport: class extends WebSocket {
        constructor(url: string | URL, protocols?: string | string[]) {
          super(url, protocols)
          socket = this
        }
      } as never,
    },
  })
  const { error } = await supabase.auth.signInWithPassword({ email, password: DEMO_PASSWORD })
  if (error) {
    throw new Discrepancy(`${email} no pudo entrar (${error.message}): cargue los datos con npm run db:seed.`)
  }
  return { name, supabase, cut: () => socket?.terminate() }
}

/** The data of an SDK answer; its error, where there is one, ends the demonstration. */
export function take<T>(
  what: string,
  answer: { data: T; error: { message: string } | null },
): NonNullable<T> {
  if (answer.error) throw new Discrepancy(`${what}: ${answer.error.message}`)
  if (answer.data === null || answer.data === undefined) throw new Discrepancy(`${what}: sin respuesta`)
  return answer.data
}

/** Calls a function through the SDK. A refusal comes back as its problem document. */
export async function invoke(
  person: Person,
  path: string,
  options: { method?: 'GET' | 'POST' | 'PUT'; body?: FormData | Record<string, unknown> } = {},
): Promise<{ data: Record<string, unknown>; status: number }> {
  const { data, error } = await person.supabase.functions.invoke(path, options)
  if (!error) return { data, status: 200 }
  const response: unknown = error.context
  if (!(response instanceof Response))
    throw new Discrepancy(`Las funciones no respondieron a ${path}: ${error.message}`)
  return { data: await response.json().catch(() => ({})), status: response.status }
}

/** Calls a function that must answer. */
export async function mustInvoke(...args: Parameters<typeof invoke>): Promise<Record<string, unknown>> {
  const { data, status } = await invoke(...args)
  if (status !== 200)
    throw new Discrepancy(`${args[0].name}, ${args[1]}: ${status} ${data.detail ?? data.message ?? ''}`)
  return data
}
