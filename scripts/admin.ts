// npm run admin -- correo@empresa.ec "Nombre Apellido": the first administrator of a server, by the way that everybody
// else comes: an invitation, used at once.
import { randomBytes } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'
import pg from 'pg'
import { readCommandLine } from '../supabase/local/command-line.ts'
import { SetupError } from '../supabase/local/settings.ts'
import { findTarget, main } from './target.ts'

const { positionals } = readCommandLine({
  name: 'npm run admin',
  about:
    'Hace administrador a esa persona: crea su cuenta y muestra su contraseña una vez, o usa la cuenta que ya tiene.\nEs para el primero de un servidor; los demás llegan por invitación.',
  positionals: ['<correo>', '<"Nombre Apellido">'],
})

await main(async () => {
  const [email, nombre] = positionals as [string, string]
  const env = await findTarget()
  const client = new pg.Client({ connectionString: env.DATABASE_URL })
  await client.connect()
  try {
    const testigo = await invite(client, email)
    const password = randomBytes(12).toString('base64url')
    const { auth } = createClient(env.SUPABASE_URL, env.SUPABASE_SECRET_KEY, {
      auth: { persistSession: false },
    })
    const { error } = await auth.admin.createUser({
      email,
      password,
      email_confirm: true,
      user_metadata: { nombre, invitacion: testigo },
    })
    if (!error) {
      process.stdout.write(`${email} is an administrator. Password, shown only now: ${password}\n`)
      return
    }
    if (error.code !== 'email_exists') throw error
    // Whoever made it first knows its password and has sessions of it: neither is worth anything from now on.
    const { rows } = await client.query(
      `with cuenta as (select a.id, a.email from auth.users a where a.email = lower($1)),
         tomada as (select c.*, privado.tomar_cuenta(c.id, null, $4) from cuenta c)
       select t.id, privado.usar_invitacion(t.id, t.email, $2, $3) from tomada t`,
      [email, nombre, testigo, password],
    )
    await client.query('update public.usuarios set sesiones_cerradas_en = now() where id = $1', [rows[0].id])
    const confirmed = await auth.admin.updateUserById(rows[0].id, { email_confirm: true })
    if (confirmed.error) throw confirmed.error
    process.stdout.write(
      `${email}, who had an account already, is an administrator. Its password now, shown once: ${password}\n`,
    )
  } finally {
    await client.end()
  }
})

async function invite(client: pg.Client, email: string): Promise<string> {
  try {
    const { rows } = await client.query(
      `select privado.invitar($1, null, 'admin') ->> 'testigo' as testigo`,
      [email],
    )
    return rows[0].testigo
  } catch (error) {
    const { detail, code } = error as pg.DatabaseError
    if (code?.startsWith('PT')) throw new SetupError(`${email}: ${detail}`)
    throw error
  }
}
