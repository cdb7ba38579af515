import { expect, test, vi } from 'vitest'
import { query } from '../support/sql.ts'
import { beforeMigration } from './upgrade.ts'
import { newRuc } from './world.ts'

vi.setConfig({ testTimeout: 90_000 })

/** Two contracts as they were: of a fixed price, and to be fixed. */
const BEFORE = [
  `with e as (
    insert into public.empresas (ruc, nombre, tipo) values ('${newRuc()}', 'Una', 'exportadora'), ('${newRuc()}', 'Otra', 'centro_acopio') returning id, tipo
  )
  insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, modalidad_precio, estado)
  select x.id, y.id, d.volumen, d.modalidad, 'Activo'
  from e x, e y, (values (10.50, 'fijo'), (20, 'por fijar')) as d (volumen, modalidad)
  where x.tipo = 'exportadora' and y.tipo = 'centro_acopio'`,
  'update public.contratos_precios set precio_fijado_tm = 5000.5000 where contrato_id = 1',
  `insert into public.fijaciones (contrato_id, tm, ny, diferencial) values (2, 4, 3000, -700), (2, 1, 3100, -700)`,
  `update public.fijaciones set motivo = 'Mal' where id = 2`,
]

test('los contratos de antes tienen su primera versión, y sus fijaciones siguen firmes', () =>
  beforeMigration('enmiendas', async (url, applyMigration) => {
    for (const event of BEFORE) await query(url, event)
    const antes = await query(url, 'select * from public.contratos_precios order by 1')

    await applyMigration()
    expect(await query(url, 'select * from public.contratos_precios order by 1')).toEqual(antes)
    const versiones = await query(
      url,
      `select n, origen, propuesta_por, aceptada_en, terminos, propuesta_en > now() - interval '1 hour' as hoy
         from public.contratos_versiones order by contrato_id`,
    )
    const suya = { n: 1, origen: 'migracion', propuesta_por: null, aceptada_en: null, hoy: true }
    expect(versiones).toMatchObject([
      { ...suya, terminos: { volumen_tm: '10.50', precio_fijado_tm: '5000.5000', dias_confirmacion: 0 } },
      { ...suya, terminos: { volumen_tm: '20', precio_fijado_tm: null, modalidad_precio: 'por fijar' } },
    ])
    expect(
      await query(
        url,
        'select confirmada_en = creado_en as firme, confirmada_por, vence_en from public.fijaciones',
      ),
    ).toEqual(Array(2).fill({ firme: true, confirmada_por: null, vence_en: null }))
    // And go on from there.
    await query(url, 'update public.contratos set volumen_tm = 30 where id = 2')
    const [ultima] = await query(
      url,
      'select n, origen from public.contratos_versiones where contrato_id = 2 order by n desc',
    )
    expect(ultima).toEqual({ n: 2, origen: 'sistema' })
  }))
