// An address that a stranger signed up before the person who was invited with it.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { correoNuevo, invitar, perfil, registrarse } from './invitados.ts'
import { call, makePeople, PASSWORD, type People } from './support.ts'

const ejecutar = promisify(execFile)
let people: People
beforeAll(async () => {
  people = await makePeople()
})

describe('el correo que otro registró antes', () => {
  test('sirve a su dueño sin sesión, con una contraseña nueva', async () => {
    const email = correoNuevo()
    const { testigo } = await invitar(people.ana, { email })
    const aceptar = (json: object) => call(null, 'POST', '/invitaciones/aceptar', { json })
    const contrasena = 'la de la dueña'
    expect((await aceptar({ testigo, contrasena })).body.clave).toBe('invitacion_sin_cuenta')
    // Auth confirms here by itself: the stranger has a session, and an e-mail change under way.
    const intruso = await registrarse(email, undefined, 'El Intruso')
    await intruso.supabase.auth.updateUser({ email: correoNuevo() })
    for (const [json, clave] of [
      [{ testigo }, 'invitacion_pide_contrasena'],
      [{ testigo, contrasena: 'corta' }, 'datos_invalidos'],
      [{ testigo, contrasena: 'ñ'.repeat(37) }, 'datos_invalidos'],
      [{ testigo: 'a'.repeat(64), contrasena }, 'invitacion_no_existe'],
    ] as const)
      expect((await aceptar(json)).body.clave).toBe(clave)
    expect((await perfil(intruso)).body.clave).toBe('sin_empresa')

    expect(await aceptar({ testigo, contrasena, nombre: 'La Dueña' })).toMatchObject({
      status: 200,
      body: { email },
    })
    expect((await perfil(intruso)).body.clave).toBe('sesion_cerrada')
    expect((await intruso.supabase.from('contratos').select('id')).data ?? []).toEqual([])
    expect((await intruso.supabase.auth.refreshSession()).error).not.toBeNull()
    const { auth } = intruso.supabase
    expect((await auth.signInWithPassword({ email, password: PASSWORD })).error?.code).toBe(
      'invalid_credentials',
    )
    const { data } = await auth.signInWithPassword({ email, password: contrasena })
    expect(data.user?.new_email ?? '').toBe('')
    const duena = { ...intruso, token: data.session!.access_token }
    expect((await perfil(duena)).body).toMatchObject({ nombre: 'La Dueña', rol: 'exportadora' })
    expect((await aceptar({ testigo, contrasena })).body.clave).toBe('invitacion_no_existe')
  })

  test('del primer administrador no deja nada al que registró antes su correo', async () => {
    const email = correoNuevo()
    const intruso = await registrarse(email)
    const { supabaseUrl, publishableKey, secretKey, databaseUrl } = inject('stack')
    const { stdout } = await ejecutar('node', ['scripts/admin.ts', email, 'La Administradora'], {
      env: {
        ...process.env,
        SUPABASE_URL: supabaseUrl,
        SUPABASE_PUBLISHABLE_KEY: publishableKey,
        SUPABASE_SECRET_KEY: secretKey,
        DATABASE_URL: databaseUrl,
      },
    })
    expect((await perfil(intruso)).body.clave).toBe('sesion_cerrada')
    const { auth } = intruso.supabase
    expect((await auth.signInWithPassword({ email, password: PASSWORD })).error?.code).toBe(
      'invalid_credentials',
    )
    const password = /once: (\S+)/.exec(stdout)![1]!
    const { data } = await auth.signInWithPassword({ email, password })
    const admin = { ...intruso, token: data.session!.access_token }
    expect((await perfil(admin)).body).toMatchObject({ nombre: 'La Administradora', rol: 'admin' })
  })
})
