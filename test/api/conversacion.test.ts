import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { pdf } from '../support/pdf.ts'
import { call, makeContrato, makePeople, type People, upload } from './support.ts'

let people: People
let codigo: string
beforeAll(async () => {
  people = await makePeople()
  codigo = (await makeContrato(people)).codigo
})

type Speaker = People['ana'] | null
const decir = (quien: Speaker, json: unknown, contrato = codigo, headers?: Record<string, string>) =>
  call(quien, 'POST', `/contratos/${contrato}/mensajes`, { json, ...(headers && { headers }) })
const leer = (quien: Speaker, consulta: Record<string, string | number> = {}, contrato = codigo) =>
  call(
    quien,
    'GET',
    `/contratos/${contrato}/mensajes?${new URLSearchParams(Object.entries(consulta).map(([k, v]) => [k, String(v)]))}`,
  )
const marcar = (quien: Speaker, hasta: unknown, contrato = codigo) =>
  call(quien, 'PUT', `/contratos/${contrato}/lectura`, { json: { hasta } })
const textos = (body: { mensajes: { texto: string }[] }) => body.mensajes.map(({ texto }) => texto)
const sinLeer = async (quien: People['ana'], contrato: string): Promise<number> =>
  (await call(quien, 'GET', `/contratos?texto=${contrato}`)).body.contratos[0].sin_leer

describe('escribir en la conversación', () => {
  test('cualquier parte escribe; el mensaje lleva su autor y su empresa, y puede señalar un documento o un lote', async () => {
    const { body: lote } = await call(people.ana, 'POST', `/contratos/${codigo}/lote`, {
      json: { codigo_lote: 'LT-7', peso_qq: 60, humedad: 7 },
    })
    const { body: documento } = await upload(people.carlos, codigo, { tipo: 'factura', archivo: pdf() })
    for (const [quien, lo] of [
      [people.ana, 'LT-7'],
      [people.carlos, lote.id],
      [people.jose, null],
    ] as const) {
      const { status, body } = await decir(quien, {
        texto: '  Vea esto.\n',
        documento: documento.id,
        lote: lo && String(lo),
      })
      expect(status).toBe(201)
      expect(body).toEqual({
        id: expect.any(Number),
        tipo: 'usuario',
        autor: 'Prueba',
        empresa: quien.empresa!.nombre,
        texto: 'Vea esto.',
        documento: documento.id,
        lote: lo && 'LT-7',
        usuario_id: quien.id,
        creado_en: expect.any(String),
      })
    }
  })

  test('con la misma Idempotency-Key se escribe una vez', async () => {
    const { codigo } = await makeContrato(people)
    const clave = { 'idempotency-key': randomUUID() }
    const [uno, otro] = [
      await decir(people.ana, { texto: 'Una vez' }, codigo, clave),
      await decir(people.ana, { texto: 'Una vez' }, codigo, clave),
    ]
    expect(otro.body).toEqual(uno.body)
    expect(textos((await leer(people.ana, {}, codigo)).body).filter((t) => t === 'Una vez')).toHaveLength(1)
  })

  test.each([
    [{}, ['texto']],
    [{ texto: '' }, ['texto']],
    [{ texto: ' \n ' }, ['texto']],
    [{ texto: 'x'.repeat(4001) }, ['texto']],
    [{ texto: 7, documento: 'x' }, ['texto', 'documento']],
    [{ texto: 'a', autor: 'Otro' }, ['autor']],
    [{ texto: 'a', documento: 999999999 }, ['documento']],
    [[], ['']],
  ])('con %j dice qué campos están mal', async (json, campos) => {
    const { status, body } = await decir(people.ana, json)
    expect([status, body.errores.map(({ campo }: { campo: string }) => campo)]).toEqual([422, campos])
  })

  test('el lote que no existe se nombra; el documento de otro contrato no se señala', async () => {
    const sinLote = await decir(people.ana, { texto: 'a', lote: 'LT-404' })
    expect([sinLote.status, sinLote.body.clave]).toEqual([404, 'lote_no_existe'])
    const otro = await makeContrato(people)
    const { body: ajeno } = await upload(people.ana, otro.codigo, { tipo: 'factura', archivo: pdf() })
    const { status, body } = await decir(people.ana, { texto: 'a', documento: ajeno.id })
    expect([status, body.errores[0].campo]).toEqual([422, 'documento'])
  })

  test('cuatro mil caracteres caben, con los signos que sean', async () => {
    const texto = '🍫'.repeat(2000)
    const { status, body } = await decir(people.ana, { texto })
    expect([status, body.texto]).toEqual([201, texto])
  })

  test('la rival no sabe del contrato, por ninguna de las rutas; sin sesión, tampoco', async () => {
    for (const quien of [people.rita, people.cesar])
      for (const respuesta of [await decir(quien, { texto: 'a' }), await leer(quien), await marcar(quien, 1)])
        expect([respuesta.status, respuesta.body.clave]).toEqual([404, 'contrato_no_existe'])
    for (const respuesta of [await decir(null, { texto: 'a' }), await leer(null), await marcar(null, 1)])
      expect(respuesta.status).toBe(401)
  })

  test('en uno cerrado se sigue hablando; en uno eliminado, no', async () => {
    const { codigo } = await makeContrato(people)
    await call(people.teresa, 'PUT', `/contratos/${codigo}`, { json: { estado: 'Cerrado' } })
    expect((await decir(people.jose, { texto: 'Gracias' }, codigo)).status).toBe(201)
    await call(people.teresa, 'DELETE', `/contratos/${codigo}`)
    expect((await decir(people.jose, { texto: 'Gracias' }, codigo)).status).toBe(404)
  })
})

describe('leer la conversación', () => {
  test('los más recientes primero, página a página, sin saltos aunque se escriba entre medio', async () => {
    const { codigo } = await makeContrato(people)
    for (let n = 1; n <= 25; n++) await decir(n % 2 ? people.ana : people.jose, { texto: `${n}` }, codigo)
    const vistos: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { status, body } = await leer(people.carlos, { limite: 7, ...(cursor && { cursor }) }, codigo)
      expect(status).toBe(200)
      vistos.push(...textos(body))
      cursor = body.siguiente
      await decir(people.ana, { texto: 'entre medio' }, codigo)
    }
    const numeros = vistos.filter((texto) => /^\d+$/.test(texto))
    expect(numeros).toEqual(Array.from({ length: 25 }, (_, n) => `${25 - n}`))
    // The system opened it.
    expect(vistos.at(-1)).toContain(`abrió el contrato ${codigo}`)
  })

  test('despues_de trae lo que faltó oír', async () => {
    const { codigo } = await makeContrato(people)
    const { body: primero } = await decir(people.ana, { texto: 'primero' }, codigo)
    await decir(people.jose, { texto: 'segundo' }, codigo)
    expect(textos((await leer(people.ana, { despues_de: primero.id }, codigo)).body)).toEqual(['segundo'])
  })

  test('un cursor que no es de aquí se rechaza', async () => {
    const deContratos = (await call(people.ana, 'GET', '/contratos?limite=1')).body.siguiente
    for (const cursor of ['x', deContratos]) {
      const { status, body } = await leer(people.ana, { cursor })
      expect([status, body.clave]).toEqual([400, 'cursor_invalido'])
    }
  })

  test.each<Record<string, string | number>>([
    { limite: 0 },
    { limite: 101 },
    { despues_de: 'x' },
    { sobra: 1 },
  ])('con %j dice qué está mal', async (consulta) => {
    const { status, body } = await leer(people.ana, consulta)
    expect([status, body.errores[0].campo]).toEqual([400, Object.keys(consulta)[0]])
  })
})

describe('hasta dónde se leyó', () => {
  test('la lista cuenta lo que falta leer a cada quien; lo propio no cuenta; solo avanza', async () => {
    const { codigo } = await makeContrato(people)
    const antes = await sinLeer(people.carlos, codigo)
    expect(antes).toBeGreaterThan(0)
    const { body: uno } = await decir(people.ana, { texto: 'uno' }, codigo)
    const { body: dos } = await decir(people.ana, { texto: 'dos' }, codigo)
    expect(await sinLeer(people.carlos, codigo)).toBe(antes + 2)
    expect((await marcar(people.carlos, uno.id, codigo)).body).toEqual({
      hasta: uno.id,
      leido_en: expect.any(String),
    })
    expect(await sinLeer(people.carlos, codigo)).toBe(1)
    expect((await marcar(people.carlos, dos.id + 1_000_000, codigo)).body.hasta).toBe(dos.id)
    expect((await marcar(people.carlos, uno.id, codigo)).body.hasta).toBe(dos.id)
    expect(await sinLeer(people.carlos, codigo)).toBe(0)
    await decir(people.carlos, { texto: 'tres' }, codigo)
    expect(await sinLeer(people.carlos, codigo)).toBe(0)
    // What Carlos read is nobody else's business.
    expect(await sinLeer(people.jose, codigo)).toBeGreaterThan(0)
  })

  test.each([undefined, 0, -1, 'x', 1.5])('hasta %j se rechaza', async (hasta) => {
    const { status, body } = await marcar(people.ana, hasta)
    expect([status, body.errores[0].campo]).toEqual([422, 'hasta'])
  })
})
