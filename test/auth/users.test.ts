import bcrypt from 'bcryptjs'
import { describe, expect, inject, test } from 'vitest'
import { client } from '../support/client.ts'
import { CLAVE, correoNuevo, crear, entrar, exito, persona } from './support.ts'

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
    const { email } = await crear()
    const { session } = exito(await entrar(email!))
    for (const apikey of [stack.publishableKey, stack.secretKey]) {
      const respuesta = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users`, {
        headers: { apikey, authorization: `Bearer ${session!.access_token}` },
      })
      expect(respuesta.status).toBe(403)
      expect(await respuesta.json()).toEqual({ code: 403, error_code: 'not_admin', msg: 'User not allowed' })
    }
  })

  test('sin clave nadie, y el cuerpo no dice nada de la base', async () => {
    const respuesta = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users`)
    expect(respuesta.status).toBe(401)
    expect(await respuesta.text()).not.toMatch(/select|auth\.users/i)
  })
})

describe('crear', () => {
  test('un usuario confirmado entra, con el correo en minúsculas y sus metadatos', async () => {
    const email = correoNuevo('Ana')
    const usuario = await crear({
      email: email.toUpperCase(),
      app_metadata: { empresa: 7 },
      user_metadata: { nombre: 'Ana' },
    })
    expect(usuario).toMatchObject({
      aud: 'authenticated',
      role: 'authenticated',
      email: email.toLowerCase(),
      phone: '',
      app_metadata: { provider: 'email', providers: ['email'], empresa: 7 },
      user_metadata: { nombre: 'Ana', email_verified: true },
      is_anonymous: false,
    })
    expect(usuario.identities).toMatchObject([
      {
        id: usuario.id,
        user_id: usuario.id,
        provider: 'email',
        email: email.toLowerCase(),
        identity_data: { sub: usuario.id, email: email.toLowerCase(), email_verified: true },
      },
    ])
    for (const momento of [usuario.created_at, usuario.email_confirmed_at]) {
      expect(momento).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
    }
    expect(JSON.stringify(usuario)).not.toMatch(/\$2|encrypted|token/)
    expect(exito(await entrar(email)).user).toMatchObject({ id: usuario.id, app_metadata: { empresa: 7 } })
  })

  test('quien no está confirmado no entra', async () => {
    const { email } = await crear({ email_confirm: false })
    expect((await entrar(email!)).error).toMatchObject({ code: 'email_not_confirmed' })
  })

  test('el id, el rol y el teléfono se pueden dar', async () => {
    const id = crypto.randomUUID()
    const phone = String(Date.now())
    const usuario = await crear({ id, role: 'auditor', phone: `+${phone}`, phone_confirm: true })
    expect(usuario).toMatchObject({ id, role: 'auditor', phone })
    expect(usuario.app_metadata.providers).toEqual(['email', 'phone'])
    expect((await admin.createUser({ id, email: correoNuevo() })).error).toMatchObject({
      code: 'user_already_exists',
    })
    expect((await admin.createUser({ phone })).error).toMatchObject({ status: 422, code: 'phone_exists' })
  })

  test('un hash bcrypt ya hecho sirve de contraseña; otro no', async () => {
    const hash = await bcrypt.hash('otra clave 99', 4)
    // The name that the hash has in PHP is the same hash.
    for (const password_hash of [hash, hash.replace('$2b$', '$2y$'), hash.replace('$2b$', '$2a$')]) {
      const { email } = await crear({ password: undefined, password_hash })
      expect((await entrar(email!, 'otra clave 99')).error).toBeNull()
      expect((await entrar(email!, 'otra clave 98')).error?.code).toBe('invalid_credentials')
    }
    for (const atributos of [
      { password_hash: hash.replace('$2b$', '$2x$') },
      { password_hash: '$argon2id$v=19$m=4,t=1,p=1$c2Fs$aGFzaA' },
      { password_hash: hash, password: CLAVE },
    ]) {
      const { error } = await admin.createUser({ email: correoNuevo(), ...atributos })
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
  ])('se rechaza %j con %d %s y no queda nada', async (atributos, status, code) => {
    const { error } = await admin.createUser(atributos as never)
    expect(error).toMatchObject({ status, code })
    expect(exito(await admin.listUsers({ perPage: 1000 })).users.some((u) => u.email === 'a@c.test')).toBe(
      false,
    )
  })

  test('un cuerpo que no es JSON se rechaza sin repetirlo', async () => {
    const respuesta = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users`, {
      method: 'POST',
      headers: { apikey: stack.secretKey, 'content-type': 'application/json' },
      body: '{"password": "secreta"',
    })
    expect(respuesta.status).toBe(400)
    const texto = await respuesta.text()
    expect(JSON.parse(texto)).toMatchObject({ code: 400, error_code: 'bad_json' })
    expect(texto).not.toContain('secreta')
  })

  test('el mismo correo, veinte veces a la vez, crea un solo usuario', async () => {
    const email = correoNuevo()
    const intentos = await Promise.all(
      Array.from({ length: 20 }, () => admin.createUser({ email, password: CLAVE })),
    )
    expect(intentos.filter(({ error }) => !error)).toHaveLength(1)
    for (const { error } of intentos.filter(({ error }) => error)) {
      expect(error).toMatchObject({ status: 422, code: 'email_exists' })
    }
  })
})

describe('leer', () => {
  test('por id; el desconocido da 404', async () => {
    const { id, email } = await crear()
    expect(exito(await admin.getUserById(id)).user).toMatchObject({ id, email })
    const { error } = await admin.getUserById(crypto.randomUUID())
    expect(error).toMatchObject({ status: 404, code: 'user_not_found', message: 'User not found' })
    const respuesta = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users/7`, {
      headers: { apikey: stack.secretKey },
    })
    expect(respuesta.status).toBe(404)
    expect(await respuesta.json()).toMatchObject({ error_code: 'validation_failed' })
  })

  test('por páginas, los últimos primero, sin repetir ni saltar', async () => {
    const marca = `pagina${Date.now()}`
    const creados = []
    for (let i = 0; i < 5; i++) creados.unshift((await crear({ email: `${marca}.${i}@triboka.test` })).id)
    const primera = exito(await admin.listUsers({ page: 1, perPage: 2 }))
    expect(primera).toMatchObject({ aud: 'authenticated', nextPage: 2 })
    expect(primera.users).toHaveLength(2)

    const vistos: string[] = []
    for (let page = 1; page <= 3; page++) {
      const url = `${stack.supabaseUrl}/auth/v1/admin/users?page=${page}&per_page=2&filter=${marca}`
      const respuesta = await fetch(url, { headers: { apikey: stack.secretKey } })
      expect(respuesta.headers.get('x-total-count')).toBe('5')
      expect(respuesta.headers.get('link')?.includes('rel="next"')).toBe(page < 3)
      const { users } = (await respuesta.json()) as { users: { id: string }[] }
      vistos.push(...users.map(({ id }) => id))
    }
    expect(vistos).toEqual(creados)
  })

  test.each(['page=x', 'per_page=0', 'per_page=-1', 'page=99999999999'])(
    '%s no es una página',
    async (consulta) => {
      const respuesta = await fetch(`${stack.supabaseUrl}/auth/v1/admin/users?${consulta}`, {
        headers: { apikey: stack.secretKey },
      })
      expect(respuesta.status).toBe(400)
    },
  )
})

describe('cambiar', () => {
  test('lo que no se nombra queda como estaba; null borra una clave', async () => {
    const { id } = await crear({ user_metadata: { nombre: 'Ana', cargo: 'jefa' } })
    const cambio = { user_metadata: { cargo: null, ciudad: 'Quevedo' }, app_metadata: { plan: 'b' } }
    const { user } = exito(await admin.updateUserById(id, cambio))
    expect(user.user_metadata).toEqual({ nombre: 'Ana', ciudad: 'Quevedo', email_verified: true })
    expect(user.app_metadata).toEqual({ provider: 'email', providers: ['email'], plan: 'b' })
  })

  test('el correo nuevo entra y el viejo no', async () => {
    const { id, email } = await crear()
    const nuevo = correoNuevo('nueva')
    const { user } = exito(
      await admin.updateUserById(id, { email: nuevo.toUpperCase(), email_confirm: true }),
    )
    expect(user).toMatchObject({ email: nuevo, identities: [{ email: nuevo }] })
    expect((await entrar(nuevo)).error).toBeNull()
    expect((await entrar(email!)).error).toMatchObject({ code: 'invalid_credentials' })
  })

  test('el correo de otro no se toma, y nada del cambio queda', async () => {
    const [uno, otro] = [await crear(), await crear()]
    const { error } = await admin.updateUserById(uno.id, {
      email: otro.email,
      user_metadata: { x: 1 },
      ban_duration: '1h',
    })
    expect(error).toMatchObject({ status: 422, code: 'email_exists' })
    const { user } = exito(await admin.getUserById(uno.id))
    expect(user?.email).toBe(uno.email)
    expect(user?.user_metadata.x).toBeUndefined()
    expect(user?.banned_until).toBeUndefined()
  })

  test('una contraseña nueva termina las sesiones', async () => {
    const { id, email } = await crear()
    const quien = persona()
    const { session } = exito(await quien.auth.signInWithPassword({ email: email!, password: CLAVE }))
    expect((await admin.updateUserById(id, { password: 'corta' })).error).toMatchObject({
      code: 'weak_password',
    })
    exito(await admin.updateUserById(id, { password: 'otra clave 2025' }))
    expect((await quien.auth.refreshSession({ refresh_token: session!.refresh_token })).error).not.toBeNull()
    expect((await entrar(email!)).error).toMatchObject({ code: 'invalid_credentials' })
    expect((await entrar(email!, 'otra clave 2025')).error).toBeNull()
  })

  test('un desconocido da 404', async () => {
    const { error } = await admin.updateUserById(crypto.randomUUID(), { user_metadata: {} })
    expect(error).toMatchObject({ status: 404, code: 'user_not_found' })
  })
})
