import { describe, expect, test } from 'vitest'
import { nuevoCentro } from './grafo.ts'
import { asociado, asociar, hacer, prometido, QQ, recibir } from './promesas.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

const anular = (db: Db, operacion: string) =>
  db.query(`select public.anular_operacion($1, 'Se contó mal')`, [operacion])

describe('anular devuelve lo prometido', () => {
  test('con su peso, su humedad y su estado', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [a, b] = [await recibir(db, 300), await recibir(db, 100, { humedad_pct: 8 })]
      const { id } = await asociar(db, {
        lote_id: a.id,
        lote_kg: 200,
        peso_qq: 4,
        humedad: 6.5,
        codigo_lote: 'P',
      })
      const antes = await asociado(db, id)
      const mezcla = await hacer(db, 'mezclar', { entradas: [{ lote: a.id }, { lote: b.id }] })
      expect(await prometido(db)).toEqual([['P', mezcla.lotes[0]!.codigo, 200]])
      expect((await asociado(db, id)).humedad).toBe('7.25')
      await anular(db, mezcla.operacion.id)
      expect(await prometido(db)).toEqual([['P', a.codigo, 200]])
      expect(await asociado(db, id)).toEqual(antes)
    }))

  test('lo que se perdió vuelve, y lo embarcado vuelve a estar seco', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const lote = await recibir(db, 200)
      const { id } = await asociar(db, { lote_id: lote.id, codigo_lote: 'P' })
      const merma = await hacer(db, 'merma', {
        entradas: [{ lote: lote.id, kg: 50 }],
        perdidas: [{ causa: 'robo', kg: 50 }],
        motivo: 'Robo',
      })
      expect((await asociado(db, id)).peso_qq).toBe((150 / QQ).toFixed(4))
      await anular(db, merma.operacion.id)
      const embarque = await hacer(db, 'embarcar', {
        entradas: [{ lote: lote.id }],
        contrato_id: db.mundo.contrato.id,
      })
      expect(await asociado(db, id)).toMatchObject({ estado: 'Exportado', peso_qq: (200 / QQ).toFixed(4) })
      // The contract has another lot: it did not close.
      await anular(db, embarque.operacion.id)
      expect(await asociado(db, id)).toMatchObject({ estado: 'Secado' })
      const [pasos] = await db.query(
        'select exportado_en, secado_en from public.lotes_asociados where id = $1',
        [id],
      )
      expect(pasos).toEqual({ exportado_en: null, secado_en: expect.any(Date) })
      expect(await prometido(db)).toEqual([['P', lote.codigo, 200]])
    }))

  test('un traslado que se anula no saca del camino lo que ya se había recibido', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const lote = await recibir(db, 200)
      const destino = await nuevoCentro(db.query, 'B2', 'bodega')
      const { id } = await asociar(db, { lote_id: lote.id })
      const salida = await hacer(db, 'trasladar', {
        entradas: [{ lote: lote.id }],
        destino_id: destino,
        fase: 'salida',
      })
      // It was dry, and is.
      expect(await asociado(db, id)).toMatchObject({ estado: 'Secado' })
      const llegada = await hacer(db, 'trasladar', {
        entradas: [{ lote: salida.lotes[0]!.id }],
        destino_id: destino,
        fase: 'llegada',
      })
      await anular(db, llegada.operacion.id)
      await anular(db, salida.operacion.id)
      expect(await asociado(db, id)).toMatchObject({ estado: 'Secado', peso_qq: (200 / QQ).toFixed(4) })
    }))

  test('no, si lo que hizo se prometió después, ni si con ella se cerró el contrato', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [a, b] = [await recibir(db, 200), await recibir(db, 200)]
      const mezcla = await hacer(db, 'mezclar', { entradas: [{ lote: a.id }, { lote: b.id }] })
      await asociar(db, { lote_id: mezcla.lotes[0]!.id })
      await expectRaises(anular(db, mezcla.operacion.id), 'producto_prometido', 'PT409', 'operacion')
      await db.como('sistema')
      await db.query(`update public.lotes_asociados set estado = 'Exportado' where id = $1`, [db.mundo.lote])
      await db.como('ana_agroarriba')
      const embarque = await hacer(db, 'embarcar', {
        entradas: [{ lote: mezcla.lotes[0]!.id }],
        contrato_id: db.mundo.contrato.id,
      })
      await expectRaises(anular(db, embarque.operacion.id), 'contrato_cerrado', 'PT409')
      await db.query('insert into public.contratos_reaperturas (contrato_id, motivo) values ($1, $2)', [
        db.mundo.contrato.id,
        'El embarque no salió',
      ])
      await anular(db, embarque.operacion.id)
      expect(await prometido(db)).toEqual([['LT-0002', mezcla.lotes[0]!.codigo, 400]])
    }))
})
