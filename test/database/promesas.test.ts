import { describe, expect, test } from 'vitest'
import { nuevoCentro } from './grafo.ts'
import { asociado, asociar, hacer, otroContrato, prometido, QQ, recibir } from './promesas.ts'
import { expectRaises, withUserDb } from './support.ts'

describe('lo prometido sigue a las operaciones', () => {
  test('quien consume toma primero lo que nadie espera; lo demás pasa en proporción', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [a, b] = [await recibir(db, 100), await recibir(db, 300)]
      const { id } = await asociar(db, { lote_id: a.id, lote_kg: 60, codigo_lote: 'P' })
      // 40 are free.
      await hacer(db, 'merma', {
        entradas: [{ lote: a.id, kg: 40 }],
        perdidas: [{ causa: 'muestra', kg: 40 }],
        motivo: 'Muestras',
      })
      expect(await prometido(db)).toEqual([['P', a.codigo, 60]])
      const mezcla = await hacer(db, 'mezclar', { entradas: [{ lote: a.id }, { lote: b.id }] })
      expect(await prometido(db)).toEqual([['P', mezcla.lotes[0]!.codigo, 60]])
      const corte = await hacer(db, 'dividir', {
        entradas: [{ lote: mezcla.lotes[0]!.id }],
        salidas: [{ kg: 90 }, { kg: 270 }],
      })
      const [x, y] = corte.lotes.map(({ codigo }) => codigo)
      // All of it was taken, promised or not: 60 of 360 went to each in proportion.
      expect(await prometido(db)).toEqual([
        ['P', x, 15],
        ['P', y, 45],
      ])
      expect(await asociado(db, id)).toMatchObject({ peso_qq: (60 / QQ).toFixed(4), estado: 'Secado' })
    }))

  test('lo que se pierde lo pierde también lo prometido; lo que se pierde entero no se espera', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [a, b] = [await recibir(db, 100), await recibir(db, 100)]
      const p = await asociar(db, { lote_id: a.id, codigo_lote: 'P' })
      const q = await asociar(db, { lote_id: b.id, codigo_lote: 'Q' })
      const mezcla = await hacer(db, 'clasificar', {
        entradas: [{ lote: a.id }],
        salidas: [{ kg: 90, grado: 'ASE' }],
        perdidas: [{ causa: 'impurezas', kg: 10 }],
      })
      expect(await prometido(db)).toEqual([
        ['P', mezcla.lotes[0]!.codigo, 90],
        ['Q', b.codigo, 100],
      ])
      await hacer(db, 'merma', {
        entradas: [{ lote: b.id }],
        perdidas: [{ causa: 'robo', kg: 100 }],
        motivo: 'Robo en bodega',
      })
      expect(await asociado(db, q.id)).toMatchObject({ peso_qq: '0.0000', estado: 'Secado' })
      await db.como('sistema')
      await db.query(`update public.lotes_asociados set estado = 'Exportado' where id = $1`, [db.mundo.lote])
      await db.como('ana_agroarriba')
      await hacer(db, 'embarcar', {
        entradas: [{ lote: mezcla.lotes[0]!.id }],
        contrato_id: db.mundo.contrato.id,
      })
      expect(await asociado(db, p.id)).toMatchObject({ peso_qq: (90 / QQ).toFixed(4), estado: 'Exportado' })
      const [{ estado } = {}] = await db.query('select estado from public.contratos where id = $1', [
        db.mundo.contrato.id,
      ])
      expect(estado).toBe('Cerrado')
    }))

  test('200 kg entre tres: al gramo, y nunca más de lo prometido', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const lote = await recibir(db, 200)
      for (const codigo_lote of ['P', 'Q', 'R'])
        await asociar(db, { lote_id: lote.id, lote_kg: 66.666, codigo_lote })
      const corte = await hacer(db, 'dividir', {
        entradas: [{ lote: lote.id }],
        salidas: [{ kg: 100 }, { kg: 50 }, { kg: 50 }],
      })
      const filas = await prometido(db)
      const por = (i: 0 | 1) => (clave: string) =>
        Number(
          filas.reduce((suma, fila) => suma + (fila[i] === clave ? (fila[2] as number) : 0), 0).toFixed(3),
        )
      expect(['P', 'Q', 'R'].map(por(0))).toEqual([66.666, 66.666, 66.666])
      const sumas = corte.lotes.map(({ codigo }) => por(1)(codigo))
      for (const [i, kg] of [100, 50, 50].entries()) expect(sumas[i]).toBeLessThanOrEqual(kg)
    }))

  test('en tránsito, recibido y seco: el lote del contrato avanza con los suyos', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const lote = await recibir(db, 100, { condicion: 'baba', humedad_pct: 57 })
      const destino = await nuevoCentro(db.query, 'B2', 'bodega')
      const { lotes } = await hacer(db, 'trasladar', {
        entradas: [{ lote: lote.id }],
        destino_id: destino,
        fase: 'salida',
      })
      const { id, estado } = await asociar(db, { lote_id: lotes[0]!.id, lote_kg: 60 })
      expect(estado).toBe('En tránsito')
      await hacer(db, 'trasladar', {
        entradas: [{ lote: lotes[0]!.id }],
        destino_id: destino,
        fase: 'llegada',
      })
      expect(await asociado(db, id)).toMatchObject({ estado: 'Recibido', humedad: '57.00' })
      const [{ n } = {}] = await db.query(
        `select count(*)::int as n from public.mensajes where lote_id = $1 and texto like '%pasó el lote%a Recibido.'`,
        [id],
      )
      expect(n).toBe(1)
    }))

  test('embarcar no toca lo que espera otro contrato, ni lo prometido sin decir el suyo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const otro = await otroContrato(db)
      const lote = await recibir(db, 200)
      await asociar(db, { lote_id: lote.id, lote_kg: 100, codigo_lote: 'P' })
      const q = await asociar(db, { contrato_id: otro, lote_id: lote.id, lote_kg: 60, codigo_lote: 'Q' })
      const embarcar = (kg: number, contrato_id?: string) =>
        hacer(db, 'embarcar', { entradas: [{ lote: lote.id, kg }], ...(contrato_id && { contrato_id }) })
      await expectRaises(embarcar(100.001, otro), 'lote_prometido', 'PT409', 'entradas')
      await expectRaises(embarcar(40.001), 'lote_prometido', 'PT409', 'entradas')
      await embarcar(10)
      const { lotes } = await embarcar(80, otro)
      // Its own first, and 20 of the 30 that were free.
      expect(await prometido(db, otro)).toEqual([['Q', lotes[0]!.codigo, 60]])
      expect(await asociado(db, q.id)).toMatchObject({ estado: 'Exportado' })
      expect(await prometido(db)).toEqual([['P', lote.codigo, 100]])
    }))

  test('un contrato que se cerró ya no espera nada', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const otro = await otroContrato(db)
      const lote = await recibir(db, 100)
      await asociar(db, { contrato_id: otro, lote_id: lote.id })
      await expectRaises(asociar(db, { lote_id: lote.id }), 'lote_sin_saldo_libre', 'PT409', 'lote_kg')
      await db.como('sistema')
      await db.query(`update public.contratos set estado = 'Cerrado' where id = $1`, [otro])
      await db.como('ana_agroarriba')
      expect(await asociar(db, { lote_id: lote.id })).toMatchObject({ lote_kg: '100.000' })
    }))

  test('lo que se soltó se mueve a mano, y como todo lo que se mueve a mano: adelante, y con su peso mínimo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const otro = await otroContrato(db)
      const lote = await recibir(db, 100)
      const { id } = await asociar(db, { contrato_id: otro, lote_id: lote.id })
      const poner = (columna: string, valor: unknown) =>
        db.cuenta(`update public.lotes_asociados set ${columna} = $2 where id = $1`, [id, valor])
      await db.como('sistema')
      await db.query(`update public.contratos set estado = 'Cerrado' where id = $1`, [otro])
      await db.como('ana_agroarriba')
      await asociar(db, { lote_id: lote.id })
      await db.query('insert into public.contratos_reaperturas (contrato_id, motivo) values ($1, $2)', [
        otro,
        'x',
      ])
      await expectRaises(poner('estado', 'Recibido'), 'lote_no_retrocede', 'PT409', 'estado')
      for (const peso of [0, 0.5])
        await expectRaises(poner('peso_qq', peso), 'lote_peso_minimo', 'PT422', 'peso_qq')
      expect(await poner('estado', 'Exportado')).toBe(1)
    }))
})
