import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { sql } from '../support/sql.ts'
import { crear, entrar, exito, persona } from './support.ts'

const stack = inject('stack')
const admin = client(stack.supabaseUrl, stack.secretKey).auth.admin

describe('suspender', () => {
  test('no entra ni renueva su sesión, hasta que se levanta', async () => {
    const { id, email } = await crear()
    const { session } = exito(await entrar(email!))
    const [{ antes }] = (await sql<{ antes: Date }>('select clock_timestamp() as antes')) as [{ antes: Date }]
    const { user } = exito(await admin.updateUserById(id, { ban_duration: '24h' }))
    const [{ despues }] = (await sql<{ despues: Date }>('select clock_timestamp() as despues')) as [
      { despues: Date },
    ]
    const desde = Date.parse(user.banned_until!) - 24 * 3600_000
    expect([antes.getTime() <= desde, desde <= despues.getTime()]).toEqual([true, true])

    expect((await entrar(email!)).error).toMatchObject({ status: 400, code: 'user_banned' })
    const renovar = () => persona().auth.refreshSession({ refresh_token: session!.refresh_token })
    expect((await renovar()).error).toMatchObject({ status: 400, code: 'user_banned' })
    const enlace = exito(await admin.generateLink({ type: 'magiclink', email: email! }))
    const verificar = { token_hash: enlace.properties!.hashed_token, type: 'email' } as const
    expect((await persona().auth.verifyOtp(verificar)).error).toMatchObject({
      status: 403,
      code: 'user_banned',
    })

    expect(exito(await admin.updateUserById(id, { ban_duration: 'none' })).user.banned_until).toBeUndefined()
    expect((await renovar()).error).toBeNull()
    expect((await entrar(email!)).error).toBeNull()
  })

  test('una suspensión que ya pasó no impide nada', async () => {
    const { email } = await crear({ ban_duration: '-1h' })
    expect((await entrar(email!)).error).toBeNull()
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
    const { id, email } = await crear()
    const { session } = exito(await entrar(email!))
    expect(exito(await admin.deleteUser(id)).user).toMatchObject({ id })
    expect((await admin.getUserById(id)).error).toMatchObject({ status: 404, code: 'user_not_found' })
    expect((await admin.deleteUser(id)).error).toMatchObject({ status: 404, code: 'user_not_found' })
    const { error } = await persona().auth.refreshSession({ refresh_token: session!.refresh_token })
    expect(error).toMatchObject({ code: 'refresh_token_not_found' })
    await crear({ email })
  })

  test('con huella: la fila queda, la persona no', async () => {
    const { id, email } = await crear({ user_metadata: { nombre: 'Ana' } })
    const { session } = exito(await entrar(email!))
    exito(await admin.deleteUser(id, true))
    const { user } = exito(await admin.getUserById(id))
    expect(user).toMatchObject({ id, user_metadata: {}, app_metadata: {}, deleted_at: expect.any(String) })
    expect(JSON.stringify(user)).not.toContain(email)
    expect((await entrar(email!)).error).toMatchObject({ code: 'invalid_credentials' })
    expect(
      (await persona().auth.refreshSession({ refresh_token: session!.refresh_token })).error,
    ).not.toBeNull()
    expect((await admin.deleteUser(id, true)).error).toBeNull()
    await crear({ email })
  })

  test('quien tiene historia no se borra, y la respuesta no lleva SQL', async () => {
    const { id, email } = await crear()
    await sql('insert into prueba_auth.firmas values ($1)', [id])
    const respuesta = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users/${id}`, {
      method: 'DELETE',
      headers: { apikey: stack.secretKey },
    })
    expect(respuesta.status).toBe(500)
    expect(await respuesta.json()).toEqual({
      code: 500,
      error_code: 'unexpected_failure',
      msg: 'Database error deleting user',
    })
    expect((await entrar(email!)).error).toBeNull()
    expect((await admin.deleteUser(id, true)).error).toBeNull()
  })
})
