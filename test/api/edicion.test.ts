import { beforeAll, describe, expect, it } from 'vitest'
import { crearEmpresa, crearGente, crearPersona, type Gente, llamar, nuevoContrato, sql } from './apoyo.ts'

let gente: Gente
beforeAll(async () => {
  gente = await crearGente()
})

describe('editar un contrato', () => {
  it('cambia lo que se envía y deja lo demás', async () => {
    const { codigo } = await nuevoContrato(gente, { observaciones: 'una', precio_fijado_tm: 4000 })
    const { status, cuerpo, texto } = await llamar(gente.carlos, 'PUT', `/contratos/${codigo}`, {
      json: { volumen_tm: '210.0', precio_fijado_tm: null },
    })
    expect(status).toBe(200)
    expect(cuerpo).toMatchObject({ precio_fijado_tm: null, observaciones: 'una' })
    expect(texto).toContain('"volumen_tm":210.0,')
    expect((await llamar(gente.ana, 'GET', `/contratos/${codigo}`)).texto).toBe(texto)
  })

  it('con la versión leída, de dos ediciones a la vez vale una', async () => {
    const { codigo } = await nuevoContrato(gente)
    const etag = (await llamar(gente.ana, 'GET', `/contratos/${codigo}`)).headers.get('etag')!
    const editar = (volumen_tm: number) =>
      llamar(gente.ana, 'PUT', `/contratos/${codigo}`, {
        json: { volumen_tm },
        headers: { 'if-match': etag },
      })
    const respuestas = await Promise.all([1, 2, 3, 4, 5].map(editar))
    expect(respuestas.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412])
    expect(respuestas.find(({ status }) => status === 412)!.cuerpo.clave).toBe('version_distinta')
    const ganador = respuestas.findIndex(({ status }) => status === 200) + 1
    const despues = await llamar(gente.ana, 'GET', `/contratos/${codigo}`)
    expect(despues.cuerpo.volumen_tm).toBe(ganador)
    // The ETag of an answer serves for the next edition.
    const siguiente = await llamar(gente.ana, 'PUT', `/contratos/${codigo}`, {
      json: { volumen_tm: 9 },
      headers: { 'if-match': respuestas[ganador - 1]!.headers.get('etag')! },
    })
    expect(siguiente.status).toBe(200)
  })

  it('actualizado_en en el cuerpo guarda igual que If-Match', async () => {
    const { codigo, actualizado_en } = await nuevoContrato(gente)
    const editar = () =>
      llamar(gente.ana, 'PUT', `/contratos/${codigo}`, { json: { volumen_tm: 7, actualizado_en } })
    expect((await editar()).status).toBe(200)
    expect((await editar()).status).toBe(412)
  })

  it('un lote nuevo no estorba a quien edita', async () => {
    const { codigo } = await nuevoContrato(gente)
    const etag = (await llamar(gente.ana, 'GET', `/contratos/${codigo}`)).headers.get('etag')!
    await llamar(gente.carlos, 'POST', `/contratos/${codigo}/lote`, { json: { peso_qq: 60, humedad: 7.5 } })
    const { status } = await llamar(gente.ana, 'PUT', `/contratos/${codigo}`, {
      json: { volumen_tm: 8 },
      headers: { 'if-match': etag },
    })
    expect(status).toBe(200)
  })

  it.each(['"inventada"', '"2025-02-30T00:00:00+00:00/x"', 'W/"x"', 'sin comillas', '""'])(
    'If-Match: %s no es de ninguna versión',
    async (tag) => {
      const { codigo } = await nuevoContrato(gente)
      const { status } = await llamar(gente.ana, 'PUT', `/contratos/${codigo}`, {
        json: { volumen_tm: 8 },
        headers: { 'if-match': tag },
      })
      expect(status).toBe(412)
    },
  )

  it('un proveedor lo ve pero no lo edita; la rival ni lo ve', async () => {
    const { codigo, actualizado_en } = await nuevoContrato(gente)
    for (const json of [{ volumen_tm: 8 }, { volumen_tm: 8, actualizado_en }]) {
      const proveedor = await llamar(gente.jose, 'PUT', `/contratos/${codigo}`, { json })
      expect([proveedor.status, proveedor.cuerpo.clave]).toEqual([403, 'sin_permiso'])
      const rival = await llamar(gente.rita, 'PUT', `/contratos/${codigo}`, { json })
      expect([rival.status, rival.cuerpo.clave]).toEqual([404, 'contrato_no_existe'])
    }
  })

  it('uno cerrado solo lo reabre un administrador', async () => {
    const { codigo } = await nuevoContrato(gente)
    await llamar(gente.ana, 'POST', `/contratos/${codigo}/lote`, {
      json: { peso_qq: 60, humedad: 7.5, estado: 'Exportado' },
    })
    const editar = (quien: typeof gente.ana, json: object) =>
      llamar(quien, 'PUT', `/contratos/${codigo}`, { json })
    expect((await editar(gente.ana, { volumen_tm: 8 })).cuerpo.clave).toBe('contrato_cerrado')
    expect((await editar(gente.ana, { estado: 'Activo' })).cuerpo.clave).toBe('contrato_reabre_admin')
    expect((await editar(gente.teresa, { estado: 'Activo' })).cuerpo).toMatchObject({
      estado: 'Activo',
      cerrado_en: null,
    })
  })

  it.each([
    [{}, ''],
    [{ volumen_tm: 'x' }, 'volumen_tm'],
    [{ volumen_tm: null }, 'volumen_tm'],
    [{ estado: 'Abierto' }, 'estado'],
    [{ contraparte_id: 1 }, 'contraparte_id'],
    [{ volumen_tm: 1, actualizado_en: 'ayer' }, 'actualizado_en'],
    [{ volumen_tm: 1, actualizado_en: '2025-02-30T00:00:00Z' }, 'actualizado_en'],
    [{ actualizado_en: '2025-01-01T00:00:00Z' }, ''],
  ])('no admite %j', async (json, campo) => {
    const { codigo } = await nuevoContrato(gente)
    const { status, cuerpo } = await llamar(gente.ana, 'PUT', `/contratos/${codigo}`, { json })
    expect(status).toBe(422)
    expect(cuerpo.errores[0].campo).toBe(campo)
  })
})

describe('eliminar un contrato', () => {
  it('solo el administrador: lo oculta y lo conserva', async () => {
    const { id, codigo } = await nuevoContrato(gente)
    for (const quien of [gente.ana, gente.carlos, gente.jose]) {
      const { status, cuerpo } = await llamar(quien, 'DELETE', `/contratos/${codigo}`)
      expect([status, cuerpo.clave]).toEqual([403, 'contrato_elimina_admin'])
    }
    expect((await llamar(gente.rita, 'DELETE', `/contratos/${codigo}`)).status).toBe(404)
    expect((await llamar(gente.teresa, 'DELETE', `/contratos/${codigo}`)).status).toBe(204)
    for (const quien of [gente.ana, gente.teresa]) {
      expect((await llamar(quien, 'GET', `/contratos/${codigo}`)).status).toBe(404)
      expect((await llamar(quien, 'DELETE', `/contratos/${codigo}`)).status).toBe(404)
    }
    const [fila] = await sql(
      'select eliminado_en is not null as marcado from public.contratos where id = $1',
      [id],
    )
    expect(fila).toEqual({ marcado: true })
  })
})

describe('una cuenta', () => {
  it('desactivada deja de entrar en la petición siguiente', async () => {
    const empresa = await crearEmpresa('exportadora')
    const persona = await crearPersona(empresa)
    expect((await llamar(persona, 'GET', '/contratos')).status).toBe(200)
    await sql('update public.usuarios set activo = false where id = $1', [persona.id])
    for (const ruta of ['/contratos', '/contratos/CT-2025-00014', '/contratos/CT-2025-00014/documentos']) {
      const { status, cuerpo } = await llamar(persona, 'GET', ruta)
      expect([status, cuerpo.clave]).toEqual([403, 'cuenta_sin_acceso'])
    }
  })

  it('sin perfil no ve nada', async () => {
    const nadie = await crearPersona(null)
    expect((await llamar(nadie, 'GET', '/contratos')).cuerpo.clave).toBe('sin_empresa')
  })
})
