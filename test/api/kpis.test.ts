import { beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { call, makeContrato, makeEmpresa, makePeople, makePerson, type People, relate } from './support.ts'

let people: People
const kpis = async (quien: keyof People, query = '') =>
  (await call(people[quien] as People['ana'], 'GET', `/kpis${query}`)).body

/** Ana's year: one contract exported at a price, one to be fixed and late, in months that are over. */
beforeAll(async () => {
  people = await makePeople()
  const { codigo, id } = await makeContrato(people, {
    volumen_tm: 10,
    precio_fijado_tm: '5000.10',
    calidad: 'ASE',
    fecha_entrega: '2026-02-28',
    tolerancia_pct: 5,
  })
  for (const [peso_qq, humedad] of [
    ['100.0', 8],
    ['150.0', 7],
  ])
    await call(people.ana, 'POST', `/contratos/${codigo}/lote`, { json: { peso_qq, humedad } })
  const cambiar = async (quien: People['ana'], lote: string, json: object) =>
    expect(await call(quien, 'PUT', `/contratos/${codigo}/lotes/${lote}`, { json })).toMatchObject({
      status: 200,
    })
  await cambiar(people.ana, 'LT-0001', { peso_qq: '98.0', estado: 'Secado' })
  for (const lote of ['LT-0001', 'LT-0002']) await cambiar(people.carlos, lote, { estado: 'Exportado' })
  await makeContrato(people, {
    volumen_tm: 20,
    modalidad_precio: 'por fijar',
    fecha_entrega: '2026-03-31',
    calidad: '=HYPERLINK("http://x")',
  })
  // As if it had been then: only the owner of the tables can say so.
  await sql(
    `update public.lotes_asociados set recibido_en = '2026-02-10 12:00-05', secado_en = '2026-02-10 12:00-05',
       exportado_en = '2026-03-01 04:59:59Z' where contrato_id = $1`,
    [id],
  ).catch(async () => {
    await sql(`update public.contratos set estado = 'Activo' where id = $1`, [id])
    await sql(
      `update public.lotes_asociados set recibido_en = '2026-02-10 12:00-05', secado_en = '2026-02-10 12:00-05',
         exportado_en = '2026-03-01 04:59:59Z' where contrato_id = $1`,
      [id],
    )
    await sql(`update public.contratos set estado = 'Cerrado' where id = $1`, [id])
  })
}, 60_000)

describe('GET /kpis', () => {
  test('suma por mes lo contratado, lo entregado, lo vendido, la humedad y la merma', async () => {
    const { total, grupos, series, stock, contratos, posicion_abierta } = await kpis(
      'ana',
      '?desde=2026-01&hasta=2026-03',
    )
    expect(grupos.map(({ clave }: { clave: string }) => clave)).toEqual(['2026-01', '2026-02', '2026-03'])
    // 248 qq × 45.359237 kg; (98 × 8 + 150 × 7) / 248; 2 of 250 lost; exported in February of Guayaquil.
    expect(grupos[1]).toMatchObject({
      contratado_tm: 10,
      entregado_qq: 248,
      entregado_tm: 11.2491,
      humedad_promedio: 7.3952,
      merma_pct: 0.8,
      vendido_tm: 11.2491,
      ventas_usd: 56246.58,
      sin_precio_tm: 0,
      stock_qq: null,
    })
    expect(grupos[2]).toMatchObject({ contratado_tm: 20, entregado_qq: 0, humedad_promedio: null })
    expect(total).toMatchObject({
      contratado_tm: 30,
      entregado_qq: 248,
      ventas_usd: 56246.58,
      abierta_tm: 20,
    })
    expect(series.find(({ nombre }: { nombre: string }) => nombre === 'Ventas').puntos).toEqual([
      ['2026-01', 0],
      ['2026-02', 56246.58],
      ['2026-03', 0],
    ])
    expect(stock[3]).toEqual({ estado: 'Exportado', lotes: 2, qq: 248, tm: 11.2491 })
    expect(contratos).toEqual({
      estados: [
        { estado: 'En revisión', contratos: 0, tm: 0 },
        { estado: 'Activo', contratos: 1, tm: 20 },
        { estado: 'Cerrado', contratos: 1, tm: 10 },
      ],
      borradores: { contratos: 0, tm: 0 },
      por_vencer: { dias: 15, contratos: 0, pendiente_tm: 0 },
      atrasados: { contratos: 1, pendiente_tm: 20 },
    })
    expect(posicion_abierta).toEqual({ contratos: 1, tm: 20 })
  })

  test('por contraparte y por calidad, los totales son los mismos', async () => {
    const porMes = await kpis('ana', '?desde=2026-01&hasta=2026-12')
    const porOtra = await kpis('ana', '?desde=2026-01&hasta=2026-12&agrupar=contraparte')
    const porCalidad = await kpis('ana', '?desde=2026-01&hasta=2026-12&agrupar=calidad')
    expect([porOtra.total, porCalidad.total]).toEqual([porMes.total, porMes.total])
    expect(porOtra.grupos).toMatchObject([
      { clave: String(people.centro.id), nombre: people.centro.nombre, stock_qq: 0 },
    ])
    expect(porCalidad.grupos).toMatchObject([
      { nombre: '=HYPERLINK("http://x")', abierta_tm: 20 },
      { nombre: 'ASE' },
    ])
  })

  test('sin período, los últimos doce meses; lo que se acaba de hacer ya está', async () => {
    const { desde, hasta, grupos } = await kpis('ana')
    const mes = new Date().toLocaleDateString('sv', { timeZone: 'America/Guayaquil' }).slice(0, 7)
    expect([hasta, grupos.length, grupos[0].clave]).toEqual([mes, 12, desde])
    const antes = (await kpis('carlos')).stock[0]
    const { codigo } = await makeContrato(people)
    await call(people.ana, 'POST', `/contratos/${codigo}/lote`, { json: { peso_qq: 1.5, humedad: 7 } })
    expect((await kpis('carlos')).stock[0]).toMatchObject({ lotes: antes.lotes + 1, qq: antes.qq + 1.5 })
  })

  test('un proveedor asociado ve entregas, no ventas ni posición abierta', async () => {
    const { total, stock, posicion_abierta } = await kpis('jose', '?desde=2026-01&hasta=2026-12')
    expect(total).toMatchObject({
      entregado_qq: 248,
      ventas_usd: 0,
      vendido_tm: 0,
      sin_precio_tm: 0,
      abierta_tm: 0,
    })
    expect(stock[3].qq).toBe(248)
    expect(posicion_abierta.contratos).toBe(0)
  })

  test('un rival no ve nada, ni pidiéndolo; un administrador, lo de cualquiera', async () => {
    const { total, stock } = await kpis('rita')
    expect(total).toMatchObject({ contratado_tm: 0, entregado_qq: 0, ventas_usd: 0 })
    expect(stock.every(({ lotes }: { lotes: number }) => lotes === 0)).toBe(true)
    const { exportadora } = people
    for (const ruta of ['/kpis', '/kpis/contratos']) {
      const { status, body } = await call(people.rita, 'GET', `${ruta}?empresa=${exportadora.id}`)
      expect([status, body.clave]).toEqual([403, 'kpis_ajenos'])
    }
    const deAna = await kpis('ana', '?desde=2026-01&hasta=2026-12')
    const pedido = await kpis('teresa', `?desde=2026-01&hasta=2026-12&empresa=${exportadora.id}`)
    expect(pedido).toEqual(deAna)
    expect((await kpis('teresa', '?desde=2026-01&hasta=2026-12')).total.entregado_qq).toBeGreaterThanOrEqual(
      248,
    )
  })

  test('con el SDK se lee lo mismo, y nada ajeno', async () => {
    const { data } = await people.ana.supabase.rpc('kpis', { desde: '2026-01-01', hasta: '2026-12-31' })
    expect(data).toEqual(await kpis('ana', '?desde=2026-01&hasta=2026-12'))
    const totales = await people.rita.supabase.from('kpis_totales').select('empresa_id')
    expect(totales).toMatchObject({ error: null, data: [] })
    const ajeno = await people.rita.supabase.rpc('kpis', { empresa: people.exportadora.id })
    expect(ajeno.error?.message).toBe('kpis_ajenos')
  })

  test('como CSV: con su cabecera, y sin fórmulas que haya escrito otro', async () => {
    const { headers, text, status } = await call(
      people.ana,
      'GET',
      '/kpis?desde=2026-01&hasta=2026-12&agrupar=calidad',
      { headers: { accept: 'text/csv' } },
    )
    expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8'])
    const [cabecera, ...filas] = text.replace('\uFEFF', '').split('\r\n')
    expect(cabecera).toMatch(/^clave,nombre,contratado_tm,entregado_qq,/)
    expect(filas.find((fila) => fila.includes('HYPERLINK'))).toMatch(/^"'=HYPERLINK\(""http:\/\/x""\)",/)
  })

  test.each([
    ['desde=2026-13', 400, 'desde'],
    ['desde=2026-1', 400, 'desde'],
    ['hasta=ayer', 400, 'hasta'],
    ['agrupar=lote', 400, 'agrupar'],
    ['dias=366', 400, 'dias'],
    ['dias=-1', 400, 'dias'],
    ['empresa=x', 400, 'empresa'],
    ['otro=1', 400, 'otro'],
    ['desde=2026-02&hasta=2026-01', 422, 'desde'],
    ['desde=2000-01&hasta=2026-01', 422, 'desde'],
  ])('con %s dice qué está mal', async (query, estado, campo) => {
    const { status, body } = await call(people.ana, 'GET', `/kpis?${query}`)
    expect([status, body.errores[0].campo]).toEqual([estado, campo])
  })

  test('sin sesión o sin empresa, nada', async () => {
    expect((await call(null, 'GET', '/kpis')).status).toBe(401)
    const nadie = await makePerson(null)
    expect((await call(nadie, 'GET', '/kpis')).body.clave).toBe('sin_empresa')
    expect((await call(nadie, 'GET', '/kpis/contratos')).body.clave).toBe('sin_empresa')
  })
})

describe('GET /kpis/contratos', () => {
  test('dice cómo va cada uno, y encuentra los que van mal', async () => {
    const { body } = await call(people.carlos, 'GET', '/kpis/contratos?situacion=atrasado')
    expect(body.contratos).toMatchObject([
      {
        contratado_tm: 20,
        entregado_tm: 0,
        pendiente_tm: 20,
        avance_pct: 0,
        situacion: 'atrasado',
        fecha_entrega: '2026-03-31',
      },
    ])
    expect(body.contratos[0].dias_atraso).toBeGreaterThan(0)
    const sobre = await call(people.ana, 'GET', '/kpis/contratos?situacion=sobre%20tolerancia')
    // 11.2491 delivered of 10 with 5 %.
    expect(sobre.body.contratos).toMatchObject([
      { estado: 'Cerrado', sobre_tolerancia_tm: 0.7491, avance_pct: 112.49, pendiente_tm: 0, lotes: 2 },
    ])
  })

  test('va por páginas, en JSON y en CSV, y a un rival no le da ninguno', async () => {
    const exportadora = await makeEmpresa('exportadora')
    const eva = await makePerson(exportadora)
    await relate([exportadora, people.centro], [exportadora, people.finca])
    const suya = { ...people, ana: eva }
    const codigos = []
    for (let n = 0; n < 5; n++) codigos.unshift((await makeContrato(suya)).codigo)
    const vistos: string[] = []
    for (let cursor = ''; ; ) {
      const { body } = await call(eva, 'GET', `/kpis/contratos?limite=2${cursor}`)
      vistos.push(...body.contratos.map(({ codigo }: { codigo: string }) => codigo))
      if (!body.siguiente) break
      cursor = `&cursor=${encodeURIComponent(body.siguiente)}`
    }
    expect(vistos).toEqual(codigos)
    const headers = { accept: 'text/csv' }
    // The link of each page has the filters of the first.
    const enCsv: string[] = []
    for (let query: string | undefined = '?limite=2&estado=Activo'; query; ) {
      const { text, headers: suyas } = await call(eva, 'GET', `/kpis/contratos${query}`, { headers })
      const lineas = text.trim().split('\r\n').slice(1)
      expect(lineas.length).toBeLessThanOrEqual(2)
      enCsv.push(...lineas.map((linea) => linea.split(',')[0]!))
      query = /^<(\?.*estado=Activo.*)>; rel="next"$/.exec(suyas.get('link') ?? '')?.[1]
    }
    expect(enCsv).toEqual(codigos)
    expect((await call(people.rita, 'GET', '/kpis/contratos')).body.contratos).toEqual([])
    expect((await call(eva, 'GET', '/kpis/contratos?cursor=eA')).body.clave).toBe('cursor_invalido')
    const { data } = await people.rita.supabase.from('kpis_contratos').select('codigo').in('codigo', codigos)
    expect(data).toEqual([])
  })
})
