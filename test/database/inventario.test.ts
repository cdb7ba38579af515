// What a place had, received, sent, lost and has: it adds up to the gram, whatever is told late or voided.
import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { nuevoCentro, registrar, type Salida } from './grafo.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

const enviar = (db: Db) => (sql: string, params?: unknown[]) => db.query(sql, params)
const seco = (kg: number, humedad_pct = 7): Salida => ({ kg, condicion: 'seco', humedad_pct })
const inventario = async (db: Db, centro: string | null, desde: string, hasta: string) => {
  const [row] = await db.query('select public.inventario($1, $2, $3) as r', [centro, desde, hasta])
  return row!.r as Record<string, number> & {
    entradas: object
    salidas: object
    perdidas: object
    materia_seca: object
  }
}
const dia = (n: number) => `2026-03-${String(n).padStart(2, '0')}T12:00:00-05:00`

test('un mes de un acopio, con lo que se contó tarde y lo que se anuló', () =>
  withUserDb('ana_agroarriba', async (db) => {
    const [a, b] = [await nuevoCentro(enviar(db), 'A'), await nuevoCentro(enviar(db), 'B')]
    const recibir = (n: number, kg: number, centro = a) =>
      registrar(enviar(db), 'recibir', { centro_id: centro, en: dia(n), salidas: [seco(kg)] })
    const viejo = await registrar(enviar(db), 'recibir', {
      ...{ centro_id: a, en: '2026-02-20T12:00:00-05:00', salidas: [seco(200)] },
    })
    const uno = await recibir(5, 100)
    const lote = (hecho: { lotes: { id: string }[] }) => ({ lote: hecho.lotes[0]!.id })
    const mezcla = await registrar(enviar(db), 'mezclar', {
      ...{ entradas: [lote(viejo), lote(uno)], en: dia(6), perdidas: [{ causa: 'polvo', kg: 1.5 }] },
    })
    await registrar(enviar(db), 'trasladar', {
      entradas: [{ ...lote(mezcla), kg: 98.5 }],
      destino_id: b,
      en: dia(7),
    })
    await registrar(enviar(db), 'embarcar', { entradas: [{ ...lote(mezcla), kg: 50 }], en: dia(8) })
    // Told after all of that, and done before.
    await recibir(2, 30.001)
    const mal = await recibir(9, 999)
    await db.query('select public.anular_operacion($1, $2)', [mal.operacion.id, 'Mal contada'])
    await recibir(1, 7, b)
    await registrar(enviar(db), 'recibir', {
      centro_id: a,
      en: '2026-04-01T00:30:00-05:00',
      salidas: [seco(5)],
    })

    expect(await inventario(db, a, '2026-03-01', '2026-03-31')).toMatchObject({
      inicial_kg: 200,
      entradas: { recepcion: 130.001, traslado: 0, operacion: 298.5, ajuste: 0 },
      salidas: { embarque: 50, traslado: 98.5, operacion: 298.5 },
      perdidas: { polvo: 1.5 },
      perdidas_kg: 1.5,
      final_kg: 180.001,
      diferencia_kg: 0,
      materia_seca: {
        completa: true,
        inicial_kg: 186,
        recibida_kg: 120.901,
        enviada_kg: 138.105,
        perdida_kg: 1.395,
        final_kg: 167.401,
      },
    })
    expect(await inventario(db, b, '2026-03-01', '2026-03-31')).toMatchObject({
      ...{ inicial_kg: 0, entradas: { recepcion: 7, traslado: 98.5 }, final_kg: 105.5, diferencia_kg: 0 },
    })
    // The whole company: what went from one place to the other stayed in it.
    expect(await inventario(db, null, '2026-03-01', '2026-03-31')).toMatchObject({
      ...{
        inicial_kg: 200,
        entradas: { recepcion: 137.001, traslado: 0 },
        salidas: { embarque: 50, traslado: 0 },
      },
      ...{ final_kg: 285.501, diferencia_kg: 0 },
    })
    // The next month begins with what this one ended with.
    expect(await inventario(db, a, '2026-04-01', '2026-04-30')).toMatchObject({
      inicial_kg: 180.001,
      final_kg: 185.001,
    })
  }))

test('historias al azar cuadran, en cada centro y cada período', () =>
  withUserDb('ana_agroarriba', async (db) => {
    const centros = [await nuevoCentro(enviar(db), 'A'), await nuevoCentro(enviar(db), 'B')]
    const vivos: { lote: string; en: number; centro: number; kg: number }[] = []
    for (let i = 0; i < 60; i++) {
      const de = vivos[randomInt(Math.max(vivos.length, 1))]
      const tipo = de ? ['recibir', 'trasladar', 'merma', 'embarcar', 'dividir'][randomInt(5)]! : 'recibir'
      const en = Math.max(randomInt(1, 29), de?.en ?? 1)
      if (!de || tipo === 'recibir') {
        const centro = randomInt(2)
        const kg = randomInt(10_000, 900_000) / 1000
        const hecho = await registrar(enviar(db), tipo, {
          centro_id: centros[centro]!,
          en: dia(en),
          salidas: [seco(kg)],
        })
        vivos.push({ lote: hecho.lotes[0]!.id, en, centro, kg })
        continue
      }
      const kg = tipo === 'merma' ? Math.round(de.kg * 100) / 1000 : de.kg
      const parte = Math.round(kg * 250) / 1000
      const hecho = await registrar(enviar(db), tipo, {
        entradas: [{ lote: de.lote, kg }],
        en: dia(en),
        ...(tipo === 'trasladar' && { destino_id: centros[1 - de.centro]! }),
        ...(tipo === 'merma' && { perdidas: [{ causa: 'robo', kg }], motivo: 'Robo' }),
        ...(tipo === 'dividir' && { salidas: [seco(parte), seco(Math.round((kg - parte) * 1000) / 1000)] }),
      })
      if (tipo === 'merma') de.kg = Math.round((de.kg - kg) * 1000) / 1000
      else vivos.splice(vivos.indexOf(de), 1)
      const centro = tipo === 'trasladar' ? 1 - de.centro : de.centro
      if (tipo !== 'embarcar') for (const l of hecho.lotes) vivos.push({ lote: l.id, en, centro, kg: l.kg })
    }
    for (const centro of [0, 1, null]) {
      const id = centro === null ? null : centros[centro]!
      let antes = 0
      for (const [desde, hasta] of [
        [1, 4],
        [5, 11],
        [12, 28],
        [29, 31],
      ] as const) {
        const visto = await inventario(db, id, dia(desde).slice(0, 10), dia(hasta).slice(0, 10))
        expect(visto).toMatchObject({ inicial_kg: antes, diferencia_kg: 0 })
        antes = visto.final_kg!
      }
      const quedan = vivos.filter((l) => centro === null || l.centro === centro)
      expect(Math.round(antes * 1000)).toBe(
        quedan.reduce((total, { kg }) => total + Math.round(kg * 1000), 0),
      )
    }
  }))

test('la rival no sabe de un centro ajeno, y un período es de días', () =>
  withUserDb('ana_agroarriba', async (db) => {
    const centro = await nuevoCentro(enviar(db))
    await expectRaises(
      inventario(db, centro, '2026-03-02', '2026-03-01'),
      'inventario_periodo_invalido',
      'PT422',
      'desde',
    )
    await expectRaises(
      inventario(db, centro, '2001-01-01', '2026-03-01'),
      'inventario_periodo_invalido',
      'PT422',
      'desde',
    )
    for (const [desde, hasta] of [
      ['-infinity', '2026-03-01'],
      ['2026-03-01', 'infinity'],
    ] as const)
      await expectRaises(
        inventario(db, centro, desde, hasta),
        'inventario_periodo_invalido',
        'PT422',
        'desde',
      )
    for (const quien of ['rosa_rival', 'celia_centro'] as const) {
      await db.como(quien)
      for (const id of [centro, '999999999999'])
        await expectRaises(
          inventario(db, id, '2026-03-01', '2026-03-02'),
          'centro_no_existe',
          'PT404',
          'centro_id',
        )
      expect(await inventario(db, null, '2026-01-01', '2026-12-31')).toMatchObject({
        inicial_kg: 0,
        final_kg: 0,
      })
    }
    await db.como('ada_admin')
    expect(await inventario(db, centro, '2026-03-01', '2026-03-02')).toMatchObject({ final_kg: 0 })
    await expectRaises(
      inventario(db, null, '2026-03-01', '2026-03-02'),
      'centro_sin_decir',
      'PT422',
      'centro_id',
    )
  }))
