import { describe, expect, test } from 'vitest'
import { type Db, expectRaises, type Speaker, withUserDb } from './support.ts'

// Ana's company and César's rival centre do not know each other; Celia's centre and Ana's do.
interface Contrato {
  id: string
  codigo: string
  estado: string
}

const crear = async (db: Db, contraparte: string, campos: Record<string, unknown> = {}) => {
  const datos = { contraparte_id: contraparte, volumen_tm: 10, ...campos }
  const nombres = Object.keys(datos)
  const [contrato] = await db.query<Contrato & Record<string, unknown>>(
    `insert into public.contratos (${nombres.join(', ')}) values (${nombres.map((_, i) => `$${i + 1}`).join(', ')}) returning *`,
    Object.values(datos),
  )
  return contrato!
}
const aceptar = async (db: Db, id: string) =>
  (await db.query<Contrato>('select * from public.aceptar_contrato($1)', [id]))[0]!
const rechazar = (db: Db, id: string, motivo: string | null = 'No trabajamos así.') =>
  db.query('select public.rechazar_contrato($1, $2)', [id, motivo])
const retirar = (db: Db, id: string) => db.query('select * from public.retirar_propuesta($1)', [id])
const propuestas = (db: Db) => db.query('select * from public.mis_propuestas()')
const leer = async (db: Db, id: string) =>
  (await db.query<Record<string, unknown>>('select * from public.contratos where id = $1', [id]))[0]
const avisos = async (db: Db) =>
  (
    await db.query<{ texto: string }>(
      `select texto from public.notificaciones where texto not like 'El sistema %' order by id`,
    )
  ).map((a) => a.texto)
const kpis = async (db: Db) =>
  (
    await db.query<{ k: { contratos: { borradores: object; estados: { contratos: number }[] } } }>(
      'select public.kpis() as k',
    )
  )[0]!.k.contratos
const proponer = async (db: Db) => crear(db, db.mundo.empresas.centro_rival)

describe('responder', () => {
  test('aceptar lo deja Activo, acepta la relación, lo abre entero y lo cuenta', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id } = await proponer(db)
      await db.como('raul_centro_rival')
      expect(await aceptar(db, id)).toMatchObject({ estado: 'Activo', propuesto_a: null })
      expect(await aceptar(db, id)).toMatchObject({ estado: 'Activo' })
      expect(await leer(db, id)).toMatchObject({ volumen_tm: '10' })
      expect((await kpis(db)).estados.map((e) => e.contratos)).toEqual([0, 2, 0])
      expect(await propuestas(db)).toEqual([])
      await expectRaises(rechazar(db, id), 'contrato_ya_aceptado', 'PT409')
      expect(
        await db.query('select * from public.ficha_empresa($1)', [db.mundo.empresas.agroarriba]),
      ).toHaveLength(1)
      await db.como('ana_agroarriba')
      expect(await kpis(db)).toMatchObject({ borradores: { contratos: 0, tm: 0 } })
      expect(await avisos(db)).toContain('centro_rival aceptó su propuesta.')
      await expectRaises(retirar(db, id), 'contrato_ya_aceptado', 'PT409')
      expect(await crear(db, db.mundo.empresas.centro_rival)).toMatchObject({ estado: 'Activo' })
    }))

  test('el del centro lo acepta la exportadora, y queda Activo', () =>
    withUserDb('raul_centro_rival', async (db) => {
      const { id, estado } = await crear(db, db.mundo.empresas.centro_rival, {
        exportadora_id: db.mundo.empresas.agroarriba,
      })
      expect(estado).toBe('En revisión')
      await db.como('ana_agroarriba')
      await expectRaises(db.query(`select public.eliminar_contrato($1)`, [id]), 'contrato_no_existe', 'PT404')
      expect(await aceptar(db, id)).toMatchObject({ estado: 'Activo' })
    }))

  test('aceptar solo la relación lo abre para leerlo, sin su sí', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id } = await proponer(db)
      await db.como('raul_centro_rival')
      const [r] = await db.query('select id from public.relaciones where contrato_id = $1', [id])
      await db.query('select public.responder_relacion($1, true)', [r!.id])
      expect(await leer(db, id)).toMatchObject({
        estado: 'En revisión',
        contraparte_acepto_en: null,
        propuesto_a: null,
      })
      await db.como('ana_agroarriba')
      await expectRaises(
        db.query(`update public.contratos set estado = 'Activo' where id = $1`, [id]),
        'falta_que_acepte_la_contraparte',
        'PT409',
      )
      await db.como('raul_centro_rival')
      expect(await aceptar(db, id)).toMatchObject({ estado: 'Activo' })
    }))

  test('rechazar dice por qué, lo cierra para siempre y no lo cuenta a nadie', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id } = await proponer(db)
      await db.como('raul_centro_rival')
      await expectRaises(rechazar(db, id, null), 'propuesta_sin_motivo', 'PT422', 'motivo')
      await rechazar(db, id)
      await expectRaises(aceptar(db, id), 'contrato_no_existe', 'PT404')
      await db.como('ana_agroarriba')
      expect(await leer(db, id)).toMatchObject({
        estado: 'En revisión',
        rechazado_como: 'rechazado',
        rechazo_motivo: 'No trabajamos así.',
      })
      expect((await kpis(db)).borradores).toEqual({ contratos: 0, tm: 0 })
      for (const sql of [
        'update public.contratos set volumen_tm = 11 where id = $1',
        `update public.contratos set estado = 'Activo' where id = $1`,
        `insert into public.mensajes (contrato_id, texto) values ($1, 'Hola')`,
        'insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 5, 7)',
        'select public.retirar_propuesta($1)',
      ])
        await expectRaises(db.query(sql, [id]), 'contrato_rechazado', 'PT409')
      await expectRaises(proponer(db), 'propuesta_en_espera', 'PT409')
      await db.como('ada_admin')
      expect(await db.query('select * from public.eliminar_contrato($1)', [id])).toHaveLength(1)
    }))

  test('retirado por quien lo propuso, ya no se acepta', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id } = await proponer(db)
      expect(await retirar(db, id)).toMatchObject([{ rechazado_como: 'retirado' }])
      await db.como('raul_centro_rival')
      expect(await propuestas(db)).toEqual([])
      await expectRaises(aceptar(db, id), 'contrato_no_existe', 'PT404')
      await expectRaises(rechazar(db, id), 'contrato_no_existe', 'PT404')
    }))

  test.each([
    ['la rechaza', 'raul_centro_rival', `select public.responder_relacion($1, false, 'No.')`, 'rechazada'],
    ['la retira', 'ana_agroarriba', 'select public.terminar_relacion($1)', 'retirada'],
  ] as const)('eliminado por un administrador, su propuesta todavía %s %s', (_, quien, sql, estado) =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id } = await proponer(db)
      const [r] = await db.query('select id from public.relaciones where contrato_id = $1', [id])
      await db.como('ada_admin')
      await db.query('select public.eliminar_contrato($1)', [id])
      await db.como(quien)
      await db.query(sql, [r!.id])
      await db.como('ana_agroarriba')
      expect(await db.query('select estado from public.relaciones where id = $1', [r!.id])).toEqual([
        { estado },
      ])
    }),
  )

  test('no lo acepta quien lo propuso, ni un colega, ni otra empresa, ni un administrador', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { id } = await proponer(db)
      expect(await aceptar(db, id)).toMatchObject({ estado: 'En revisión' })
      for (const quien of ['rosa_rival', 'celia_centro', 'pedro_finca', 'paula_otra_finca'] as Speaker[]) {
        await db.como(quien)
        await expectRaises(aceptar(db, id), 'contrato_no_existe', 'PT404')
        await expectRaises(rechazar(db, id), 'contrato_no_existe', 'PT404')
      }
      await db.como('ada_admin')
      await expectRaises(aceptar(db, id), 'decide_la_empresa', 'PT403')
      await db.como('anonimo')
      await expect(aceptar(db, id)).rejects.toMatchObject({ code: '42501' })
      await db.como('ana_agroarriba')
      expect(await leer(db, id)).toMatchObject({ estado: 'En revisión' })
    }))

  test('a quien bloqueó no le llega, y quien lo propone no lo nota', () =>
    withUserDb('raul_centro_rival', async (db) => {
      await db.query('select public.bloquear_empresa($1)', [db.mundo.empresas.agroarriba])
      await db.como('ana_agroarriba')
      const { id } = await proponer(db)
      await expectRaises(proponer(db), 'propuesta_abierta', 'PT409')
      await db.como('raul_centro_rival')
      expect([await propuestas(db), await avisos(db)]).toEqual([[], []])
      await expectRaises(aceptar(db, id), 'contrato_no_existe', 'PT404')
    }))

  test('lo que crea un administrador entre extraños lo aceptan las dos partes', () =>
    withUserDb('ada_admin', async (db) => {
      const { agroarriba, centro_rival } = db.mundo.empresas
      const { id, propuesto_a } = await crear(db, centro_rival, { exportadora_id: agroarriba })
      expect(propuesto_a).toEqual([agroarriba, centro_rival])
      for (const quien of ['ana_agroarriba', 'raul_centro_rival'] as Speaker[]) {
        await db.como(quien)
        expect(await leer(db, id)).toBeUndefined()
        expect(await propuestas(db)).toMatchObject([{ contrato_id: id, propone: null }])
        const esPrimero = quien === 'ana_agroarriba'
        expect(await aceptar(db, id)).toMatchObject({ estado: esPrimero ? 'En revisión' : 'Activo' })
      }
      expect(await db.query('select * from public.ficha_empresa($1)', [agroarriba])).toHaveLength(1)
    }))
})
