import { beforeAll, describe, expect, test } from 'vitest'
import { call, makeEmpresa, makePeople, makePerson, type People, type Person } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

/** An exporter that nobody knows yet, and its person. */
async function extraña(): Promise<Person> {
  return makePerson(await makeEmpresa('exportadora'))
}
const proponer = (quien: Person, cuerpo: object) => call(quien, 'POST', '/relaciones', { json: cuerpo })
const contrato = async (quien: Person, contraparte: number) =>
  (
    await call(quien, 'POST', '/contratos', {
      json: { contraparte_id: contraparte, volumen_tm: 40, precio_fijado_tm: 5000 },
    })
  ).body
const claves = ({ status, body }: { status: number; body: { clave?: string } }) => [status, body?.clave]

describe('/relaciones', () => {
  test('se propone, se acepta y se termina; un tercero no la ve ni la responde', async () => {
    const eva = await extraña()
    const { status, body } = await proponer(eva, { empresa_id: people.centro.id })
    expect([status, body.estado, body.propia, body.con.id]).toEqual([
      201,
      'propuesta',
      true,
      people.centro.id,
    ])
    const ruta = `/relaciones/${body.id}`
    for (const quien of [people.ana, people.rita, people.jose, eva])
      expect(claves(await call(quien, 'POST', `${ruta}/aceptar`))).toEqual([404, 'relacion_no_existe'])
    expect(
      (await call(people.rita, 'GET', '/relaciones')).body.relaciones.map((r: { id: number }) => r.id),
    ).not.toContain(body.id)
    expect(claves(await call(people.teresa, 'POST', `${ruta}/aceptar`))).toEqual([403, 'decide_la_empresa'])
    const aceptada = await call(people.carlos, 'POST', `${ruta}/aceptar`)
    expect([aceptada.status, aceptada.body.estado, aceptada.body.ruc]).toEqual([200, 'aceptada', null])
    const { body: fin } = await call(eva, 'POST', `${ruta}/terminar`, { json: { motivo: 'Cerramos.' } })
    expect([fin.estado, fin.motivo]).toEqual(['terminada', 'Cerramos.'])
    expect(claves(await call(null, 'GET', '/relaciones'))[0]).toBe(401)
  })

  test('va por páginas, y se filtra por cómo están', async () => {
    const eva = await extraña()
    const ids: number[] = []
    for (let n = 0; n < 5; n++)
      ids.unshift((await proponer(eva, { empresa_id: (await makeEmpresa('proveedor')).id })).body.id)
    await call(eva, 'POST', `/relaciones/${ids[1]}/terminar`, { json: {} })
    const vistos: number[] = []
    for (let cursor = ''; ; ) {
      const { body } = await call(eva, 'GET', `/relaciones?limite=2${cursor}`)
      vistos.push(...body.relaciones.map((r: { id: number }) => r.id))
      if (!body.siguiente) break
      cursor = `&cursor=${body.siguiente}`
    }
    expect(vistos).toEqual(ids)
    const { body } = await call(eva, 'GET', '/relaciones?estado=retirada')
    expect(body.relaciones.map((r: { id: number }) => r.id)).toEqual([ids[1]])
  })

  test.each([
    [{}, 'empresa_id'],
    [{ empresa_id: 1, ruc: '1790011674001' }, 'empresa_id'],
    [{ ruc: '12' }, 'ruc'],
    [{ ruc: '9999999999999' }, 'ruc'],
    [{ empresa_id: 999_999_999 }, 'empresa_id'],
    [{ ruc: '1790011674001', correo: 'nadie' }, 'correo'],
    [{ empresa_id: 'x' }, 'empresa_id'],
  ])('con %j dice qué está mal', async (cuerpo, campo) => {
    const { status, body } = await proponer(people.ana, cuerpo)
    expect([status, body.errores[0].campo]).toEqual([422, campo])
  })

  test('a quien bloquea no le llega nada, y no se nota', async () => {
    const eva = await extraña()
    expect((await call(people.cesar, 'POST', `/empresas/${eva.empresa!.id}/bloqueo`)).status).toBe(204)
    const { status, body } = await proponer(eva, { empresa_id: people.cesar.empresa!.id })
    expect([status, body.estado]).toEqual([201, 'propuesta'])
    const suyas = (await call(people.cesar, 'GET', '/relaciones')).body.relaciones
    expect(suyas.map((r: { id: number }) => r.id)).not.toContain(body.id)
    expect((await call(people.cesar, 'DELETE', `/empresas/${eva.empresa!.id}/bloqueo`)).status).toBe(204)
  })
})

describe('un contrato propuesto', () => {
  test('a quien se le propone no lee nada más que nombres, por donde lo busque', async () => {
    const eva = await extraña()
    const nuevo = await contrato(eva, people.centro.id)
    expect(nuevo).toMatchObject({ estado: 'En revisión', propuesto: true, contraparte_acepto_en: null })
    expect(nuevo.participantes).toMatchObject([{ pendiente: false }, { pendiente: true }])
    const lista = (await call(people.carlos, 'GET', '/propuestas')).body.propuestas
    expect(lista.find(({ codigo }: { codigo: string }) => codigo === nuevo.codigo)).toEqual({
      id: nuevo.id,
      codigo: nuevo.codigo,
      exportadora: eva.empresa!.nombre,
      contraparte: people.centro.nombre,
      papel: 'contraparte',
      propone: eva.empresa!.nombre,
      propuesto_en: expect.any(String),
    })
    for (const ruta of [
      '',
      '/documentos',
      '/mensajes',
      '/fijaciones',
      '/versiones',
      '/enmiendas',
      '/verificacion',
      '/expediente',
    ])
      expect(claves(await call(people.carlos, 'GET', `/contratos/${nuevo.codigo}${ruta}`)), ruta).toEqual([
        404,
        'contrato_no_existe',
      ])
    const buscado = await call(people.carlos, 'GET', `/contratos?texto=${nuevo.codigo}`)
    expect(buscado.body.contratos).toEqual([])
    const { supabase } = people.carlos
    for (const tabla of [
      'contratos_precios',
      'contratos_participantes',
      'contratos_versiones',
      'avances',
      'mensajes',
    ] as const)
      expect(
        (await supabase.from(tabla).select('contrato_id', { count: 'exact' }).eq('contrato_id', nuevo.id))
          .count,
        tabla,
      ).toBe(0)
    expect((await supabase.from('contratos').select('*', { count: 'exact' }).eq('id', nuevo.id)).count).toBe(
      0,
    )
    expect((await supabase.from('kpis_contratos').select('*').eq('id', nuevo.id)).data).toEqual([])
    const subida = await supabase.storage
      .from('contratos')
      .upload(`${nuevo.codigo}/mio.pdf`, new Blob(['%PDF-1.7']))
    expect(subida.error).not.toBeNull()
    expect((await supabase.rpc('ficha_empresa', { empresa_id: eva.empresa!.id })).error?.message).toBe(
      'empresa_no_existe',
    )
    const { contratos } = (await call(eva, 'GET', '/kpis')).body
    expect([contratos.borradores, contratos.estados[0].contratos]).toEqual([{ contratos: 1, tm: 40 }, 0])
  })

  test('se acepta por su código, y solo la versión leída si se dice cuál', async () => {
    const eva = await extraña()
    const nuevo = await contrato(eva, people.centro.id)
    for (const quien of [people.ana, people.rita, people.jose])
      expect(claves(await call(quien, 'POST', `/contratos/${nuevo.codigo}/aceptar`))).toEqual([
        404,
        'contrato_no_existe',
      ])
    expect(claves(await call(people.teresa, 'POST', `/contratos/${nuevo.codigo}/aceptar`))).toEqual([
      403,
      'decide_la_empresa',
    ])
    const vieja = await call(people.carlos, 'POST', `/contratos/${nuevo.codigo}/aceptar`, {
      headers: { 'if-match': '"2020-01-01T00:00:00.000000+00:00"' },
    })
    expect(claves(vieja)).toEqual([412, 'version_distinta'])
    const { status, body } = await call(people.carlos, 'POST', `/contratos/${nuevo.codigo}/aceptar`)
    expect([status, body.estado, body.propuesto, body.precio_fijado_tm]).toEqual([200, 'Activo', false, 5000])
    const { body: segundo } = await call(eva, 'POST', '/contratos', {
      json: { contraparte_id: people.centro.id, volumen_tm: 1 },
    })
    expect(segundo.estado).toBe('Activo')
  })

  test('se rechaza diciendo por qué, o se retira', async () => {
    const [eva, otra] = [await extraña(), await extraña()]
    const nuevo = await contrato(eva, people.centro.id)
    const ruta = `/contratos/${nuevo.codigo}/rechazar`
    expect((await call(people.carlos, 'POST', ruta, { json: {} })).status).toBe(422)
    expect((await call(people.carlos, 'POST', ruta, { json: { motivo: 'Es poco.' } })).status).toBe(204)
    const visto = (await call(eva, 'GET', `/contratos/${nuevo.codigo}`)).body
    expect(visto).toMatchObject({
      estado: 'En revisión',
      rechazado_como: 'rechazado',
      rechazo_motivo: 'Es poco.',
    })
    expect(
      claves(await call(eva, 'PUT', `/contratos/${nuevo.codigo}`, { json: { volumen_tm: 50 } })),
    ).toEqual([409, 'contrato_rechazado'])
    const suyo = await contrato(otra, people.centro.id)
    const { body } = await call(otra, 'POST', `/contratos/${suyo.codigo}/retirar`)
    expect(body.rechazado_como).toBe('retirado')
    expect(claves(await call(people.carlos, 'POST', `/contratos/${suyo.codigo}/aceptar`))).toEqual([
      404,
      'contrato_no_existe',
    ])
  })

  test('un proveedor deja el contrato, y el rival no sabe de él', async () => {
    const { body } = await call(people.ana, 'POST', '/contratos', {
      json: { contraparte_id: people.centro.id, volumen_tm: 5, proveedores: [people.finca.id] },
    })
    expect(claves(await call(people.rita, 'POST', `/contratos/${body.codigo}/dejar`))).toEqual([
      404,
      'contrato_no_existe',
    ])
    expect(claves(await call(people.carlos, 'POST', `/contratos/${body.codigo}/dejar`))).toEqual([
      409,
      'participante_fijo',
    ])
    expect((await call(people.jose, 'POST', `/contratos/${body.codigo}/dejar`)).status).toBe(204)
    expect((await call(people.jose, 'GET', `/contratos/${body.codigo}`)).status).toBe(404)
  })
})
