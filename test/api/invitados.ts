// People who come by invitation, as an app brings them in.
import { randomBytes } from 'node:crypto'
import { expect, inject } from 'vitest'
import { client } from '../support/client.ts'
import { CLAVE, type Gente, llamar } from './support.ts'

export const correoNuevo = () => `${randomBytes(6).toString('hex')}@invitada.test`
export type Persona = Gente['ana']

/** Invites, with the token of the link. */
export async function invitar(quien: Persona, json: object) {
  const { status, cuerpo, texto } = await llamar(quien, 'POST', '/invitaciones', { json })
  expect(status, texto).toBe(201)
  return { ...cuerpo, testigo: new URL(cuerpo.enlace).searchParams.get('testigo')! }
}

/** Signs up as an app does when the link of an invitation is opened. */
export async function registrarse(
  email: string,
  invitacion?: string,
  nombre = 'Nueva Persona',
): Promise<Persona> {
  const { supabaseUrl, publishableKey } = inject('stack')
  const supabase = client(supabaseUrl, publishableKey)
  const { data, error } = await supabase.auth.signUp({
    email,
    password: CLAVE,
    options: { data: { nombre, ...(invitacion !== undefined && { invitacion }) } },
  })
  if (error) throw error
  return { id: data.user!.id, empresa: null, token: data.session!.access_token, supabase }
}

export const perfil = (quien: Persona) => llamar(quien, 'GET', '/perfil')
