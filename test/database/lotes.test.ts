import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Db, expectConstraint, expectRaises, withUserDb } from './support.ts'

const ESTADOS = ['En tránsito', 'Recibido', 'Secado', 'Exportado']

const nuevo = async (db: Db, datos: Record<string, unknown> = {}) => {
  const fila = { contrato_id: db.mundo.contrato.id, peso_qq: 45, humedad: 7.2, ...datos }
  const columnas = Object.keys(fila)
  const [lote] = await db.query(
    `insert into public.lotes_asociados (${columnas}) values (${columnas.map((_, i) => `$${i + 1}`)}) returning *`,
    Object.values(fila),
  )
  return lote!
}

const poner = (db: Db, lote: string, columna: string, valor: unknown) =>
  db.cuenta(`update public.lotes_asociados set ${columna} = $2 where id = $1`, [lote, valor])

const contrato = async (db: Db) =>
  (
    await db.query('select estado, cerrado_en from public.contratos where id = $1', [db.mundo.contrato.id])
  )[0]!

describe('el código de un lote', () => {
  test('sin código se numeran LT-0001, LT-0002… por contrato', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const codigos = []
      for (const codigo_lote of [undefined, '', null, '  '])
        codigos.push((await nuevo(db, { ...(codigo_lote !== undefined && { codigo_lote }) })).codigo_lote)
      expect(codigos).toEqual(['LT-0002', 'LT-0003', 'LT-0004', 'LT-0005'])
      await db.como('rosa_rival')
      expect((await nuevo(db, { contrato_id: db.mundo.contratoRival.id })).codigo_lote).toBe('LT-0001')
    }))

  test('la numeración sigue al mayor y crece más allá de cuatro cifras', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await nuevo(db, { codigo_lote: 'LT-9999' })
      await nuevo(db, { codigo_lote: 'BODEGA 7/A' })
      expect((await nuevo(db)).codigo_lote).toBe('LT-10000')
    }))

  test('varios a la vez, en una sola orden, reciben números seguidos', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const lotes = await db.query(
        `insert into public.lotes_asociados (contrato_id, peso_qq, humedad)
         select $1, 10, 7 from generate_series(1, 3) returning codigo_lote`,
        [db.mundo.contrato.id],
      )
      expect(lotes.map((lote) => lote.codigo_lote)).toEqual(['LT-0002', 'LT-0003', 'LT-0004'])
    }))

  test('no se repite en el contrato', () =>
    withUserDb('ana_agroarriba', (db) =>
      expectConstraint(nuevo(db, { codigo_lote: 'LT-0001' }), 'lotes_asociados_codigo_lote_key'),
    ))

  test('se compara sin mayúsculas y en NFC, y queda como lo escribió el primero', () =>
    withUserDb('ana_agroarriba', async (db) => {
      expect((await nuevo(db, { codigo_lote: 'Finca-A' })).codigo_lote).toBe('Finca-A')
      expect((await nuevo(db, { codigo_lote: 'Pe\u00f1a' })).codigo_lote).toBe('Pe\u00f1a')
      for (const codigo_lote of ['finca-a', ' FINCA-A ', 'Pen\u0303a', 'PE\u00d1A', 'lt-0001'])
        await expectConstraint(nuevo(db, { codigo_lote }), 'lotes_asociados_codigo_lote_key')
      expect((await nuevo(db, { codigo_lote: 'A\u0301gil' })).codigo_lote).toBe('\u00c1gil')
    }))

  test('lt-0007 cuenta en la numeración', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await nuevo(db, { codigo_lote: 'lt-0007' })
      expect((await nuevo(db)).codigo_lote).toBe('LT-0008')
    }))

  test.each(['-LT', 'LT\n1', 'a'.repeat(41), '../x', 'LT-1 /'])('no se acepta %j', (codigo_lote) =>
    withUserDb('ana_agroarriba', (db) =>
      expectConstraint(nuevo(db, { codigo_lote }), 'lotes_asociados_codigo_lote_valido'),
    ),
  )
})

describe('peso y humedad', () => {
  test.each([
    ['peso_qq', [0, -1, '1000000.1', '45.00001', 'NaN'], 'lotes_asociados_peso_qq_valido'],
    ['humedad', [0, -1, 100, '7.555', 'NaN'], 'lotes_asociados_humedad_valida'],
    ['estado', ['Perdido', ''], 'lotes_asociados_estado_valido'],
  ])('no se acepta %s fuera de lo razonable', (campo, valores, restriccion) =>
    withUserDb('celia_centro', async (db) => {
      for (const valor of valores) {
        await expectConstraint(nuevo(db, { [campo]: valor }), restriccion)
        await expectConstraint(poner(db, db.mundo.lote, campo, valor), restriccion)
      }
    }),
  )

  test('se guardan con los decimales que se escribieron', () =>
    withUserDb('celia_centro', async (db) => {
      expect(await nuevo(db, { peso_qq: '60.0', humedad: '7.50' })).toMatchObject({
        peso_qq: '60.0',
        humedad: '7.50',
      })
    }))
})

describe('el estado de un lote', () => {
  test('solo avanza, aunque salte pasos', () =>
    withUserDb('sistema', async (db) => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...ESTADOS),
          fc.array(fc.constantFrom(...ESTADOS), { maxLength: 6 }),
          async (inicial, pasos) => {
            await db.client.query('savepoint camino')
            await db.como('celia_centro')
            const { id } = await nuevo(db, { estado: inicial })
            let actual = ESTADOS.indexOf(inicial)
            for (const paso of pasos) {
              const siguiente = ESTADOS.indexOf(paso)
              if (siguiente < actual)
                await expectRaises(poner(db, id, 'estado', paso), 'lote_no_retrocede', 'PT409', 'estado')
              else expect(await poner(db, id, 'estado', paso)).toBe(1)
              actual = Math.max(actual, siguiente)
            }
            await db.client.query('rollback to savepoint camino')
          },
        ),
        { numRuns: 40 },
      )
    }))
})

describe('el cierre del contrato', () => {
  test('se cierra, con su fecha, cuando se exporta el último lote', () =>
    withUserDb('celia_centro', async (db) => {
      const otro = await nuevo(db)
      await poner(db, db.mundo.lote, 'estado', 'Exportado')
      expect(await contrato(db)).toEqual({ estado: 'Activo', cerrado_en: null })
      await poner(db, otro.id, 'estado', 'Exportado')
      expect(await contrato(db)).toEqual({ estado: 'Cerrado', cerrado_en: expect.any(Date) })
    }))

  test('se cierra también si todos se exportan en una sola orden', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await nuevo(db)
      await db.query(`update public.lotes_asociados set estado = 'Exportado' where contrato_id = $1`, [
        db.mundo.contrato.id,
      ])
      expect((await contrato(db)).estado).toBe('Cerrado')
    }))

  test('se cierra también si quien escribe es el sistema', () =>
    withUserDb('sistema', async (db) => {
      await poner(db, db.mundo.lote, 'estado', 'Exportado')
      expect((await contrato(db)).estado).toBe('Cerrado')
    }))

  test('un contrato sin lotes no se cierra solo', () =>
    withUserDb('rosa_rival', async (db) => {
      const cerrar = db.query(`update public.contratos set estado = 'Cerrado' where id = $1`, [
        db.mundo.contratoRival.id,
      ])
      await expectRaises(cerrar, 'contrato_cierre_automatico', 'PT403', 'estado')
    }))

  test('cerrado, sus lotes no se editan ni se le agregan otros', () =>
    withUserDb('ada_admin', async (db) => {
      await poner(db, db.mundo.lote, 'estado', 'Exportado')
      await expectRaises(poner(db, db.mundo.lote, 'peso_qq', 1), 'contrato_cerrado', 'PT409')
      await expectRaises(nuevo(db), 'contrato_cerrado', 'PT409')
    }))

  test('reabierto, admite otro lote y se vuelve a cerrar con él', () =>
    withUserDb('ada_admin', async (db) => {
      await poner(db, db.mundo.lote, 'estado', 'Exportado')
      await db.query(`update public.contratos set estado = 'Activo' where id = $1`, [db.mundo.contrato.id])
      const { id } = await nuevo(db)
      expect(await contrato(db)).toEqual({ estado: 'Activo', cerrado_en: null })
      await poner(db, id, 'estado', 'Exportado')
      expect((await contrato(db)).estado).toBe('Cerrado')
    }))
})

describe('quién escribe lotes', () => {
  test('un proveedor no', () =>
    withUserDb('pedro_finca', (db) => expectRaises(nuevo(db), 'lote_sin_permiso', 'PT403')))

  test('a un contrato ajeno da lo mismo que a uno que no existe', () =>
    withUserDb('raul_centro_rival', async (db) => {
      await expectRaises(nuevo(db), 'contrato_no_existe', 'PT404')
      await expectRaises(nuevo(db, { contrato_id: -1 }), 'contrato_no_existe', 'PT404')
    }))

  test('un lote no pasa a otro contrato ni cambia de código', () =>
    withUserDb('ana_agroarriba', async (db) => {
      for (const [columna, valor] of [
        ['contrato_id', db.mundo.contratoRival.id],
        ['codigo_lote', 'LT-0009'],
      ] as const)
        await expect(poner(db, db.mundo.lote, columna, valor)).rejects.toMatchObject({ code: '42501' })
    }))
})
