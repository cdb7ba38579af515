import { describe, expect, test } from 'vitest'
import { acordar, proponer, responder, terminos } from './enmiendas.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

const CONTRATO = (db: Db) => [db.mundo.contrato.id]
const leer = async (db: Db) => {
  await db.como('sistema')
  return terminos(db.client, db.mundo.contrato.id)
}
const porFijar = (db: Db) =>
  db.query(`update public.contratos set modalidad_precio = 'por fijar' where id = $1`, CONTRATO(db))
const fijar = (db: Db, tm: number, ny = 3000, diferencial = -700) =>
  db.query(
    `insert into public.fijaciones (contrato_id, tm, ny, diferencial) values ($1, $2, $3, $4) returning *`,
    [db.mundo.contrato.id, tm, ny, diferencial],
  )

describe('lo que se propone', () => {
  test.each([
    [{ volumen_tm: 0 }, 'termino_invalido', 'PT422', 'volumen_tm'],
    [{ volumen_tm: null }, 'termino_invalido', 'PT422', 'volumen_tm'],
    [{ volumen_tm: '1e3' }, 'termino_invalido', 'PT422', 'volumen_tm'],
    [{ volumen_tm: 'NaN' }, 'termino_invalido', 'PT422', 'volumen_tm'],
    [{ volumen_tm: ['1'] }, 'termino_invalido', 'PT422', 'volumen_tm'],
    [{ volumen_tm: '1.00001' }, 'termino_invalido', 'PT422', 'volumen_tm'],
    [{ precio_fijado_tm: '-1' }, 'termino_invalido', 'PT422', 'precio_fijado_tm'],
    [{ diferencial_tm: '1000001' }, 'termino_invalido', 'PT422', 'diferencial_tm'],
    [{ modalidad_precio: 'a convenir' }, 'termino_invalido', 'PT422', 'modalidad_precio'],
    [{ modalidad_precio: null }, 'termino_invalido', 'PT422', 'modalidad_precio'],
    [{ calidad: ' ASE' }, 'termino_invalido', 'PT422', 'calidad'],
    [{ fecha_entrega: '2026-02-30' }, 'termino_invalido', 'PT422', 'fecha_entrega'],
    [{ fecha_entrega: 'mañana' }, 'termino_invalido', 'PT422', 'fecha_entrega'],
    [{ tolerancia_pct: 50.01 }, 'termino_invalido', 'PT422', 'tolerancia_pct'],
    [{ cierre: 'nunca' }, 'termino_invalido', 'PT422', 'cierre'],
    [{ dias_confirmacion: 61 }, 'termino_invalido', 'PT422', 'dias_confirmacion'],
    [{ dias_confirmacion: '1.5' }, 'termino_invalido', 'PT422', 'dias_confirmacion'],
    [{ exportadora_id: 1 }, 'termino_desconocido', 'PT422', 'exportadora_id'],
    [{ observaciones: 'x' }, 'termino_desconocido', 'PT422', 'observaciones'],
    [{ '"; drop': 1 }, 'termino_desconocido', 'PT422', 'cambios'],
    [{}, 'enmienda_sin_cambios', 'PT422', 'cambios'],
    [{ volumen_tm: '200.000', tolerancia_pct: 0 }, 'enmienda_sin_cambios', 'PT422', 'cambios'],
    [['volumen_tm'], 'enmienda_sin_cambios', 'PT422', 'cambios'],
  ])('%j se rechaza con su campo, y nada cambia', (cambios, clave, code, campo) =>
    withUserDb('celia_centro', async (db) => {
      await expectRaises(proponer(db, cambios), clave, code, campo)
      const { versiones } = await leer(db)
      expect(versiones).toHaveLength(1)
      expect(await db.query('select from public.enmiendas where contrato_id = $1', CONTRATO(db))).toEqual([])
    }),
  )

  test('no lo guarda una nota con lo que no se ve', () =>
    withUserDb('celia_centro', async (db) => {
      await expect(proponer(db, { volumen_tm: 1000 }, 'a\u202eb')).rejects.toMatchObject({
        constraint: 'enmiendas_nota_valida',
      })
    }))

  test('el volumen no baja de lo fijado, ni al proponerlo ni al aceptarlo', () =>
    withUserDb('sistema', async (db) => {
      await porFijar(db)
      await db.como('celia_centro')
      await fijar(db, 100)
      await expectRaises(proponer(db, { volumen_tm: 99 }), 'volumen_menor_que_fijado', 'PT409', 'volumen_tm')
      const { id } = await proponer(db, { volumen_tm: 120 })
      await fijar(db, 50)
      await db.como('ana_agroarriba')
      await expectRaises(responder(db, id, true), 'volumen_menor_que_fijado', 'PT409', 'volumen_tm')
      const { ahora, versiones } = await leer(db)
      expect([ahora.volumen_tm, versiones.length]).toEqual(['200', 2])
      const [enmienda] = await db.query('select estado from public.enmiendas where id = $1', [id])
      expect(enmienda).toEqual({ estado: 'propuesta' })
    }))

  test('ni de lo entregado, con su tolerancia', () =>
    withUserDb('sistema', async (db) => {
      // 60 qq are 2.7216 TM.
      await db.query(`update public.lotes_asociados set estado = 'Recibido' where id = $1`, [db.mundo.lote])
      await acordar(db, { volumen_tm: '2.8', tolerancia_pct: 10 })
      await db.como('celia_centro')
      await expectRaises(
        proponer(db, { volumen_tm: '2.4' }),
        'volumen_menor_que_entregado',
        'PT409',
        'volumen_tm',
      )
      await acordar(db, { volumen_tm: '2.5' })
      await db.como('celia_centro')
      await expectRaises(
        proponer(db, { tolerancia_pct: 5 }),
        'volumen_menor_que_entregado',
        'PT409',
        'tolerancia_pct',
      )
      await proponer(db, { volumen_tm: '2.6' })
    }))

  test('un precio por fijar no se propone: sale de las fijaciones', () =>
    withUserDb('sistema', async (db) => {
      await porFijar(db)
      await db.como('celia_centro')
      await expectRaises(
        proponer(db, { precio_fijado_tm: 9000 }),
        'precio_por_fijar',
        'PT409',
        'precio_fijado_tm',
      )
      await fijar(db, 10)
      await expectRaises(
        proponer(db, { modalidad_precio: 'fijo', precio_fijado_tm: 9000 }),
        'contrato_con_fijaciones',
        'PT409',
        'modalidad_precio',
      )
      // The average again is no change.
      await expectRaises(
        proponer(db, { precio_fijado_tm: '2300' }),
        'enmienda_sin_cambios',
        'PT422',
        'cambios',
      )
    }))

  test('de fijo a por fijar y al revés, el precio va con la modalidad', () =>
    withUserDb('sistema', async (db) => {
      await db.query(
        'update public.contratos_precios set precio_fijado_tm = 5000 where contrato_id = $1',
        CONTRATO(db),
      )
      await acordar(db, { modalidad_precio: 'por fijar', diferencial_tm: '-700.00' })
      expect((await leer(db)).ahora).toMatchObject({
        modalidad_precio: 'por fijar',
        precio_fijado_tm: null,
        diferencial_tm: '-700.00',
      })
      await acordar(db, { modalidad_precio: 'fijo', precio_fijado_tm: '4800.25', diferencial_tm: null })
      expect((await leer(db)).ahora).toMatchObject({
        modalidad_precio: 'fijo',
        precio_fijado_tm: '4800.25',
        diferencial_tm: null,
      })
    }))

  test('si con ella el contrato queda cumplido, se cierra al aceptarla, la acepte quien la acepte', () =>
    withUserDb('sistema', async (db) => {
      await db.query(
        `update public.contratos set cierre = 'al completar el volumen' where id = $1`,
        CONTRATO(db),
      )
      await db.query(`update public.lotes_asociados set estado = 'Exportado' where id = $1`, [db.mundo.lote])
      await db.como('ana_agroarriba')
      const { id } = await proponer(db, { volumen_tm: '2.7216' })
      await db.como('celia_centro')
      await responder(db, id, true)
      const { estado, ahora } = await leer(db)
      expect([estado, ahora.volumen_tm]).toEqual(['Cerrado', '2.7216'])
      await db.como('celia_centro')
      await expectRaises(proponer(db, { volumen_tm: 9 }), 'contrato_cerrado', 'PT409')
    }))

  test('en un contrato cerrado no se acepta; se rechaza', () =>
    withUserDb('celia_centro', async (db) => {
      const { id } = await proponer(db, { volumen_tm: 250 })
      await db.como('sistema')
      await db.query(`update public.contratos set estado = 'Cerrado' where id = $1`, CONTRATO(db))
      await db.como('ana_agroarriba')
      await expectRaises(responder(db, id, true), 'contrato_cerrado', 'PT409')
      expect(await responder(db, id, false, 'Ya terminó')).toMatchObject({ estado: 'rechazada' })
    }))
})
