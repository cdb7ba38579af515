// What drying and fermenting should give, voids, counts of two people, holds and a producer's volume: invariants 3, 4, 7
// and 8 of the graph of lots.
import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { nuevoCentro, nuevoProductor, type Pedido, registrar, type Salida, saldoDe } from './grafo.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

async function casa(db: Db) {
  const centro = await nuevoCentro(db.query)
  const recibir = async (salida: Salida, mas: Pedido = {}) =>
    registrar(db.query, 'recibir', { centro_id: centro, salidas: [salida], ...mas })
  const seco = async (kg: number) => (await recibir({ kg, condicion: 'seco', humedad_pct: 7 })).lotes[0]!
  const pedir = async (sql: string, params: unknown[]) => (await db.query(sql, params))[0]!
  const anular = (operacion: string, motivo: string | null = 'Mal pesado', id: string | null = null) =>
    pedir('select public.anular_operacion($1, $2, $3) as hecha', [operacion, motivo, id])
  return { centro, recibir, seco, pedir, anular }
}
const conCasa = (work: (db: Db, c: Awaited<ReturnType<typeof casa>>) => Promise<void>) =>
  withUserDb('ana_agroarriba', async (db) => work(db, await casa(db)))

const perdidasDe = ({ perdidas }: { perdidas: { causa: string; kg: number }[] }) =>
  Object.fromEntries(perdidas.map(({ causa, kg }) => [causa, kg]))

describe('el balance de un secado', () => {
  test.each([
    [3000, 57, 1386, 7, 1387.097, { agua: 1612.903, sin_explicar: 1.097 }, 'ok'],
    [3000, 57, 1350, 7, 1387.097, { agua: 1612.903, sin_explicar: 37.097 }, 'aviso'],
    [3000, 57, 1250, 7, 1387.097, { agua: 1612.903, sin_explicar: 137.097 }, 'alerta'],
    [3000, 57, 1450, 7, 1387.097, { agua: 1550 }, 'alerta'],
    [1000, 12, 946.237, 7, 946.237, { agua: 53.763 }, 'ok'],
  ])('%d kg al %d %% dan %d al %d %%', (kg, h0, sale, h1, esperado, perdidas, veredicto) =>
    conCasa(async (db, { recibir }) => {
      const { lotes } = await recibir({ kg, condicion: 'semiseco', humedad_pct: h0 })
      const pedido = { entradas: [{ lote: lotes[0]!.id }], salidas: [{ kg: sale, humedad_pct: h1 }] }
      if (veredicto === 'alerta')
        await expectRaises(registrar(db.query, 'secar', pedido), 'alerta_sin_motivo', 'PT422', 'motivo')
      const hecha = await registrar(db.query, 'secar', {
        ...pedido,
        ...(veredicto === 'alerta' && { motivo: 'Se mojó un tendal' }),
      })
      expect(hecha.operacion).toMatchObject({ esperado_kg: esperado, veredicto })
      expect(perdidasDe(hecha)).toEqual(perdidas)
      expect(hecha.lotes).toMatchObject([{ kg: sale, condicion: 'seco', humedad_pct: h1 }])
    }),
  )

  test('la baba que se pesó da por su rendimiento, medida o no: 3000 → 1140', () =>
    conCasa(async (db, { recibir }) => {
      for (const humedad_pct of [undefined, 57]) {
        const { lotes } = await recibir({ kg: 3000, condicion: 'baba', ...(humedad_pct && { humedad_pct }) })
        const hecha = await registrar(db.query, 'secar', {
          entradas: [{ lote: lotes[0]!.id }],
          salidas: [{ kg: 1140, humedad_pct: 7 }],
        })
        expect(hecha.operacion).toMatchObject({ veredicto: 'ok', esperado_kg: humedad_pct ? 1387.097 : 1140 })
        expect(perdidasDe(hecha)).toEqual(humedad_pct ? { agua: 1612.903, exudado: 247.097 } : { agua: 1860 })
      }
    }))

  test('con los límites de la empresa y de su día; sin humedad, o hacia más, se rechaza', () =>
    conCasa(async (db, { recibir, seco }) => {
      const { lotes } = await recibir({ kg: 1000, condicion: 'semiseco', humedad_pct: 12 })
      const secar = (salida: Salida, lote = lotes[0]!.id, mas: Pedido = {}) =>
        registrar(db.query, 'secar', { entradas: [{ lote, kg: 100 }], salidas: [salida], ...mas })
      await expectRaises(secar({ kg: 94 }), 'humedad_sin_decir', 'PT422', 'salidas[0].humedad_pct')
      await expectRaises(secar({ humedad_pct: 7 }), 'kg_invalidos', 'PT422', 'salidas[0].kg')
      await expectRaises(
        secar({ kg: 100, humedad_pct: 13 }),
        'humedad_que_sube',
        'PT422',
        'salidas[0].humedad_pct',
      )
      await expectRaises(
        secar({ kg: 100.001, humedad_pct: 12 }),
        'sale_mas_de_lo_que_entra',
        'PT422',
        'salidas',
      )
      await expectRaises(
        secar({ kg: 94, humedad_pct: 7 }, lotes[0]!.id, { perdidas: [{ causa: 'agua', kg: 6 }] }),
        'causa_calculada',
        'PT422',
        'perdidas[0].causa',
      )
      const sinMedir = (await recibir({ kg: 500, condicion: 'seco' })).lotes[0]!
      await expectRaises(
        secar({ kg: 94, humedad_pct: 7 }, sinMedir.id),
        'humedad_sin_decir',
        'PT422',
        'entradas[0].lote',
      )
      const yaSeco = await seco(500)
      await expectRaises(
        secar({ kg: 99, humedad_pct: 6, condicion: 'semiseco' }, yaSeco.id),
        'condicion_no_cambia',
        'PT422',
        'salidas[0].condicion',
      )
      await db.query(
        `insert into public.parametros (tipo, valor, desde) values ('limite_secado', '{"aviso": 0.1, "alerta": 0.5, "ganancia": 0}', '2026-01-01')`,
      )
      await expectRaises(secar({ kg: 94, humedad_pct: 7 }), 'alerta_sin_motivo', 'PT422', 'motivo')
    }))

  test('fermentar tiene su exudado, y sus límites', () =>
    conCasa(async (db, { recibir }) => {
      const { lotes } = await recibir({ kg: 1000, condicion: 'baba' })
      const fermentar = (kg: number, mas: Pedido = {}) =>
        registrar(db.query, 'fermentar', {
          entradas: [{ lote: lotes[0]!.id, kg: 100 }],
          salidas: [{ kg }],
          ...mas,
        })
      const buena = await fermentar(88)
      expect(buena).toMatchObject({
        operacion: { veredicto: 'ok' },
        lotes: [{ condicion: 'escurrido', kg: 88 }],
      })
      expect(perdidasDe(buena)).toEqual({ exudado: 12 })
      const corta = await fermentar(75)
      expect(corta.operacion.veredicto).toBe('aviso')
      expect(perdidasDe(corta)).toEqual({ exudado: 20, sin_explicar: 5 })
      await expectRaises(fermentar(60), 'alerta_sin_motivo', 'PT422', 'motivo')
    }))
})

describe('anular', () => {
  test('solo si nada se consumió después: de recibir, mezclar y secar, primero el secado', () =>
    conCasa(async (db, { recibir, anular }) => {
      const uno = await recibir({ kg: 100, condicion: 'semiseco', humedad_pct: 20 })
      const otro = await recibir({ kg: 50, condicion: 'semiseco', humedad_pct: 20 })
      const mezcla = await registrar(db.query, 'mezclar', {
        entradas: [{ lote: uno.lotes[0]!.id, kg: 60 }, { lote: otro.lotes[0]!.id }],
      })
      const secado = await registrar(db.query, 'secar', {
        entradas: [{ lote: mezcla.lotes[0]!.id }],
        salidas: [{ kg: 94, humedad_pct: 7 }],
      })
      await expectRaises(
        anular(mezcla.operacion.id),
        'operacion_con_siguientes',
        'PT409',
        `secar ${secado.operacion.id}`,
      )
      await expectRaises(anular(secado.operacion.id, ' '), 'operacion_sin_motivo', 'PT422', 'motivo')
      const id = randomUUID()
      const { hecha } = await anular(secado.operacion.id, 'Mal pesado', id)
      expect(hecha.operacion).toMatchObject({ id, tipo: 'anular', anula: secado.operacion.id })
      expect((await anular(secado.operacion.id, 'Mal pesado', id)).hecha).toEqual(hecha)
      await expectRaises(anular(secado.operacion.id), 'operacion_ya_anulada', 'PT409', 'operacion')
      await expectRaises(anular(id), 'anulacion_definitiva', 'PT409', 'operacion')
      expect(await saldoDe(db.query, mezcla.lotes[0]!.id)).toBe(110)
      await expectRaises(
        registrar(db.query, 'merma', { entradas: [{ lote: secado.lotes[0]!.id }] }),
        'lote_anulado',
        'PT409',
        'entradas[0].lote',
      )
      await anular(mezcla.operacion.id)
      expect(await saldoDe(db.query, uno.lotes[0]!.id)).toBe(100)
      expect(await saldoDe(db.query, otro.lotes[0]!.id)).toBe(50)
      expect(await saldoDe(db.query, mezcla.lotes[0]!.id)).toBe(0)
    }))

  test('de otra empresa, o que no existe, es lo mismo; y nadie más anula', () =>
    conCasa(async (db, { recibir, anular }) => {
      const { operacion } = await recibir({ kg: 1, condicion: 'seco' })
      await db.como('rosa_rival')
      for (const id of [operacion.id, randomUUID()])
        await expectRaises(anular(id), 'operacion_no_existe', 'PT404', 'operacion')
      for (const quien of ['pedro_finca', 'ada_admin'] as const) {
        await db.como(quien)
        await expectRaises(anular(operacion.id), 'grafo_sin_permiso', 'PT403')
      }
    }))
})

describe('un ajuste', () => {
  const proponer = (pedir: Awaited<ReturnType<typeof casa>>['pedir'], lote: string, kg: number) =>
    pedir('select public.proponer_ajuste($1, $2, $3) as id', [lote, kg, 'Conteo de fin de mes'])
  const confirmar = (pedir: Awaited<ReturnType<typeof casa>>['pedir'], id: string) =>
    pedir('select public.confirmar_ajuste($1) as hecha', [id])

  test('lo propone una persona y lo confirma otra; lo que sobra no tiene origen conocido', () =>
    conCasa(async (db, { recibir, pedir }) => {
      const productor_id = Number(await nuevoProductor(db.query))
      const { lotes } = await recibir({ kg: 100, condicion: 'seco', productor_id, certificaciones: ['RA'] })
      const lote = lotes[0]!.id
      await expectRaises(proponer(pedir, lote, 100), 'conteo_sin_diferencia', 'PT409', 'kg_contado')
      await expectRaises(proponer(pedir, lote, -1), 'conteo_invalido', 'PT422', 'kg_contado')
      const { id } = await proponer(pedir, lote, 97.5)
      await expectRaises(proponer(pedir, lote, 98), 'ajuste_pendiente', 'PT409', 'lote')
      await expectRaises(confirmar(pedir, id), 'ajuste_propio', 'PT403')
      await db.como('rosa_rival')
      await expectRaises(confirmar(pedir, id), 'ajuste_no_existe', 'PT404')
      await db.como('ada_admin')
      const { hecha } = await confirmar(pedir, id)
      expect(hecha).toMatchObject({
        operacion: { tipo: 'ajuste_inventario' },
        lotes: [{ kg: 97.5, origen_conocido: true, certificaciones: ['RA'] }],
        perdidas: [{ causa: 'sin_explicar', kg: 2.5 }],
      })
      await expectRaises(confirmar(pedir, id), 'ajuste_resuelto', 'PT409')
      await db.como('ana_agroarriba')
      const mas = await proponer(pedir, hecha.lotes[0].id, 99)
      await db.como('ada_admin')
      const { hecha: sobra } = await confirmar(pedir, mas.id)
      expect(sobra.lotes).toMatchObject([{ kg: 99, origen_conocido: false, certificaciones: [] }])
    }))

  test('de un saldo que cambió no vale; rechazado, se propone otro', () =>
    conCasa(async (db, { seco, pedir }) => {
      const lote = await seco(100)
      const { id } = await proponer(pedir, lote.id, 90)
      await registrar(db.query, 'merma', {
        entradas: [{ lote: lote.id, kg: 1 }],
        perdidas: [{ causa: 'polvo', kg: 1 }],
      })
      await db.como('ada_admin')
      await expectRaises(confirmar(pedir, id), 'ajuste_de_otro_saldo', 'PT409')
      await db.como('ana_agroarriba')
      await pedir('select public.rechazar_ajuste($1)', [id])
      await proponer(pedir, lote.id, 0)
    }))
})

test('lo retenido no se consume, ni se anula, ni se ajusta hasta que se levante', () =>
  conCasa(async (db, { recibir, pedir, anular }) => {
    const { lotes, operacion } = await recibir({ kg: 100, condicion: 'seco' })
    const lote = lotes[0]!.id
    const retener = () => pedir('select public.retener_lote($1, $2)', [lote, 'Por analizar cadmio'])
    const levantar = () => pedir('select public.levantar_retencion($1, $2)', [lote, 'Dentro de norma'])
    await expectRaises(levantar(), 'lote_sin_retencion', 'PT409', 'lote')
    await retener()
    await expectRaises(retener(), 'lote_ya_retenido', 'PT409', 'lote')
    const embarcar = { entradas: [{ lote }] }
    await expectRaises(
      registrar(db.query, 'embarcar', embarcar),
      'lote_retenido',
      'PT409',
      'entradas[0].lote',
    )
    await expectRaises(anular(operacion.id), 'lote_retenido', 'PT409', 'operacion')
    await db.como('rosa_rival')
    await expectRaises(levantar(), 'lote_no_existe', 'PT404', 'lote')
    await expectRaises(retener(), 'lote_no_existe', 'PT404', 'lote')
    await db.como('pedro_finca')
    await expectRaises(levantar(), 'grafo_sin_permiso', 'PT403')
    await db.como('ada_admin')
    await levantar()
    await db.como('ana_agroarriba')
    await registrar(db.query, 'embarcar', embarcar)
  }))

test('el volumen de un productor se juzga por su superficie: 5000 kg secos de 2 ha', () =>
  conCasa(async (db, { recibir, pedir, anular }) => {
    const productor = await nuevoProductor(db.query, 2)
    const entrega = (kg: number) =>
      recibir(
        { kg, condicion: 'seco', humedad_pct: 7, productor_id: Number(productor) },
        { en: '2026-05-01T12:00:00Z' },
      )
    const volumen = async () => (await pedir('select public.volumen_productor($1, 2026) as v', [productor])).v
    expect((await entrega(3000)).avisos).toEqual([])
    const otra = await entrega(2000)
    expect(otra.avisos).toMatchObject([{ clave: 'volumen_inverosimil' }])
    expect(await volumen()).toMatchObject({ kg_seco: 5000, techo_kg: 4000, veredicto: 'alerta' })
    await anular(otra.operacion.id)
    expect(await volumen()).toMatchObject({ kg_seco: 3000, veredicto: 'ok' })
    await db.como('rosa_rival')
    await expectRaises(volumen(), 'productor_no_existe', 'PT404', 'productor')
  }))
