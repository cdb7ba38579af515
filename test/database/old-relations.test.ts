import { expect, test, vi } from 'vitest'
import { query } from '../support/sql.ts'
import { beforeMigration } from './upgrade.ts'
import { newRuc } from './world.ts'

vi.setConfig({ testTimeout: 90_000 })

/** An exporter, its centre, a farm of both, and another farm of another contract that was deleted. */
const BEFORE = [
  `insert into public.empresas (ruc, nombre, tipo) values ('${newRuc()}', 'Exportadora', 'exportadora'),
     ('${newRuc()}', 'Centro', 'centro_acopio'), ('${newRuc()}', 'Finca', 'proveedor'), ('${newRuc()}', 'Otra', 'proveedor')`,
  `insert into auth.users (id, email) values ('11111111-1111-4111-8111-111111111111', 'celia@centro.test')`,
  `insert into public.usuarios (id, empresa_id, nombre, rol) values ('11111111-1111-4111-8111-111111111111', 2, 'Celia', 'centro_acopio')`,
  `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, estado, creado_por) values
     (1, 2, 10, 'Activo', null), (1, 2, 10, 'En revisión', '11111111-1111-4111-8111-111111111111'),
     (1, 4, 10, 'Activo', null)`,
  'insert into public.contratos_participantes (contrato_id, empresa_id) values (1, 3)',
  'update public.contratos set eliminado_en = now() where id = 3',
]

test('quienes compartían un contrato vivo se aceptaron, y cada contrato tiene los sí que tenía', () =>
  beforeMigration('consentimiento', async (url, applyMigration) => {
    for (const event of BEFORE) await query(url, event)
    const antes = await query(url, 'select id, actualizado_en from public.contratos order by id')
    const mensajes = await query(url, 'select count(*) as n from public.mensajes')

    await applyMigration()
    expect(
      await query(
        url,
        'select least(propone_id, con_id) as a, greatest(propone_id, con_id) as b, estado, para_id = con_id as llega from public.relaciones order by 1, 2',
      ),
    ).toMatchObject([
      { a: '1', b: '2', estado: 'aceptada', llega: true },
      { a: '1', b: '3', estado: 'aceptada', llega: true },
      { a: '2', b: '3', estado: 'aceptada', llega: true },
    ])
    expect(
      await query(
        url,
        `select exportadora_acepto_en = creado_en as exportadora, contraparte_acepto_en = creado_en as contraparte,
           propuesto_a, rechazado_en from public.contratos order by id`,
      ),
    ).toMatchObject([
      { exportadora: true, contraparte: true, propuesto_a: null, rechazado_en: null },
      { exportadora: null, contraparte: true },
      { exportadora: true, contraparte: true },
    ])
    // Nobody edited anything, and nobody is told.
    expect(await query(url, 'select id, actualizado_en from public.contratos order by id')).toEqual(antes)
    expect(await query(url, 'select count(*) as n from public.mensajes')).toEqual(mensajes)
    expect(await query(url, `select * from privado.filas_que_no_cuadran('{1,2,3}')`)).toEqual([])
  }))
