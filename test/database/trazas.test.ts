// Where a lot comes from and where it went: the figures of a house, shares to the last gram, and who may ask.
import { describe, expect, test } from 'vitest'
import { nuevoCentro, nuevoProductor, registrar, type Salida } from './grafo.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

interface Origen {
  codigo: string
  lote: string
  clase: string
  parte: number
  kg: number
  kg_origen: number
  productor: string | null
}
interface Destino extends Omit<Origen, 'productor'> {
  estado: string
  contrato: string | null
}

const seco = (kg: number | string): Salida => ({ kg, condicion: 'seco', humedad_pct: 7 })
const enviar = (db: Db) => (sql: string, params?: unknown[]) => db.query(sql, params)

/** Receives a lot of each weight at a place. @returns their ids. */
async function recibir(db: Db, centro: string, kilos: number[]): Promise<string[]> {
  const ids: string[] = []
  for (const kg of kilos) {
    const hecho = await registrar(enviar(db), 'recibir', { centro_id: centro, salidas: [seco(kg)] })
    ids.push(hecho.lotes[0]!.id)
  }
  return ids
}

const origen = async (db: Db, lote: string, detalle = false) => {
  const [row] = await db.query('select public.origen_de_lote($1, $2) as r', [lote, detalle])
  return row!.r as { origenes: Origen[]; truncado: boolean; operaciones?: { tipo: string }[] }
}
const destino = async (db: Db, lote: string, detalle = false) => {
  const [row] = await db.query('select public.destino_de_lote($1, $2) as r', [lote, detalle])
  return row!.r as { destinos: Destino[]; truncado: boolean; operaciones?: { tipo: string }[] }
}
/** In grams, where a sum is exact. */
const gramos = (kilos: { kg: number }[]) => kilos.reduce((total, { kg }) => total + Math.round(kg * 1000), 0)

/** A, B and C mixed, cleaned of 1614 kg of 3000 (as drying would leave it), divided and shipped. */
async function casa(db: Db) {
  const centro = await nuevoCentro(enviar(db))
  const [a, b, c] = (await recibir(db, centro, [1000, 500, 1500])) as [string, string, string]
  const hacer = async (
    tipo: string,
    lotes: string[],
    salidas: Salida[],
    perdidas: { causa: string; kg: number }[] = [],
  ) =>
    (
      await registrar(enviar(db), tipo, { entradas: lotes.map((lote) => ({ lote })), salidas, perdidas })
    ).lotes.map(({ id }) => id)
  const [m] = await hacer('mezclar', [a, b, c], [])
  const [s] = await hacer(
    'clasificar',
    [m!],
    [{ ...seco(1386), grado: 'ASE' }],
    [{ causa: 'impurezas', kg: 1614 }],
  )
  const [s1, s2] = await hacer('dividir', [s!], [seco(1000), seco(386)])
  const [e1] = await hacer('embarcar', [s1!], [])
  const [e2] = await hacer('embarcar', [s2!], [])
  return { a, b, c, m: m!, s: s!, s1: s1!, e1: e1!, e2: e2! }
}

describe('las cifras de una casa', () => {
  test('hacia atrás: partes, kilos secos y kilos tomados', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { a, b, c, e1 } = await casa(db)
      const { origenes, truncado } = await origen(db, e1)
      expect(truncado).toBe(false)
      expect(
        origenes.map(({ lote, parte, kg, kg_origen }) => [lote, parte.toFixed(6), kg, kg_origen]),
      ).toEqual([
        [c, '0.500000', 500, 1082.251],
        [a, '0.333333', 333.333, 721.501],
        [b, '0.166667', 166.667, 360.75],
      ])
    }))

  test('hacia adelante: lo que hay en cada embarque', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { a, e1, e2 } = await casa(db)
      const { destinos, operaciones } = await destino(db, a, true)
      expect(destinos.map(({ lote, estado, kg, kg_origen }) => [lote, estado, kg, kg_origen])).toEqual([
        [e1, 'embarcado', 333.333, 721.501],
        [e2, 'embarcado', 128.667, 278.499],
      ])
      expect(operaciones!.map(({ tipo }) => tipo)).toEqual([
        ...['recibir', 'mezclar', 'clasificar', 'dividir', 'embarcar', 'embarcar'],
      ])
    }))

  test('el detalle son las operaciones, en el orden en que se contaron', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { operaciones } = await origen(db, (await casa(db)).e1, true)
      expect(operaciones!.map(({ tipo }) => tipo)).toEqual([
        ...['recibir', 'recibir', 'recibir', 'mezclar', 'clasificar', 'dividir', 'embarcar'],
      ])
    }))

  test('un lote recibido es su propio origen, y está donde está', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [lote] = await recibir(db, await nuevoCentro(enviar(db)), [12.5])
      expect((await origen(db, lote!)).origenes).toMatchObject([
        { lote, clase: 'recibido', parte: 1, kg: 12.5 },
      ])
      expect((await destino(db, lote!)).destinos).toMatchObject([
        { lote, estado: 'en centro', parte: 1, kg: 12.5 },
      ])
    }))

  test('lo que se perdió entero está perdido', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [lote] = await recibir(db, await nuevoCentro(enviar(db)), [10])
      const perdidas = [{ causa: 'robo', kg: 4 }]
      await registrar(enviar(db), 'merma', { entradas: [{ lote: lote!, kg: 4 }], perdidas, motivo: 'Robo' })
      expect((await destino(db, lote!)).destinos).toMatchObject([
        { lote, estado: 'en centro', parte: 0.6, kg: 6 },
        { lote: null, estado: 'perdido', parte: 0.4, kg: 4 },
      ])
    }))
})

test('el último gramo es del mayor resto: 100 kg de tres iguales', () =>
  withUserDb('ana_agroarriba', async (db) => {
    const lotes = await recibir(db, await nuevoCentro(enviar(db)), [50, 50, 50])
    const mezcla = await registrar(enviar(db), 'mezclar', { entradas: lotes.map((lote) => ({ lote })) })
    const division = await registrar(enviar(db), 'dividir', {
      entradas: [{ lote: mezcla.lotes[0]!.id }],
      salidas: [seco(100), seco(50)],
    })
    const { origenes } = await origen(db, division.lotes[0]!.id)
    expect(origenes.map(({ kg }) => kg)).toEqual([33.334, 33.333, 33.333])
    expect(gramos(origenes)).toBe(100_000)
  }))

test('22 rombos seguidos se recorren una vez cada uno', () =>
  withUserDb('ana_agroarriba', async (db) => {
    const [primero] = await recibir(db, await nuevoCentro(enviar(db)), [100])
    let ultimo = primero!
    for (let i = 0; i < 22; i++) {
      const partes = await registrar(enviar(db), 'dividir', {
        entradas: [{ lote: ultimo }],
        salidas: [seco(50), seco(50)],
      })
      const mezcla = await registrar(enviar(db), 'mezclar', {
        entradas: partes.lotes.map(({ id }) => ({ lote: id })),
      })
      ultimo = mezcla.lotes[0]!.id
    }
    expect(await origen(db, ultimo)).toMatchObject({
      truncado: false,
      origenes: [{ lote: primero, parte: 1, kg: 100 }],
    })
    expect(await destino(db, primero!)).toMatchObject({
      truncado: false,
      destinos: [{ lote: ultimo, parte: 1, kg: 100 }],
    })
    await db.como('sistema')
    // Each of the 44 operations gives its edges once: three, seen from behind, less the one that ends it.
    const [aristas] = await db.query('select count(*)::int as n from privado.aristas_de_origen($1)', [ultimo])
    expect(aristas!.n).toBe(66)
  }))

test('pasadas 64 operaciones dice hasta dónde llegó, y los kilos suman igual', () =>
  withUserDb('ana_agroarriba', async (db) => {
    const centros = [await nuevoCentro(enviar(db), 'A'), await nuevoCentro(enviar(db), 'B')]
    const [primero] = await recibir(db, centros[0]!, [100])
    let ultimo = primero!
    for (let i = 1; i <= 66; i++) {
      const movido = await registrar(enviar(db), 'trasladar', {
        entradas: [{ lote: ultimo }],
        destino_id: centros[i % 2]!,
      })
      ultimo = movido.lotes[0]!.id
    }
    const atras = await origen(db, ultimo)
    expect(atras).toMatchObject({ truncado: true, origenes: [{ clase: 'sin recorrer', parte: 1, kg: 100 }] })
    const adelante = await destino(db, primero!)
    expect(adelante).toMatchObject({
      truncado: true,
      destinos: [{ estado: 'sin recorrer', parte: 1, kg: 100 }],
    })
  }))

describe('quién pregunta', () => {
  const PREGUNTAS = ['select public.origen_de_lote($1)', 'select public.destino_de_lote($1)']

  test.each(PREGUNTAS)('la rival no sabe ni que existe: %s', (sql) =>
    withUserDb('ana_agroarriba', async (db) => {
      const [lote] = await recibir(db, await nuevoCentro(enviar(db)), [10])
      for (const quien of ['rosa_rival', 'celia_centro', 'pedro_finca'] as const) {
        await db.como(quien)
        for (const id of [lote, '01900000-0000-7000-8000-000000000000', null])
          await expectRaises(db.query(sql, [id]), 'lote_no_existe', 'PT404')
      }
      await db.como('omar_apagado')
      await expectRaises(db.query(sql, [lote]), 'cuenta_sin_acceso', 'PT403')
      await db.como('anonimo')
      await expect(db.query(sql, [lote])).rejects.toMatchObject({ code: '42501' })
    }),
  )

  test('lo que recorre no lo llama nadie de fuera', () =>
    withUserDb('rosa_rival', async (db) => {
      const id = '01900000-0000-7000-8000-000000000000'
      for (const sql of [
        ...[
          'origenes($1)',
          'aristas_de_origen($1)',
          'destinos(array[$1::uuid])',
          'operaciones_trazadas(array[$1::uuid])',
        ],
      ])
        await expect(db.query(`select privado.${sql}`, [id])).rejects.toMatchObject({ code: '42501' })
    }))

  test('un administrador ve los lotes, no quién los produjo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [centro, productor] = [await nuevoCentro(enviar(db)), await nuevoProductor(enviar(db))]
      const salidas = [{ ...seco(10), productor_id: Number(productor) }]
      const { lotes } = await registrar(enviar(db), 'recibir', { centro_id: centro, salidas })
      expect((await origen(db, lotes[0]!.id)).origenes[0]!.productor).toBe('Rosa Zambrano')
      await db.como('ada_admin')
      expect((await origen(db, lotes[0]!.id)).origenes[0]).toMatchObject({ kg: 10, productor: null })
    }))
})
