import bcrypt from 'bcrypt'
import { describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { makeUser, newEmail, ok, PASSWORD, person, signIn } from './support.ts'

const stack = inject('stack')
const admin = client(stack.supabaseUrl, stack.secretKey).auth.admin

describe('quién puede', () => {
  test('la clave secreta y el JWT service_role administran', async () => {
    for (const clave of [stack.secretKey, stack.serviceRoleKey]) {
      expect((await client(stack.supabaseUrl, clave).auth.admin.listUsers()).error).toBeNull()
    }
  })

  test('la clave publicable y el JWT anon no', async () => {
    for (const clave of [stack.publishableKey, stack.anonKey]) {
      const { error } = await client(stack.supabaseUrl, clave).auth.admin.listUsers()
      expect(error).toMatchObject({ status: 403, code: 'not_admin', message: 'User not allowed' })
    }
  })

  test('una persona con sesión no, ni con la clave secreta al lado', async () => {
    const { email } = await makeUser()
    const { session } = ok(await signIn(email!))
    for (const apikey of [stack.publishableKey, stack.secretKey]) {
      const answer = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users`, {
        headers: { apikey, authorization: `Bearer ${session!.access_token}` },
      })
      expect(answer.status).toBe(403)
      expect(await answer.json()).toEqual({ code: 403, error_code: 'not_admin', msg: 'User not allowed' })
    }
  })

  test('sin clave nadie, y el cuerpo no dice nada de la base', async () => {
    const answer = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users`)
    expect(answer.status).toBe(401)
    expect(await answer.text()).not.toMatch(/select|auth\.users/i)
  })
})

describe('crear', () => {
  test('un usuario confirmado entra, con el correo en minúsculas y sus metadatos', async () => {
    const email = newEmail('Ana')
    const user = await makeUser({
      email: email.toUpperCase(),
      app_metadata: { empresa: 7 },
      user_metadata: { nombre: 'Ana' },
    })
    expect(user).toMatchObject({
      aud: 'authenticated',
      role: 'authenticated',
      email: email.toLowerCase(),
      phone: '',
      app_metadata: { provider: 'email', providers: ['email'], empresa: 7 },
      user_metadata: { nombre: 'Ana', email_verified: true },
      is_anonymous: false,
    })
    expect(user.identities).toMatchObject([
      {
        id: user.id,
        user_id: user.id,
        provider: 'email',
        email: email.toLowerCase(),
        identity_data: { sub: user.id, email: email.toLowerCase(), email_verified: true },
      },
    ])
    for (const moment of [user.created_at, user.email_confirmed_at]) {
      expect(moment).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
    }
    expect(JSON.stringify(user)).not.toMatch(/\$2|encrypted|token/)
    expect(ok(await signIn(email)).user).toMatchObject({ id: user.id, app_metadata: { empresa: 7 } })
  })

  test('quien no está confirmado no entra', async () => {
    const { email } = await makeUser({ email_confirm: false })
    expect((await signIn(email!)).error).toMatchObject({ code: 'email_not_confirmed' })
  })

  test('el id, el rol y el teléfono se pueden dar', async () => {
    const id = crypto.randomUUID()
    const phone = String(Date.now())
    const user = await makeUser({ id, role: 'auditor', phone: `+${phone}`, phone_confirm: true })
    expect(user).toMatchObject({ id, role: 'auditor', phone })
    expect(user.app_metadata.providers).toEqual(['email', 'phone'])
    expect((await admin.createUser({ id, email: newEmail() })).error).toMatchObject({
      code: 'user_already_exists',
    })
    expect((await admin.createUser({ phone })).error).toMatchObject({ status: 422, code: 'phone_exists' })
  })

  test('un hash bcrypt ya hecho sirve de contraseña; otro no', async () => {
    const hash = bcrypt.hashSync('otra clave 99', 4)
    // The name that the hash has in PHP is the same hash.
    for (const password_hash of [hash, hash.replace('$2b$', '$2y$'), hash.replace('$2b$', '$2a$')]) {
      const { email } = await makeUser({ password: undefined, password_hash })
      expect((await signIn(email!, 'otra clave 99')).error).toBeNull()
      expect((await signIn(email!, 'otra clave 98')).error?.code).toBe('invalid_credentials')
    }
    for (const attributes of [
      { password_hash: hash.replace('$2b$', '$2x$') },
      { password_hash: '$argon2id$v=19$m=4,t=1,p=1$c2Fs$aGFzaA' },
      { password_hash: hash, password: PASSWORD },
    ]) {
      const { error } = await admin.createUser({ email: newEmail(), ...attributes })
      expect(error).toMatchObject({ status: 400, code: 'validation_failed' })
    }
  })

  test.each([
    [{}, 400, 'validation_failed'],
    [{ email: 'sin-arroba' }, 400, 'validation_failed'],
    [{ email: 'a b@c.test' }, 400, 'validation_failed'],
    [{ email: `${'a'.repeat(260)}@c.test` }, 400, 'validation_failed'],
    [{ email: 'nul\u0000@c.test' }, 400, 'validation_failed'],
    [{ email: 'a@c.test', password: 'corta' }, 422, 'weak_password'],
    [{ email: 'a@c.test', password: 'ñ'.repeat(40) }, 400, 'validation_failed'],
    [{ email: 'a@c.test', ban_duration: 'para siempre' }, 400, 'validation_failed'],
    [{ email: 'a@c.test', id: 'uno' }, 400, 'validation_failed'],
    [{ email: 'a@c.test', id: '00000000-0000-0000-0000-000000000000' }, 400, 'validation_failed'],
    [{ email: 'a@c.test', user_metadata: { x: 'nul\u0000' } }, 400, 'validation_failed'],
    [{ email: 'a@c.test', role: 'r'.repeat(300) }, 400, 'validation_failed'],
    [{ email: 7 }, 400, 'bad_json'],
    [{ email: 'a@c.test', user_metadata: [1] }, 400, 'bad_json'],
    [{ phone: '12 3x' }, 400, 'validation_failed'],
  ])('se rechaza %j con %d %s y no queda nada', async (attributes, status, code) => {
    const { error } = await admin.createUser(attributes as never)
    expect(error).toMatchObject({ status, code })
    expect(ok(await admin.listUsers({ perPage: 1000 })).users.some((u) => u.email === 'a@c.test')).toBe(false)
  })

  test('un cuerpo que no es JSON se rechaza sin repetirlo', async () => {
    const answer = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users`, {
      method: 'POST',
      headers: { apikey: stack.secretKey, 'content-type': 'application/json' },
      body: '{"password": "secreta"',
    })
    expect(answer.status).toBe(400)
    const texto = await answer.text()
    expect(JSON.parse(texto)).toMatchObject({ code: 400, error_code: 'bad_json' })
    expect(texto).not.toContain('secreta')
  })

  test('el mismo correo, veinte veces a la vez, crea un solo usuario', async () => {
    const email = newEmail()
    const attempts = await Promise.all(
      Array.from({ length: 20 }, () => admin.createUser({ email, password: PASSWORD })),
    )
    expect(attempts.filter(({ error }) => !error)).toHaveLength(1)
    for (const { error } of attempts.filter(({ error }) => error)) {
      expect(error).toMatchObject({ status: 422, code: 'email_exists' })
    }
  })
})

describe('leer', () => {
  test('por id; el desconocido da 404', async () => {
    const { id, email } = await makeUser()
    expect(ok(await admin.getUserById(id)).user).toMatchObject({ id, email })
    const { error } = await admin.getUserById(crypto.randomUUID())
    expect(error).toMatchObject({ status: 404, code: 'user_not_found', message: 'User not found' })
    const answer = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users/7`, {
      headers: { apikey: stack.secretKey },
    })
    expect(answer.status).toBe(404)
    expect(await answer.json()).toMatchObject({ error_code: 'validation_failed' })
  })

  test('por páginas, los últimos primero, sin repetir ni saltar', async () => {
    const mark = `pagina${Date.now()}`
    const made = []
    for (let i = 0; i < 5; i++) made.unshift((await makeUser({ email: `${mark}.${i}@triboka.test` })).id)
    const first = ok(await admin.listUsers({ page: 1, perPage: 2 }))
    expect(first).toMatchObject({ aud: 'authenticated', nextPage: 2 })
    expect(first.users).toHaveLength(2)

    const seen: string[] = []
    for (let page = 1; page <= 3; page++) {
      const url = `${stack.supabaseUrl}/auth/v1/admin/users?page=${page}&per_page=2&filter=${mark}`
      const answer = await fetch(url, { headers: { apikey: stack.secretKey } })
      expect(answer.headers.get('x-total-count')).toBe('5')
      expect(answer.headers.get('link')?.includes('rel="next"')).toBe(page < 3)
      const { users } = (await answer.json()) as { users: { id: string }[] }
      seen.push(...users.map(({ id }) => id))
    }
    expect(seen).toEqual(made)
  })

  test.each(['page=x', 'per_page=0', 'per_page=-1', 'page=99999999999'])(
    '%s no es una página',
    async (queryString) => {
      const answer = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users?${queryString}`, {
        headers: { apikey: stack.secretKey },
      })
      expect(answer.status).toBe(400)
    },
  )
})

describe('cambiar', () => {
  test('lo que no se nombra queda como estaba; null borra una clave', async () => {
    const { id } = await makeUser({ user_metadata: { nombre: 'Ana', cargo: 'jefa' } })
    const change = { user_metadata: { cargo: null, ciudad: 'Quevedo' }, app_metadata: { plan: 'b' } }
    const { user } = ok(await admin.updateUserById(id, change))
    expect(user.user_metadata).toEqual({ nombre: 'Ana', ciudad: 'Quevedo', email_verified: true })
    expect(user.app_metadata).toEqual({ provider: 'email', providers: ['email'], plan: 'b' })
  })

  test('el correo nuevo entra y el viejo no', async () => {
    const { id, email } = await makeUser()
    const fresh = newEmail('nueva')
    const { user } = ok(await admin.updateUserById(id, { email: fresh.toUpperCase(), email_confirm: true }))
    expect(user).toMatchObject({ email: fresh, identities: [{ email: fresh }] })
    expect((await signIn(fresh)).error).toBeNull()
    expect((await signIn(email!)).error).toMatchObject({ code: 'invalid_credentials' })
  })

  test('el correo de otro no se toma, y nada del cambio queda', async () => {
    const [one, another] = [await makeUser(), await makeUser()]
    const { error } = await admin.updateUserById(one.id, {
      email: another.email,
      user_metadata: { x: 1 },
      ban_duration: '1h',
    })
    expect(error).toMatchObject({ status: 422, code: 'email_exists' })
    const { user } = ok(await admin.getUserById(one.id))
    expect(user?.email).toBe(one.email)
    expect(user?.user_metadata.x).toBeUndefined()
    expect(user?.banned_until).toBeUndefined()
  })

  test('una contraseña nueva termina las sesiones', async () => {
    const { id, email } = await makeUser()
    const who = person()
    const { session } = ok(await who.auth.signInWithPassword({ email: email!, password: PASSWORD }))
    expect((await admin.updateUserById(id, { password: 'corta' })).error).toMatchObject({
      code: 'weak_password',
    })
    ok(await admin.updateUserById(id, { password: 'otra clave 2025' }))
    expect((await who.auth.refreshSession({ refresh_token: session!.refresh_token })).error).not.toBeNull()
    expect((await signIn(email!)).error).toMatchObject({ code: 'invalid_credentials' })
    expect((await signIn(email!, 'otra clave 2025')).error).toBeNull()
  })

  test('un desconocido da 404', async () => {
    const { error } = await admin.updateUserById(crypto.randomUUID(), { user_metadata: {} })
    expect(error).toMatchObject({ status: 404, code: 'user_not_found' })
  })
})
