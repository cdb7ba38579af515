import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sql } from '../support/sql.ts'
import { call, makePeople, makePerson, type People, type Person } from './support.ts'

let people: People
const PREFIJO = `api-${randomBytes(3).toString('hex')}`
let numero = 0
/** A quality that no other test has. */
const nueva = () => `${PREFIJO} ${++numero}`

beforeAll(async () => {
  people = await makePeople()
})
afterAll(() => sql(`delete from public.precios_fob where calidad like $1 || ' %'`, [PREFIJO]))

const poner = (quien: Person | null, json: object, headers?: Record<string, string>) =>
  call(quien, 'POST', '/precios-fob', { json, ...(headers && { headers }) })
const listar = async (quien: Person, consulta: Record<string, string>) =>
  (await call(quien, 'GET', `/precios-fob?${new URLSearchParams(consulta)}`)).body
const fechas = (precios: { fecha: string; ambito: string }[]) =>
  precios.map(({ fecha, ambito }) => `${fecha} ${ambito}`)

describe('los precios', () => {
  test('llevan el del mercado, el diferencial con signo y el FOB que dan', async () => {
    const calidad = nueva()
    const { status, body, headers } = await poner(people.ana, {
      fecha: '2025-01-21',
      calidad,
      precio_tm: '11498.00',
      diferencial: '-700',
      fuente: 'ICE',
    })
    expect([status, headers.get('location')]).toEqual([201, `precios-fob/${body.id}`])
    expect(body).toMatchObject({
      mercado: 'NY',
      precio_tm: 11498,
      diferencial: -700,
      fob_tm: 10798,
      fuente: 'ICE',
      ambito: 'propio',
    })
    const put = (json: object, quien = people.ana) => call(quien, 'PUT', `/precios-fob/${body.id}`, { json })
    expect((await put({ diferencial: 50.5 })).body).toMatchObject({ precio_tm: 11498, fob_tm: 11548.5 })
    const malo = await put({ diferencial: -11498 })
    expect([malo.status, malo.body.errores[0].campo]).toEqual([422, 'diferencial'])
    for (const otro of [people.rita, people.carlos, people.teresa]) {
      expect((await put({ precio_tm: 1 }, otro)).body.clave).toBe('precio_no_existe')
      expect((await call(otro, 'DELETE', `/precios-fob/${body.id}`)).body.clave).toBe('precio_no_existe')
      expect((await listar(otro, { calidad })).precios).toEqual([])
      expect((await listar(otro, { calidad, desde: '2000-01-01' })).precios).toEqual([])
    }
    expect((await call(people.ana, 'DELETE', `/precios-fob/${body.id}`)).status).toBe(204)
  })

  test('el de un día es el último hasta él; sin fecha, el último de hoy; con desde o hasta, la serie', async () => {
    const calidad = nueva()
    for (const [fecha, precio_tm] of [
      ['2025-01-20', 11000],
      ['2025-01-22', 11500],
      ['2099-01-01', 5000],
    ] as const)
      await poner(people.teresa, { fecha, calidad, precio_tm })
    for (const fecha of ['2025-01-21', '2025-01-23'])
      await poner(people.jose, { fecha, calidad, precio_tm: 9000 })
    const de = async (quien: Person, mas: object) =>
      fechas((await listar(quien, { calidad, ...mas })).precios)
    expect(await de(people.jose, { fecha: '2025-01-21' })).toEqual(['2025-01-20 global', '2025-01-21 propio'])
    expect(await de(people.jose, {})).toEqual(['2025-01-22 global', '2025-01-23 propio'])
    expect(await de(people.jose, { ambito: 'propio' })).toEqual(['2025-01-23 propio'])
    expect(await de(people.ana, {})).toEqual(['2025-01-22 global'])
    expect(await de(people.ana, { fecha: '2025-01-19' })).toEqual([])
    expect(await de(people.jose, { desde: '2025-01-21', hasta: '2025-01-23' })).toEqual([
      '2025-01-23 propio',
      '2025-01-22 global',
      '2025-01-21 propio',
    ])
    expect(await de(people.jose, { desde: '2025-01-21', ambito: 'global' })).toEqual([
      '2099-01-01 global',
      '2025-01-22 global',
    ])
    const { status, body } = await call(people.ana, 'GET', '/precios-fob?fecha=2025-01-01&desde=2025-01-01')
    expect([status, body.errores[0].campo]).toEqual([400, 'fecha'])
  })

  test('van por páginas, sin repetir ni saltar', async () => {
    const calidad = nueva()
    await sql(
      `insert into public.precios_fob (empresa_id, fecha, calidad, precio_tm)
       select e, date '2020-01-01' + n, $1, 3000 + n from generate_series(1, 12) as n, unnest(array[null, $2::bigint]) as e`,
      [calidad, people.finca.id],
    )
    const vistos: number[] = []
    let cursor: string | null = null
    do {
      const pagina: { precios: { id: number }[]; siguiente: string | null } = await listar(people.jose, {
        calidad,
        desde: '2020-01-01',
        limite: '5',
        ...(cursor && { cursor }),
      })
      vistos.push(...pagina.precios.map(({ id }) => id))
      cursor = pagina.siguiente
    } while (cursor)
    expect([vistos.length, new Set(vistos).size]).toEqual([24, 24])

    for (let i = 0; i < 3; i++)
      await poner(people.cesar, { fecha: '2025-01-01', calidad: nueva(), precio_tm: 1 })
    const propios = await listar(people.cesar, { ambito: 'propio', limite: '2' })
    const resto = await listar(people.cesar, { ambito: 'propio', limite: '2', cursor: propios.siguiente })
    expect([propios.precios.length, resto.precios.length, resto.siguiente]).toEqual([2, 1, null])
    for (const malo of [propios.siguiente, Buffer.from('serie:2025-02-30_1').toString('base64url')])
      expect((await listar(people.cesar, { desde: '2020-01-01', cursor: malo })).clave).toBe(
        'cursor_invalido',
      )
  })

  test('es uno por día, calidad y mercado; con una Idempotency-Key, el mismo', async () => {
    const json = { fecha: '2025-01-21', calidad: nueva(), precio_tm: 1 }
    const clave = { 'idempotency-key': json.calidad.replace(' ', '-') }
    const [una, dos] = [await poner(people.ana, json, clave), await poner(people.ana, json, clave)]
    expect([una.status, dos.status, una.text]).toEqual([201, 201, dos.text])
    const otra = await poner(people.ana, json)
    expect([otra.status, otra.body.clave, otra.body.errores[0].campo]).toEqual([409, 'duplicado', 'fecha'])
    expect((await poner(people.rita, json)).status).toBe(201)
  })

  test('de todas los escribe un administrador; una empresa no los toca', async () => {
    const { body } = await poner(people.teresa, { fecha: '2025-01-21', calidad: nueva(), precio_tm: 1 })
    expect(body.ambito).toBe('global')
    for (const quien of [people.ana, people.jose]) {
      expect((await call(quien, 'PUT', `/precios-fob/${body.id}`, { json: { precio_tm: 2 } })).status).toBe(
        403,
      )
      expect((await call(quien, 'DELETE', `/precios-fob/${body.id}`)).status).toBe(403)
    }
    const nadie = await makePerson(null)
    expect((await call(nadie, 'GET', '/precios-fob')).body.clave).toBe('sin_empresa')
    expect((await poner(nadie, { fecha: '2025-01-21', calidad: 'x', precio_tm: 1 })).body.clave).toBe(
      'sin_empresa',
    )
    expect((await call(null, 'GET', '/precios-fob')).status).toBe(401)
  })

  test.each([
    [{ precio_tm: '1,234,567' }, 'precio_tm'],
    [{ precio_tm: '1,2,3,4' }, 'precio_tm'],
    [{ precio_tm: 0 }, 'precio_tm'],
    [{ precio_tm: -1 }, 'precio_tm'],
    [{ precio_tm: 1e7 }, 'precio_tm'],
    [{ precio_tm: 1e-7 }, 'precio_tm'],
    [{ precio_tm: '0.3', diferencial: '-0.3' }, 'diferencial'],
    [{ diferencial: '--5' }, 'diferencial'],
    [{ fecha: '2025-02-30' }, 'fecha'],
    [{ calidad: ' ' }, 'calidad'],
    [{ calidad: 'a\tb' }, 'calidad'],
    [{ mercado: 'ny' }, 'mercado'],
    [{ empresa_id: 1 }, 'empresa_id'],
  ])('con %j se rechazan por %s', async (malo, campo) => {
    const json = { fecha: '2025-01-21', calidad: nueva(), precio_tm: 100, ...malo }
    const { status, body } = await poner(people.ana, json)
    expect([status, body.errores[0].campo]).toEqual([422, campo])
  })

  test('con el SDK se leen y se escriben bajo la misma regla', async () => {
    const calidad = nueva()
    const { data, error } = await people.ana.supabase
      .from('precios_fob')
      .insert({ fecha: '2025-01-21', calidad, precio_tm: 11498, diferencial: -700 })
      .select()
    expect(error).toBeNull()
    expect(data).toMatchObject([{ empresa_id: people.exportadora.id, creado_por: people.ana.id }])
    const otra_vez = await people.ana.supabase
      .from('precios_fob')
      .upsert(
        { fecha: '2025-01-21', calidad, mercado: 'NY', precio_tm: 11500 },
        { onConflict: 'empresa_id,calidad,mercado,fecha' },
      )
      .select('precio_tm, diferencial')
    expect(otra_vez.error).toBeNull()
    expect(otra_vez.data).toEqual([{ precio_tm: 11500, diferencial: -700 }])
    const rival = people.rita.supabase
    expect((await rival.from('precios_fob').select().eq('calidad', calidad)).data).toEqual([])
    expect(
      (await rival.from('precios_fob').select('*', { count: 'exact', head: true }).eq('calidad', calidad))
        .count,
    ).toBe(0)
    expect((await rival.rpc('precios_vigentes', { fecha: '2025-12-31', calidad })).data).toEqual([])
    expect(
      (await people.ana.supabase.rpc('precios_vigentes', { fecha: '2025-12-31', calidad })).data,
    ).toHaveLength(1)
    expect(
      (await rival.from('precios_fob').update({ precio_tm: 1 }).eq('calidad', calidad).select()).data,
    ).toEqual([])
    expect((await rival.from('precios_fob').delete().eq('calidad', calidad).select()).data).toEqual([])
    const ajeno = { empresa_id: people.exportadora.id, fecha: '2025-01-22', calidad, precio_tm: 1 }
    expect((await rival.from('precios_fob').insert(ajeno)).error?.code).toBe('42501')
    expect((await rival.from('precios_pendientes').select()).data).toEqual([])
  })
})
