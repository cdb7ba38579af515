import { describe, expect, test } from 'vitest'
import { type Db, withUserDb } from './support.ts'

const registrar = (db: Db, tipo: string, exito: boolean, carpeta: string | null = null) =>
  db.query('select privado.registrar_respaldo($1, $2, $3)', [tipo, exito, carpeta])

const avisos = async (db: Db) => {
  await db.como('ada_admin')
  const rows = await db.query<{ texto: string; contrato_id: null }>(
    `select texto, contrato_id from public.notificaciones where tipo = 'respaldo' order by id`,
  )
  await db.como('sistema')
  return rows
}

const estado = async (db: Db) => (await db.query('select * from privado.estado_respaldos()'))[0]!

/** As if everything had been recorded so long before. */
const envejecer = (db: Db, cuanto: string) =>
  db.query(`update privado.respaldos set creado_en = creado_en - $1::interval`, [cuanto])

describe('el resultado de un respaldo', () => {
  test('bueno no avisa a nadie; malo avisa a cada administrador, y solo a ellos', () =>
    withUserDb('sistema', async (db) => {
      await registrar(db, 'respaldo', true, '2026-11-26')
      expect(await avisos(db)).toEqual([])
      await registrar(db, 'respaldo', false)
      await registrar(db, 'copia', false, '2026-11-26')
      await registrar(db, 'prueba', false, '2026-11-26')
      expect(await avisos(db)).toEqual([
        { texto: 'El respaldo de hoy falló.', contrato_id: null },
        { texto: 'El respaldo 2026-11-26 no se pudo copiar fuera del servidor.', contrato_id: null },
        { texto: 'El respaldo 2026-11-26 no pasó su prueba de restauración.', contrato_id: null },
      ])
      await db.como('ana_agroarriba')
      expect(await db.query(`select from public.notificaciones where tipo = 'respaldo'`)).toEqual([])
    }))

  test('que falla cada hora se avisa una vez al día, y otra si volvió a ir bien entre medias', () =>
    withUserDb('sistema', async (db) => {
      for (let n = 0; n < 3; n++) await registrar(db, 'respaldo', false)
      expect(await avisos(db)).toHaveLength(1)
      await registrar(db, 'respaldo', true)
      await registrar(db, 'respaldo', false)
      expect(await avisos(db)).toHaveLength(2)
      await envejecer(db, '21 hours')
      await registrar(db, 'respaldo', false)
      expect(await avisos(db)).toHaveLength(3)
    }))

  test('un administrador puede no querer esos avisos', () =>
    withUserDb('ada_admin', async (db) => {
      await db.query(`insert into public.preferencias (tipo, en_app, push) values ('respaldo', false, false)`)
      await db.como('sistema')
      await registrar(db, 'respaldo', false)
      expect(await avisos(db)).toEqual([])
    }))
})

describe('el estado de los respaldos', () => {
  test('sin ninguno está atrasado; con el de hoy, no; un día y dos horas después, sí', () =>
    withUserDb('sistema', async (db) => {
      expect(await estado(db)).toMatchObject({ ultimo: null, probado: null, fallido: false, atrasado: true })
      await registrar(db, 'respaldo', true)
      expect(await estado(db)).toMatchObject({ fallido: false, atrasado: false })
      await envejecer(db, '25 hours 59 minutes')
      expect((await estado(db)).atrasado).toBe(false)
      await envejecer(db, '2 minutes')
      expect((await estado(db)).atrasado).toBe(true)
    }))

  test('una prueba que falta más de ocho días también es un atraso', () =>
    withUserDb('sistema', async (db) => {
      await registrar(db, 'respaldo', true)
      await envejecer(db, '9 days')
      await registrar(db, 'respaldo', true)
      expect((await estado(db)).atrasado).toBe(true)
      await registrar(db, 'prueba', true)
      expect((await estado(db)).atrasado).toBe(false)
    }))

  test.each(['respaldo', 'copia', 'prueba'])('lo que cuenta de cada cosa es lo último: %s', (tipo) =>
    withUserDb('sistema', async (db) => {
      await registrar(db, tipo, false)
      expect((await estado(db)).fallido).toBe(true)
      await registrar(db, tipo, true)
      expect((await estado(db)).fallido).toBe(false)
    }),
  )

  test('un atraso se avisa una vez al día', () =>
    withUserDb('sistema', async (db) => {
      for (let n = 0; n < 3; n++) await db.query('select privado.vigilar_respaldos()')
      expect(await avisos(db)).toEqual([{ texto: 'Los respaldos están atrasados.', contrato_id: null }])
      await registrar(db, 'respaldo', true)
      await db.query('select privado.vigilar_respaldos()')
      expect(await avisos(db)).toHaveLength(1)
    }))
})
