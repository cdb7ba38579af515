import { randomBytes } from 'node:crypto'
import { createClient } from '@supabase/supabase-js'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import {
  CLAVE,
  crearGente,
  crearPersona,
  type Gente,
  llamar,
  nuevoContrato,
  pdf,
  sql,
  subir,
} from './apoyo.ts'

let gente: Gente
beforeAll(async () => {
  gente = await crearGente()
})

const correoNuevo = () => `${randomBytes(6).toString('hex')}@invitada.test`
const cliente = () => {
  const { supabaseUrl, publishableKey } = inject('stack')
  return createClient(supabaseUrl, publishableKey, {
    auth: { persistSession: false, autoRefreshToken: false },
  })
}
type Persona = Gente['ana']

/** Invites, with the token of the link. */
async function invitar(quien: Persona, json: object) {
  const { status, cuerpo, texto } = await llamar(quien, 'POST', '/invitaciones', { json })
  expect(status, texto).toBe(201)
  return { ...cuerpo, testigo: new URL(cuerpo.enlace).searchParams.get('testigo')! }
}

/** Signs up as an app does when the link of an invitation is opened. */
async function registrarse(email: string, invitacion?: string, nombre = 'Nueva Persona'): Promise<Persona> {
  const supabase = cliente()
  const { data, error } = await supabase.auth.signUp({
    email,
    password: CLAVE,
    options: { data: { nombre, ...(invitacion !== undefined && { invitacion }) } },
  })
  if (error) throw error
  return { id: data.user!.id, empresa: null, token: data.session!.access_token, supabase }
}

const perfil = (quien: Persona) => llamar(quien, 'GET', '/perfil')

describe('una invitación', () => {
  it('da al que se registra con su enlace la empresa y el rol de quien invita', async () => {
    const email = correoNuevo()
    const invitacion = await invitar(gente.ana, { email: ` ${email.toUpperCase()} ` })
    expect(invitacion).toMatchObject({ email, rol: 'exportadora', enviada: false, estado: 'abierta' })
    expect(Date.parse(invitacion.vence_en) - Date.parse(invitacion.creado_en)).toBe(7 * 86_400_000)
    const nueva = await registrarse(email, invitacion.testigo)
    expect((await perfil(nueva)).cuerpo).toMatchObject({
      email,
      nombre: 'Nueva Persona',
      rol: 'exportadora',
      empresa: { id: gente.exportadora.id },
      permisos: { crear_contratos: true, eliminar_contratos: false, invitar: 'su empresa' },
    })
    // Who invited it sees it among its invitations, already used.
    const { cuerpo } = await llamar(gente.ana, 'GET', '/invitaciones')
    expect(cuerpo.invitaciones.find(({ id }: { id: number }) => id === invitacion.id).estado).toBe('aceptada')
  })

  it('no guarda el testigo, solo su huella', async () => {
    const { id, testigo } = await invitar(gente.ana, { email: correoNuevo() })
    const [fila] = await sql(`select i::text as todo from public.invitaciones i where id = $1`, [id])
    expect(fila!.todo).not.toContain(testigo)
    const [igual] = await sql(
      `select testigo_sha256 = sha256(convert_to($2, 'UTF8')) as es from public.invitaciones where id = $1`,
      [id, testigo],
    )
    expect(igual).toEqual({ es: true })
  })

  it('solo sirve una vez, con su correo y con su testigo', async () => {
    const email = correoNuevo()
    const { testigo } = await invitar(gente.ana, { email })
    // Another address with the token; the address without it, or with a guess: Auth confirms here by itself.
    for (const [otro, con] of [
      [correoNuevo(), testigo],
      [correoNuevo(), 'a'.repeat(64)],
    ] as const)
      expect((await perfil(await registrarse(otro, con))).cuerpo.clave).toBe('sin_empresa')
    const invitada = await registrarse(email)
    expect((await perfil(invitada)).cuerpo.clave).toBe('sin_empresa')
    const aceptar = (quien: Persona, con: string) =>
      llamar(quien, 'POST', '/invitaciones/aceptar', { json: { testigo: con } })
    expect((await aceptar(invitada, testigo.slice(1))).cuerpo.clave).toBe('invitacion_no_existe')
    expect((await aceptar(await registrarse(correoNuevo()), testigo)).cuerpo.clave).toBe(
      'invitacion_no_existe',
    )
    expect(await aceptar(invitada, testigo)).toMatchObject({
      status: 200,
      cuerpo: { email, rol: 'exportadora' },
    })
    expect((await aceptar(invitada, testigo)).cuerpo.clave).toBe('cuenta_con_empresa')
  })

  it('vencida, anulada, reemplazada o de quien ya no está activo no sirve', async () => {
    const invitador = await crearPersona(gente.exportadora)
    const casos: Record<string, (id: number, email: string) => Promise<unknown>> = {
      vencida: (id) => sql(`update public.invitaciones set vence_en = now() where id = $1`, [id]),
      anulada: async (id) => {
        expect((await llamar(invitador, 'DELETE', `/invitaciones/${id}`)).status).toBe(204)
      },
      reemplazada: (_id, email) => invitar(gente.ana, { email }),
      'de quien ya no está': () =>
        sql('update public.usuarios set activo = false where id = $1', [invitador.id]),
    }
    for (const [caso, cambio] of Object.entries(casos)) {
      const email = correoNuevo()
      const { id, testigo } = await invitar(invitador, { email })
      await cambio(id, email)
      expect((await perfil(await registrarse(email, testigo))).cuerpo.clave, caso).toBe('sin_empresa')
    }
  })

  it('no se sube a otra empresa ni a otro rol', async () => {
    const pedir = (quien: Persona, json: object) => llamar(quien, 'POST', '/invitaciones', { json })
    const email = correoNuevo()
    for (const [json, campo] of [
      [{ email, empresa_id: gente.centro.id }, 'empresa_id'],
      [{ email, rol: 'admin' }, 'rol'],
    ] as const) {
      const { status, cuerpo } = await pedir(gente.ana, json)
      expect([status, cuerpo.clave, cuerpo.errores[0].campo]).toEqual([403, 'invitacion_ajena', campo])
    }
    expect((await pedir(await crearPersona(null), { email })).cuerpo.clave).toBe('sin_empresa')
    // Nor past the function, with the SDK.
    const { error } = await gente.ana.supabase.rpc('invitar', { email, empresa_id: gente.centro.id })
    expect(error).toMatchObject({ code: 'PT403', message: 'invitacion_ajena' })
    const fila = { email, empresa_id: gente.exportadora.id, rol: 'exportadora', testigo_sha256: '\\x00' }
    expect((await gente.ana.supabase.from('invitaciones').insert(fila)).error?.code).toBe('42501')
    const { data } = await gente.ana.supabase.rpc('invitar', { email })
    const cambio = await gente.ana.supabase.from('invitaciones').update({ rol: 'admin' }).eq('id', data.id)
    expect(cambio.error?.code).toBe('42501')
    expect((await gente.ana.supabase.from('invitaciones').select('testigo_sha256')).error?.code).toBe('42501')
  })

  it('de otro no se ve ni se anula', async () => {
    const { id } = await invitar(gente.ana, { email: correoNuevo() })
    for (const rival of [gente.rita, gente.carlos, await crearPersona(gente.exportadora)]) {
      expect((await rival.supabase.from('invitaciones').select('id').eq('id', id)).data).toEqual([])
      expect((await llamar(rival, 'DELETE', `/invitaciones/${id}`)).cuerpo.clave).toBe('invitacion_no_existe')
    }
    expect((await llamar(gente.teresa, 'DELETE', `/invitaciones/${id}`)).status).toBe(204)
  })

  it('de un administrador es para cualquier empresa; se rechaza lo que no es posible', async () => {
    const pedir = (json: object) => llamar(gente.teresa, 'POST', '/invitaciones', { json })
    const email = correoNuevo()
    const { testigo } = await invitar(gente.teresa, { email, empresa_id: gente.finca.id })
    expect((await perfil(await registrarse(email, testigo))).cuerpo).toMatchObject({ rol: 'proveedor' })
    for (const [json, clave] of [
      [{ email, empresa_id: gente.finca.id }, 'usuario_ya_existe'],
      [{ email: correoNuevo() }, 'empresa_invalida'],
      [{ email: correoNuevo(), empresa_id: 999_999_999 }, 'empresa_invalida'],
      [{ email: correoNuevo(), empresa_id: gente.finca.id, rol: 'exportadora' }, 'usuario_rol_invalido'],
      [{ email: 'no es un correo', empresa_id: gente.finca.id }, 'datos_invalidos'],
    ] as const)
      expect((await pedir(json)).cuerpo.clave).toBe(clave)
    // An administrator without a company.
    const otro = correoNuevo()
    const deAdmin = await invitar(gente.teresa, { email: otro, rol: 'admin' })
    const admin = await registrarse(otro, deAdmin.testigo)
    expect((await perfil(admin)).cuerpo).toMatchObject({ rol: 'admin', empresa: null })
  })
})

describe('el perfil', () => {
  it('cambia solo lo que se envía', async () => {
    const quien = await crearPersona(gente.exportadora)
    const put = (json: object) => llamar(quien, 'PUT', '/perfil', { json })
    expect(
      (await put({ telefono: '+593 99 123 4567', preferencias: { mensaje: { push: false } } })).cuerpo,
    ).toMatchObject({
      nombre: 'Prueba',
      telefono: '+593991234567',
      idioma: 'es',
      preferencias: { mensaje: { en_app: true, push: false }, lote: { en_app: true, push: true } },
    })
    const { cuerpo } = await put({ nombre: 'Ana María', preferencias: { mensaje: { en_app: false } } })
    expect(cuerpo).toMatchObject({
      nombre: 'Ana María',
      telefono: '+593991234567',
      preferencias: { mensaje: { en_app: false, push: false } },
    })
    expect((await put({ telefono: null })).cuerpo.telefono).toBeNull()
    for (const [json, campo] of [
      [{ telefono: '0991234567' }, 'telefono'],
      [{ idioma: 'fr' }, 'idioma'],
      [{ rol: 'admin' }, 'rol'],
      [{ preferencias: { precio: { push: true } } }, 'preferencias.precio'],
    ] as const)
      expect((await put(json)).cuerpo.errores[0].campo).toBe(campo)
  })

  it('lleva los contratos de la empresa, con totales por año y estado', async () => {
    const otros = await crearGente()
    for (const volumen_tm of [10.5, 20]) await nuevoContrato(otros, { volumen_tm, fecha_firma: '2025-03-01' })
    const { codigo } = await nuevoContrato(otros, { fecha_firma: '2024-12-31', volumen_tm: 7 })
    const suyo = async (quien: Persona) => (await perfil(quien)).cuerpo.contratos
    const { totales, ultimos } = await suyo(otros.ana)
    expect(totales).toEqual([
      { anio: 2025, estado: 'Activo', contratos: 2, volumen_tm: 30.5 },
      { anio: 2024, estado: 'Activo', contratos: 1, volumen_tm: 7 },
    ])
    expect(ultimos[0]).toEqual({
      codigo,
      papel: 'exportadora',
      estado: 'Activo',
      volumen_tm: 7,
      fecha: '2024-12-31',
    })
    expect((await suyo(otros.jose)).totales).toEqual(totales)
    expect(await suyo(otros.rita)).toEqual({ totales: [], ultimos: [] })
    expect((await otros.ana.supabase.rpc('perfil')).data.contratos.totales).toEqual(totales)
  })

  it('las preferencias de otro no se ven ni se cambian', async () => {
    await llamar(gente.ana, 'PUT', '/perfil', { json: { preferencias: { lote: { push: false } } } })
    const tabla = gente.rita.supabase.from('preferencias')
    expect((await tabla.select().eq('usuario_id', gente.ana.id)).data).toEqual([])
    await tabla.update({ push: true }).eq('usuario_id', gente.ana.id)
    expect((await perfil(gente.ana)).cuerpo.preferencias.lote.push).toBe(false)
    expect((await tabla.insert({ usuario_id: gente.ana.id, tipo: 'lote' } as never)).error?.code).toBe(
      '42501',
    )
  })
})

describe('los usuarios', () => {
  it('se ven los de la empresa propia, por páginas y por nombre; un administrador, todos', async () => {
    const { ana, exportadora, teresa, rita } = await crearGente()
    const colegas = await Promise.all([1, 2, 3].map(() => crearPersona(exportadora)))
    const nombres = ['Zoila', 'álvaro', 'Benito']
    await Promise.all(
      colegas.map(({ id }, i) =>
        sql('update public.usuarios set nombre = $2 where id = $1', [id, nombres[i]]),
      ),
    )
    const vistos: string[] = []
    let cursor = ''
    do {
      const { cuerpo } = await llamar(ana, 'GET', `/usuarios?limite=1${cursor && `&cursor=${cursor}`}`)
      vistos.push(...cuerpo.usuarios.map(({ nombre }: { nombre: string }) => nombre))
      cursor = cuerpo.siguiente
    } while (cursor)
    const [todos] = await sql(
      `select array_agg(nombre order by lower(nombre), id) as nombres from public.usuarios where empresa_id = $1`,
      [exportadora.id],
    )
    expect(vistos).toEqual(todos!.nombres)
    expect((await llamar(ana, 'GET', '/usuarios?texto=ALVA')).cuerpo.usuarios).toMatchObject([
      { nombre: 'álvaro' },
    ])
    const suyos = (quien: Persona) => llamar(quien, 'GET', `/usuarios?empresa=${exportadora.id}`)
    expect((await suyos(rita)).cuerpo.usuarios).toEqual([])
    expect((await suyos(teresa)).cuerpo.usuarios).toHaveLength(4)
  })

  it('los apaga quien los invitó o un administrador, y nadie más', async () => {
    const email = correoNuevo()
    const { testigo } = await invitar(gente.ana, { email })
    const nueva = await registrarse(email, testigo)
    const colega = await crearPersona(gente.exportadora)
    const put = (quien: Persona, json: object) => llamar(quien, 'PUT', `/usuarios/${nueva.id}`, { json })
    expect((await put(colega, { activo: false })).cuerpo.clave).toBe('sin_permiso')
    expect((await put(gente.rita, { activo: false })).cuerpo.clave).toBe('usuario_no_existe')
    expect((await put(gente.ana, { rol: 'admin' })).cuerpo.clave).toBe('usuario_ajeno')
    expect((await put(nueva, { rol: 'admin' })).cuerpo.clave).toBe('usuario_permisos_propios')
    expect((await put(gente.ana, { activo: false })).cuerpo.activo).toBe(false)
    expect((await perfil(nueva)).cuerpo.clave).toBe('cuenta_sin_acceso')
    expect((await nueva.supabase.from('contratos').select('id')).data).toEqual([])
    expect((await put(gente.teresa, { activo: true, rol: 'admin' })).cuerpo).toMatchObject({
      activo: true,
      rol: 'admin',
    })
    // An administrator answers to administrators only.
    expect((await put(gente.ana, { activo: false })).cuerpo.clave).toBe('sin_permiso')
  })

  it('cerrar sesiones invalida los tokens que ya se dieron, y se puede volver a entrar', async () => {
    const quien = await crearPersona(gente.exportadora)
    const cerrar = (otro: Persona) => llamar(otro, 'POST', `/usuarios/${quien.id}/cerrar-sesiones`)
    expect((await cerrar(gente.rita)).cuerpo.clave).toBe('usuario_no_existe')
    expect((await cerrar(gente.ana)).cuerpo.clave).toBe('sesiones_ajenas')
    expect((await cerrar(gente.teresa)).status).toBe(204)
    expect(await perfil(quien)).toMatchObject({ status: 401, cuerpo: { clave: 'sesion_cerrada' } })
    expect((await quien.supabase.from('contratos').select('id')).data).toEqual([])
    expect((await quien.supabase.auth.refreshSession()).error).not.toBeNull()
    const [{ email }] = (await sql('select email from auth.users where id = $1', [quien.id])) as [
      { email: string },
    ]
    const { data } = await quien.supabase.auth.signInWithPassword({ email, password: CLAVE })
    const nueva = { ...quien, token: data.session!.access_token }
    expect((await perfil(nueva)).status).toBe(200)
    expect((await cerrar(nueva)).status).toBe(204)
    expect((await perfil(nueva)).status).toBe(401)
  })
})

describe('las empresas', () => {
  const ruc = () => `179${String(randomBytes(3).readUIntBE(0, 3) % 1e7).padStart(7, '0')}001`

  it('las registra y edita un administrador; módulo 11 avisa y no rechaza', async () => {
    const crear = (quien: Persona, json: object) => llamar(quien, 'POST', '/empresas', { json })
    const [dada] = await sql(
      `select r, privado.ruc_cumple_modulo11(r) as cumple from unnest($1::text[]) as r
       where not exists (select from public.empresas e where e.ruc = r)
       order by privado.ruc_cumple_modulo11(r) limit 1`,
      [Array.from({ length: 20 }, ruc)],
    )
    expect(dada!.cumple).toBe(false)
    const nueva = { ruc: dada!.r, nombre: 'Cacao del Río', tipo: 'proveedor' }
    expect((await crear(gente.ana, nueva)).status).toBe(403)
    const { status, cuerpo } = await crear(gente.teresa, nueva)
    expect([status, cuerpo.ruc, cuerpo.avisos.length]).toEqual([201, nueva.ruc, 1])
    expect((await crear(gente.teresa, nueva)).cuerpo).toMatchObject({
      clave: 'duplicado',
      errores: [{ campo: 'ruc' }],
    })
    expect((await crear(gente.teresa, { ...nueva, ruc: '2590011674001' })).cuerpo.errores[0].campo).toBe(
      'ruc',
    )
    const editar = (quien: Persona, json: object) => llamar(quien, 'PUT', `/empresas/${cuerpo.id}`, { json })
    expect((await editar(gente.teresa, { nombre: 'Cacao del Mar' })).cuerpo).toMatchObject({
      nombre: 'Cacao del Mar',
      ruc: nueva.ruc,
      activo: true,
    })
    expect((await editar(gente.ana, { nombre: 'Mía' })).status).toBe(404)
    expect(
      (await llamar(gente.ana, 'PUT', `/empresas/${gente.exportadora.id}`, { json: { activo: false } }))
        .status,
    ).toBe(403)
    expect((await editar(gente.teresa, { tipo: 'exportadora' })).cuerpo.errores[0].campo).toBe('tipo')
  })

  it.each([
    ['1790011674001', true],
    ['1790011675001', false],
    ['1760001550001', true],
    ['1793213150001', false],
    ['1710034065001', true],
  ])('módulo 11 de %s: %s', async (numero, cumple) => {
    const [fila] = await sql('select privado.ruc_cumple_modulo11($1) as cumple', [numero])
    expect(fila).toEqual({ cumple })
  })
})

describe('los proveedores de un contrato', () => {
  it('se asocian y se retiran; sus documentos quedan', async () => {
    const { codigo } = await nuevoContrato(gente, { proveedores: [] })
    const ruta = `/contratos/${codigo}/proveedores`
    const asociar = (quien: Persona) =>
      llamar(quien, 'POST', ruta, { json: { proveedores: [gente.finca.id] } })
    expect((await asociar(gente.rita)).cuerpo.clave).toBe('contrato_no_existe')
    expect(await asociar(gente.carlos)).toMatchObject({
      status: 201,
      cuerpo: { proveedores: [{ empresa_id: gente.finca.id, papel: 'proveedor' }] },
    })
    expect((await asociar(gente.ana)).cuerpo.clave).toBe('proveedor_repetido')
    expect((await asociar(gente.jose)).cuerpo.clave).toBe('participante_sin_permiso')
    const documento = await subir(gente.jose, codigo, { tipo: 'guia_remision', archivo: pdf() })
    expect(documento.status).toBe(201)

    const retirar = (quien: Persona, empresa: number) => llamar(quien, 'DELETE', `${ruta}/${empresa}`)
    expect((await retirar(gente.jose, gente.finca.id)).status).toBe(403)
    expect((await retirar(gente.rita, gente.finca.id)).cuerpo.clave).toBe('contrato_no_existe')
    expect((await retirar(gente.ana, gente.centro.id)).cuerpo.clave).toBe('participante_fijo')
    expect((await retirar(gente.ana, 999_999_999)).cuerpo.clave).toBe('proveedor_no_existe')
    expect((await retirar(gente.ana, gente.finca.id)).status).toBe(204)
    expect((await llamar(gente.jose, 'GET', `/contratos/${codigo}`)).status).toBe(404)
    const { cuerpo } = await llamar(gente.ana, 'GET', `/contratos/${codigo}`)
    expect(cuerpo.documentos.map(({ id }: { id: number }) => id)).toEqual([documento.cuerpo.id])
    const { mensajes } = (await llamar(gente.ana, 'GET', `/contratos/${codigo}/mensajes`)).cuerpo
    expect(mensajes[0].texto).toContain('retiró a')
  })
})
