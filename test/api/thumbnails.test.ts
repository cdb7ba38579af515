import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { call, makeContrato, makePeople, type People, upload } from './support.ts'

let people: People
let foto: string
let papel: string
let datos: string

beforeAll(async () => {
  people = await makePeople()
  const { codigo } = await makeContrato(people)
  const noise = { type: 'gaussian', mean: 128, sigma: 60 } as const
  const large = await sharp({ create: { width: 3000, height: 2000, channels: 3, background: '#000', noise } })
    .jpeg({ quality: 95 })
    .toBuffer()
  expect(large.length).toBeGreaterThan(3_000_000)
  const pdf = await readFile(join(PROJECT_DIR, 'supabase/seed/storage/contratos/CT-2025-00014/contrato.pdf'))
  const thumbnailOf = async (tipo: string, archivo: Uint8Array, nombre: string) => {
    const { status, body, text } = await upload(people.ana, codigo, { tipo, archivo }, nombre)
    expect([status, text]).toEqual([201, text])
    return `${body.url}/miniatura`
  }
  foto = await thumbnailOf('foto', large, 'camión.jpg')
  papel = await thumbnailOf('contrato', pdf, 'firmado.pdf')
  datos = await thumbnailOf('otro', Buffer.from('<?xml version="1.0"?><factura/>'), 'factura.xml')
})

const ver = (quien: People['ana'], path: string, headers: Record<string, string> = {}) =>
  fetch(inject('stack').functionsUrl + path, {
    headers: { authorization: `Bearer ${quien.token}`, ...headers },
  })

describe('la miniatura de un documento', () => {
  test('de una foto de teléfono llegan pocos kB, a cualquiera de las partes', async () => {
    for (const quien of [people.ana, people.carlos, people.jose]) {
      const response = await ver(quien, foto)
      const bytes = await response.bytes()
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
      expect(bytes.length).toBeLessThan(60_000)
      expect(await sharp(bytes).metadata()).toMatchObject({ width: 320, height: 213, format: 'jpeg' })
    }
  })

  test('de un PDF es su primera página, del ancho pedido y en WebP para quien lo acepta', async () => {
    const response = await ver(people.ana, `${papel}?ancho=200`, { accept: 'image/avif,image/webp,*/*' })
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/webp'])
    expect(response.headers.get('vary')).toMatch(/accept/i)
    expect(await sharp(await response.bytes()).metadata()).toMatchObject({ width: 200, format: 'webp' })
  })

  test('quien ya la tiene no la baja otra vez', async () => {
    const etag = (await ver(people.ana, foto)).headers.get('etag')!
    expect((await ver(people.ana, foto, { 'if-none-match': etag })).status).toBe(304)
    expect((await ver(people.ana, `${foto}?ancho=64`, { 'if-none-match': etag })).status).toBe(200)
  })

  test('no la ve quien no es parte, ni quien no entró', async () => {
    for (const quien of [people.rita, people.cesar]) {
      const { status, body } = await call(quien, 'GET', foto)
      expect([status, body.clave]).toEqual([404, 'contrato_no_existe'])
    }
    expect((await call(null, 'GET', foto)).status).toBe(401)
  })

  test('de lo que no se dibuja lo dice, y una medida imposible también', async () => {
    const { status, body } = await call(people.ana, 'GET', datos)
    expect([status, body.clave]).toEqual([422, 'sin_miniatura'])
    for (const [query, campo] of [
      ['ancho=0', 'ancho'],
      ['ancho=100000', 'ancho'],
      ['ancho=abc', 'ancho'],
      ['alto=9', 'alto'],
    ]) {
      const mala = await call(people.ana, 'GET', `${foto}?${query}`)
      expect([query, mala.status, mala.body.errores[0].campo]).toEqual([query, 400, campo])
    }
    expect(
      (await call(people.ana, 'GET', foto.replace(/\d+\/miniatura/, '999999999/miniatura'))).status,
    ).toBe(404)
  })
})
