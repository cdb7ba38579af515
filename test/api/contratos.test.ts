import { beforeAll, describe, expect, inject, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { call, makeContrato, makePeople, makePerson, type People } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

describe('crear un contrato', () => {
  test('la exportadora lo crea activo, con código, versión y dirección', async () => {
    const { ana, exportadora, centro, finca } = people
    const json = {
      contraparte_id: centro.id,
      volumen_tm: '200.50',
      precio_fijado_tm: 4200.25,
      fecha_firma: '2025-01-20',
      observaciones: '  Grado ASE  ',
      proveedores: [finca.id],
    }
    const { status, headers, body, text } = await call(ana, 'POST', '/contratos', { json })
    expect(status).toBe(201)
    expect(body).toMatchObject({
      codigo: expect.stringMatching(/^CT-\d{4}-\d{5,}$/),
      exportadora: exportadora.nombre,
      contraparte: centro.nombre,
      estado: 'Activo',
      fecha_firma: '2025-01-20',
      observaciones: 'Grado ASE',
      participantes: [
        { empresa_id: exportadora.id, papel: 'exportadora' },
        { empresa_id: centro.id, papel: 'contraparte' },
        { empresa_id: finca.id, papel: 'proveedor' },
      ],
    })
    expect(text).toContain('"volumen_tm":200.50,')
    expect(text).toContain('"precio_fijado_tm":4200.25,')
    const url = new URL(headers.get('location')!, `${inject('stack').functionsUrl}/contratos`)
    expect(url.pathname).toBe(`/contratos/${body.codigo}`)
    const leido = await call(ana, 'GET', url.pathname)
    expect(leido.text).toBe(text)
    expect(leido.headers.get('etag')).toBe(headers.get('etag'))
  })

  test('el centro de acopio lo crea en revisión', async () => {
    const { carlos, exportadora } = people
    const { status, body } = await call(carlos, 'POST', '/contratos', {
      json: { exportadora_id: exportadora.id, volumen_tm: 5 },
    })
    expect(status).toBe(201)
    expect(body.estado).toBe('En revisión')
  })

  test('un proveedor no crea contratos', async () => {
    const { jose, exportadora } = people
    const { status, body } = await call(jose, 'POST', '/contratos', {
      json: { exportadora_id: exportadora.id, volumen_tm: 5 },
    })
    expect([status, body.clave]).toEqual([403, 'contrato_sin_permiso'])
  })

  test('nadie crea un contrato a nombre de otra exportadora', async () => {
    const { rita, exportadora, centro } = people
    const json = { exportadora_id: exportadora.id, contraparte_id: centro.id, volumen_tm: 5 }
    const { status, body } = await call(rita, 'POST', '/contratos', { json })
    expect([status, body.clave]).toEqual([403, 'contrato_ajeno'])
  })

  test('una cuenta sin perfil no crea contratos', async () => {
    const nadie = await makePerson(null)
    const { status } = await call(nadie, 'POST', '/contratos', {
      json: { contraparte_id: people.centro.id, volumen_tm: 5 },
    })
    expect(status).toBe(403)
  })

  test.each([
    [{ volumen_tm: 0 }, ['volumen_tm']],
    [{ volumen_tm: 'mucho' }, ['volumen_tm']],
    [{ volumen_tm: 1e300 }, ['volumen_tm']],
    [{ volumen_tm: 1.23456 }, ['volumen_tm']],
    [{ volumen_tm: 1e-7 }, ['volumen_tm']],
    [{ volumen_tm: null }, ['volumen_tm']],
    [{ precio_fijado_tm: -1, fecha_firma: '2025-02-30' }, ['precio_fijado_tm', 'fecha_firma']],
    [{ fecha_firma: '1989-12-31' }, ['fecha_firma']],
    [{ observaciones: 'a\0b' }, ['observaciones']],
    [{ observaciones: '\ud800' }, ['observaciones']],
    [{ observaciones: 'x'.repeat(5001) }, ['observaciones']],
    [{ proveedores: [1, 'x', {}] }, ['proveedores.1', 'proveedores.2']],
    [{ contraparte_id: '99999999999999999999' }, ['contraparte_id']],
    [{ codigo: 'CT-2025-00001' }, ['codigo']],
    [{ contraparte_id: undefined }, ['contraparte_id']],
    [{ contraparte_id: 999_999_999 }, ['contraparte_id']],
  ])('con %j dice qué campos están mal', async (cambio, campos) => {
    const json = { contraparte_id: people.centro.id, volumen_tm: 5, ...cambio }
    const { status, body } = await call(people.ana, 'POST', '/contratos', { json })
    expect(status).toBe(422)
    expect(body.errores.map(({ campo }: { campo: string }) => campo)).toEqual(campos)
  })

  test('un proveedor que no existe deshace todo el contrato', async () => {
    const antes = await sql('select count(*) from public.contratos where creado_por = $1', [people.ana.id])
    const json = {
      contraparte_id: people.centro.id,
      volumen_tm: 5,
      proveedores: [people.finca.id, 999_999_999],
    }
    const { status, body } = await call(people.ana, 'POST', '/contratos', { json })
    expect([status, body.clave]).toEqual([422, 'proveedor_invalido'])
    expect(await sql('select count(*) from public.contratos where creado_por = $1', [people.ana.id])).toEqual(
      antes,
    )
  })
})

describe('ver un contrato', () => {
  test('el de la demostración sale con las claves del ejemplo, en su orden y con sus cifras', async () => {
    const { supabaseUrl, publishableKey } = inject('stack')
    const sesion = await fetch(`${supabaseUrl}/auth/v1/token?grant_type=password`, {
      method: 'POST',
      headers: { apikey: publishableKey, 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'exportadora@agroarriba.test', password: 'cacao-demo-2025' }),
    }).then((r) => r.json() as Promise<{ access_token: string }>)
    const { body, text } = await call(
      { token: sesion.access_token } as never,
      'GET',
      '/contratos/CT-2025-00014',
    )
    const primeras = (objeto: object, n: number) => Object.fromEntries(Object.entries(objeto).slice(0, n))
    expect(Object.keys(body).slice(0, 7)).toEqual(
      'codigo exportadora contraparte volumen_tm estado documentos lotes'.split(' '),
    )
    expect(body).toMatchObject({
      codigo: 'CT-2025-00014',
      exportadora: 'Agroarriba',
      contraparte: 'Centro Triboka',
      volumen_tm: 200,
    })
    expect(body.documentos.map((d: object) => JSON.stringify(primeras(d, 2)))).toEqual([
      '{"tipo":"contrato","nombre":"CT-2025-00014.pdf"}',
      '{"tipo":"factura","nombre":"FAC-001.pdf"}',
      '{"tipo":"guia_remision","nombre":"GR-001.pdf"}',
    ])
    expect(text).toContain('{"codigo_lote":"LT-0001","peso_qq":60.0,"humedad":7.5,')
    expect(text).toContain('{"codigo_lote":"LT-0002","peso_qq":45.0,"humedad":7.2,')
  })

  test('lo ven sus partes y el administrador, por código y por id', async () => {
    const { id, codigo } = await makeContrato(people)
    for (const quien of [people.ana, people.carlos, people.jose, people.teresa]) {
      const [porCodigo, porId] = await Promise.all([
        call(quien, 'GET', `/contratos/${codigo}`),
        call(quien, 'GET', `/contratos/${id}`),
      ])
      expect([porCodigo.status, porId.status]).toEqual([200, 200])
      expect(porId.text).toBe(porCodigo.text)
    }
  })

  test('para quien no es parte es igual que si no existiera', async () => {
    const { id, codigo } = await makeContrato(people)
    const falta = await call(people.rita, 'GET', '/contratos/CT-1999-99999')
    for (const quien of [people.rita, people.cesar]) {
      for (const clave of [id, codigo]) {
        const { status, text } = await call(quien, 'GET', `/contratos/${clave}`)
        expect(status).toBe(404)
        expect(text).toBe(falta.text)
      }
    }
  })

  test.each([
    '0',
    '-1',
    '1.5',
    '99999999999999999999',
    'CT-2025',
    'ct-2025-00014',
    '%00',
    '%F0%28',
    "1'--",
    '..%2F1',
  ])('%s no es ningún contrato', async (clave) => {
    const { status, body } = await call(people.ana, 'GET', `/contratos/${clave}`)
    expect([status, body.clave]).toEqual([404, 'contrato_no_existe'])
  })

  test('quien ya lo tiene recibe 304, hasta que algo de él cambia', async () => {
    const { codigo } = await makeContrato(people)
    const { headers } = await call(people.ana, 'GET', `/contratos/${codigo}`)
    const etag = headers.get('etag')!
    for (const tag of [etag, `W/${etag}`, `"otra", ${etag}`, '*']) {
      const { status, text } = await call(people.carlos, 'GET', `/contratos/${codigo}`, {
        headers: { 'if-none-match': tag },
      })
      expect([status, text]).toEqual([304, ''])
    }
    await call(people.carlos, 'POST', `/contratos/${codigo}/lote`, { json: { peso_qq: 60, humedad: 7.5 } })
    const nuevo = await call(people.ana, 'GET', `/contratos/${codigo}`, {
      headers: { 'if-none-match': etag },
    })
    expect(nuevo.status).toBe(200)
    expect(nuevo.headers.get('etag')).not.toBe(etag)
  })
})
