import { describe, expect, test } from 'vitest'
import { asociar, prometido, QQ, recibir } from './promesas.ts'
import { expectConstraint, expectRaises, withUserDb } from './support.ts'

describe('citar un lote del grafo', () => {
  test('sin peso ni humedad los toma del lote; sin kilos, todos los libres', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const lote = await recibir(db, 1000)
      const primero = await asociar(db, { lote_id: lote.id, lote_kg: 453.592 })
      expect(primero).toMatchObject({
        peso_qq: '10.0000',
        humedad: '7.00',
        estado: 'Secado',
        lote_kg: '453.592',
      })
      const segundo = await asociar(db, { lote_id: lote.id })
      expect(segundo).toMatchObject({ lote_kg: '546.408', peso_qq: (546.408 / QQ).toFixed(4) })
      await expectRaises(asociar(db, { lote_id: lote.id }), 'lote_sin_saldo_libre', 'PT409', 'lote_kg')
    }))

  test('con peso y sin kilos promete los que ese peso es', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const lote = await recibir(db, 1000)
      expect(await asociar(db, { lote_id: lote.id, peso_qq: 2, humedad: 6 })).toMatchObject({
        lote_kg: '90.718',
        peso_qq: '2',
        humedad: '6',
      })
    }))

  test('no promete más de lo que tiene: ni kilos, ni peso, ni humedad, ni estado', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const lote = await recibir(db, 100, { condicion: 'baba', humedad_pct: 57 })
      const casos = [
        [{ lote_kg: 100.001 }, 'lote_sin_saldo_libre', 'PT409', 'lote_kg'],
        [{ lote_kg: 100, peso_qq: 2.3 }, 'lote_excedido', 'PT422', 'peso_qq'],
        [{ lote_kg: 100, humedad: 57.01 }, 'lote_excedido', 'PT422', 'humedad'],
        [{ lote_kg: 100, estado: 'Secado' }, 'lote_del_grafo', 'PT409', 'estado'],
      ] as const
      for (const [datos, ...error] of casos)
        await expectRaises(asociar(db, { lote_id: lote.id, ...datos }), error[0], error[1], error[2])
      for (const lote_kg of ['0', '-1', 'NaN'])
        await expect(asociar(db, { lote_id: lote.id, lote_kg })).rejects.toThrow()
      await expectConstraint(
        asociar(db, { lote_kg: 5, peso_qq: 1, humedad: 7 }),
        'lotes_asociados_lote_kg_valido',
      )
      // Nor nothing at all: of no weight, a contract would not wait for it.
      for (const datos of [{ lote_kg: 100, peso_qq: 0 }, { lote_kg: 0.002 }])
        await expectRaises(
          asociar(db, { lote_id: lote.id, ...datos }),
          'lote_peso_minimo',
          'PT422',
          'peso_qq',
        )
      expect(await prometido(db)).toEqual([])
    }))

  test('varias en una sola orden no prometen dos veces lo mismo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const lote = await recibir(db, 100)
      await expectRaises(
        db.query(
          `insert into public.lotes_asociados (contrato_id, lote_id, lote_kg) select $1, $2, 60 from generate_series(1, 2)`,
          [db.mundo.contrato.id, lote.id],
        ),
        'lote_sin_saldo_libre',
        'PT409',
        'lote_kg',
      )
    }))

  test('un lote ajeno da lo mismo que uno que no existe; el administrador no promete lo de otra empresa', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const lote = await recibir(db, 100)
      for (const quien of ['celia_centro', 'pedro_finca'] as const) {
        await db.como(quien)
        for (const lote_id of [lote.id, '00000000-0000-7000-8000-000000000000'])
          await expectRaises(asociar(db, { lote_id, lote_kg: 50 }), 'lote_no_existe', 'PT404', 'lote_id')
      }
      await db.como('rosa_rival')
      await expectRaises(
        asociar(db, { contrato_id: db.mundo.contratoRival.id, lote_id: lote.id }),
        'lote_no_existe',
        'PT404',
        'lote_id',
      )
      await db.como('ada_admin')
      await expectRaises(asociar(db, { lote_id: lote.id }), 'grafo_sin_permiso', 'PT403')
    }))

  test('ni en un contrato en el que su dueño no está', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const lote = await recibir(db, 100)
      for (const contrato_id of [db.mundo.contratoRival.id, '-1'])
        await expectRaises(asociar(db, { contrato_id, lote_id: lote.id }), 'contrato_no_existe', 'PT404')
    }))

  test('no se mueve a mano, y su origen lo cuenta su dueño, también en un contrato cerrado', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const lote = await recibir(db, 100)
      const { id } = await asociar(db, { lote_id: lote.id })
      const poner = (columna: string, valor: unknown) =>
        db.cuenta(`update public.lotes_asociados set ${columna} = $2 where id = $1`, [id, valor])
      for (const quien of ['ana_agroarriba', 'celia_centro'] as const) {
        await db.como(quien)
        for (const [columna, valor] of [
          ['estado', 'Exportado'],
          ['peso_qq', 1],
          ['humedad', 6],
        ] as const)
          await expectRaises(poner(columna, valor), 'lote_del_grafo', 'PT409', columna)
      }
      await expectRaises(poner('origen_compartido', 'resumen'), 'origen_ajeno', 'PT403', 'origen_compartido')
      await db.como('sistema')
      await db.query(`update public.contratos set estado = 'Cerrado' where id = $1`, [db.mundo.contrato.id])
      await db.como('ana_agroarriba')
      expect(await poner('origen_compartido', 'resumen')).toBe(1)
      await expectConstraint(poner('origen_compartido', 'todo'), 'lotes_asociados_origen_compartido_valido')
      await expect(poner('lote_id', lote.id)).rejects.toMatchObject({ code: '42501' })
    }))
})
