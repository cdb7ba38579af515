import { describe, expect, test } from 'vitest'
import { verContrato } from '../../server/contratos/queries.ts'
import { acordar, enRevision } from './enmiendas.ts'
import { compareAll } from './kpis-counted.ts'
import { type Db, expectConstraint, expectRaises, withUserDb } from './support.ts'

const AL_COMPLETAR = 'al completar el volumen'

const editar = (db: Db, cambios: string) =>
  db.cuenta(`update public.contratos set ${cambios} where id = $1`, [db.mundo.contrato.id])
const reabrir = (db: Db, motivo: string | null = 'Faltan dos camiones') =>
  db.query('select estado from public.reabrir_contrato($1, $2)', [db.mundo.contrato.id, motivo])
const contrato = async (db: Db) =>
  (
    await db.query('select estado, cerrado_en, cierre from public.contratos where id = $1', [
      db.mundo.contrato.id,
    ])
  )[0]!
const ultimo = async (db: Db) =>
  (
    await db.query<{ texto: string }>(
      `select texto from public.mensajes where contrato_id = $1 and tipo = 'sistema' order by id desc limit 1`,
      [db.mundo.contrato.id],
    )
  )[0]!.texto
/** A lot of so many quintals, exported from the first day. */
const exportar = (db: Db, peso_qq: number | string) =>
  db.query(
    `insert into public.lotes_asociados (contrato_id, peso_qq, humedad, estado) values ($1, $2, 7, 'Exportado')`,
    [db.mundo.contrato.id, peso_qq],
  )
/** Exports the lot of 60 qq that the contract of 200 TM has, as whoever is acting. */
const exportarElPrimero = (db: Db) =>
  db.query(`update public.lotes_asociados set estado = 'Exportado' where id = $1`, [db.mundo.lote])
/** The closing as if it had happened so many days ago. */
async function envejecer(db: Db, dias: number) {
  await db.como('sistema')
  // Noting the signed file is no edit, and so admitted of a closed one.
  await db.query(
    `update public.contratos set archivo_pdf = 'x', cerrado_en = cerrado_en - make_interval(days => $2) where id = $1`,
    [db.mundo.contrato.id, dias],
  )
}

describe('el cierre al completar el volumen', () => {
  test('un contrato que se embarca por partes sigue abierto hasta completar el volumen', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await acordar(db, { cierre: AL_COMPLETAR })
      await exportarElPrimero(db)
      expect(await contrato(db)).toEqual({ estado: 'Activo', cerrado_en: null, cierre: AL_COMPLETAR })
      await exportar(db, 4000)
      expect((await contrato(db)).estado).toBe('Activo')
      // 200 TM are 4409.2453 qq.
      await exportar(db, '349.2453')
      expect((await contrato(db)).estado).toBe('Cerrado')
      expect(await ultimo(db)).toMatch(/^El contrato quedó Cerrado con 200 de 200 TM exportadas \(100 %\)/)
    }))

  test('le basta el volumen menos la tolerancia, y espera a los lotes que faltan por exportar', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await acordar(db, { cierre: AL_COMPLETAR, tolerancia_pct: 5 })
      await exportar(db, 4300)
      expect((await contrato(db)).estado).toBe('Activo')
      await exportarElPrimero(db)
      expect((await contrato(db)).estado).toBe('Cerrado')
    }))

  test('para dejarlo corto acuerdan volver al cierre por lotes, y se cierra en el acto', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await acordar(db, { cierre: AL_COMPLETAR })
      await exportarElPrimero(db)
      await acordar(db, { cierre: 'al exportar los lotes' })
      expect(await contrato(db)).toMatchObject({ estado: 'Cerrado', cerrado_en: expect.any(Date) })
      expect(await ultimo(db)).toMatch(/con 2\.7216 de 200 TM exportadas \(1\.36 %\)/)
    }))

  test('bajar el volumen a lo exportado lo cierra, lo proponga quien lo proponga', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await acordar(db, { cierre: AL_COMPLETAR })
      await exportarElPrimero(db)
      await acordar(db, { volumen_tm: '2.7216' }, 'ana_agroarriba', 'celia_centro')
      expect((await contrato(db)).estado).toBe('Cerrado')
    }))

  test('lo elige la exportadora, también al crearlo; la contraparte no', () =>
    withUserDb('celia_centro', async (db) => {
      await enRevision(db, 'celia_centro')
      await expectRaises(
        editar(db, `cierre = '${AL_COMPLETAR}'`),
        'contrato_cierre_exportadora',
        'PT403',
        'cierre',
      )
      const crear = (otra: string) =>
        db.query<{ cierre: string }>(
          `select cierre from public.crear_contrato(volumen_tm => 10, ${otra}, cierre => $1)`,
          [AL_COMPLETAR],
        )
      const { agroarriba, centro } = db.mundo.empresas
      await expectRaises(
        crear(`exportadora_id => ${agroarriba}`),
        'contrato_cierre_exportadora',
        'PT403',
        'cierre',
      )
      await db.como('ana_agroarriba')
      expect(await crear(`contraparte_id => ${centro}`)).toEqual([{ cierre: AL_COMPLETAR }])
      await expectConstraint(editar(db, `cierre = 'nunca'`), 'contratos_cierre_valido')
    }))

  test('ya cerrado no se cambia', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await exportarElPrimero(db)
      await expectRaises(editar(db, `cierre = '${AL_COMPLETAR}'`), 'contrato_cerrado', 'PT409')
    }))
})

describe('reabrir un contrato', () => {
  test('la exportadora lo reabre con su motivo, que queda en la conversación y a la vista de las partes', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await exportarElPrimero(db)
      expect(await reabrir(db, ' Faltan dos camiones ')).toEqual([{ estado: 'Activo' }])
      expect(await contrato(db)).toMatchObject({ estado: 'Activo', cerrado_en: null })
      for (const quien of ['ana_agroarriba', 'celia_centro', 'pedro_finca'] as const) {
        await db.como(quien)
        expect(await ultimo(db)).toMatch(
          /reabrió el contrato, con 2\.7216 de 200 TM exportadas \(1\.36 %\): Faltan dos camiones$/,
        )
        expect(
          await db.query(
            'select autor, empresa, motivo, exportado_tm, volumen_tm from public.contratos_reaperturas where contrato_id = $1',
            [db.mundo.contrato.id],
          ),
        ).toEqual([
          {
            autor: 'ana_agroarriba',
            empresa: 'agroarriba',
            motivo: 'Faltan dos camiones',
            exportado_tm: '2.7216',
            volumen_tm: '200',
          },
        ])
      }
    }))

  test('reabierto, sigue abierto si se elige completar el volumen, haga lo que haga la otra parte', () =>
    withUserDb('celia_centro', async (db) => {
      await exportarElPrimero(db)
      expect((await contrato(db)).estado).toBe('Cerrado')
      await db.como('ana_agroarriba')
      await reabrir(db)
      await acordar(db, { cierre: AL_COMPLETAR })
      await db.como('celia_centro')
      await exportar(db, 1)
      expect((await contrato(db)).estado).toBe('Activo')
      await expectRaises(editar(db, `estado = 'Cerrado'`), 'contrato_cierre_automatico', 'PT403', 'estado')
    }))

  test('reabierto y con todos sus lotes exportados, lo cierra a mano su exportadora; la otra parte no', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await exportarElPrimero(db)
      await reabrir(db)
      await db.como('celia_centro')
      await expectRaises(editar(db, `estado = 'Cerrado'`), 'contrato_cierre_automatico', 'PT403', 'estado')
      await db.como('ana_agroarriba')
      expect(await editar(db, `estado = 'Cerrado'`)).toBe(1)
    }))

  test('la otra parte y los proveedores no lo reabren; quien no es parte no lo encuentra', () =>
    withUserDb('celia_centro', async (db) => {
      await exportarElPrimero(db)
      for (const quien of ['celia_centro', 'pedro_finca'] as const) {
        await db.como(quien)
        await expectRaises(reabrir(db), 'contrato_reabre_exportadora', 'PT403')
      }
      await db.como('rosa_rival')
      await expectRaises(reabrir(db), 'contrato_no_existe', 'PT404')
    }))

  test('a los siete días deja de poder la exportadora, y puede un administrador', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await exportarElPrimero(db)
      await envejecer(db, 8)
      await db.como('ana_agroarriba')
      await expectRaises(reabrir(db), 'reapertura_tardia', 'PT403')
      await db.como('ada_admin')
      expect(await reabrir(db)).toEqual([{ estado: 'Activo' }])
    }))

  test('lo que se reabrió una vez no queda abierto para siempre: cada cierre se reabre de nuevo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await exportarElPrimero(db)
      await envejecer(db, 1)
      await db.como('ana_agroarriba')
      await reabrir(db)
      await exportar(db, 10)
      await expectRaises(editar(db, `estado = 'Activo'`), 'contrato_reabre_admin', 'PT403', 'estado')
      await reabrir(db, 'Otra vez')
      expect((await contrato(db)).estado).toBe('Activo')
      await expectRaises(reabrir(db), 'contrato_no_cerrado', 'PT409')
    }))

  test('lo escrito no se modifica ni se borra, tampoco por el sistema', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await exportarElPrimero(db)
      await expectConstraint(reabrir(db, '  '), 'contratos_reaperturas_motivo_valido')
      await reabrir(db)
      await db.como('sistema')
      for (const orden of [
        `update public.contratos_reaperturas set motivo = 'x'`,
        'delete from public.contratos_reaperturas',
        'truncate public.contratos_reaperturas',
      ])
        await expectRaises(db.query(orden), 'reapertura_inmutable', 'PT409')
    }))

  test('los indicadores de todas las partes quedan como dicen las tablas', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await acordar(db, { fecha_entrega: '2026-12-01', tolerancia_pct: 10 })
      await exportarElPrimero(db)
      await reabrir(db)
      await compareAll(db.client, db.mundo)
      await db.como('ana_agroarriba')
      await exportar(db, 10)
      await compareAll(db.client, db.mundo)
    }))
})

describe('el peso mínimo de un lote', () => {
  test('es un quintal: uno de 0.0001 no se registra ni se deja en eso', () =>
    withUserDb('celia_centro', async (db) => {
      await expectRaises(exportar(db, '0.0001'), 'lote_peso_minimo', 'PT422', 'peso_qq')
      await expectRaises(
        db.query('update public.lotes_asociados set peso_qq = 0.9999 where id = $1', [db.mundo.lote]),
        'lote_peso_minimo',
        'PT422',
        'peso_qq',
      )
      await exportar(db, 1)
    }))

  test('lo cambia un administrador desde una fecha; una empresa no tiene el suyo', () =>
    withUserDb('ada_admin', async (db) => {
      const poner = (qq: number) =>
        db.query(
          `insert into public.parametros (tipo, valor, desde) values ('lote_minimo', $1, privado.hoy())`,
          [{ qq }],
        )
      await poner(50)
      await db.como('celia_centro')
      await expectRaises(exportar(db, 49), 'lote_peso_minimo', 'PT422', 'peso_qq')
      await expectRaises(poner(0.0001), 'parametro_solo_admin', 'PT403', 'tipo')
      await exportar(db, 50)
    }))

  test('el día en que ninguno rige es un quintal', () =>
    withUserDb('sistema', async (db) => {
      await db.query(`update public.parametros set hasta = privado.hoy() where tipo = 'lote_minimo'`)
      await db.como('celia_centro')
      await expectRaises(exportar(db, 0.9999), 'lote_peso_minimo', 'PT422', 'peso_qq')
      await exportar(db, 1)
    }))

  test('los más livianos que ya estaban siguen su camino', () =>
    withUserDb('ada_admin', async (db) => {
      await db.query(
        `insert into public.parametros (tipo, valor, desde) values ('lote_minimo', '{"qq": 100}', privado.hoy())`,
      )
      await db.como('ana_agroarriba')
      await exportarElPrimero(db)
    }))
})

test('un contrato tiene 5000 lotes como máximo', () =>
  withUserDb('sistema', async (db) => {
    await db.query(
      `insert into public.lotes_asociados (contrato_id, codigo_lote, peso_qq, humedad)
       select $1, 'L-' || n, 1, 7 from generate_series(1, 4999) as n`,
      [db.mundo.contrato.id],
    )
    await db.como('celia_centro')
    await expectRaises(exportar(db, 1), 'contrato_demasiados_lotes', 'PT409')
    await db.como('ana_agroarriba')
    expect(await db.query(verContrato.id.text, [db.mundo.contrato.id])).toHaveLength(1)
  }))
