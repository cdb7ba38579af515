import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { makeUser, ok, person, signIn } from './support.ts'

const stack = inject('stack')
const admin = client(stack.supabaseUrl, stack.secretKey).auth.admin

describe('suspender', () => {
  test('no entra ni renueva su sesión, hasta que se levanta', async () => {
    const { id, email } = await makeUser()
    const { session } = ok(await signIn(email!))
    const [{ before }] = (await sql<{ before: Date }>('select clock_timestamp() as before')) as [
      { before: Date },
    ]
    const { user } = ok(await admin.updateUserById(id, { ban_duration: '24h' }))
    const [{ after }] = (await sql<{ after: Date }>('select clock_timestamp() as after')) as [{ after: Date }]
    const from = Date.parse(user.banned_until!) - 24 * 3600_000
    expect([before.getTime() <= from, from <= after.getTime()]).toEqual([true, true])

    expect((await signIn(email!)).error).toMatchObject({ status: 400, code: 'user_banned' })
    const renew = () => person().auth.refreshSession({ refresh_token: session!.refresh_token })
    expect((await renew()).error).toMatchObject({ status: 400, code: 'user_banned' })
    const link = ok(await admin.generateLink({ type: 'magiclink', email: email! }))
    const verify = { token_hash: link.properties!.hashed_token, type: 'email' } as const
    expect((await person().auth.verifyOtp(verify)).error).toMatchObject({
      status: 403,
      code: 'user_banned',
    })

    expect(ok(await admin.updateUserById(id, { ban_duration: 'none' })).user.banned_until).toBeUndefined()
    expect((await renew()).error).toBeNull()
    expect((await signIn(email!)).error).toBeNull()
  })

  test('una suspensión que ya pasó no impide nada', async () => {
    const { email } = await makeUser({ ban_duration: '-1h' })
    expect((await signIn(email!)).error).toBeNull()
  })
})

describe('borrar', () => {
  beforeAll(() =>
    sql(
      'create schema prueba_auth; create table prueba_auth.firmas (usuario_id uuid references auth.users (id))',
    ),
  )
  afterAll(() => sql('drop schema prueba_auth cascade'))

  test('del todo: sus sesiones acaban y el correo queda libre', async () => {
    const { id, email } = await makeUser()
    const { session } = ok(await signIn(email!))
    expect(ok(await admin.deleteUser(id)).user).toMatchObject({ id })
    expect((await admin.getUserById(id)).error).toMatchObject({ status: 404, code: 'user_not_found' })
    expect((await admin.deleteUser(id)).error).toMatchObject({ status: 404, code: 'user_not_found' })
    const { error } = await person().auth.refreshSession({ refresh_token: session!.refresh_token })
    expect(error).toMatchObject({ code: 'refresh_token_not_found' })
    await makeUser({ email })
  })

  test('con huella: la fila queda, la persona no', async () => {
    const { id, email } = await makeUser({ user_metadata: { nombre: 'Ana' } })
    const { session } = ok(await signIn(email!))
    ok(await admin.deleteUser(id, true))
    const { user } = ok(await admin.getUserById(id))
    expect(user).toMatchObject({ id, user_metadata: {}, app_metadata: {}, deleted_at: expect.any(String) })
    expect(JSON.stringify(user)).not.toContain(email)
    expect((await signIn(email!)).error).toMatchObject({ code: 'invalid_credentials' })
    expect(
      (await person().auth.refreshSession({ refresh_token: session!.refresh_token })).error,
    ).not.toBeNull()
    expect((await admin.deleteUser(id, true)).error).toBeNull()
    await makeUser({ email })
  })

  test('quien tiene historia no se borra, y la respuesta no lleva SQL', async () => {
    const { id, email } = await makeUser()
    await sql('insert into prueba_auth.firmas values ($1)', [id])
    const answer = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users/${id}`, {
      method: 'DELETE',
      headers: { apikey: stack.secretKey },
    })
    expect(answer.status).toBe(500)
    expect(await answer.json()).toEqual({
      code: 500,
      error_code: 'unexpected_failure',
      msg: 'Database error deleting user',
    })
    expect((await signIn(email!)).error).toBeNull()
    expect((await admin.deleteUser(id, true)).error).toBeNull()
  })
})
