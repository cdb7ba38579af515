// People who come by invitation, as an app brings them in.
import { randomBytes } from 'node:crypto'
import { expect, inject } from 'vitest'
import { client } from '../support/client.ts'
import { call, PASSWORD, type People } from './support.ts'

export const correoNuevo = () => `${randomBytes(6).toString('hex')}@invitada.test`
export type Person = People['ana']

/** Invites, with the token of the link. */
export async function invitar(who: Person, json: object) {
  const { status, body, text } = await call(who, 'POST', '/invitaciones', { json })
  expect(status, text).toBe(201)
  return { ...body, testigo: new URL(body.enlace).searchParams.get('testigo')! }
}

/** Signs up as an app does when the link of an invitation is opened. */
export async function registrarse(
  email: string,
  invitacion?: string,
  nombre = 'Nueva Persona',
): Promise<Person> {
  const { supabaseUrl, publishableKey } = inject('stack')
  const supabase = client(supabaseUrl, publishableKey)
  const { data, error } = await supabase.auth.signUp({
    email,
    password: PASSWORD,
    options: { data: { nombre, ...(invitacion !== undefined && { invitacion }) } },
  })
  if (error) throw error
  return { id: data.user!.id, empresa: null, token: data.session!.access_token, supabase }
}

export const perfil = (who: Person) => call(who, 'GET', '/perfil')
