import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { call, makePeople, makePerson, type People } from './support.ts'

const TOTAL = 23
let people: People
let codigos: string[]

const listar = (quien: People['ana'], consulta: Record<string, string | number> = {}) =>
  call(
    quien,
    'GET',
    `/contratos?${new URLSearchParams(Object.entries(consulta).map(([k, v]) => [k, String(v)]))}`,
  )

const codigosDe = (body: { contratos: { codigo: string }[] }) => body.contratos.map(({ codigo }) => codigo)

/** Walks every page of a list. */
async function recorrer(quien: People['ana'], consulta: Record<string, string | number>): Promise<string[]> {
  const vistos: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, body, text } = await listar(quien, { ...consulta, ...(cursor && { cursor }) })
    expect(status, text).toBe(200)
    vistos.push(...codigosDe(body))
    expect(vistos.length).toBeLessThanOrEqual(TOTAL)
    cursor = body.siguiente
  }
  return vistos
}

beforeAll(async () => {
  people = await makePeople()
  const { centro, finca, ana } = people
  codigos = []
  for (let i = 0; i < TOTAL; i++) {
    const json = {
      contraparte_id: i % 5 === 0 ? finca.id : centro.id,
      volumen_tm: i + 1,
      observaciones: i % 4 === 0 ? `Análisis de la cosecha ${i}% Ñandú` : null,
      ...(i < 10 && { fecha_firma: `2025-03-${String(i + 1).padStart(2, '0')}` }),
    }
    const { body } = await call(ana, 'POST', '/contratos', { json })
    codigos.push(body.codigo)
  }
})

describe('la lista de contratos', () => {
  test('trae los de la empresa, los más recientes primero', async () => {
    const { body } = await listar(people.ana, { limite: 100 })
    expect(codigosDe(body)).toEqual(codigos.toReversed())
    expect(body.siguiente).toBeNull()
  })

  test('la de la contraparte trae los suyos; la de la rival, nada', async () => {
    expect(codigosDe((await listar(people.jose, { limite: 100 })).body)).toHaveLength(5)
    expect((await listar(people.rita)).body).toEqual({ contratos: [], siguiente: null })
    expect((await listar(people.cesar, { texto: codigos[0]! })).body.contratos).toEqual([])
  })

  test('la de un proveedor invitado trae también los contratos ajenos en que participa', async () => {
    const { body } = await call(people.ana, 'POST', '/contratos', {
      json: { contraparte_id: people.centro.id, volumen_tm: 1, proveedores: [people.finca.id] },
    })
    expect(codigosDe((await listar(people.jose)).body)[0]).toBe(body.codigo)
    await call(people.teresa, 'DELETE', `/contratos/${body.codigo}`)
    expect(codigosDe((await listar(people.jose)).body)).not.toContain(body.codigo)
  })

  test('la de un administrador trae los de todos, y no los eliminados', async () => {
    const vistos = codigosDe((await listar(people.teresa, { limite: 100, texto: codigos[3]! })).body)
    expect(vistos).toEqual([codigos[3]])
    const sinEmpresa = await makePerson(null, 'admin')
    expect(codigosDe((await listar(sinEmpresa, { texto: codigos[3]! })).body)).toEqual([codigos[3]])
  })

  test('cualquier tamaño de página recorre todos, una vez y en orden', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: TOTAL + 2 }), fc.boolean(), async (limite, recientes) => {
        const orden = recientes ? 'recientes' : 'antiguos'
        expect(await recorrer(people.ana, { limite, orden })).toEqual(
          recientes ? codigos.toReversed() : codigos,
        )
      }),
      { numRuns: 8 },
    )
  })

  test('un contrato nuevo no mueve las páginas que faltan', async () => {
    const primera = (await listar(people.carlos, { limite: 5 })).body
    const { body: nuevo } = await call(people.carlos, 'POST', '/contratos', {
      json: { exportadora_id: people.exportadora.id, volumen_tm: 1 },
    })
    const segunda = (await listar(people.carlos, { limite: 5, cursor: primera.siguiente })).body
    expect(codigosDe(segunda).filter((codigo) => codigosDe(primera).includes(codigo))).toEqual([])
    await call(people.teresa, 'DELETE', `/contratos/${nuevo.codigo}`)
  })

  test.each([
    ['estado Activo', { estado: 'Activo' }, () => true],
    ['estado Cerrado', { estado: 'Cerrado' }, () => false],
    ['texto sin tilde ni mayúsculas', { texto: 'analisis de la COSECHA' }, (i: number) => i % 4 === 0],
    ['texto con comodines', { texto: '4% ñan' }, (i: number) => i === 4],
    ['texto que no está', { texto: '100_' }, () => false],
    ['desde y hasta', { desde: '2025-03-03', hasta: '2025-03-05' }, (i: number) => i >= 2 && i <= 4],
    ['desde hoy', { desde: '2025-03-11' }, (i: number) => i >= 10],
  ])('filtra por %s', async (_, consulta, cumple) => {
    const esperados = codigos.filter((_, i) => cumple(i))
    expect(await recorrer(people.ana, { ...consulta, orden: 'antiguos', limite: 3 })).toEqual(esperados)
  })

  test('filtra por contraparte, con su id o parte de su nombre', async () => {
    const esperados = codigos.filter((_, i) => i % 5 === 0)
    const { finca, exportadora } = people
    for (const contraparte of [finca.id, finca.nombre, finca.nombre.slice(3).toUpperCase()]) {
      expect(await recorrer(people.ana, { contraparte, orden: 'antiguos' })).toEqual(esperados)
    }
    expect(await recorrer(people.ana, { contraparte: exportadora.nombre })).toEqual([])
    expect(await recorrer(people.jose, { contraparte: exportadora.id, orden: 'antiguos' })).toEqual(esperados)
  })

  test('todos los filtros a la vez son un y', async () => {
    const { body } = await listar(people.ana, {
      estado: 'Activo',
      contraparte: people.centro.id,
      desde: '2025-03-01',
      hasta: '2025-03-31',
      texto: 'cosecha',
      orden: 'antiguos',
    })
    expect(codigosDe(body)).toEqual([4, 8].map((i) => codigos[i]))
  })

  test.each([
    ['limite=0', 'limite'],
    ['limite=101', 'limite'],
    ['limite=', 'limite'],
    ['limite=1&limite=2', 'limite'],
    ['estado=activo', 'estado'],
    ['desde=ayer', 'desde'],
    ['hasta=2025-02-30', 'hasta'],
    ['orden=azar', 'orden'],
    ['texto=', 'texto'],
    ['texto=%00', 'texto'],
    ['estdo=Activo', 'estdo'],
    ['contraparte[]=1', 'contraparte[]'],
  ])('%s se rechaza diciendo el parámetro', async (consulta, campo) => {
    const { status, body } = await call(people.ana, 'GET', `/contratos?${consulta}`)
    expect(status).toBe(400)
    expect(body).toMatchObject({ clave: 'parametros_invalidos', errores: [{ campo }] })
  })

  test('un cursor inventado, o de otro orden, se rechaza', async () => {
    const { siguiente } = (await listar(people.ana, { limite: 1 })).body
    for (const cursor of ['x', '', `${siguiente}x`, siguiente]) {
      const { status, body } = await listar(people.ana, { cursor, orden: 'antiguos' })
      expect([status, body.clave]).toEqual([400, 'cursor_invalido'])
    }
  })
})
