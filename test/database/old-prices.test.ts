import { expect, test, vi } from 'vitest'
import { query } from '../support/sql.ts'
import { beforeMigration } from './upgrade.ts'
import { newRuc } from './world.ts'

vi.setConfig({ testTimeout: 90_000 })

/** Contracts as they were, with a price of their own: fixed, to be fixed, closed and without one. */
const BEFORE = `
  with e as (
    insert into public.empresas (ruc, nombre, tipo) values ($1, 'Una', 'exportadora'), ($2, 'Otra', 'centro_acopio') returning id, tipo
  )
  insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, precio_fijado_tm, modalidad_precio, estado)
  select x.id, y.id, 10, d.precio, d.modalidad, 'Activo'
  from e x, e y, (values (5000.5000, 'fijo'), (null, 'por fijar'), (7, 'fijo'), (null, 'fijo')) as d (precio, modalidad)
  where x.tipo = 'exportadora' and y.tipo = 'centro_acopio'`
const EVENTS = [
  `insert into public.fijaciones (contrato_id, tm, ny, diferencial) values (2, 4, 3000, -700)`,
  `insert into public.lotes_asociados (contrato_id, peso_qq, humedad, estado) values (1, 60, 7, 'Recibido'), (1, 40, 7, 'Exportado'),
     (2, 30, 7, 'Recibido'), (2, 30, 7, 'Exportado'), (3, 30, 7, 'Exportado')`,
]
const SUMS = 'select * from public.kpis_totales order by 1, 2, 3, 4, 5, 6'

test('los precios de antes pasan a su tabla, con sus cifras, y los indicadores siguen', () =>
  beforeMigration('contratos_precios', async (url, applyMigration) => {
    await query(url, BEFORE, [newRuc(), newRuc()])
    for (const event of EVENTS) await query(url, event)
    const versions = await query(url, 'select id, actualizado_en::text from public.contratos order by id')
    const sums = await query(url, SUMS)
    expect(sums.length).toBeGreaterThan(10)

    await applyMigration()
    expect(
      await query(
        url,
        `select contrato_id, precio_fijado_tm, diferencial_tm, actualizado_en::text from public.contratos_precios order by 1`,
      ),
    ).toEqual(
      ['5000.5000', '2300.00', '7', null].map((precio_fijado_tm, i) => ({
        contrato_id: versions[i]!.id,
        precio_fijado_tm,
        diferencial_tm: null,
        actualizado_en: versions[i]!.actualizado_en,
      })),
    )
    expect(await query(url, 'select id, actualizado_en::text from public.contratos order by id')).toEqual(
      versions,
    )
    expect(await query(url, SUMS)).toEqual(sums)
    // And go on from there: what was sold is worth what it is priced at now.
    await query(url, 'update public.contratos_precios set precio_fijado_tm = 6000 where contrato_id = 1')
    await query(url, 'select privado.recalcular_kpis()')
    const again = await query(url, SUMS)
    expect(again).toEqual(
      sums.map((row) =>
        row.medida === 'vendido' ? expect.objectContaining({ n: row.n, cantidad: row.cantidad }) : row,
      ),
    )
    expect(again).not.toEqual(sums)
  }))
