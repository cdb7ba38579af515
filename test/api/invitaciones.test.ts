import { beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { correoNuevo, invitar, type Person, perfil, registrarse } from './invitados.ts'
import { call, makePeople, makePerson, type People } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

describe('una invitación', () => {
  test('da al que se registra con su enlace la empresa y el rol de quien invita', async () => {
    const email = correoNuevo()
    const invitacion = await invitar(people.ana, { email: ` ${email.toUpperCase()} ` })
    expect(invitacion).toMatchObject({ email, rol: 'exportadora', enviada: false, estado: 'abierta' })
    expect(Date.parse(invitacion.vence_en) - Date.parse(invitacion.creado_en)).toBe(7 * 86_400_000)
    const nueva = await registrarse(email, invitacion.testigo)
    expect((await perfil(nueva)).body).toMatchObject({
      email,
      nombre: 'Nueva Persona',
      rol: 'exportadora',
      empresa: { id: people.exportadora.id },
      permisos: { crear_contratos: true, eliminar_contratos: false, invitar: 'su empresa' },
    })
    // Who invited it sees it among its invitations, already used.
    const { body } = await call(people.ana, 'GET', '/invitaciones')
    expect(body.invitaciones.find(({ id }: { id: number }) => id === invitacion.id).estado).toBe('aceptada')
  })

  test('entra también quien se da un nombre que no cabe', async () => {
    const email = correoNuevo()
    const { testigo } = await invitar(people.ana, { email })
    const nueva = await registrarse(email, testigo, `${'a'.repeat(199)} bcd`)
    expect((await perfil(nueva)).body.nombre).toBe('a'.repeat(199))
  })

  test('no guarda el testigo, solo su huella', async () => {
    const { id, testigo } = await invitar(people.ana, { email: correoNuevo() })
    const [fila] = await sql(`select i::text as todo from public.invitaciones i where id = $1`, [id])
    expect(fila!.todo).not.toContain(testigo)
    const [igual] = await sql(
      `select testigo_sha256 = sha256(convert_to($2, 'UTF8')) as es from public.invitaciones where id = $1`,
      [id, testigo],
    )
    expect(igual).toEqual({ es: true })
  })

  test('solo sirve una vez, con su correo y con su testigo', async () => {
    const email = correoNuevo()
    const { testigo } = await invitar(people.ana, { email })
    // Another address with the token; the address without it, or with a guess: Auth confirms here by itself.
    for (const [otro, con] of [
      [correoNuevo(), testigo],
      [correoNuevo(), 'a'.repeat(64)],
    ] as const)
      expect((await perfil(await registrarse(otro, con))).body.clave).toBe('sin_empresa')
    const invitada = await registrarse(email)
    expect((await perfil(invitada)).body.clave).toBe('sin_empresa')
    const aceptar = (quien: Person, con: string) =>
      call(quien, 'POST', '/invitaciones/aceptar', { json: { testigo: con } })
    expect((await aceptar(invitada, testigo.slice(1))).body.clave).toBe('invitacion_no_existe')
    expect((await aceptar(await registrarse(correoNuevo()), testigo)).body.clave).toBe('invitacion_no_existe')
    expect(await aceptar(invitada, testigo)).toMatchObject({
      status: 200,
      body: { email, rol: 'exportadora' },
    })
    expect((await aceptar(invitada, testigo)).body.clave).toBe('cuenta_con_empresa')
  })

  test('vencida, anulada, reemplazada o de quien ya no está activo no sirve', async () => {
    const invitador = await makePerson(people.exportadora)
    const casos: Record<string, (id: number, email: string) => Promise<unknown>> = {
      vencida: (id) => sql(`update public.invitaciones set vence_en = now() where id = $1`, [id]),
      anulada: async (id) => {
        expect((await call(invitador, 'DELETE', `/invitaciones/${id}`)).status).toBe(204)
      },
      reemplazada: (_id, email) => invitar(people.ana, { email }),
      'de quien ya no está': () =>
        sql('update public.usuarios set activo = false where id = $1', [invitador.id]),
    }
    for (const [caso, cambio] of Object.entries(casos)) {
      const email = correoNuevo()
      const { id, testigo } = await invitar(invitador, { email })
      await cambio(id, email)
      expect((await perfil(await registrarse(email, testigo))).body.clave, caso).toBe('sin_empresa')
    }
  })

  test('no se sube a otra empresa ni a otro rol', async () => {
    const pedir = (quien: Person, json: object) => call(quien, 'POST', '/invitaciones', { json })
    const email = correoNuevo()
    for (const [json, campo] of [
      [{ email, empresa_id: people.centro.id }, 'empresa_id'],
      [{ email, rol: 'admin' }, 'rol'],
    ] as const) {
      const { status, body } = await pedir(people.ana, json)
      expect([status, body.clave, body.errores[0].campo]).toEqual([403, 'invitacion_ajena', campo])
    }
    expect((await pedir(await makePerson(null), { email })).body.clave).toBe('sin_empresa')
    // Nor past the function, with the SDK.
    const { error } = await people.ana.supabase.rpc('invitar', { email, empresa_id: people.centro.id })
    expect(error).toMatchObject({ code: 'PT403', message: 'invitacion_ajena' })
    const fila = { email, empresa_id: people.exportadora.id, rol: 'exportadora', testigo_sha256: '\\x00' }
    expect((await people.ana.supabase.from('invitaciones').insert(fila)).error?.code).toBe('42501')
    const { data } = await people.ana.supabase.rpc('invitar', { email })
    const cambio = await people.ana.supabase.from('invitaciones').update({ rol: 'admin' }).eq('id', data.id)
    expect(cambio.error?.code).toBe('42501')
    expect((await people.ana.supabase.from('invitaciones').select('testigo_sha256')).error?.code).toBe(
      '42501',
    )
  })

  test('de otro no se ve ni se anula', async () => {
    const { id } = await invitar(people.ana, { email: correoNuevo() })
    for (const rival of [people.rita, people.carlos, await makePerson(people.exportadora)]) {
      expect((await rival.supabase.from('invitaciones').select('id').eq('id', id)).data).toEqual([])
      expect((await call(rival, 'DELETE', `/invitaciones/${id}`)).body.clave).toBe('invitacion_no_existe')
    }
    expect((await call(people.teresa, 'DELETE', `/invitaciones/${id}`)).status).toBe(204)
  })

  test('de un administrador es para cualquier empresa; se rechaza lo que no es posible', async () => {
    const pedir = (json: object) => call(people.teresa, 'POST', '/invitaciones', { json })
    const email = correoNuevo()
    const { testigo } = await invitar(people.teresa, { email, empresa_id: people.finca.id })
    expect((await perfil(await registrarse(email, testigo))).body).toMatchObject({ rol: 'proveedor' })
    for (const [json, clave] of [
      [{ email, empresa_id: people.finca.id }, 'usuario_ya_existe'],
      [{ email: correoNuevo() }, 'empresa_invalida'],
      [{ email: correoNuevo(), empresa_id: 999_999_999 }, 'empresa_invalida'],
      [{ email: correoNuevo(), empresa_id: people.finca.id, rol: 'exportadora' }, 'usuario_rol_invalido'],
      [{ email: 'no es un correo', empresa_id: people.finca.id }, 'datos_invalidos'],
    ] as const)
      expect((await pedir(json)).body.clave).toBe(clave)
    // An administrator without a company.
    const otro = correoNuevo()
    const deAdmin = await invitar(people.teresa, { email: otro, rol: 'admin' })
    const admin = await registrarse(otro, deAdmin.testigo)
    expect((await perfil(admin)).body).toMatchObject({ rol: 'admin', empresa: null })
  })
})
