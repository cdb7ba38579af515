import { createHash } from 'node:crypto'
import sharp from 'sharp'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { pdf } from '../support/pdf.ts'
import { readQr } from '../support/qr.ts'
import { sql } from '../support/sql.ts'
import { call, makeContrato, makePeople, type People, type Person, upload } from './support.ts'

const { functionsUrl, supabaseUrl } = inject('stack')
let people: People
let contrato: { id: number; codigo: string }
const factura = pdf(3000)
const huella = createHash('sha256').update(factura).digest('hex')

const testigos = () => `/contratos/${contrato.codigo}/testigos`
const nuevo = async (quien: Person = people.ana, json: object = {}) =>
  (await call(quien, 'POST', testigos(), { json })).body as {
    id: number
    testigo: string
    url: string
    qr: string
  }
const ver = (testigo: string, consulta = '', headers = {}) =>
  call(null, 'GET', `/v/${contrato.codigo}/${testigo}${consulta}`, {
    headers: { 'accept-language': 'es', ...headers },
  })
const cabeza = async () => {
  const [row] = await sql<{ n: string; hash: string }>(
    `select n, encode(hash, 'hex') as hash from privado.evidencias_cabezas where cadena = $1`,
    [contrato.id],
  )
  return row!
}

beforeAll(async () => {
  people = await makePeople()
  contrato = await makeContrato(people, {
    precio_fijado_tm: '5000.50',
    volumen_tm: '217.25',
    calidad: 'ASSS',
    fecha_firma: '2026-01-15',
  })
  await upload(people.ana, contrato.codigo, { tipo: 'factura', archivo: factura }, 'Secreta.pdf')
  await call(people.carlos, 'POST', `/contratos/${contrato.codigo}/lote`, {
    json: { peso_qq: 60, humedad: 7.5 },
  })
})

describe('la página pública de un expediente', () => {
  test('dice que existe, su estado y sus fechas, y de lo demás nada', async () => {
    const { testigo, url } = await nuevo()
    expect(testigo).toMatch(/^[0-9A-Za-z]{22}$/)
    expect(url).toBe(`${supabaseUrl}/functions/v1/v/${contrato.codigo}/${testigo}`)
    const { status, text, headers } = await ver(testigo)
    expect(status).toBe(200)
    expect(text).toContain(contrato.codigo)
    expect(text).toMatch(/Activo[\s\S]*15 de enero de 2026/)
    for (const secreto of [
      '5000',
      '217',
      'ASSS',
      people.exportadora.nombre,
      people.centro.nombre,
      'Secreta',
      'Prueba',
      'LT-0001',
    ])
      expect(text, secreto).not.toContain(secreto)
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'public, max-age=300',
      'x-robots-tag': 'noindex, nofollow',
      'content-security-policy':
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
      vary: expect.stringContaining('Accept-Language'),
    })
    expect(text).toContain('<meta name="robots" content="noindex')
    // Nothing of it is inline, so that its policy holds, nor of elsewhere; with what it loads it is small.
    expect(text).not.toMatch(/<script(?![^>]*src=)|\son\w+=|style=|https?:\/\//)
    const loaded = [...text.matchAll(/(?:src|href)="\.\.\/([^"]+)"/g)].map(([, path]) => path)
    const sizes = await Promise.all(
      loaded.map(async (path) => (await (await fetch(`${functionsUrl}/v/${path}`)).text()).length),
    )
    expect(loaded).toHaveLength(3)
    expect(text.length + sizes.reduce((a, b) => a + b, 0)).toBeLessThan(30_000)
  })

  test('habla español o inglés, como pida quien la abre', async () => {
    const { testigo } = await nuevo()
    expect((await ver(testigo, '', { 'accept-language': 'en-US,en;q=0.9,es;q=0.5' })).text).toMatch(
      /lang="en"[\s\S]*Active/,
    )
    expect((await ver(testigo, '', { 'accept-language': 'fr' })).text).toContain('lang="es"')
    expect((await ver(testigo, '?l=en')).text).toContain('15 January 2026')
    expect((await ver(testigo, '?l=xx&utm=1&s=%00&h=x')).status).toBe(200)
  })

  test('dice si el sello de un papel es auténtico', async () => {
    const { testigo } = await nuevo()
    const { n, hash } = await cabeza()
    expect((await ver(testigo, `?s=${n}-${hash.slice(0, 16)}`)).text).toContain('✓ Auténtico')
    expect((await ver(testigo, `?s=${n}-${hash.slice(0, 8).toUpperCase()}`)).text).toContain('✓ Auténtico')
    for (const sello of [
      `${Number(n) - 1}-${hash.slice(0, 16)}`,
      `${n}-0011223344556677`,
      `99-${hash.slice(0, 16)}`,
    ])
      expect((await ver(testigo, `?s=${sello}`)).text).toContain('✗ No es auténtico')
    expect((await ver(testigo)).text).not.toMatch(/class="(si|no)"/)
  })

  test('de la cadena no dice con qué adivinar un precio: ni más huella que la impresa, ni de antes del testigo', async () => {
    const { testigo } = await nuevo()
    const { n, hash } = await cabeza()
    expect((await ver(testigo, `?s=${n}-${hash.slice(0, 17)}`)).text).not.toMatch(/class="(si|no)"/)
    const antes = await sql<{ sello: string }>(
      `select n || '-' || left(encode(hash, 'hex'), 16) as sello from privado.evidencias
        where cadena = $1 and n < (select min(n) from privado.evidencias where cadena = $1 and tipo = 'testigo.creado')`,
      [contrato.id],
    )
    expect(antes.length).toBeGreaterThan(2)
    for (const { sello } of antes)
      expect((await ver(testigo, `?s=${sello}`)).text, sello).toContain('✗ No es auténtico')
    // What comes after has something before it that is in no table that others read.
    const dichos = await sql<{ sal: string }>(
      `select canonico::jsonb -> 'datos' ->> 'sal' as sal from privado.evidencias
        where cadena = $1 and tipo = 'testigo.creado'`,
      [contrato.id],
    )
    for (const { sal } of dichos) expect(sal).toMatch(/^[0-9a-f]{32}$/)
    expect(new Set(dichos.map(({ sal }) => sal)).size).toBe(dichos.length)
  })

  test('comprueba un archivo por su huella, sin recibirlo; con programa o sin él', async () => {
    const { testigo } = await nuevo()
    const probar = (sha: string, con = testigo) => call(null, 'GET', `/v/${contrato.codigo}/${con}/h/${sha}`)
    expect((await probar(huella)).body).toEqual({ esta: true, es: 'documento' })
    expect((await probar(huella.toUpperCase())).body).toEqual({ esta: true, es: 'documento' })
    expect((await probar(huella.replace(/^./, (c) => (c === '0' ? '1' : '0')))).body).toEqual({
      esta: false,
      es: null,
    })
    for (const malo of ['x', huella.slice(1), '%00'])
      expect((await probar(malo)).body.clave).toBe('testigo_no_existe')
    expect((await probar(huella, '0123456789ABCDEFGHIJKL')).body.clave).toBe('testigo_no_existe')
    expect((await ver(testigo, `?h=${huella}`)).text).toContain('✓ Sí: es un documento de este contrato')
    // An expediente that was handed over is known as well.
    const response = await fetch(`${functionsUrl}/contratos/${contrato.codigo}/expediente`, {
      headers: { authorization: `Bearer ${people.ana.token}` },
    })
    const sha = createHash('sha256')
      .update(Buffer.from(await response.arrayBuffer()))
      .digest('hex')
    await expect
      .poll(async () => (await probar(sha)).body, { timeout: 10_000 })
      .toEqual({ esta: true, es: 'expediente' })
  })

  test('lo que un cliente dijo de un archivo no cuenta como huella', async () => {
    const { testigo } = await nuevo()
    const dicho = 'ab'.repeat(32)
    await sql(
      `update public.documentos_contrato set sha256 = $2, huella_de = null, verificacion = 'por verificar' where contrato_id = $1`,
      [contrato.id, dicho],
    )
    const { body } = await call(null, 'GET', `/v/${contrato.codigo}/${testigo}/h/${dicho}`)
    expect(body).toEqual({ esta: false, es: null })
    await sql(
      `update public.documentos_contrato set sha256 = $2, huella_de = 'subida', verificacion = 'verificado' where contrato_id = $1`,
      [contrato.id, huella],
    )
  })

  test('revocado, vencido, de otro contrato, de uno eliminado o inventado: el mismo 404', async () => {
    const [revocado, vencido, vivo] = [
      await nuevo(),
      await nuevo(people.ana, { vence_en: '2100-01-01T00:00:00Z' }).catch(() => nuevo()),
      await nuevo(),
    ]
    expect((await call(people.carlos, 'DELETE', `${testigos()}/${revocado.id}`)).status).toBe(204)
    await sql(`update privado.testigos set vence_en = now() - interval '1 second' where id = $1`, [
      vencido.id,
    ])
    const nada = await ver('0123456789ABCDEFGHIJKL')
    expect(nada.status).toBe(404)
    expect(nada.text).not.toContain(contrato.codigo)
    const otro = await makeContrato(people)
    const ajeno = await call(null, 'GET', `/v/${otro.codigo}/${vivo.testigo}`, {
      headers: { 'accept-language': 'es' },
    })
    for (const { status, text, headers } of [
      await ver(revocado.testigo),
      await ver(vencido.testigo),
      await ver('x'),
      await ver('%00'),
      await ver(`${vivo.testigo}A`),
      ajeno,
    ]) {
      expect([status, text]).toEqual([404, nada.text])
      expect(headers.get('cache-control')).toBe(nada.headers.get('cache-control'))
    }
    expect((await ver(vivo.testigo)).status).toBe(200)
    await call(people.teresa, 'DELETE', `/contratos/${otro.codigo}`)
  })

  test('de un testigo solo se guarda la huella', async () => {
    const { testigo } = await nuevo()
    const [{ todo }] = (await sql(`select string_agg(t::text, '') as todo from privado.testigos t`)) as [
      { todo: string },
    ]
    expect(todo).toContain(createHash('sha256').update(testigo).digest('hex'))
    expect(todo).not.toContain(testigo)
    const [{ cadena }] = (await sql(
      `select string_agg(canonico, '') as cadena from privado.evidencias where cadena = $1`,
      [contrato.id],
    )) as [{ cadena: string }]
    expect(cadena).toContain('testigo.creado')
    expect(cadena).not.toContain(testigo)
  })

  test('su QR se lee y lleva a ella', async () => {
    const { qr, url } = await nuevo()
    const { data, info } = await sharp(Buffer.from(qr))
      .resize(500)
      .flatten({ background: 'white' })
      .ensureAlpha()
      .raw()
      .toBuffer({ resolveWithObject: true })
    expect(readQr(data, info.width, info.height)).toBe(url)
  })

  test('cada vez que se abre se cuenta, por día y sin decir quién', async () => {
    const { id, testigo } = await nuevo()
    for (let i = 0; i < 3; i++) await ver(testigo)
    await call(null, 'GET', `/v/${contrato.codigo}/${testigo}/h/${huella}`)
    const { body } = await call(people.carlos, 'GET', `${testigos()}?limite=100`)
    expect(body.testigos.find((uno: { id: number }) => uno.id === id)).toMatchObject({
      vistas: 3,
      vistas_hoy: 3,
      revocado_en: null,
    })
    const columns = await sql(
      `select attname from pg_attribute where attrelid = 'privado.testigos_vistas'::regclass and attnum > 0`,
    )
    expect(columns.map(({ attname }) => attname)).toEqual(['testigo_id', 'dia', 'veces'])
  })
})

describe('lo que se publica', () => {
  const elegir = (quien: Person, campos: string[]) =>
    call(quien, 'PUT', `/contratos/${contrato.codigo}/muestra`, { json: { campos } })

  test('hace falta el sí de las dos partes, y cualquiera lo quita', async () => {
    const { testigo } = await nuevo()
    expect((await elegir(people.ana, ['volumen', 'partes', 'calidad', 'lotes', 'documentos'])).body).toEqual({
      exportadora: ['calidad', 'documentos', 'lotes', 'partes', 'volumen'],
      contraparte: [],
      publica: [],
    })
    expect((await ver(testigo)).text).not.toMatch(/217|ASSS/)
    expect(
      (await elegir(people.carlos, ['volumen', 'entrega', 'documentos', 'partes', 'lotes'])).body.publica,
    ).toEqual(['documentos', 'lotes', 'partes', 'volumen'])
    const { text } = await ver(testigo)
    expect(text).toMatch(/217\.25 TM/)
    expect(text).toContain(`${people.exportadora.nombre} · ${people.centro.nombre}`)
    expect(text).toContain(`factura ${huella.slice(0, 16)}`)
    expect(text).toContain('1 En tránsito')
    expect(text).not.toMatch(/ASSS|5000|Secreta|LT-0001/)
    expect((await elegir(people.carlos, [])).body.publica).toEqual([])
    expect((await ver(testigo)).text).not.toMatch(/217/)
  })

  test('un precio no se puede elegir, ni habla por una parte quien no es de ella', async () => {
    for (const campos of [['precio'], ['precio_fijado_tm'], ['partes', 'chat']]) {
      const { status, body } = await elegir(people.ana, campos)
      expect([status, body.errores[0].campo]).toEqual([422, expect.stringMatching(/^campos/)])
    }
    expect((await elegir(people.teresa, ['partes'])).body.clave).toBe('muestra_ajena')
    expect((await elegir(people.jose, ['partes'])).body.clave).toBe('evidencia_sin_permiso')
    for (const rival of [people.rita, people.cesar])
      expect((await elegir(rival, ['partes'])).body.clave).toBe('contrato_no_existe')
    expect((await call(people.ana, 'GET', testigos())).body.muestra.contraparte).toEqual([])
  })
})
