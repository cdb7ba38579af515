import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { makeTempDir } from '../../supabase/local/postgres/temporary.ts'
import { PROJECT_DIR } from '../../supabase/local/settings.ts'
import { unzip } from '../expediente/unzip.ts'
import { pdf } from '../support/pdf.ts'
import { sql } from '../support/sql.ts'
import { until } from '../support/until.ts'
import { bajarCuandoHayaTurno, bajarDe, bytesDe } from './expediente.ts'
import { call, makeContrato, makeEmpresa, makePeople, type People, type Person, upload } from './support.ts'

const { functionsUrl } = inject('stack')
let people: People
let contrato: { id: number; codigo: string }
let dir: string
const factura = pdf(3000)
const foto = pdf(200_000)

const bajar = (quien: Person, codigo: string | number = contrato.codigo, headers = {}, method = 'GET') =>
  bajarDe(quien, codigo, headers, method)
const hechos = (tipo: string) =>
  sql<{ objeto: string; datos: string }>(
    `select objeto, (canonico::jsonb -> 'datos')::text as datos from privado.evidencias where cadena = $1 and tipo = $2`,
    [contrato.id, tipo],
  )
const texto = (files: Map<string, Buffer>, name: string) =>
  [...files].find(([path]) => path.endsWith(`/${name}`))![1].toString()

function verificar(bytes: Buffer, ...args: string[]) {
  const file = join(dir, 'expediente.zip')
  writeFileSync(file, bytes)
  const program = join(PROJECT_DIR, 'server/expediente/verificador/verificar.mjs')
  const { status, stdout } = spawnSync(process.execPath, [program, file, ...args], { encoding: 'utf8' })
  return { status, stdout }
}

beforeAll(async () => {
  dir = await makeTempDir('triboka-expediente-')
  people = await makePeople()
  contrato = await makeContrato(people, { precio_fijado_tm: '5000.50', observaciones: 'Año 2026: ñandú' })
  await upload(people.ana, contrato.codigo, { tipo: 'factura', archivo: factura }, 'Fáctura ñ.pdf')
  await upload(people.jose, contrato.codigo, { tipo: 'otro', archivo: foto }, '..\\CON.pdf')
  await call(people.carlos, 'POST', `/contratos/${contrato.codigo}/lote`, {
    json: { peso_qq: '60.0', humedad: 7.5 },
  })
  await call(people.ana, 'POST', `/contratos/${contrato.codigo}/mensajes`, {
    json: { texto: 'Llegó el camión.\nTodo bien.' },
  })
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe('el expediente de un contrato', () => {
  let primero: Buffer

  test('lo bajan las dos partes y un administrador, y se verifica sin nosotros', async () => {
    const response = await bajar(people.ana)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': expect.stringMatching(
        new RegExp(`^attachment; filename="${contrato.codigo}-expediente-\\d+\\.zip"`),
      ),
      etag: expect.stringMatching(/^"\d+-[\w-]{22}"$/),
    })
    primero = await bytesDe(response)
    const { status, stdout } = verificar(primero)
    expect([status, stdout]).toEqual([0, expect.stringContaining('SÍ:')])
    const [clave] = (await (await fetch(`${functionsUrl}/.well-known/triboka-evidencia.json`)).json()).claves
    expect(verificar(primero, '--clave', clave.verificador)).toMatchObject({ status: 0 })
    for (const quien of [people.carlos, people.teresa]) {
      const otro = await bajar(quien, contrato.id)
      expect((await bytesDe(otro)).equals(primero)).toBe(true)
    }
  })

  test('lleva los papeles con sus bytes, los términos, la cadena y la carátula', async () => {
    const files = await unzip(primero)
    const papeles = [...files].filter(([path]) => path.includes('/data/papeles/'))
    expect(papeles.map(([path]) => path.replace(/^.*\/data\//, ''))).toEqual([
      'papeles/factura/0001-Fáctura ñ.pdf',
      expect.stringMatching(/^papeles\/otro\/0002-_?CON\.pdf$/),
    ])
    expect(papeles.map(([, bytes]) => bytes)).toEqual([factura, foto])
    const json = JSON.parse(texto(files, 'contrato.json'))
    expect(json).toMatchObject({
      codigo: contrato.codigo,
      terminos: { volumen_tm: '200', precio_fijado_tm: '5000.50', estado: 'Activo' },
      lotes: [{ codigo_lote: 'LT-0001', peso_qq: '60.0' }],
      partes: [
        { papel: 'exportadora', ruc: expect.stringMatching(/^\d{13}$/) },
        { papel: 'contraparte', ruc: expect.stringMatching(/^\d{13}$/) },
        { papel: 'proveedor', ruc: null },
      ],
    })
    expect(json.documentos[0]).toMatchObject({ sha256: createHash('sha256').update(factura).digest('hex') })
    expect(texto(files, 'expediente.pdf')).toMatch(/^%PDF-1\.7/)
    expect(texto(files, 'LEEME.txt')).toContain('sha256sum -c')
    const eventos = texto(files, 'eventos.jsonl')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(eventos.map(({ n }) => n)).toEqual(eventos.map((_, i) => i + 1))
    // What was said in this very minute is in it, and sealed.
    const dicho = (name: string) =>
      texto(files, name)
        .split('\n')
        .filter((line) => line.includes('Llegó el camión'))
    expect(dicho('conversacion/mensajes.jsonl')).toHaveLength(1)
    expect(dicho('evidencia/mensajes.jsonl')).toHaveLength(1)
    const { id } = JSON.parse(dicho('evidencia/mensajes.jsonl')[0]!)
    const resumidos = eventos.flatMap(({ canonico }) => JSON.parse(canonico).datos.mensajes ?? [])
    expect(resumidos.map(([uno]) => uno)).toContain(id)
    // Nobody is named in the chain.
    expect(texto(files, 'eventos.jsonl')).not.toContain('Fáctura')
  })

  test('que se entregó es un hecho de la cadena, una vez, y no está dentro de él', async () => {
    const dichos = await until('noted', async () =>
      (await hechos('expediente.hecho')).length ? hechos('expediente.hecho') : undefined,
    )
    const sha256 = createHash('sha256').update(primero).digest('hex')
    expect(dichos).toHaveLength(1)
    expect(JSON.parse(dichos![0]!.datos)).toMatchObject({ sha256, bytes: primero.length })
    const otra = await bytesDe(await bajar(people.carlos))
    expect(otra.equals(primero)).toBe(true)
    expect(await hechos('expediente.hecho')).toHaveLength(1)
  })

  test('quien ya lo tiene recibe 304; con algo nuevo, otro', async () => {
    const etag = (await bajar(people.ana, contrato.id, {}, 'HEAD')).headers.get('etag')!
    const mismo = await call(people.ana, 'GET', `/contratos/${contrato.codigo}/expediente`, {
      headers: { 'if-none-match': etag },
    })
    expect([mismo.status, mismo.text]).toEqual([304, ''])
    await call(people.ana, 'PUT', `/contratos/${contrato.codigo}`, { json: { observaciones: 'Otra cosa' } })
    const nuevo = await bajar(people.ana, contrato.id, { 'if-none-match': etag, range: 'bytes=0-9' })
    expect(nuevo.status).toBe(200)
    expect(nuevo.headers.get('etag')).not.toBe(etag)
    const bytes = await bytesDe(nuevo)
    expect(verificar(bytes).status).toBe(0)
    // Of the one before, its own token and its handing over are facts by now.
    expect(texto(await unzip(bytes), 'eventos.jsonl')).toContain('expediente.hecho')
  })

  test('de a quien se propuso y no ha aceptado dice eso, y no su RUC', async () => {
    const [extrania, finca] = await Promise.all([makeEmpresa('centro_acopio'), makeEmpresa('proveedor')])
    const propuesto = await makeContrato(people, { contraparte_id: extrania.id, proveedores: [] })
    const partesDe = async (codigo: string) =>
      JSON.parse(texto(await unzip(await bytesDe(await bajar(people.ana, codigo))), 'contrato.json')).partes
    expect(await partesDe(propuesto.codigo)).toMatchObject([
      { papel: 'exportadora', pendiente: false },
      { papel: 'contraparte', nombre: extrania.nombre, ruc: null, pendiente: true },
    ])
    const conProveedor = await makeContrato(people, { proveedores: [finca.id] })
    expect(await partesDe(conProveedor.codigo)).toMatchObject([
      { pendiente: false },
      { pendiente: false },
      { papel: 'proveedor', nombre: finca.nombre, ruc: null, pendiente: true },
    ])
  })

  test('lleva cada versión de los términos y cada enmienda, también la que se rechazó', async () => {
    const otro = await makeContrato(people, { precio_fijado_tm: '5000' })
    const base = `/contratos/${otro.codigo}`
    await call(people.carlos, 'PUT', base, { json: { precio_fijado_tm: 9000 } })
    await call(people.ana, 'POST', `${base}/enmiendas/1/rechazar`, { json: { motivo: 'No es lo acordado.' } })
    await call(people.ana, 'PUT', base, { json: { volumen_tm: '220.50' } })
    await call(people.carlos, 'POST', `${base}/enmiendas/2/aceptar`, { json: {} })
    const bytes = await bytesDe(await bajar(people.carlos, otro.codigo))
    expect(verificar(bytes)).toMatchObject({ status: 0 })
    const json = JSON.parse(texto(await unzip(bytes), 'contrato.json'))
    expect(json.terminos).toMatchObject({ volumen_tm: '220.50', precio_fijado_tm: '5000' })
    const [ana, carlos] = [people.exportadora.nombre, people.centro.nombre]
    expect(json.versiones).toMatchObject([
      { n: 1, origen: 'creacion', terminos: { volumen_tm: '200' } },
      {
        n: 2,
        origen: 'enmienda',
        enmienda: 2,
        terminos: { volumen_tm: '220.50' },
        propone: ana,
        acepta: carlos,
      },
    ])
    expect(json.enmiendas).toMatchObject([
      { n: 1, estado: 'rechazada', cambios: { precio_fijado_tm: '9000' }, propone: carlos, responde: ana },
      { n: 2, estado: 'aceptada', cambios: { volumen_tm: '220.50' }, propone: ana, responde: carlos },
    ])
  })

  test('lo que alguien cambió por fuera está dicho dentro, y el verificador dice que no', async () => {
    const otro = await makeContrato(people)
    await call(people.ana, 'POST', `/contratos/${otro.codigo}/lote`, { json: { peso_qq: 60, humedad: 7 } })
    await sql(`do $$ begin
      execute 'alter table public.lotes_asociados disable trigger user';
      update public.lotes_asociados set peso_qq = 6000 where contrato_id = ${otro.id};
      execute 'alter table public.lotes_asociados enable trigger user';
    end $$`)
    const { status, stdout } = verificar(await bytesDe(await bajar(people.ana, otro.codigo)))
    expect([status, stdout]).toEqual([
      1,
      expect.stringMatching(/✗ lote\/\d+: no es lo que contó la cadena: cambiada peso_qq/),
    ])
  })

  test('su QR lleva siempre a una página que abre: la de otra clave, o la revocada, da lugar a otra', async () => {
    const otro = await makeContrato(people)
    const deExpediente = async () =>
      (await call(people.ana, 'GET', `/contratos/${otro.codigo}/testigos`)).body.testigos
        .filter((uno: { de_expediente: boolean }) => uno.de_expediente)
        .map((uno: { id: number; revocado_en: string | null }) => [uno.id, uno.revocado_en === null])
    const juntos = await Promise.all([people.ana, people.carlos].map((quien) => bajar(quien, otro.codigo)))
    for (const response of juntos) expect(verificar(await bytesDe(response)).status).toBe(0)
    const [[primero]] = await deExpediente()
    expect(await deExpediente()).toEqual([[primero, true]])
    // As if the key of the installation were another one.
    await sql(`update privado.testigos set huella = sha256('x' || huella) where id = $1`, [primero])
    expect(verificar(await bytesDe(await bajar(people.ana, otro.codigo))).status).toBe(0)
    const [[segundo]] = await deExpediente()
    expect(await deExpediente()).toEqual([
      [segundo, true],
      [primero, false],
    ])
    await call(people.carlos, 'DELETE', `/contratos/${otro.codigo}/testigos/${segundo}`)
    expect(verificar(await bytesDe(await bajar(people.ana, otro.codigo))).status).toBe(0)
    expect((await deExpediente()).map(([, vale]: [number, boolean]) => vale)).toEqual([true, false, false])
  })

  test('un proveedor asociado no lo baja, porque lleva precios; para la rival no existe', async () => {
    const jose = await call(people.jose, 'GET', `/contratos/${contrato.codigo}/expediente`)
    expect([jose.status, jose.body.clave]).toEqual([403, 'evidencia_sin_permiso'])
    for (const rival of [people.rita, people.cesar]) {
      const { status, body } = await call(rival, 'GET', `/contratos/${contrato.codigo}/expediente`)
      expect([status, body.clave]).toEqual([404, 'contrato_no_existe'])
    }
    expect((await call(null, 'GET', `/contratos/${contrato.codigo}/expediente`)).status).toBe(401)
    for (const id of ['0', 'x', '99999999', '%00'])
      expect((await call(people.ana, 'GET', `/contratos/${id}/expediente`)).body.clave).toBe(
        'contrato_no_existe',
      )
  })

  test('quien se va a la mitad deja todo libre, y no queda como entregado', async () => {
    const antes = (await hechos('expediente.hecho')).length
    await call(people.ana, 'PUT', `/contratos/${contrato.codigo}`, { json: { observaciones: 'Y otra' } })
    for (let i = 0; i < 5; i++) {
      const abort = new AbortController()
      const response = await fetch(`${functionsUrl}/contratos/${contrato.codigo}/expediente`, {
        headers: { authorization: `Bearer ${people.carlos.token}` },
        signal: abort.signal,
      })
      await response.body!.getReader().read()
      abort.abort()
    }
    // Its turns are free again: the next is served whole.
    const { status, body } = await bajarCuandoHayaTurno(people.carlos, contrato.codigo)
    expect([status, verificar(body).status]).toEqual([200, 0])
    await until('noted', async () => (await hechos('expediente.hecho')).length === antes + 1)
  })
})
