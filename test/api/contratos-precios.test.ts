// What the functions tell of the price of a contract: to the two who sign it, and to nobody else.
import { beforeAll, describe, expect, test } from 'vitest'
import { acordar, call, enRevision, makeContrato, makePeople, type People, type Person } from './support.ts'

let people: People
beforeAll(async () => {
  people = await makePeople()
})

/** Figures that are found in no other answer. */
const PRECIO = '98765.4300'
const DIFERENCIAL = '-4321.50'
const CIFRAS = /98765|4321/
const conPrecio = (datos: object = {}) =>
  makeContrato(people, { precio_fijado_tm: PRECIO, diferencial_tm: DIFERENCIAL, ...datos })
/** Of a contract in review, where it is still edited. */
const conPrecioEnRevision = () =>
  enRevision(people, { precio_fijado_tm: PRECIO, diferencial_tm: DIFERENCIAL })

describe('el precio de un contrato', () => {
  test('se crea, se lee y se edita con sus cifras, y cada edición es una versión', async () => {
    const { codigo } = await conPrecioEnRevision()
    const visto = await call(people.carlos, 'GET', `/contratos/${codigo}`)
    expect(visto.text).toContain(`"precio_fijado_tm":${PRECIO},"diferencial_tm":${DIFERENCIAL},`)
    const editado = await call(people.carlos, 'PUT', `/contratos/${codigo}`, {
      json: { precio_fijado_tm: '98765.50', observaciones: 'otro', diferencial_tm: null },
      headers: { 'if-match': visto.headers.get('etag')! },
    })
    expect(editado.status).toBe(200)
    expect(editado.text).toContain('"precio_fijado_tm":98765.50,"diferencial_tm":null,')
    const despues = await call(people.ana, 'GET', `/contratos/${codigo}`)
    expect([despues.text, despues.headers.get('etag')]).toEqual([editado.text, editado.headers.get('etag')])
    const avisos = (await call(people.ana, 'GET', '/notificaciones')).body.notificaciones as {
      texto: string
    }[]
    expect(avisos.filter(({ texto }) => texto.endsWith(`editó el contrato ${codigo}.`))).toHaveLength(1)
  })

  test('de dos que lo cambian a la vez con la versión leída vale uno', async () => {
    const { codigo } = await conPrecioEnRevision()
    const etag = (await call(people.ana, 'GET', `/contratos/${codigo}`)).headers.get('etag')!
    const respuestas = await Promise.all(
      [1, 2, 3, 4].map((precio_fijado_tm) =>
        call(people.ana, 'PUT', `/contratos/${codigo}`, {
          json: { precio_fijado_tm },
          headers: { 'if-match': etag },
        }),
      ),
    )
    expect(respuestas.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412])
  })

  test('cambiado por el SDK es también otra versión', async () => {
    const { codigo, id } = await conPrecioEnRevision()
    const etag = (await call(people.ana, 'GET', `/contratos/${codigo}`)).headers.get('etag')!
    const { data } = await people.carlos.supabase
      .from('contratos_precios')
      .update({ precio_fijado_tm: 5 })
      .eq('contrato_id', id)
      .select('precio_fijado_tm')
    expect(data).toEqual([{ precio_fijado_tm: 5 }])
    const tarde = await call(people.ana, 'PUT', `/contratos/${codigo}`, {
      json: { precio_fijado_tm: 6 },
      headers: { 'if-match': etag },
    })
    expect([tarde.status, tarde.body.clave]).toEqual([412, 'version_distinta'])
  })

  test('pasa a por fijar cuando deja de tenerlo, y a fijo con el suyo', async () => {
    const { codigo } = await conPrecioEnRevision()
    const editar = (json: object) => call(people.ana, 'PUT', `/contratos/${codigo}`, { json })
    const sigue = await editar({ modalidad_precio: 'por fijar' })
    expect([sigue.status, sigue.body.clave, sigue.body.errores[0].campo]).toEqual([
      409,
      'precio_por_fijar',
      'precio_fijado_tm',
    ])
    expect((await editar({ modalidad_precio: 'por fijar', precio_fijado_tm: null })).body).toMatchObject({
      modalidad_precio: 'por fijar',
      precio_fijado_tm: null,
      diferencial_tm: -4321.5,
    })
    expect((await editar({ modalidad_precio: 'fijo', precio_fijado_tm: 9 })).body.precio_fijado_tm).toBe(9)
  })

  test.each([
    [{ precio_fijado_tm: 0 }, 'precio_fijado_tm'],
    [{ precio_fijado_tm: '1.00001' }, 'precio_fijado_tm'],
    [{ diferencial_tm: '-700.001' }, 'diferencial_tm'],
    [{ diferencial_tm: 'mucho' }, 'diferencial_tm'],
    [{ diferencial_tm: 1_000_001 }, 'diferencial_tm'],
  ])('no admite %j, ni al crear ni al editar', async (json, campo) => {
    const { codigo } = await conPrecioEnRevision()
    const nuevo = { contraparte_id: people.centro.id, volumen_tm: 1, ...json }
    for (const { status, body } of [
      await call(people.ana, 'PUT', `/contratos/${codigo}`, { json }),
      await call(people.ana, 'POST', '/contratos', { json: nuevo }),
    ])
      expect([status, body.errores[0].campo]).toEqual([422, campo])
    expect((await call(people.ana, 'GET', `/contratos/${codigo}`)).text).toContain(PRECIO)
  })
})

/** Every answer about a contract that a supplier may ask. */
const LECTURAS = (codigo: string) => [
  `/contratos/${codigo}`,
  '/contratos',
  `/contratos?texto=${codigo}`,
  `/contratos/${codigo}/fijaciones`,
  `/contratos/${codigo}/mensajes`,
  `/contratos/${codigo}/documentos`,
  '/notificaciones',
  '/perfil',
  '/kpis',
  '/kpis?agrupar=contraparte',
  '/kpis?agrupar=calidad',
  '/kpis/contratos',
  '/calculadora/historial',
]

describe('un proveedor asociado', () => {
  test('no lo lee en ninguna respuesta; las dos partes, donde corresponde', async () => {
    const { codigo } = await conPrecio({ calidad: 'ASE' })
    // 100 qq at 98765.43 a ton.
    const VENTAS = '447992.45'
    await call(people.ana, 'POST', `/contratos/${codigo}/lote`, {
      json: { peso_qq: 100, humedad: 7, estado: 'Exportado' },
    })
    const textos = async (quien: Person) =>
      Promise.all(
        ['application/json', 'text/csv'].flatMap((accept) =>
          LECTURAS(codigo).map(
            async (ruta) => (await call(quien, 'GET', ruta, { headers: { accept } })).text,
          ),
        ),
      )
    for (const texto of await textos(people.jose)) {
      expect(texto).not.toMatch(CIFRAS)
      expect(texto).not.toContain(VENTAS)
    }
    const deAna = await textos(people.ana)
    // The contract, the two lists; the sales by month, partner and quality, as JSON and as CSV.
    expect(deAna.filter((texto) => CIFRAS.test(texto)).length).toBeGreaterThanOrEqual(3)
    expect(deAna.filter((texto) => texto.includes(VENTAS)).length).toBeGreaterThanOrEqual(4)
    const visto = (await call(people.jose, 'GET', `/contratos/${codigo}`)).body
    expect(visto).toMatchObject({ codigo, precio_fijado_tm: null, diferencial_tm: null, fijacion: null })
  })

  test('no lo escribe, ni se lo dice un error', async () => {
    const { codigo } = await conPrecio()
    const { status, body, text } = await call(people.jose, 'PUT', `/contratos/${codigo}`, {
      json: { precio_fijado_tm: 1 },
    })
    expect([status, body.clave]).toEqual([403, 'sin_permiso'])
    expect(text).not.toMatch(CIFRAS)
    const rival = await call(people.rita, 'PUT', `/contratos/${codigo}`, { json: { precio_fijado_tm: 1 } })
    expect([rival.status, rival.body.clave]).toEqual([404, 'contrato_no_existe'])
  })

  test('un precio que cambia no le cambia lo que lee, salvo la versión', async () => {
    const { codigo } = await conPrecio()
    const leer = async () => {
      const { actualizado_en: _, ...resto } = (await call(people.jose, 'GET', `/contratos/${codigo}`)).body
      return resto
    }
    const antes = await leer()
    await acordar(people, codigo, { precio_fijado_tm: 1, diferencial_tm: 2 })
    expect(await leer()).toEqual(antes)
  })

  test('que firma lo lee', async () => {
    const { status, body } = await call(people.ana, 'POST', '/contratos', {
      json: { contraparte_id: people.finca.id, volumen_tm: 5, precio_fijado_tm: PRECIO },
    })
    expect(status).toBe(201)
    const visto = await call(people.jose, 'GET', `/contratos/${body.codigo}`)
    expect(visto.body.precio_fijado_tm).toBe(98765.43)
  })
})
