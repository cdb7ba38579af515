import { beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import {
  call,
  enRevision,
  makeContrato,
  makeEmpresa,
  makePeople,
  makePerson,
  type People,
} from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

describe('editar un contrato', () => {
  test('en revisión, cambia lo que se envía y deja lo demás', async () => {
    const { codigo } = await enRevision(people, { observaciones: 'una', precio_fijado_tm: 4000 })
    const { status, body, text } = await call(people.carlos, 'PUT', `/contratos/${codigo}`, {
      json: { volumen_tm: '210.0', precio_fijado_tm: null },
    })
    expect(status).toBe(200)
    expect(body).toMatchObject({ precio_fijado_tm: null, observaciones: 'una' })
    expect(text).toContain('"volumen_tm":210.0,')
    expect((await call(people.ana, 'GET', `/contratos/${codigo}`)).text).toBe(text)
  })

  test('con la versión leída, de dos ediciones a la vez vale una', async () => {
    const { codigo } = await makeContrato(people)
    const etag = (await call(people.ana, 'GET', `/contratos/${codigo}`)).headers.get('etag')!
    const editar = (observaciones: number) =>
      call(people.ana, 'PUT', `/contratos/${codigo}`, {
        json: { observaciones: String(observaciones) },
        headers: { 'if-match': etag },
      })
    const respuestas = await Promise.all([1, 2, 3, 4, 5].map(editar))
    expect(respuestas.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412])
    expect(respuestas.find(({ status }) => status === 412)!.body.clave).toBe('version_distinta')
    const ganador = respuestas.findIndex(({ status }) => status === 200) + 1
    const despues = await call(people.ana, 'GET', `/contratos/${codigo}`)
    expect(despues.body.observaciones).toBe(String(ganador))
    // The ETag of an answer serves for the next edition.
    const siguiente = await call(people.ana, 'PUT', `/contratos/${codigo}`, {
      json: { observaciones: 'nueve' },
      headers: { 'if-match': respuestas[ganador - 1]!.headers.get('etag')! },
    })
    expect(siguiente.status).toBe(200)
  })

  test('actualizado_en en el cuerpo guarda igual que If-Match', async () => {
    const { codigo, actualizado_en } = await makeContrato(people)
    const editar = () =>
      call(people.ana, 'PUT', `/contratos/${codigo}`, { json: { observaciones: 'siete', actualizado_en } })
    expect((await editar()).status).toBe(200)
    expect((await editar()).status).toBe(412)
  })

  test('un lote nuevo no estorba a quien edita', async () => {
    const { codigo } = await makeContrato(people)
    const etag = (await call(people.ana, 'GET', `/contratos/${codigo}`)).headers.get('etag')!
    await call(people.carlos, 'POST', `/contratos/${codigo}/lote`, { json: { peso_qq: 60, humedad: 7.5 } })
    const { status } = await call(people.ana, 'PUT', `/contratos/${codigo}`, {
      json: { volumen_tm: 8 },
      headers: { 'if-match': etag },
    })
    expect(status).toBe(200)
  })

  test.each(['"inventada"', '"2025-02-30T00:00:00+00:00/x"', 'W/"x"', 'sin comillas', '""'])(
    'If-Match: %s no es de ninguna versión',
    async (tag) => {
      const { codigo } = await makeContrato(people)
      const { status } = await call(people.ana, 'PUT', `/contratos/${codigo}`, {
        json: { volumen_tm: 8 },
        headers: { 'if-match': tag },
      })
      expect(status).toBe(412)
    },
  )

  test('un proveedor lo ve pero no lo edita; la rival ni lo ve', async () => {
    const { codigo, actualizado_en } = await makeContrato(people)
    for (const json of [{ volumen_tm: 8 }, { volumen_tm: 8, actualizado_en }]) {
      const proveedor = await call(people.jose, 'PUT', `/contratos/${codigo}`, { json })
      expect([proveedor.status, proveedor.body.clave]).toEqual([403, 'sin_permiso'])
      const rival = await call(people.rita, 'PUT', `/contratos/${codigo}`, { json })
      expect([rival.status, rival.body.clave]).toEqual([404, 'contrato_no_existe'])
    }
  })

  test('uno cerrado no se edita; sin decir por qué, solo lo reabre un administrador', async () => {
    const { codigo } = await makeContrato(people)
    await call(people.ana, 'POST', `/contratos/${codigo}/lote`, {
      json: { peso_qq: 60, humedad: 7.5, estado: 'Exportado' },
    })
    const editar = (quien: typeof people.ana, json: object) =>
      call(quien, 'PUT', `/contratos/${codigo}`, { json })
    expect((await editar(people.ana, { volumen_tm: 8 })).body.clave).toBe('contrato_cerrado')
    expect((await editar(people.ana, { estado: 'Activo' })).body.clave).toBe('contrato_reabre_admin')
    expect((await editar(people.teresa, { estado: 'Activo' })).body).toMatchObject({
      estado: 'Activo',
      cerrado_en: null,
    })
  })

  test.each([
    [{}, ''],
    [{ volumen_tm: 'x' }, 'volumen_tm'],
    [{ volumen_tm: null }, 'volumen_tm'],
    [{ estado: 'Abierto' }, 'estado'],
    [{ contraparte_id: 1 }, 'contraparte_id'],
    [{ volumen_tm: 1, actualizado_en: 'ayer' }, 'actualizado_en'],
    [{ volumen_tm: 1, actualizado_en: '2025-02-30T00:00:00Z' }, 'actualizado_en'],
    [{ actualizado_en: '2025-01-01T00:00:00Z' }, ''],
  ])('no admite %j', async (json, campo) => {
    const { codigo } = await makeContrato(people)
    const { status, body } = await call(people.ana, 'PUT', `/contratos/${codigo}`, { json })
    expect(status).toBe(422)
    expect(body.errores[0].campo).toBe(campo)
  })
})

describe('el cierre de un contrato', () => {
  const cerrado = async (datos: object = {}) => {
    const { codigo, id } = await makeContrato(people, datos)
    await call(people.carlos, 'POST', `/contratos/${codigo}/lote`, {
      json: { peso_qq: 60, humedad: 7.5, estado: 'Exportado' },
    })
    return { codigo, id, reabrir: `/contratos/${codigo}/reabrir` }
  }

  test('se elige al crearlo y al editarlo; por partes, sigue abierto', async () => {
    const { codigo } = await cerrado({ cierre: 'al completar el volumen' })
    const ruta = `/contratos/${codigo}`
    expect((await call(people.ana, 'GET', ruta)).body).toMatchObject({
      estado: 'Activo',
      cierre: 'al completar el volumen',
    })
    const json = { cierre: 'al exportar los lotes' }
    await call(people.ana, 'PUT', ruta, { json })
    expect((await call(people.carlos, 'POST', `${ruta}/enmiendas/1/aceptar`)).status).toBe(200)
    expect((await call(people.ana, 'GET', ruta)).body).toMatchObject({ ...json, estado: 'Cerrado' })
  })

  test('mientras se revisa, lo elige la exportadora', async () => {
    const { codigo } = await enRevision(people)
    const json = { cierre: 'al completar el volumen' }
    const otra = await call(people.carlos, 'PUT', `/contratos/${codigo}`, { json })
    expect([otra.status, otra.body.clave]).toEqual([403, 'contrato_cierre_exportadora'])
    expect(otra.body.errores[0].campo).toBe('cierre')
    expect((await call(people.ana, 'PUT', `/contratos/${codigo}`, { json })).body).toMatchObject(json)
  })

  test('lo deshace la exportadora diciendo por qué, y lo leen las dos partes', async () => {
    const { codigo, id, reabrir } = await cerrado()
    const json = { motivo: 'Faltan dos camiones' }
    for (const [quien, motivo, status, clave] of [
      [people.ana, { motivo: ' ' }, 422, 'datos_invalidos'],
      [people.ana, {}, 422, 'datos_invalidos'],
      [people.carlos, json, 403, 'contrato_reabre_exportadora'],
      [people.jose, json, 403, 'contrato_reabre_exportadora'],
      [people.rita, json, 404, 'contrato_no_existe'],
    ] as const) {
      const respuesta = await call(quien, 'POST', reabrir, { json: motivo })
      expect([respuesta.status, respuesta.body.clave]).toEqual([status, clave])
    }
    const abierto = await call(people.ana, 'POST', reabrir, { json })
    expect(abierto.status).toBe(200)
    expect(abierto.body).toMatchObject({ codigo, estado: 'Activo', cerrado_en: null })
    const leido = await call(people.ana, 'GET', `/contratos/${codigo}`)
    expect(leido.body.estado).toBe('Activo')
    expect(leido.headers.get('etag')).toBe(abierto.headers.get('etag'))
    expect((await call(people.ana, 'POST', reabrir, { json })).body.clave).toBe('contrato_no_cerrado')
    const { data } = await people.carlos.supabase
      .from('contratos_reaperturas')
      .select('motivo, exportado_tm::text')
      .eq('contrato_id', id)
    expect(data).toEqual([{ motivo: 'Faltan dos camiones', exportado_tm: '2.7216' }])
    const dichos = await call(people.carlos, 'GET', `/contratos/${codigo}/mensajes`)
    expect(dichos.body.mensajes[0].texto).toMatch(/reabrió el contrato, .*: Faltan dos camiones$/)
  })

  test('también por el SDK: se elige, se cierra, se reabre y se vuelve a cerrar', async () => {
    const { id } = await cerrado()
    const { supabase } = people.ana
    const reabrir = (quien: typeof supabase) =>
      quien.rpc('reabrir_contrato', { contrato_id: id, motivo: 'Se equivocaron' })
    expect((await reabrir(people.carlos.supabase)).error?.message).toBe('contrato_reabre_exportadora')
    expect((await reabrir(supabase)).data).toMatchObject({ id, estado: 'Activo' })
    const { error } = await people.carlos.supabase
      .from('lotes_asociados')
      .insert({ contrato_id: id, peso_qq: 0.0001, humedad: 7, estado: 'Exportado' })
    expect([error?.code, error?.message, error?.hint]).toEqual(['PT422', 'lote_peso_minimo', 'peso_qq'])
    const { data } = await supabase
      .from('contratos')
      .update({ estado: 'Cerrado' })
      .eq('id', id)
      .select('estado')
    expect(data).toEqual([{ estado: 'Cerrado' }])
  })
})

describe('eliminar un contrato', () => {
  test('solo el administrador: lo oculta y lo conserva', async () => {
    const { id, codigo } = await makeContrato(people)
    for (const quien of [people.ana, people.carlos, people.jose]) {
      const { status, body } = await call(quien, 'DELETE', `/contratos/${codigo}`)
      expect([status, body.clave]).toEqual([403, 'contrato_elimina_admin'])
    }
    expect((await call(people.rita, 'DELETE', `/contratos/${codigo}`)).status).toBe(404)
    expect((await call(people.teresa, 'DELETE', `/contratos/${codigo}`)).status).toBe(204)
    for (const quien of [people.ana, people.teresa]) {
      expect((await call(quien, 'GET', `/contratos/${codigo}`)).status).toBe(404)
      expect((await call(quien, 'DELETE', `/contratos/${codigo}`)).status).toBe(404)
    }
    const [fila] = await sql(
      'select eliminado_en is not null as marcado from public.contratos where id = $1',
      [id],
    )
    expect(fila).toEqual({ marcado: true })
  })
})

describe('una cuenta', () => {
  test('desactivada deja de entrar en la petición siguiente', async () => {
    const empresa = await makeEmpresa('exportadora')
    const persona = await makePerson(empresa)
    expect((await call(persona, 'GET', '/contratos')).status).toBe(200)
    await sql('update public.usuarios set activo = false where id = $1', [persona.id])
    for (const ruta of ['/contratos', '/contratos/CT-2025-00014', '/contratos/CT-2025-00014/documentos']) {
      const { status, body } = await call(persona, 'GET', ruta)
      expect([status, body.clave]).toEqual([403, 'cuenta_sin_acceso'])
    }
  })

  test('sin perfil no ve nada', async () => {
    const nadie = await makePerson(null)
    expect((await call(nadie, 'GET', '/contratos')).body.clave).toBe('sin_empresa')
  })
})
