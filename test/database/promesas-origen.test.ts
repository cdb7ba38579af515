import { describe, expect, test } from 'vitest'
import { newCedula, nuevoCentro, registrar } from './grafo.ts'
import { asociar, hacer, prometido } from './promesas.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

/** A shipment of 300 kg of three receptions, of which 200 are promised: two producers, and one lot of nobody known. */
async function preparar(db: Db) {
  const centro = await nuevoCentro(db.query)
  const otro = await nuevoCentro(db.query, 'B2')
  const productor = async (nombre: string) =>
    (
      await db.query(
        `insert into public.productores (identificacion, nombre, telefono) values ($1, $2, '+593991234567') returning id`,
        [newCedula(), nombre],
      )
    )[0]!.id as string
  const recibir = async (kg: number, en: string, mas: Record<string, unknown>) =>
    (
      await registrar(db.query, 'recibir', {
        centro_id: en,
        salidas: [{ kg, condicion: 'seco', humedad_pct: 7, ...mas }],
      })
    ).lotes[0]!
  const uno = await recibir(100, centro, {
    productor_id: Number(await productor('Ana Mora')),
    certificaciones: ['Orgánico', 'Rainforest'],
  })
  const dos = await recibir(150, centro, {
    productor_id: Number(await productor('Luis Vera')),
    certificaciones: ['Orgánico'],
  })
  const tres = await recibir(50, otro, { lote_externo: 'SACO-7' })
  const aqui = await hacer(db, 'trasladar', { entradas: [{ lote: tres.id }], destino_id: centro })
  const { lotes } = await hacer(db, 'mezclar', {
    entradas: [{ lote: uno.id }, { lote: dos.id }, { lote: aqui.lotes[0]!.id }],
  })
  const { id } = await asociar(db, { lote_id: lotes[0]!.id, lote_kg: 200, codigo_lote: 'P' })
  return { id, lote: lotes[0]! }
}

const origen = async (db: Db, id: string) =>
  (await db.query('select public.origen_compartido($1) as o', [id]))[0]!.o

const compartir = (db: Db, id: string, que: string) =>
  db.cuenta('update public.lotes_asociados set origen_compartido = $2 where id = $1', [id, que])

describe('lo que la otra parte ve', () => {
  test('el lote prometido, y de su origen lo que su dueño eligió', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id, lote } = await preparar(db)
      await db.como('celia_centro')
      expect(await prometido(db)).toEqual([['P', lote.codigo, 200]])
      expect(await origen(db, id)).toEqual({ compartido: 'nada' })
      await db.como('ana_agroarriba')
      await compartir(db, id, 'resumen')
      await db.como('celia_centro')
      const resumen = {
        compartido: 'resumen',
        kg: 200,
        productores: 2,
        origen_conocido_pct: 83.33,
        centros: [
          { centro: 'Centro AC1', kg: 166.667 },
          { centro: 'Centro B2', kg: 33.333 },
        ],
        certificaciones: [
          { certificacion: 'Orgánico', kg: 166.667 },
          { certificacion: 'Rainforest', kg: 66.667 },
        ],
      }
      expect(await origen(db, id)).toEqual(resumen)
      await db.como('ana_agroarriba')
      await compartir(db, id, 'productores')
      await db.como('celia_centro')
      expect(await origen(db, id)).toEqual({
        ...resumen,
        compartido: 'productores',
        detalle: [
          { productor: 'Luis Vera', kg: 100 },
          { productor: 'Ana Mora', kg: 66.667 },
          { productor: null, kg: 33.333 },
        ],
      })
    }))

  test('nada más: ni lotes, saldos, centros, productores ni operaciones', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id, lote } = await preparar(db)
      await compartir(db, id, 'productores')
      for (const quien of ['celia_centro', 'pedro_finca', 'rosa_rival', 'raul_centro_rival'] as const) {
        await db.como(quien)
        for (const tabla of [
          'lotes',
          'operaciones',
          'consumos',
          'productos',
          'perdidas',
          'centros',
          'productores',
        ])
          expect([quien, tabla, await db.query(`select * from public.${tabla}`)]).toEqual([quien, tabla, []])
        expect(
          await db.query('select public.saldo_kg(l) from public.lotes l where l.id = $1', [lote.id]),
        ).toEqual([])
        await expect(db.query('select * from privado.promesas')).rejects.toMatchObject({ code: '42501' })
        await expect(db.query('select * from privado.origenes($1)', [lote.id])).rejects.toMatchObject({
          code: '42501',
        })
      }
    }))

  test('una empresa asociada no ve lo que se prometen quienes firman; una ajena, ni el contrato', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id } = await preparar(db)
      await compartir(db, id, 'productores')
      await db.como('pedro_finca')
      expect(await prometido(db)).toEqual([])
      await expectRaises(origen(db, id), 'lote_no_existe', 'PT404', 'asociado')
      for (const quien of ['rosa_rival', 'raul_centro_rival', 'paula_otra_finca'] as const) {
        await db.como(quien)
        await expectRaises(prometido(db), 'contrato_no_existe', 'PT404')
        for (const uno of [id, '-1'])
          await expectRaises(origen(db, uno), 'lote_no_existe', 'PT404', 'asociado')
      }
      await db.como('ada_admin')
      expect(await prometido(db)).toHaveLength(1)
    }))
})
