import { beforeAll, expect, inject, test } from 'vitest'
import { call, makePeople, type People } from './support.ts'

interface Parametro {
  name: string
  in: string
}

let people: People
beforeAll(async () => {
  people = await makePeople()
})

test('ninguna lista responde por un período que termina antes de empezar', async () => {
  const documento = await (await fetch(`${inject('stack').functionsUrl}/openapi.json`)).json()
  const rutas = Object.entries<{ get?: { parameters?: Parametro[] } }>(documento.paths).flatMap(
    ([ruta, { get }]) => {
      const nombres = get?.parameters?.map(({ name }) => name) ?? []
      return nombres.includes('desde') && nombres.includes('hasta') ? [ruta] : []
    },
  )
  expect(rutas.toSorted()).toEqual([
    ...['/calculadora/historial', '/contratos', '/inventario', '/kpis', '/kpis/produccion', '/lotes'],
    ...['/operaciones', '/precios-fob'],
  ])
  for (const ruta of rutas) {
    const porMeses = ruta.startsWith('/kpis')
    const [antes, despues] = porMeses ? ['2026-01', '2026-12'] : ['2026-01-01', '2026-12-31']
    const { status, body } = await call(people.ana, 'GET', `${ruta}?desde=${despues}&hasta=${antes}`)
    if (porMeses) expect([status, body.clave]).toEqual([422, 'kpis_periodo_invalido'])
    else
      expect([status, body.clave, body.errores]).toEqual([
        400,
        'parametros_invalidos',
        [{ campo: 'hasta', mensaje: 'No puede ser anterior a desde.' }],
      ])
    expect((await call(people.ana, 'GET', `${ruta}?desde=${antes}&hasta=${antes}`)).status).toBe(200)
  }
})

test('por el SDK tampoco', async () => {
  const { error } = await people.ana.supabase.rpc('kpis', { desde: '2026-12-01', hasta: '2026-01-01' })
  expect(error).toMatchObject({ message: 'kpis_periodo_invalido' })
})
