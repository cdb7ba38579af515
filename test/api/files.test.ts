// Papers as phones, scanners, spreadsheets and invoicing systems make them, and whose they are.
import { readFile } from 'node:fs/promises'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { pdf } from '../support/pdf.ts'
import { sha256 } from '../support/sha256.ts'
import { until } from '../support/until.ts'
import { zip } from '../support/zip.ts'
import { call, makeContrato, makePeople, type People, upload } from './support.ts'

let people: People
let contrato: Awaited<ReturnType<typeof makeContrato>>
beforeAll(async () => {
  people = await makePeople()
  contrato = await makeContrato(people)
})

const archivo = (nombre: string) => readFile(new URL(`../support/files/${nombre}`, import.meta.url))
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
const ODS = 'application/vnd.oasis.opendocument.spreadsheet'
const libro = { '[Content_Types].xml': '<Types/>', 'xl/workbook.xml': '<workbook/>' }
/** More than the first bytes that are looked at. */
const RELLENO = Buffer.from(Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 251))

describe('por la función', () => {
  test.each([
    ['foto.heic', 'foto', 'image/heic', 'heic'],
    ['ride.zip', 'factura', 'application/zip', 'zip'],
    ['factura-cp1252.xml', 'factura', 'application/xml', 'xml'],
    ['humedad-cp1252-euro.csv', 'analisis', 'text/csv', 'csv'],
    ['humedad-sep.csv', 'analisis', 'text/csv', 'csv'],
    ['maquina-dos-puntos.csv', 'analisis', 'text/csv', 'csv'],
    ['parcelas.geojson', 'otro', 'application/geo+json', 'geojson'],
  ])('%s se guarda como lo que es, byte por byte', async (nombre, tipo, mime, extension) => {
    const bytes = await archivo(nombre)
    const campos: Record<string, string> =
      tipo === 'analisis' ? { tipo, etiqueta: nombre.replace(/\W/g, '') } : { tipo }
    const { status, body } = await upload(people.ana, contrato.codigo, { ...campos, archivo: bytes }, nombre)
    expect([status, body.errores]).toEqual([201, undefined])
    expect(body).toMatchObject({ mime, bytes: bytes.length, sha256: sha256(bytes), nombre })
    expect(body.url_archivo).toMatch(new RegExp(`[.]${extension}$`))
  })

  test.each([
    ['un libro de Excel', zip(libro), XLSX, 'xlsx'],
    ['uno que lo dice al final', zip({ 'foto.bin': RELLENO, ...libro }), XLSX, 'xlsx'],
    ['un libro de LibreOffice', zip({ mimetype: ODS, 'content.xml': '<office/>' }), ODS, 'ods'],
    [
      'un ZIP de papeles',
      zip({ 'a/factura.xml': '<f/>', 'a/ride.pdf': '%PDF-1.4' }),
      'application/zip',
      'zip',
    ],
  ])('%s se reconoce', async (_, bytes, mime, extension) => {
    const { status, body } = await upload(
      people.ana,
      contrato.codigo,
      { tipo: 'otro', archivo: bytes },
      'x.bin',
    )
    expect([status, body.mime]).toEqual([201, mime])
    expect(body.url_archivo).toMatch(new RegExp(`[.]${extension}$`))
  })

  test.each([
    ['un libro con macros', zip({ ...libro, 'xl/vbaProject.bin': 'x' }), 'macros'],
    [
      'uno que las trae al final',
      zip({ ...libro, 'xl/foto.bin': RELLENO, 'xl/vbaProject.bin': 'x' }),
      'macros',
    ],
    ['un libro de LibreOffice con macros', zip({ mimetype: ODS, 'Basic/Standard/x.xml': 'x' }), 'macros'],
    ['un documento de Word', zip({ '[Content_Types].xml': 'x', 'word/document.xml': 'x' }), 'PDF'],
    ['un programa de Java', zip({ 'META-INF/MANIFEST.MF': 'x' }), 'otro programa'],
    ['un libro electrónico', zip({ mimetype: 'application/epub+zip', a: 'x' }), 'otro programa'],
    ['un ZIP que sube de carpeta', zip({ '../../etc/passwd': 'x' }), 'dañado'],
    ['un ZIP vacío', zip({}), 'dañado'],
    ['un ZIP cortado', zip({ a: RELLENO }).subarray(0, 150_000), 'dañado'],
    ['un XML con DOCTYPE', Buffer.from('<?xml version="1.0"?><!DOCTYPE a []><a/>'), 'DOCTYPE'],
    ['un correo', Buffer.from('From: a@b.ec\nTo: c@d.ec\nSubject: hola\n\nhola'), 'correo'],
  ])('%s no, y se dice por qué', async (_, bytes, dice) => {
    const { codigo } = await makeContrato(people)
    const { status, body } = await upload(people.ana, codigo, { tipo: 'otro', archivo: bytes })
    expect([status, body.clave, body.errores?.[0].campo]).toEqual([422, 'archivo_no_admitido', 'archivo'])
    expect(body.errores[0].mensaje).toContain(dice)
    const { data } = await people.ana.supabase.storage.from('contratos').list(codigo)
    expect(data).toEqual([])
  })
})

describe('por el SDK', () => {
  const registrar = async (nombre: string, bytes: Uint8Array, contentType: string) => {
    const { supabase } = people.carlos
    const subida = await supabase.storage.from('contratos').upload(nombre, bytes, { contentType })
    expect(subida.error).toBeNull()
    return supabase
      .from('documentos_contrato')
      .insert({ contrato_id: contrato.id, tipo: 'foto', url_archivo: `contratos/${nombre}` })
      .select()
      .single()
  }
  const revisado = (id: number) =>
    until('its bytes are read', async () => {
      const { data } = await people.carlos.supabase.from('documentos_contrato').select().eq('id', id).single()
      return data.revisado_en && data
    })

  test.each(['image/heic', 'application/octet-stream'])(
    'una foto HEIC enviada como %s es una foto, y su huella la lee el servidor',
    async (contentType) => {
      const bytes = await archivo('foto.heic')
      const { data: nombre } = await people.carlos.supabase.rpc('siguiente_nombre_documento', {
        contrato_id: contrato.id,
        tipo: 'foto',
        extension: 'heic',
      })
      const { data, error } = await registrar(nombre, bytes, contentType)
      expect(error).toBeNull()
      expect(data).toMatchObject({ mime: 'image/heic', bytes: bytes.length, sha256: null })
      expect(await revisado(data.id)).toMatchObject({
        mime: 'image/heic',
        sha256: sha256(bytes),
        huella_de: 'revision',
        verificacion: 'verificado',
      })
    },
  )

  test('lo que no es lo que dice queda con el tipo de sus bytes', async () => {
    const pagina = Buffer.from('<!doctype html><script>alert(1)</script>')
    const { data } = await registrar(`${contrato.codigo}/foto_900.png`, pagina, 'image/png')
    expect(data).toMatchObject({ mime: 'image/png' })
    expect(await revisado(data.id)).toMatchObject({
      mime: 'application/octet-stream',
      sha256: sha256(pagina),
    })
    const macros = zip({ ...libro, 'xl/vbaProject.bin': 'x' })
    const otro = await registrar(`${contrato.codigo}/foto_901.xlsx`, macros, XLSX)
    expect(await revisado(otro.data.id)).toMatchObject({ mime: 'application/octet-stream' })
  })

  test('un nombre con signo de interrogación no toma los bytes de otro archivo', async () => {
    const [suyo, ajeno] = [pdf(), pdf()]
    const nombre = `${contrato.codigo}/otro_903.pdf`
    expect(
      (
        await people.carlos.supabase.storage
          .from('contratos')
          .upload(nombre, ajeno, { contentType: 'application/pdf' })
      ).error,
    ).toBeNull()
    const { supabaseUrl, publishableKey } = inject('stack')
    // The SDK would write the name as it is.
    const { status } = await fetch(`${supabaseUrl}/storage/v1/object/contratos/${nombre}%3F`, {
      method: 'POST',
      headers: {
        apikey: publishableKey,
        authorization: `Bearer ${people.carlos.token}`,
        'content-type': 'application/pdf',
      },
      body: suyo,
    })
    expect(status).toBe(200)
    const { data, error } = await people.carlos.supabase
      .from('documentos_contrato')
      .insert({ contrato_id: contrato.id, tipo: 'otro', url_archivo: `contratos/${nombre}?` })
      .select()
      .single()
    expect(error).toBeNull()
    expect(await revisado(data.id)).toMatchObject({ sha256: sha256(suyo) })
  })

  test('lo que llegó por la función se lee otra vez, ya guardado', async () => {
    const bytes = pdf()
    const { body } = await upload(people.carlos, contrato.codigo, { tipo: 'pago', archivo: bytes })
    expect(await revisado(body.id)).toMatchObject({ huella_de: 'subida', sha256: sha256(bytes) })
  })

  test('lo que no se admite no entra al bucket', async () => {
    for (const contentType of ['text/html', 'image/svg+xml', 'image/gif', 'application/msword']) {
      const { error } = await people.carlos.supabase.storage
        .from('contratos')
        .upload(`${contrato.codigo}/foto_902.x`, Buffer.from('x'), { contentType })
      expect(error).toMatchObject({ message: expect.stringContaining('not supported') })
    }
  })

  test('lo revisado cuenta al repetirlo su empresa', async () => {
    const bytes = pdf()
    const { data } = await registrar(`${contrato.codigo}/foto_903.pdf`, bytes, 'application/pdf')
    await revisado(data.id)
    const { status, body } = await upload(people.carlos, contrato.codigo, { tipo: 'pago', archivo: bytes })
    expect([status, body.id]).toEqual([200, data.id])
  })
})

describe('un papel de una empresa', () => {
  test('lo que otra empresa registró, con esos bytes o diciendo que los tiene, no lo reemplaza', async () => {
    const { codigo, id: contrato_id } = await makeContrato(people)
    const archivo = pdf()
    const huella = sha256(archivo)
    const { supabase } = people.carlos
    const nombre = `${codigo}/factura_001.pdf`
    const falso = new Blob([pdf()], { type: 'application/pdf' })
    expect((await supabase.storage.from('contratos').upload(nombre, falso)).error).toBeNull()
    const fila = { contrato_id, tipo: 'factura', nombre_archivo: 'f.pdf', url_archivo: `contratos/${nombre}` }
    for (const columna of [
      { sha256: huella },
      { bytes: archivo.length },
      { mime: 'text/csv' },
      { huella_de: 'subida' },
    ])
      expect((await supabase.from('documentos_contrato').insert({ ...fila, ...columna })).error?.code).toBe(
        '42501',
      )
    // Nor is a setting of the transaction anything that a client may set.
    for (const ajuste of ['set_config', 'pg_catalog.set_config'])
      expect(
        (await supabase.rpc(ajuste, { setting_name: 'privado.subida', new_value: '{}', is_local: false }))
          .status,
      ).toBe(404)
    expect((await supabase.from('documentos_contrato').insert(fila)).error).toBeNull()
    // The partner's very bytes, through the function: its paper, and not the owner's.
    expect((await upload(people.carlos, codigo, { tipo: 'factura', archivo })).status).toBe(201)
    const propio = await upload(people.ana, codigo, { tipo: 'factura', archivo }, 'la mía.pdf')
    expect(propio.status).toBe(201)
    expect(propio.body).toMatchObject({ nombre: 'la mía.pdf', sha256: huella, bytes: archivo.length })
    const { body } = await call(people.ana, 'GET', `/contratos/${codigo}/documentos`)
    expect(body.documentos.map((documento: { sha256: string }) => documento.sha256).slice(1)).toEqual([
      huella,
      huella,
    ])
    expect(body.documentos[0].sha256).not.toBe(huella)
  })
})
