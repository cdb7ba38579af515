import { beforeAll, describe, expect, inject, test } from 'vitest'
import { pdf } from '../support/pdf.ts'
import { call, makeContrato, makePeople, type People, upload } from './support.ts'

let people: People
let codigo: string
let archivo: Buffer
let url: string
let sha256: string

beforeAll(async () => {
  people = await makePeople()
  codigo = (await makeContrato(people)).codigo
  archivo = pdf(300_000)
  const { body } = await upload(people.ana, codigo, { tipo: 'factura', archivo }, 'Fáctura "1".pdf')
  ;({ url, sha256 } = body)
})

/** A download keeps its bytes, so it does not go through `llamar`. */
const bajar = (quien: People['ana'], headers: Record<string, string> = {}, method = 'GET') =>
  fetch(inject('stack').functionsUrl + url, {
    method,
    headers: { authorization: `Bearer ${quien.token}`, ...headers },
  })
const bytesDe = async (response: Response) => Buffer.from(await response.arrayBuffer())

describe('descargar un documento', () => {
  test('llega entero, con su nombre y su tipo, a cualquiera de las partes', async () => {
    for (const quien of [people.ana, people.carlos, people.jose, people.teresa]) {
      const response = await bajar(quien)
      expect(response.status).toBe(200)
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'application/pdf',
        'content-length': String(archivo.length),
        'content-disposition': `attachment; filename="Factura _1_.pdf"; filename*=UTF-8''F%C3%A1ctura%20%221%22.pdf`,
        'accept-ranges': 'bytes',
        'x-content-type-options': 'nosniff',
        etag: `"${sha256}"`,
      })
      expect((await bytesDe(response)).equals(archivo)).toBe(true)
    }
  })

  test.each([
    ['bytes=0-99', 0, 100],
    ['bytes=100-', 100, undefined],
    ['bytes=-50', -50, undefined],
    ['bytes=299000-99999999', 299_000, undefined],
  ])('por rangos: %s', async (range, desde, hasta) => {
    const response = await bajar(people.ana, { range })
    const esperado = archivo.subarray(desde, hasta)
    const inicio = desde < 0 ? archivo.length + desde : desde
    expect(response.status).toBe(206)
    expect(response.headers.get('content-range')).toBe(
      `bytes ${inicio}-${inicio + esperado.length - 1}/${archivo.length}`,
    )
    expect((await bytesDe(response)).equals(esperado)).toBe(true)
  })

  test('un rango fuera del archivo es 416', async () => {
    const { status, body } = await call(people.ana, 'GET', url, { headers: { range: 'bytes=99999999-' } })
    expect([status, body.clave]).toEqual([416, 'rango_invalido'])
  })

  test('If-Range de otra versión da el archivo entero', async () => {
    expect((await bajar(people.ana, { range: 'bytes=0-9', 'if-range': `"${sha256}"` })).status).toBe(206)
    const entero = await bajar(people.ana, { range: 'bytes=0-9', 'if-range': '"otra"' })
    expect([entero.status, (await bytesDe(entero)).length]).toEqual([200, archivo.length])
  })

  test('quien ya lo tiene recibe 304', async () => {
    const { status, text } = await call(people.ana, 'GET', url, {
      headers: { 'if-none-match': `"${sha256}"` },
    })
    expect([status, text]).toEqual([304, ''])
  })

  test('HEAD da las cabeceras sin el archivo', async () => {
    const response = await bajar(people.ana, {}, 'HEAD')
    expect([response.status, response.headers.get('content-length')]).toEqual([200, String(archivo.length)])
    expect((await bytesDe(response)).length).toBe(0)
  })

  test('por invoke del SDK llega igual', async () => {
    const { data, error } = await people.jose.supabase.functions.invoke<Blob>(url.slice(1), { method: 'GET' })
    expect(error).toBeNull()
    expect(Buffer.from(await data!.arrayBuffer()).equals(archivo)).toBe(true)
  })

  test('la rival no sabe de él; ni está en otro contrato', async () => {
    const rival = await call(people.rita, 'GET', url)
    expect([rival.status, rival.body.clave]).toEqual([404, 'contrato_no_existe'])
    const otro = await makeContrato(people)
    const ajeno = await call(people.ana, 'GET', url.replace(codigo, otro.codigo))
    expect([ajeno.status, ajeno.body.clave]).toEqual([404, 'documento_no_existe'])
    for (const id of ['0', 'x', '9'.repeat(19), '%00', '-1']) {
      expect((await call(people.ana, 'GET', `/contratos/${codigo}/documentos/${id}`)).body.clave).toBe(
        'documento_no_existe',
      )
    }
  })

  test('lo que registró una app con el SDK se descarga igual', async () => {
    const { codigo, id } = await makeContrato(people)
    const objeto = `${codigo}/factura_001.pdf`
    const subida = await people.ana.supabase.storage
      .from('contratos')
      .upload(objeto, new Blob([Buffer.from(archivo)], { type: 'application/pdf' }))
    expect(subida.error).toBeNull()
    const registro = await people.ana.supabase
      .from('documentos_contrato')
      .insert({
        contrato_id: id,
        tipo: 'factura',
        nombre_archivo: 'x.pdf',
        url_archivo: `contratos/${objeto}`,
      })
      .select('id')
      .single()
    expect(registro.error).toBeNull()
    const response = await fetch(
      `${inject('stack').functionsUrl}/contratos/${codigo}/documentos/${registro.data!.id}`,
      {
        headers: { authorization: `Bearer ${people.carlos.token}` },
      },
    )
    expect(response.headers.get('etag')).toBe(`"documento-${registro.data!.id}"`)
    expect((await bytesDe(response)).equals(archivo)).toBe(true)
    // The function goes on from what the app left.
    expect((await upload(people.ana, codigo, { tipo: 'factura', archivo: pdf() })).body.url_archivo).toBe(
      `contratos/${codigo}/factura_002.pdf`,
    )
  })
})

describe('la lista de documentos', () => {
  test('va en el orden en que se subieron, por páginas y con filtros', async () => {
    const { codigo } = await makeContrato(people)
    await call(people.ana, 'POST', `/contratos/${codigo}/lote`, { json: { peso_qq: 60, humedad: 7 } })
    const tipos = ['factura', 'pago', 'factura', 'foto', 'factura']
    const ids: number[] = []
    for (const [i, tipo] of tipos.entries()) {
      const { body } = await upload(people.ana, codigo, {
        tipo,
        ...(i % 2 && { lote: 'LT-0001' }),
        archivo: pdf(),
      })
      ids.push(body.id)
    }
    const listar = async (consulta: string) =>
      (await call(people.jose, 'GET', `/contratos/${codigo}/documentos?${consulta}`)).body
    const idsDe = (pagina: { documentos: { id: number }[] }) => pagina.documentos.map(({ id }) => id)
    const [una] = [await listar('limite=2')]
    const dos = await listar(`limite=2&cursor=${una.siguiente}`)
    const tres = await listar(`limite=2&cursor=${dos.siguiente}`)
    expect([una, dos, tres].map(idsDe)).toEqual([[ids[0], ids[1]], [ids[2], ids[3]], [ids[4]]])
    expect(tres.siguiente).toBeNull()
    expect(idsDe(await listar('tipo=factura'))).toEqual([ids[0], ids[2], ids[4]])
    expect(idsDe(await listar('lote=LT-0001&tipo=foto'))).toEqual([ids[3]])
    expect(idsDe(await listar('lote=LT-0009'))).toEqual([])
    expect(idsDe((await call(people.ana, 'GET', `/contratos/${codigo}`)).body)).toEqual(ids)
  })

  test('no es para la rival, ni con filtros inventados', async () => {
    expect((await call(people.rita, 'GET', `/contratos/${codigo}/documentos`)).body.clave).toBe(
      'contrato_no_existe',
    )
    for (const consulta of ['tipo=x', 'limite=-1', 'cursor=x', 'otro=1', 'lote=%00']) {
      expect((await call(people.ana, 'GET', `/contratos/${codigo}/documentos?${consulta}`)).status).toBe(400)
    }
  })
})
