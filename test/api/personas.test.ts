import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { pdf } from '../support/pdf.ts'
import { sql } from '../support/sql.ts'
import { correoNuevo, invitar, type Person, perfil, registrarse } from './invitados.ts'
import { call, makeContrato, makePeople, makePerson, PASSWORD, type People, upload } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

describe('el perfil', () => {
  test('cambia solo lo que se envía', async () => {
    const quien = await makePerson(people.exportadora)
    const put = (json: object) => call(quien, 'PUT', '/perfil', { json })
    expect(
      (await put({ telefono: '+593 99 123 4567', preferencias: { mensaje: { push: false } } })).body,
    ).toMatchObject({
      nombre: 'Prueba',
      telefono: '+593991234567',
      idioma: 'es',
      preferencias: { mensaje: { en_app: true, push: false }, lote: { en_app: true, push: true } },
    })
    const { body } = await put({ nombre: 'Ana María', preferencias: { mensaje: { en_app: false } } })
    expect(body).toMatchObject({
      nombre: 'Ana María',
      telefono: '+593991234567',
      preferencias: { mensaje: { en_app: false, push: false } },
    })
    expect((await put({ telefono: null })).body.telefono).toBeNull()
    for (const [json, campo] of [
      [{ telefono: '0991234567' }, 'telefono'],
      [{ idioma: 'fr' }, 'idioma'],
      [{ rol: 'admin' }, 'rol'],
      [{ preferencias: { clima: { push: true } } }, 'preferencias.clima'],
    ] as const)
      expect((await put(json)).body.errores[0].campo).toBe(campo)
  })

  test('lleva los contratos de la empresa, con totales por año y estado', async () => {
    const otros = await makePeople()
    for (const volumen_tm of [10.5, 20]) await makeContrato(otros, { volumen_tm, fecha_firma: '2025-03-01' })
    const { codigo } = await makeContrato(otros, { fecha_firma: '2024-12-31', volumen_tm: 7 })
    const suyo = async (quien: Person) => (await perfil(quien)).body.contratos
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

  test('las preferencias de otro no se ven ni se cambian', async () => {
    await call(people.ana, 'PUT', '/perfil', { json: { preferencias: { lote: { push: false } } } })
    const tabla = people.rita.supabase.from('preferencias')
    expect((await tabla.select().eq('usuario_id', people.ana.id)).data).toEqual([])
    await tabla.update({ push: true }).eq('usuario_id', people.ana.id)
    expect((await perfil(people.ana)).body.preferencias.lote.push).toBe(false)
    expect((await tabla.insert({ usuario_id: people.ana.id, tipo: 'lote' } as never)).error?.code).toBe(
      '42501',
    )
  })
})

describe('los usuarios', () => {
  test('se ven los de la empresa propia, por páginas y por nombre; un administrador, todos', async () => {
    const { ana, exportadora, teresa, rita } = await makePeople()
    const colegas = await Promise.all([1, 2, 3].map(() => makePerson(exportadora)))
    const nombres = ['Zoila', 'álvaro', 'Benito']
    await Promise.all(
      colegas.map(({ id }, i) =>
        sql('update public.usuarios set nombre = $2 where id = $1', [id, nombres[i]]),
      ),
    )
    const vistos: string[] = []
    let cursor = ''
    do {
      const { body } = await call(ana, 'GET', `/usuarios?limite=1${cursor && `&cursor=${cursor}`}`)
      vistos.push(...body.usuarios.map(({ nombre }: { nombre: string }) => nombre))
      cursor = body.siguiente
    } while (cursor)
    const [todos] = await sql(
      `select array_agg(nombre order by lower(nombre), id) as nombres from public.usuarios where empresa_id = $1`,
      [exportadora.id],
    )
    expect(vistos).toEqual(todos!.nombres)
    expect((await call(ana, 'GET', '/usuarios?texto=ALVA')).body.usuarios).toMatchObject([
      { nombre: 'álvaro' },
    ])
    const suyos = (quien: Person) => call(quien, 'GET', `/usuarios?empresa=${exportadora.id}`)
    expect((await suyos(rita)).body.usuarios).toEqual([])
    expect((await suyos(teresa)).body.usuarios).toHaveLength(4)
  })

  test('los apaga quien los invitó o un administrador, y nadie más', async () => {
    const email = correoNuevo()
    const { testigo } = await invitar(people.ana, { email })
    const nueva = await registrarse(email, testigo)
    const colega = await makePerson(people.exportadora)
    const put = (quien: Person, json: object) => call(quien, 'PUT', `/usuarios/${nueva.id}`, { json })
    expect((await put(colega, { activo: false })).body.clave).toBe('sin_permiso')
    expect((await put(people.rita, { activo: false })).body.clave).toBe('usuario_no_existe')
    expect((await put(people.ana, { rol: 'admin' })).body.clave).toBe('usuario_ajeno')
    expect((await put(nueva, { rol: 'admin' })).body.clave).toBe('usuario_permisos_propios')
    expect((await put(people.ana, { activo: false })).body.activo).toBe(false)
    expect((await perfil(nueva)).body.clave).toBe('cuenta_sin_acceso')
    expect((await nueva.supabase.from('contratos').select('id')).data).toEqual([])
    expect((await put(people.teresa, { activo: true, rol: 'admin' })).body).toMatchObject({
      activo: true,
      rol: 'admin',
    })
    // An administrator answers to administrators only.
    expect((await put(people.ana, { activo: false })).body.clave).toBe('sin_permiso')
  })

  test('cerrar sesiones invalida los tokens que ya se dieron, y se puede volver a entrar', async () => {
    const quien = await makePerson(people.exportadora)
    const cerrar = (otro: Person) => call(otro, 'POST', `/usuarios/${quien.id}/cerrar-sesiones`)
    expect((await cerrar(people.rita)).body.clave).toBe('usuario_no_existe')
    expect((await cerrar(people.ana)).body.clave).toBe('sesiones_ajenas')
    expect((await cerrar(people.teresa)).status).toBe(204)
    expect(await perfil(quien)).toMatchObject({ status: 401, body: { clave: 'sesion_cerrada' } })
    expect((await quien.supabase.from('contratos').select('id')).data).toEqual([])
    expect((await quien.supabase.auth.refreshSession()).error).not.toBeNull()
    const [{ email }] = (await sql('select email from auth.users where id = $1', [quien.id])) as [
      { email: string },
    ]
    const { data } = await quien.supabase.auth.signInWithPassword({ email, password: PASSWORD })
    const nueva = { ...quien, token: data.session!.access_token }
    expect((await perfil(nueva)).status).toBe(200)
    expect((await cerrar(nueva)).status).toBe(204)
    expect((await perfil(nueva)).status).toBe(401)
  })
})

describe('las empresas', () => {
  const ruc = () => `179${String(randomBytes(3).readUIntBE(0, 3) % 1e7).padStart(7, '0')}001`

  test('las registra y edita un administrador; módulo 11 avisa y no rechaza', async () => {
    const crear = (quien: Person, json: object) => call(quien, 'POST', '/empresas', { json })
    const [dada] = await sql(
      `select r, privado.ruc_cumple_modulo11(r) as cumple from unnest($1::text[]) as r
       where not exists (select from public.empresas e where e.ruc = r)
       order by privado.ruc_cumple_modulo11(r) limit 1`,
      [Array.from({ length: 20 }, ruc)],
    )
    expect(dada!.cumple).toBe(false)
    const nueva = { ruc: dada!.r, nombre: 'Cacao del Río', tipo: 'proveedor' }
    expect((await crear(people.ana, nueva)).status).toBe(403)
    const { status, body } = await crear(people.teresa, nueva)
    expect([status, body.ruc, body.avisos.length]).toEqual([201, nueva.ruc, 1])
    expect((await crear(people.teresa, nueva)).body).toMatchObject({
      clave: 'duplicado',
      errores: [{ campo: 'ruc' }],
    })
    expect((await crear(people.teresa, { ...nueva, ruc: '2590011674001' })).body.errores[0].campo).toBe('ruc')
    const editar = (quien: Person, json: object) => call(quien, 'PUT', `/empresas/${body.id}`, { json })
    expect((await editar(people.teresa, { nombre: 'Cacao del Mar' })).body).toMatchObject({
      nombre: 'Cacao del Mar',
      ruc: nueva.ruc,
      activo: true,
    })
    expect((await editar(people.ana, { nombre: 'Mía' })).status).toBe(404)
    expect(
      (await call(people.ana, 'PUT', `/empresas/${people.exportadora.id}`, { json: { activo: false } }))
        .status,
    ).toBe(403)
    expect((await editar(people.teresa, { tipo: 'exportadora' })).body.errores[0].campo).toBe('tipo')
    const siglas = `R${randomBytes(3).toString('hex').toUpperCase()}`
    expect((await editar(people.ana, { siglas })).status).toBe(404)
    expect((await editar(people.teresa, { siglas })).body).toMatchObject({ siglas, nombre: 'Cacao del Mar' })
    expect((await crear(people.teresa, { ...nueva, ruc: ruc(), siglas })).body.errores[0].campo).toBe(
      'siglas',
    )
    for (const malas of ['x', 'río', '12345'])
      expect((await editar(people.teresa, { siglas: malas })).body.errores[0].campo).toBe('siglas')
  })

  test.each([
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
  test('se asocian y se retiran; sus documentos quedan', async () => {
    const { codigo } = await makeContrato(people, { proveedores: [] })
    const ruta = `/contratos/${codigo}/proveedores`
    const asociar = (quien: Person) => call(quien, 'POST', ruta, { json: { proveedores: [people.finca.id] } })
    expect((await asociar(people.rita)).body.clave).toBe('contrato_no_existe')
    expect(await asociar(people.carlos)).toMatchObject({
      status: 201,
      body: { proveedores: [{ empresa_id: people.finca.id, papel: 'proveedor' }] },
    })
    expect((await asociar(people.ana)).body.clave).toBe('proveedor_repetido')
    expect((await asociar(people.jose)).body.clave).toBe('participante_sin_permiso')
    const documento = await upload(people.jose, codigo, { tipo: 'guia_remision', archivo: pdf() })
    expect(documento.status).toBe(201)

    const retirar = (quien: Person, empresa: number) => call(quien, 'DELETE', `${ruta}/${empresa}`)
    expect((await retirar(people.jose, people.finca.id)).status).toBe(403)
    expect((await retirar(people.rita, people.finca.id)).body.clave).toBe('contrato_no_existe')
    expect((await retirar(people.ana, people.centro.id)).body.clave).toBe('participante_fijo')
    expect((await retirar(people.ana, 999_999_999)).body.clave).toBe('proveedor_no_existe')
    expect((await retirar(people.ana, people.finca.id)).status).toBe(204)
    expect((await call(people.jose, 'GET', `/contratos/${codigo}`)).status).toBe(404)
    const { body } = await call(people.ana, 'GET', `/contratos/${codigo}`)
    expect(body.documentos.map(({ id }: { id: number }) => id)).toEqual([documento.body.id])
    const { mensajes } = (await call(people.ana, 'GET', `/contratos/${codigo}/mensajes`)).body
    expect(mensajes[0].texto).toContain('retiró a')
  })
})
