import { describe, expect, test } from 'vitest'
import { type Db, expectConstraint, expectRaises, type Speaker, withUserDb } from './support.ts'

const ponerEstado = (db: Db, estado: string | null) =>
  db.cuenta('update public.contratos set estado = $2 where id = $1', [db.mundo.contrato.id, estado])

const leer = async (db: Db) =>
  (await db.query('select * from public.contratos where id = $1', [db.mundo.contrato.id]))[0]

/** Leaves the contract in a state, as the system. */
async function llevarA(db: Db, estado: string) {
  await db.como('sistema')
  const actual = (await leer(db))!.estado
  if (estado === 'En revisión') {
    // The system itself does not take a contract back: it makes another one.
    const { rows } = await db.client.query(
      'insert into public.contratos (exportadora_id, contraparte_id, volumen_tm) values ($1, $2, 1) returning id, codigo',
      [db.mundo.empresas.agroarriba, db.mundo.empresas.centro],
    )
    db.mundo.contrato = rows[0]
  } else if (actual !== estado) await ponerEstado(db, estado)
}

const EDITORES: Speaker[] = ['ana_agroarriba', 'celia_centro', 'ada_admin']
const PASOS: { de: string; a: string; pueden: Speaker[]; clave: string; code: string }[] = [
  {
    de: 'En revisión',
    a: 'Activo',
    pueden: ['ana_agroarriba', 'ada_admin'],
    clave: 'contrato_activa_exportadora',
    code: 'PT403',
  },
  {
    de: 'En revisión',
    a: 'Cerrado',
    pueden: ['ada_admin'],
    clave: 'contrato_cierre_automatico',
    code: 'PT403',
  },
  { de: 'Activo', a: 'Cerrado', pueden: ['ada_admin'], clave: 'contrato_cierre_automatico', code: 'PT403' },
  { de: 'Cerrado', a: 'Activo', pueden: ['ada_admin'], clave: 'contrato_reabre_admin', code: 'PT403' },
  { de: 'Activo', a: 'En revisión', pueden: [], clave: 'contrato_transicion_invalida', code: 'PT409' },
  { de: 'Cerrado', a: 'En revisión', pueden: [], clave: 'contrato_transicion_invalida', code: 'PT409' },
]

describe('los estados de un contrato', () => {
  test.each(PASOS)('$de → $a: $pueden', ({ de, a, pueden, clave, code }) =>
    withUserDb('sistema', async (db) => {
      for (const quien of EDITORES) {
        await llevarA(db, de)
        await db.como(quien)
        if (pueden.includes(quien)) {
          expect(await ponerEstado(db, a)).toBe(1)
          const contrato = await leer(db)
          expect([contrato!.estado, contrato!.cerrado_en !== null]).toEqual([a, a === 'Cerrado'])
        } else await expectRaises(ponerEstado(db, a), clave, code, 'estado')
      }
    }),
  )

  test('un proveedor no cambia el estado', () =>
    withUserDb('pedro_finca', async (db) => expect(await ponerEstado(db, 'Cerrado')).toBe(0)))

  test('no hay otros estados', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await expectConstraint(ponerEstado(db, 'Anulado'), 'contratos_estado_valido')
      await expect(ponerEstado(db, null)).rejects.toMatchObject({ code: '23502', column: 'estado' })
    }))
})

describe('editar un contrato', () => {
  const editar = (db: Db) =>
    db.cuenta('update public.contratos set volumen_tm = 150 where id = $1', [db.mundo.contrato.id])

  test('cada edición da una versión mayor, y editar sin cambiar nada conserva la que hay', () =>
    withUserDb('sistema', async (db) => {
      const version = async () =>
        String(
          (
            await db.query('select actualizado_en::text as v from public.contratos where id = $1', [
              db.mundo.contrato.id,
            ])
          )[0]!.v,
        )
      const primera = await version()
      await editar(db)
      const segunda = await version()
      expect(segunda > primera).toBe(true)
      await editar(db)
      expect(await version()).toBe(segunda)
    }))

  test('un contrato cerrado no se edita, ni por un administrador que no lo reabra', () =>
    withUserDb('sistema', async (db) => {
      await llevarA(db, 'Cerrado')
      for (const quien of EDITORES) {
        await db.como(quien)
        await expectRaises(editar(db), 'contrato_cerrado', 'PT409')
      }
      const reabrir = `update public.contratos set observaciones = 'Sigue', estado = 'Activo' where id = $1`
      expect(await db.cuenta(reabrir, [db.mundo.contrato.id])).toBe(1)
    }))

  test.each(['codigo', 'exportadora_id', 'contraparte_id', 'creado_por', 'creado_en'])(
    '%s no cambia nunca',
    (columna) =>
      withUserDb('ana_agroarriba', async (db) => {
        const sql = `update public.contratos set ${columna} = (select ${columna} from public.contratos where id = $2) where id = $1`
        const valores = [db.mundo.contrato.id, db.mundo.contratoRival.id]
        await expect(db.query(sql, valores)).rejects.toMatchObject({ code: '42501' })
        await db.como('sistema')
        const distinto =
          columna === 'creado_por'
            ? sql.replace(/\(select.*\)/, `'${db.mundo.usuarios.ana_agroarriba}'`)
            : sql
        await expectRaises(
          db.query(distinto, columna === 'creado_por' ? [valores[0]] : valores),
          'contrato_inmutable',
          'PT409',
        )
      }),
  )

  test.each(['archivo_pdf', 'cerrado_en', 'eliminado_en', 'actualizado_en'])(
    'nadie escribe %s a mano',
    (columna) =>
      withUserDb('ada_admin', async (db) => {
        const sql = `update public.contratos set ${columna} = null where id = $1`
        await expect(db.query(sql, [db.mundo.contrato.id])).rejects.toMatchObject({ code: '42501' })
      }),
  )
})

describe('eliminar un contrato', () => {
  const eliminar = (db: Db) => db.query('select * from public.eliminar_contrato($1)', [db.mundo.contrato.id])
  const VISTAS = [
    'contratos where id',
    'contratos_participantes where contrato_id',
    'lotes_asociados where contrato_id',
    'documentos_contrato where contrato_id',
  ]

  test('solo un administrador lo elimina', () =>
    withUserDb('sistema', async (db) => {
      for (const quien of ['ana_agroarriba', 'celia_centro', 'pedro_finca'] as const) {
        await db.como(quien)
        await expectRaises(eliminar(db), 'contrato_elimina_admin', 'PT403')
      }
      await db.como('rosa_rival')
      await expectRaises(eliminar(db), 'contrato_no_existe', 'PT404')
      await db.como('anonimo')
      await expect(eliminar(db)).rejects.toMatchObject({ code: '42501' })
    }))

  test('se oculta a sus partes, con todo lo suyo, y se conserva entero', () =>
    withUserDb('ada_admin', async (db) => {
      const [eliminado] = await eliminar(db)
      expect(eliminado!.eliminado_en).toBeInstanceOf(Date)
      for (const quien of ['ana_agroarriba', 'celia_centro', 'pedro_finca'] as const) {
        await db.como(quien)
        for (const vista of VISTAS)
          expect(await db.cuenta(`select from public.${vista} = $1`, [db.mundo.contrato.id])).toBe(0)
        expect(
          await db.cuenta('select from storage.objects where name like $1', [
            `${db.mundo.contrato.codigo}/%`,
          ]),
        ).toBe(0)
      }
      for (const quien of ['ada_admin', 'sistema'] as const) {
        await db.como(quien)
        for (const vista of VISTAS)
          expect(await db.cuenta(`select from public.${vista} = $1`, [db.mundo.contrato.id])).toBeGreaterThan(
            0,
          )
      }
    }))

  test('uno eliminado ya no se edita ni recibe lotes', () =>
    withUserDb('ada_admin', async (db) => {
      await eliminar(db)
      await expectRaises(eliminar(db), 'contrato_no_existe', 'PT404')
      await expectRaises(ponerEstado(db, 'Cerrado'), 'contrato_no_existe', 'PT404')
      const lote = db.query(
        'insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 1, 7)',
        [db.mundo.contrato.id],
      )
      await expectRaises(lote, 'contrato_no_existe', 'PT404')
    }))

  test('uno cerrado también se elimina', () =>
    withUserDb('ada_admin', async (db) => {
      await ponerEstado(db, 'Cerrado')
      expect(await eliminar(db)).toMatchObject([{ estado: 'Cerrado' }])
    }))
})
