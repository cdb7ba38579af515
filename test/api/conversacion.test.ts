import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { pdf } from '../support/pdf.ts'
import { crearGente, type Gente, llamar, nuevoContrato, subir } from './support.ts'

let gente: Gente
let codigo: string
beforeAll(async () => {
  gente = await crearGente()
  codigo = (await nuevoContrato(gente)).codigo
})

type Quien = Gente['ana'] | null
const decir = (quien: Quien, json: unknown, contrato = codigo, headers?: Record<string, string>) =>
  llamar(quien, 'POST', `/contratos/${contrato}/mensajes`, { json, ...(headers && { headers }) })
const leer = (quien: Quien, consulta: Record<string, string | number> = {}, contrato = codigo) =>
  llamar(
    quien,
    'GET',
    `/contratos/${contrato}/mensajes?${new URLSearchParams(Object.entries(consulta).map(([k, v]) => [k, String(v)]))}`,
  )
const marcar = (quien: Quien, hasta: unknown, contrato = codigo) =>
  llamar(quien, 'PUT', `/contratos/${contrato}/lectura`, { json: { hasta } })
const textos = (cuerpo: { mensajes: { texto: string }[] }) => cuerpo.mensajes.map(({ texto }) => texto)
const sinLeer = async (quien: Gente['ana'], contrato: string): Promise<number> =>
  (await llamar(quien, 'GET', `/contratos?texto=${contrato}`)).cuerpo.contratos[0].sin_leer

describe('escribir en la conversación', () => {
  test('cualquier parte escribe; el mensaje lleva su autor y su empresa, y puede señalar un documento o un lote', async () => {
    const { cuerpo: lote } = await llamar(gente.ana, 'POST', `/contratos/${codigo}/lote`, {
      json: { codigo_lote: 'LT-7', peso_qq: 60, humedad: 7 },
    })
    const { cuerpo: documento } = await subir(gente.carlos, codigo, { tipo: 'factura', archivo: pdf() })
    for (const [quien, lo] of [
      [gente.ana, 'LT-7'],
      [gente.carlos, lote.id],
      [gente.jose, null],
    ] as const) {
      const { status, cuerpo } = await decir(quien, {
        texto: '  Vea esto.\n',
        documento: documento.id,
        lote: lo && String(lo),
      })
      expect(status).toBe(201)
      expect(cuerpo).toEqual({
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
    const { codigo } = await nuevoContrato(gente)
    const clave = { 'idempotency-key': randomUUID() }
    const [uno, otro] = [
      await decir(gente.ana, { texto: 'Una vez' }, codigo, clave),
      await decir(gente.ana, { texto: 'Una vez' }, codigo, clave),
    ]
    expect(otro.cuerpo).toEqual(uno.cuerpo)
    expect(textos((await leer(gente.ana, {}, codigo)).cuerpo).filter((t) => t === 'Una vez')).toHaveLength(1)
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
    const { status, cuerpo } = await decir(gente.ana, json)
    expect([status, cuerpo.errores.map(({ campo }: { campo: string }) => campo)]).toEqual([422, campos])
  })

  test('el lote que no existe se nombra; el documento de otro contrato no se señala', async () => {
    const sinLote = await decir(gente.ana, { texto: 'a', lote: 'LT-404' })
    expect([sinLote.status, sinLote.cuerpo.clave]).toEqual([404, 'lote_no_existe'])
    const otro = await nuevoContrato(gente)
    const { cuerpo: ajeno } = await subir(gente.ana, otro.codigo, { tipo: 'factura', archivo: pdf() })
    const { status, cuerpo } = await decir(gente.ana, { texto: 'a', documento: ajeno.id })
    expect([status, cuerpo.errores[0].campo]).toEqual([422, 'documento'])
  })

  test('cuatro mil caracteres caben, con los signos que sean', async () => {
    const texto = '🍫'.repeat(2000)
    const { status, cuerpo } = await decir(gente.ana, { texto })
    expect([status, cuerpo.texto]).toEqual([201, texto])
  })

  test('la rival no sabe del contrato, por ninguna de las rutas; sin sesión, tampoco', async () => {
    for (const quien of [gente.rita, gente.cesar])
      for (const respuesta of [await decir(quien, { texto: 'a' }), await leer(quien), await marcar(quien, 1)])
        expect([respuesta.status, respuesta.cuerpo.clave]).toEqual([404, 'contrato_no_existe'])
    for (const respuesta of [await decir(null, { texto: 'a' }), await leer(null), await marcar(null, 1)])
      expect(respuesta.status).toBe(401)
  })

  test('en uno cerrado se sigue hablando; en uno eliminado, no', async () => {
    const { codigo } = await nuevoContrato(gente)
    await llamar(gente.teresa, 'PUT', `/contratos/${codigo}`, { json: { estado: 'Cerrado' } })
    expect((await decir(gente.jose, { texto: 'Gracias' }, codigo)).status).toBe(201)
    await llamar(gente.teresa, 'DELETE', `/contratos/${codigo}`)
    expect((await decir(gente.jose, { texto: 'Gracias' }, codigo)).status).toBe(404)
  })
})

describe('leer la conversación', () => {
  test('los más recientes primero, página a página, sin saltos aunque se escriba entre medio', async () => {
    const { codigo } = await nuevoContrato(gente)
    for (let n = 1; n <= 25; n++) await decir(n % 2 ? gente.ana : gente.jose, { texto: `${n}` }, codigo)
    const vistos: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { status, cuerpo } = await leer(gente.carlos, { limite: 7, ...(cursor && { cursor }) }, codigo)
      expect(status).toBe(200)
      vistos.push(...textos(cuerpo))
      cursor = cuerpo.siguiente
      await decir(gente.ana, { texto: 'entre medio' }, codigo)
    }
    const numeros = vistos.filter((texto) => /^\d+$/.test(texto))
    expect(numeros).toEqual(Array.from({ length: 25 }, (_, n) => `${25 - n}`))
    // The system opened it.
    expect(vistos.at(-1)).toContain(`abrió el contrato ${codigo}`)
  })

  test('despues_de trae lo que faltó oír', async () => {
    const { codigo } = await nuevoContrato(gente)
    const { cuerpo: primero } = await decir(gente.ana, { texto: 'primero' }, codigo)
    await decir(gente.jose, { texto: 'segundo' }, codigo)
    expect(textos((await leer(gente.ana, { despues_de: primero.id }, codigo)).cuerpo)).toEqual(['segundo'])
  })

  test('un cursor que no es de aquí se rechaza', async () => {
    const deContratos = (await llamar(gente.ana, 'GET', '/contratos?limite=1')).cuerpo.siguiente
    for (const cursor of ['x', deContratos]) {
      const { status, cuerpo } = await leer(gente.ana, { cursor })
      expect([status, cuerpo.clave]).toEqual([400, 'cursor_invalido'])
    }
  })

  test.each<Record<string, string | number>>([
    { limite: 0 },
    { limite: 101 },
    { despues_de: 'x' },
    { sobra: 1 },
  ])('con %j dice qué está mal', async (consulta) => {
    const { status, cuerpo } = await leer(gente.ana, consulta)
    expect([status, cuerpo.errores[0].campo]).toEqual([400, Object.keys(consulta)[0]])
  })
})

describe('hasta dónde se leyó', () => {
  test('la lista cuenta lo que falta leer a cada quien; lo propio no cuenta; solo avanza', async () => {
    const { codigo } = await nuevoContrato(gente)
    const antes = await sinLeer(gente.carlos, codigo)
    expect(antes).toBeGreaterThan(0)
    const { cuerpo: uno } = await decir(gente.ana, { texto: 'uno' }, codigo)
    const { cuerpo: dos } = await decir(gente.ana, { texto: 'dos' }, codigo)
    expect(await sinLeer(gente.carlos, codigo)).toBe(antes + 2)
    expect((await marcar(gente.carlos, uno.id, codigo)).cuerpo).toEqual({
      hasta: uno.id,
      leido_en: expect.any(String),
    })
    expect(await sinLeer(gente.carlos, codigo)).toBe(1)
    expect((await marcar(gente.carlos, dos.id + 1_000_000, codigo)).cuerpo.hasta).toBe(dos.id)
    expect((await marcar(gente.carlos, uno.id, codigo)).cuerpo.hasta).toBe(dos.id)
    expect(await sinLeer(gente.carlos, codigo)).toBe(0)
    await decir(gente.carlos, { texto: 'tres' }, codigo)
    expect(await sinLeer(gente.carlos, codigo)).toBe(0)
    // What Carlos read is nobody else's business.
    expect(await sinLeer(gente.jose, codigo)).toBeGreaterThan(0)
  })

  test.each([undefined, 0, -1, 'x', 1.5])('hasta %j se rechaza', async (hasta) => {
    const { status, cuerpo } = await marcar(gente.ana, hasta)
    expect([status, cuerpo.errores[0].campo]).toEqual([422, 'hasta'])
  })
})
