import { describe, expect, test } from 'vitest'
import { enRevision } from './enmiendas.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

/** The contract of the world, of 200 TM, to be fixed, where the other side has three days to confirm. */
const porConfirmar = (quien: Parameters<typeof withUserDb>[0], work: (db: Db) => Promise<void>) =>
  withUserDb('sistema', async (db) => {
    await db.query(
      `update public.contratos set modalidad_precio = 'por fijar', dias_confirmacion = 3 where id = $1`,
      [db.mundo.contrato.id],
    )
    await db.como(quien)
    await work(db)
  })
const fijar = async (db: Db, tm: number, ny = 3000) =>
  (
    await db.query(
      'insert into public.fijaciones (contrato_id, tm, ny, diferencial) values ($1, $2, $3, -700) returning *',
      [db.mundo.contrato.id, tm, ny],
    )
  )[0]!
const responder = async (db: Db, id: string, acepta: boolean | null, motivo: string | null = null) =>
  (await db.query('select * from public.responder_fijacion($1, $2, $3)', [id, acepta, motivo]))[0]!
const anular = (db: Db, id: string) =>
  db.query(`update public.fijaciones set motivo = 'Otro' where id = $1 returning *`, [id])
const precio = async (db: Db) =>
  (
    await db.query('select precio_fijado_tm as p from public.contratos_precios where contrato_id = $1', [
      db.mundo.contrato.id,
    ])
  )[0]!.p
/** Its period is over. */
async function envejecer(db: Db, id: string) {
  await db.como('sistema')
  await db.query('alter table public.fijaciones disable trigger user')
  await db.query('update public.fijaciones set vence_en = clock_timestamp() where id = $1', [id])
  await db.query('alter table public.fijaciones enable trigger user')
}

describe('una fijación por confirmar', () => {
  test('toma volumen y no precio hasta que la otra parte la confirma', () =>
    porConfirmar('celia_centro', async (db) => {
      const { id, vence_en, confirmada_en, empresa_id } = await fijar(db, 150, 9000)
      expect([confirmada_en, empresa_id]).toEqual([null, db.mundo.empresas.centro])
      expect(vence_en.getTime()).toBeGreaterThan(Date.now() + 2.9 * 86400_000)
      expect(await precio(db)).toBeNull()
      await expectRaises(fijar(db, 51), 'fijacion_excede_volumen', 'PT409', 'tm')
      for (const quien of ['celia_centro', 'ada_admin'] as const) {
        await db.como(quien)
        await expectRaises(responder(db, id, true), 'fijacion_de_las_partes', 'PT403')
      }
      for (const quien of ['pedro_finca', 'rosa_rival'] as const) {
        await db.como(quien)
        await expectRaises(responder(db, id, true), 'fijacion_no_existe', 'PT404')
      }
      await db.como('ana_agroarriba')
      await expectRaises(responder(db, id, null), 'fijacion_sin_respuesta', 'PT422', 'acepta')
      expect(await responder(db, id, true)).toMatchObject({
        confirmada_en: expect.any(Date),
        confirmada_por: db.mundo.usuarios.ana_agroarriba,
      })
      expect(await precio(db)).toBe('8300.00')
      await expectRaises(responder(db, id, true), 'fijacion_firme', 'PT409')
    }))

  test('confirmada, una parte sola no la anula; un administrador, sí', () =>
    porConfirmar('celia_centro', async (db) => {
      const { id } = await fijar(db, 10)
      await db.como('ana_agroarriba')
      await responder(db, id, true)
      for (const quien of ['celia_centro', 'ana_agroarriba'] as const) {
        await db.como(quien)
        await expectRaises(anular(db, id), 'fijacion_confirmada', 'PT409')
      }
      await db.como('ada_admin')
      expect(await anular(db, id)).toMatchObject([{ motivo: 'Otro' }])
    }))

  test('la otra parte dice que no, con su motivo, y quien la hizo la retira', () =>
    porConfirmar('celia_centro', async (db) => {
      const [una, otra] = [await fijar(db, 10), await fijar(db, 20)]
      expect(await anular(db, otra.id)).toMatchObject([{ anulada_por: db.mundo.usuarios.celia_centro }])
      await db.como('ana_agroarriba')
      await expectRaises(responder(db, una.id, false), 'fijacion_sin_motivo', 'PT422', 'motivo')
      expect(await responder(db, una.id, false, ' No fue así ')).toMatchObject({
        motivo: 'No fue así',
        anulada_por: db.mundo.usuarios.ana_agroarriba,
        confirmada_en: null,
      })
      expect(await precio(db)).toBeNull()
    }))

  test('callada, se anula al vencer: por el reloj, la marque alguien o no', () =>
    porConfirmar('celia_centro', async (db) => {
      const { id } = await fijar(db, 200)
      await envejecer(db, id)
      await db.como('ana_agroarriba')
      await expectRaises(responder(db, id, true), 'fijacion_vencida', 'PT409')
      // What it held is free.
      await fijar(db, 200)
      await db.como('sistema')
      const [vieja] = await db.query('select motivo, anulada_por from public.fijaciones where id = $1', [id])
      expect(vieja).toEqual({ motivo: 'Venció sin confirmar.', anulada_por: null })
      expect(await db.query('select privado.vencer_fijaciones()')).toEqual([{ vencer_fijaciones: 0 }])
      const mensajes = await db.query(
        `select texto from public.mensajes where contrato_id = $1 and texto like '%fijación%' order by id`,
        [db.mundo.contrato.id],
      )
      expect(mensajes.map(({ texto }) => texto)).toEqual([
        'celia_centro (centro) registró una fijación de precio, por confirmar.',
        'Una fijación de precio venció sin confirmar.',
        'ana_agroarriba (agroarriba) registró una fijación de precio, por confirmar.',
      ])
    }))

  test('vencida en un contrato que se retiró, no detiene la tarea de todos', () =>
    withUserDb('celia_centro', async (db) => {
      await enRevision(db, 'celia_centro')
      const { id: contrato } = db.mundo.contrato
      await db.query(
        `update public.contratos set modalidad_precio = 'por fijar', dias_confirmacion = 3 where id = $1`,
        [contrato],
      )
      const { id } = await fijar(db, 20)
      await db.query('select public.retirar_propuesta($1)', [contrato])
      await envejecer(db, id)
      expect(await db.query('select privado.vencer_fijaciones()')).toEqual([{ vencer_fijaciones: 0 }])
    }))

  test('la tarea anula las que vencieron; de un contrato cerrado, cuando se reabre', () =>
    porConfirmar('celia_centro', async (db) => {
      const { id } = await fijar(db, 20)
      await envejecer(db, id)
      const pasarA = (estado: string) =>
        db.query('update public.contratos set estado = $2 where id = $1', [db.mundo.contrato.id, estado])
      await pasarA('Cerrado')
      expect(await db.query('select privado.vencer_fijaciones()')).toEqual([{ vencer_fijaciones: 0 }])
      await pasarA('Activo')
      expect(await db.query('select privado.vencer_fijaciones()')).toEqual([{ vencer_fijaciones: 1 }])
    }))

  test('un administrador no fija por las partes; nadie escribe que está confirmada', () =>
    porConfirmar('ada_admin', async (db) => {
      await expectRaises(fijar(db, 10), 'fijacion_de_las_partes', 'PT403')
      for (const columna of ['confirmada_en', 'vence_en', 'confirmada_por', 'empresa_id'])
        await expect(
          db.query(`update public.fijaciones set ${columna} = null where contrato_id = $1`, [
            db.mundo.contrato.id,
          ]),
        ).rejects.toMatchObject({ code: '42501' })
    }))
})

describe('el diferencial acordado', () => {
  test('es el de toda fijación: una parte no fija con otro', () =>
    withUserDb('sistema', async (db) => {
      await db.query(`update public.contratos set modalidad_precio = 'por fijar' where id = $1`, [
        db.mundo.contrato.id,
      ])
      await db.query('update public.contratos_precios set diferencial_tm = -650 where contrato_id = $1', [
        db.mundo.contrato.id,
      ])
      await db.como('celia_centro')
      await expectRaises(fijar(db, 10), 'fijacion_otro_diferencial', 'PT409', 'diferencial')
    }))
})
