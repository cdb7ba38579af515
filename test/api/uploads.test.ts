import { existsSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { pdf } from '../support/pdf.ts'
import { sha256 } from '../support/sha256.ts'
import { sql } from '../support/sql.ts'
import { call, formOf, makeContrato, makePeople, makePerson, type People, upload } from './support.ts'

let people: People
let codigo: string
beforeAll(async () => {
  people = await makePeople()
  codigo = (await makeContrato(people)).codigo
})

const enDisco = (ruta: string) => join(inject('stack').storageDir, ruta)
const csv = Buffer.from('muestra,humedad\nLT-0001,7.5\n')
const xml = (n: number) => Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<factura n="${n}"/>`)

/** Objects of a contract's folder that no document registers. */
const huerfanos = (contrato: string) =>
  sql<{ name: string }>(
    `select o.name from storage.objects o where o.bucket_id = 'contratos' and o.name like $1 || '/%'
     and not exists (select from public.documentos_contrato d where d.url_archivo = 'contratos/' || o.name)`,
    [contrato],
  )

describe('subir un documento', () => {
  test('lo guarda en la carpeta del contrato y responde 201 con su suma', async () => {
    const archivo = pdf(200_000)
    const {
      status,
      headers,
      body: cuerpo,
    } = await upload(people.carlos, codigo, { tipo: 'factura', archivo }, 'FAC-001.pdf')
    expect(status).toBe(201)
    expect(cuerpo).toMatchObject({
      tipo: 'factura',
      nombre: 'FAC-001.pdf',
      bytes: archivo.length,
      mime: 'application/pdf',
      sha256: sha256(archivo),
      url_archivo: `contratos/${codigo}/factura_001.pdf`,
      url: `/contratos/${codigo}/documentos/${cuerpo.id}`,
    })
    const { functionsUrl } = inject('stack')
    expect(new URL(headers.get('location')!, `${functionsUrl}/contratos/${codigo}/documento`).pathname).toBe(
      cuerpo.url,
    )
    expect(existsSync(enDisco(cuerpo.url_archivo))).toBe(true)
  })

  test('con los campos antes o después del archivo da lo mismo', async () => {
    const { codigo } = await makeContrato(people)
    await call(people.ana, 'POST', `/contratos/${codigo}/lote`, { json: { peso_qq: 60, humedad: 7 } })
    const antes = await upload(
      people.jose,
      codigo,
      { tipo: 'analisis', etiqueta: 'Humedad', lote: 'LT-0001', archivo: csv },
      'a.csv',
    )
    const despues = await upload(
      people.jose,
      codigo,
      { archivo: Buffer.from('a,b\n1,2\n'), lote: 'LT-0001', etiqueta: 'humedad', tipo: 'analisis' },
      'b.csv',
    )
    expect([antes.body.url_archivo, despues.body.url_archivo]).toEqual([
      `contratos/${codigo}/analisis_humedad.csv`,
      `contratos/${codigo}/analisis_humedad_002.csv`,
    ])
    expect(antes.body).toMatchObject({ etiqueta: 'humedad', lote: 'LT-0001', mime: 'text/csv' })
  })

  test('el contrato firmado queda como archivo del contrato', async () => {
    const { codigo } = await makeContrato(people)
    const { body: cuerpo } = await upload(people.ana, codigo, { tipo: 'contrato', archivo: pdf() }, ' ')
    expect(cuerpo).toMatchObject({ nombre: `${codigo}.pdf`, url_archivo: `contratos/${codigo}/contrato.pdf` })
    expect((await call(people.ana, 'GET', `/contratos/${codigo}`)).body.archivo_pdf).toBe(cuerpo.url_archivo)
  })

  test('el tipo es el del contenido, y no el del nombre', async () => {
    const { body: cuerpo } = await upload(
      people.ana,
      codigo,
      { tipo: 'factura', archivo: xml(1) },
      'factura.pdf',
    )
    expect(cuerpo).toMatchObject({ mime: 'application/xml', nombre: 'factura.pdf' })
    expect(cuerpo.url_archivo).toMatch(/factura_\d{3}\.xml$/)
  })

  test('el nombre del archivo se limpia', async () => {
    const { body: cuerpo } = await upload(
      people.ana,
      codigo,
      { tipo: 'otro', archivo: pdf() },
      '..\\..\\año 1/Fáctura \u202e"ñ".pdf',
    )
    expect(cuerpo.nombre).toBe('Fáctura "ñ".pdf')
  })

  test('los mismos bytes dos veces de una empresa responden el documento que ya estaba, y no queda nada de más', async () => {
    const { codigo } = await makeContrato(people)
    const archivo = pdf()
    const colega = await makePerson(people.exportadora)
    const primero = await upload(people.ana, codigo, { tipo: 'factura', archivo }, 'a.pdf')
    const segundo = await upload(colega, codigo, { tipo: 'pago', archivo }, 'b.pdf')
    expect([primero.status, segundo.status]).toEqual([201, 200])
    expect(segundo.text).toBe(primero.text)
    const otro = await makeContrato(people)
    expect((await upload(people.ana, otro.codigo, { tipo: 'factura', archivo })).status).toBe(201)
    expect(await huerfanos(codigo)).toEqual([])
  })

  test('a la vez, las del mismo tipo reciben números distintos, sea cual sea su formato', async () => {
    const { codigo } = await makeContrato(people)
    const respuestas = await Promise.all(
      Array.from({ length: 12 }, (_, i) => {
        const archivo = i % 2 ? pdf() : Buffer.from(`<?xml version="1.0"?><factura>${i}</factura>`)
        return upload(people.ana, codigo, { tipo: 'factura', archivo })
      }),
    )
    expect(respuestas.map(({ status }) => status)).toEqual(Array(12).fill(201))
    expect(
      respuestas.map(({ body: cuerpo }) => cuerpo.url_archivo.replace(/\.(pdf|xml)$/, '')).sort(),
    ).toEqual(
      Array.from({ length: 12 }, (_, i) => `contratos/${codigo}/factura_${String(i + 1).padStart(3, '0')}`),
    )
    expect(await huerfanos(codigo)).toEqual([])
  })

  test('a la vez, los mismos bytes quedan una vez', async () => {
    const { codigo } = await makeContrato(people)
    const archivo = pdf()
    const respuestas = await Promise.all(
      Array.from({ length: 6 }, () => upload(people.ana, codigo, { tipo: 'factura', archivo })),
    )
    expect(respuestas.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201])
    expect(new Set(respuestas.map(({ text }) => text)).size).toBe(1)
    expect(await huerfanos(codigo)).toEqual([])
  })
})

describe('quién sube', () => {
  test('un proveedor, solo a contratos activos', async () => {
    const { body: enRevision } = await call(people.carlos, 'POST', '/contratos', {
      json: { exportadora_id: people.exportadora.id, volumen_tm: 1, proveedores: [people.finca.id] },
    })
    const { status, body: cuerpo } = await upload(people.jose, enRevision.codigo, {
      tipo: 'factura',
      archivo: pdf(),
    })
    expect([status, cuerpo.clave]).toEqual([403, 'documento_sin_permiso'])
    expect((await upload(people.jose, codigo, { tipo: 'factura', archivo: pdf() })).status).toBe(201)
  })

  test('la rival no sabe del contrato, ni quien no entró', async () => {
    const rival = await upload(people.rita, codigo, { tipo: 'factura', archivo: pdf() })
    expect([rival.status, rival.body.clave]).toEqual([404, 'contrato_no_existe'])
    expect((await upload(null, codigo, { tipo: 'factura', archivo: pdf() })).status).toBe(401)
  })
})

describe('lo que no se admite', () => {
  const archivo = pdf()
  test.each([
    ['sin tipo', { archivo }, 'tipo'],
    ['un tipo que no existe', { tipo: 'Factura', archivo }, 'tipo'],
    ['sin archivo', { tipo: 'factura' }, 'archivo'],
    ['un análisis sin etiqueta', { tipo: 'analisis', archivo }, 'etiqueta'],
    ['una etiqueta con tildes', { tipo: 'analisis', etiqueta: 'humedád', archivo }, 'etiqueta'],
    ['una etiqueta que sube de carpeta', { tipo: 'analisis', etiqueta: '../x', archivo }, 'etiqueta'],
    ['un campo de más', { tipo: 'factura', contrato_id: '1', archivo }, 'contrato_id'],
    ['un lote que no está', { tipo: 'factura', lote: 'LT-9999', archivo }, 'lote'],
    ['un lote enorme', { tipo: 'factura', lote: '9'.repeat(60), archivo }, 'lote'],
    ['dos archivos', { archivo, factura: pdf() }, 'archivo'],
    ['un campo larguísimo', { tipo: 'x'.repeat(5000), archivo }, 'tipo'],
  ] as [string, Record<string, string | Uint8Array>, string][])(
    '%s: 422 y el campo',
    async (_, partes, campo) => {
      const { codigo } = await makeContrato(people)
      const { status, body: cuerpo } = await upload(people.ana, codigo, partes)
      expect(status).toBe(422)
      expect(cuerpo.errores[0].campo).toBe(campo)
      expect(await huerfanos(codigo)).toEqual([])
    },
  )

  test.each([
    ['vacío', Buffer.alloc(0)],
    ['un programa', Buffer.from('7f454c4602010100', 'hex')],
    ['un ZIP cortado', Buffer.from('504b030414000000080000002100', 'hex')],
    ['una página', Buffer.from('<!doctype html><script>alert(1)</script>')],
    [
      'un CSV con bytes cero más adelante',
      Buffer.concat([Buffer.from('a,b\n'.repeat(3000)), Buffer.alloc(9000)]),
    ],
  ])('un archivo %s', async (_, contenido) => {
    const { codigo } = await makeContrato(people)
    const { status, body: cuerpo } = await upload(
      people.ana,
      codigo,
      { tipo: 'otro', archivo: contenido },
      'contrato.pdf',
    )
    expect([status, cuerpo.clave, cuerpo.errores[0].campo]).toEqual([422, 'archivo_no_admitido', 'archivo'])
    expect(await huerfanos(codigo)).toEqual([])
  })

  test('más de 50 MiB; 50 MiB justos sí', async () => {
    const { codigo } = await makeContrato(people)
    const justo = Buffer.alloc(50 * 1024 * 1024, '%PDF-1.7\n')
    const exceso = await upload(people.ana, codigo, {
      tipo: 'otro',
      archivo: Buffer.concat([justo, Buffer.from('x')]),
    })
    expect([exceso.status, exceso.body.clave]).toEqual([413, 'archivo_demasiado_grande'])
    expect(await huerfanos(codigo)).toEqual([])
    expect((await upload(people.ana, codigo, { tipo: 'otro', archivo: justo })).body.bytes).toBe(justo.length)
  })

  test.each([
    ['JSON', { 'content-type': 'application/json' }, '{}', 415],
    ['un formulario sin boundary', { 'content-type': 'multipart/form-data' }, 'x', 415],
    ['un formulario con boundary vacío', { 'content-type': 'multipart/form-data; boundary=' }, 'x', 400],
    ['un formulario que no lo es', { 'content-type': 'multipart/form-data; boundary=b' }, 'hola', 400],
    [
      'una parte sin nombre',
      { 'content-type': 'multipart/form-data; boundary=b' },
      '--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n',
      400,
    ],
    [
      'un formulario cortado',
      { 'content-type': 'multipart/form-data; boundary=b' },
      '--b\r\nContent-Disposition: form-data; name="archivo"; filename="a.pdf"\r\n\r\n%PDF-1.7 cortado',
      400,
    ],
  ])('%s', async (_, headers, body, esperado) => {
    const { codigo } = await makeContrato(people)
    const { status } = await call(people.ana, 'POST', `/contratos/${codigo}/documento`, {
      headers: headers as never,
      body,
    })
    expect(status).toBe(esperado)
    expect(await huerfanos(codigo)).toEqual([])
  })

  test('quien cuelga a la mitad no deja nada', async () => {
    const { codigo } = await makeContrato(people)
    const form = new Response(formOf({ tipo: 'factura', archivo: pdf(3_000_000) }))
    const bytes = Buffer.from(await form.arrayBuffer())
    const url = new URL(`/contratos/${codigo}/documento`, inject('stack').functionsUrl)
    const headers = {
      authorization: `Bearer ${people.ana.token}`,
      'content-type': form.headers.get('content-type')!,
      'content-length': bytes.length,
      // The server says so once it is at it.
      expect: '100-continue',
    }
    await new Promise<void>((resolve) => {
      const cliente = request(url, { method: 'POST', headers }, () => {})
      cliente.on('error', () => resolve())
      cliente.on('continue', () =>
        cliente.write(bytes.subarray(0, 2_000_000), () => cliente.destroy(new Error('cuelga'))),
      )
    })
    await expect.poll(() => huerfanos(codigo), { timeout: 5000 }).toEqual([])
    expect((await call(people.ana, 'GET', `/contratos/${codigo}/documentos`)).body.documentos).toEqual([])
  })
})
