// Rows of Auth as GoTrue writes them.
import { randomUUID } from 'node:crypto'
import type pg from 'pg'
import { expect, inject, test } from 'vitest'
import { connected } from '../support/sql.ts'
import { withUserDb } from './support.ts'

const ESPERADA = { count: '1' }

/** GoTrue's insert of a sign-up; with `confirmada`, as it is when Auth confirms by itself, in two steps. */
const REGISTRO = `insert into auth.users (id, aud, role, email, encrypted_password, raw_app_meta_data, raw_user_meta_data,
    confirmation_token, recovery_token, email_change, email_change_token_new, confirmation_sent_at, created_at, updated_at)
  values ($1, 'authenticated', 'authenticated', $2, extensions.crypt('la del intruso', extensions.gen_salt('bf', 4)),
    '{"provider":"email","providers":["email"]}', $3, $4, '', '', '', $5, now(), now())`
const CONFIRMA = `update auth.users set confirmation_token = '', email_confirmed_at = now() where id = $1`
const IDENTIDAD = `insert into auth.identities (id, provider, provider_id, user_id, identity_data)
  values (gen_random_uuid(), $1, $2::uuid, $2::uuid, $3)`
const INVITA = `select privado.invitar($1, id, null) ->> 'testigo' as testigo
  from public.empresas where tipo = 'exportadora' and activo limit 1`

/** Everything in one transaction of the superuser, rolled back. */
async function conGoTrue(work: (client: pg.Client) => Promise<void>): Promise<void> {
  const url = Object.assign(new URL(inject('stack').databaseUrl), { username: 'supabase_admin' })
  await connected(url.href, async (client) => {
    await client.query('begin; set local role postgres')
    // The connection ends, and with it whatever it did.
    await work(client)
  })
}

/** What there is of an account in a table of Auth. */
const cuantos = async (client: pg.Client, tabla: string, id: string) =>
  (await client.query(`select count(*) from auth.${tabla} where user_id::text = $1`, [id])).rows[0]

const como = async (client: pg.Client, claims: object) => {
  await client.query(`select set_config('request.jwt.claims', $1, true)`, [JSON.stringify(claims)])
  await client.query(`set local role ${'sub' in claims ? 'authenticated' : 'anon'}`)
}

test('confirmar el correo que otro registró no da el perfil; con el testigo en el registro, sí', () =>
  withUserDb('sistema', async ({ query }) => {
    const email = `${randomUUID()}@invitada.test`
    const [{ testigo }] = (await query(INVITA, [email])) as [{ testigo: string }]
    const perfiles = (id: string) => query('select count(*) from public.usuarios where id = $1', [id])
    const [intruso, duena] = [randomUUID(), randomUUID()]
    await query(REGISTRO, [intruso, email, {}, 'c'.repeat(56), new Date()])
    await query(CONFIRMA, [intruso])
    expect(await perfiles(intruso)).toEqual([{ count: '0' }])
    await query('delete from auth.users where id = $1', [intruso])
    await query(REGISTRO, [duena, email, { invitacion: testigo }, 'd'.repeat(56), new Date()])
    expect(await perfiles(duena)).toEqual([{ count: '0' }])
    await query(CONFIRMA, [duena])
    expect(await perfiles(duena)).toEqual([ESPERADA])
  }))

// Signing up never fails: a name is cleaned, and one of which nothing is left is that of the address.
test.each([
  ['un nombre que se escribe al revés', 'Ana \u202eaíraM', 'ana', 'Ana aíraM'],
  ['un nombre con espacios sin ancho', ' \u200bAna\u200b María\u200b ', 'ana', 'Ana María'],
  ['un nombre que no se ve', '\u2800\u2800', 'ana', 'ana'],
  ['un nombre de 300 letras', 'a'.repeat(300), 'ana', 'a'.repeat(200)],
  ['ni nombre ni buzón que se vean', '\u200b', '\u2800', '\u2800@invitada.test'],
])('quien se registra o acepta con %s entra con uno que se lee', (_caso, nombre, buzon, expected) =>
  conGoTrue(async (client) => {
    const email = `${buzon}@${randomUUID()}.invitada.test`
    const queda = expected.replace(/@.*/, `@${email.split('@')[1]}`)
    const nombreDe = async (id: string) =>
      (await client.query('select nombre from public.usuarios where id = $1', [id])).rows
    const invitar = async () => (await client.query(INVITA, [email])).rows[0].testigo

    const id = randomUUID()
    await client.query(REGISTRO, [id, email, { invitacion: await invitar(), nombre }, '', null])
    await client.query(CONFIRMA, [id])
    expect(await nombreDe(id)).toEqual([{ nombre: queda }])

    // And who had the account already.
    await client.query('delete from public.usuarios where id = $1', [id])
    const testigo = await invitar()
    await como(client, { role: 'anon' })
    await client.query('select public.aceptar_invitacion($1, $2, $3)', [testigo, 'la de la dueña', nombre])
    await client.query('reset role')
    expect(await nombreDe(id)).toEqual([{ nombre: queda }])
  }),
)

test('aceptar en GoTrue termina sesiones, factores, identidades y correos que otro dejó, y cambia la contraseña', () =>
  conGoTrue(async (client) => {
    const email = `${randomUUID()}@invitada.test`
    const [id, ajena, propia] = [randomUUID(), randomUUID(), randomUUID()]
    const { rows } = await client.query(INVITA, [email])
    const [{ testigo }] = rows
    await client.query('reset role')
    await client.query(REGISTRO, [id, email, { nombre: 'El Intruso' }, '', new Date()])
    await client.query(CONFIRMA, [id])
    await client.query(
      `update auth.users set email_change = 'intruso@otra.test', email_change_token_new = $2, phone = $3,
         phone_confirmed_at = now() where id = $1`,
      [id, 'e'.repeat(56), `59399${Date.now()}`],
    )
    for (const [proveedor, dato] of [
      ['email', email],
      ['github', 'intruso@otra.test'],
      ['phone', null],
    ])
      await client.query(IDENTIDAD, [proveedor, id, dato ? { email: dato } : { phone: '1' }])
    for (const sesion of [ajena, propia]) {
      await client.query(`insert into auth.sessions (id, user_id, aal) values ($1, $2, 'aal1')`, [sesion, id])
      await client.query('insert into auth.refresh_tokens (token, user_id, session_id) values ($1, $2, $3)', [
        randomUUID(),
        id,
        sesion,
      ])
    }
    await client.query(
      `insert into auth.one_time_tokens (id, user_id, token_type, token_hash, relates_to)
       values (gen_random_uuid(), $1, 'email_change_token_new', $2, 'x')`,
      [id, 'e'.repeat(56)],
    )
    await client.query(
      `insert into auth.mfa_factors (id, user_id, factor_type, status, created_at, updated_at)
       values (gen_random_uuid(), $1, 'totp', 'verified', now(), now())`,
      [id],
    )
    await client.query(
      `insert into auth.flow_state (id, provider_type, authentication_method, user_id, linking_target_id)
       values (gen_random_uuid(), 'github', 'oauth', null, $1), (gen_random_uuid(), 'email', 'magiclink', $1, null)`,
      [id],
    )

    await como(client, { sub: id, role: 'authenticated', session_id: propia })
    const aceptada = await client.query('select public.aceptar_invitacion($1, $2) as como', [
      testigo,
      'la de la dueña',
    ])
    expect(aceptada.rows).toEqual([{ como: { email } }])
    const ve = async (claims: object) => {
      await como(client, claims)
      return (await client.query('select privado.mi_rol() as rol')).rows[0].rol
    }
    expect(await ve({ sub: id, role: 'authenticated', session_id: ajena })).toBeNull()
    expect(await ve({ sub: id, role: 'authenticated', session_id: propia })).toBe('exportadora')

    await client.query('reset role')
    const { rows: cuentas } = await client.query(
      `select u.nombre, a.email_change, a.email_change_token_new, a.phone, a.recovery_token,
         a.encrypted_password = extensions.crypt('la de la dueña', a.encrypted_password) as nueva,
         a.raw_app_meta_data -> 'providers' as providers
       from auth.users a join public.usuarios u using (id) where a.id = $1`,
      [id],
    )
    expect(cuentas).toEqual([
      {
        nombre: email.split('@')[0],
        email_change: '',
        email_change_token_new: '',
        phone: null,
        recovery_token: '',
        nueva: true,
        providers: ['email'],
      },
    ])
    expect(await cuantos(client, 'sessions', id)).toEqual(ESPERADA)
    expect(await cuantos(client, 'refresh_tokens', id)).toEqual(ESPERADA)
    expect(await cuantos(client, 'identities', id)).toEqual(ESPERADA)
    expect(await cuantos(client, 'one_time_tokens', id)).toEqual({ count: '0' })
    expect(await cuantos(client, 'mfa_factors', id)).toEqual({ count: '0' })
    const flujos = await client.query(
      'select from auth.flow_state where linking_target_id = $1 or user_id = $1',
      [id],
    )
    expect(flujos.rowCount).toBe(0)
  }))

test('sin sesión no se toma la cuenta que entró con otro proveedor, ni la que no existe', () =>
  conGoTrue(async (client) => {
    const email = `${randomUUID()}@invitada.test`
    const { rows } = await client.query(INVITA, [email])
    const intentar = async () => {
      await client.query('savepoint intento')
      await como(client, { role: 'anon' })
      const error = await client
        .query('select public.aceptar_invitacion($1, $2)', [rows[0].testigo, 'la de la dueña'])
        .catch((rechazo) => rechazo.message)
      await client.query('rollback to savepoint intento')
      return error
    }
    expect(await intentar()).toBe('invitacion_sin_cuenta')
    const id = randomUUID()
    await client.query('reset role')
    await client.query(REGISTRO, [id, email, {}, '', null])
    await client.query(CONFIRMA, [id])
    await client.query(IDENTIDAD, ['google', id, { email: email.toUpperCase(), email_verified: true }])
    expect(await intentar()).toBe('invitacion_pide_sesion')
    await client.query('reset role')
    await client.query('delete from auth.identities where user_id = $1', [id])
    // Its owner has asked its mailbox, by a code: it enters by it, and who invites does not take its account.
    const escrita = (cuando: string | null) =>
      client.query('update auth.users set recovery_sent_at = $2, confirmation_sent_at = null where id = $1', [
        id,
        cuando,
      ])
    await escrita('2026-11-01')
    expect(await intentar()).toBe('invitacion_pide_sesion')
    await client.query('reset role')
    await escrita(null)
    expect(await intentar()).toMatchObject({ rowCount: 1 })
  }))
