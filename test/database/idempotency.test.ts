import { describe, expect, test } from 'vitest'
import { become, connect, type Db, expectRaises, withUserDb } from './support.ts'
import { makeWorld } from './world.ts'

const iniciar = async (db: Db, clave: string, ruta = 'POST /contratos', huella = 'abc') =>
  (
    await db.query('select privado.idempotencia_iniciar($1, $2, $3)::text as previa', [clave, ruta, huella])
  )[0]!.previa

const guardar = (db: Db, clave: string, cuerpo: string) =>
  db.query('select privado.idempotencia_guardar($1, $2, 201, $3)', [clave, 'POST /contratos', cuerpo])

describe('Idempotency-Key', () => {
  test('la segunda vez da la primera respuesta, con sus dígitos y el orden de sus claves', () =>
    withUserDb('ana_agroarriba', async (db) => {
      expect(await iniciar(db, 'k1')).toBeNull()
      await guardar(db, 'k1', '{"peso_qq":60.0,"codigo":"x"}')
      expect(await iniciar(db, 'k1')).toContain('{"peso_qq":60.0,"codigo":"x"}')
      expect(JSON.parse(await iniciar(db, 'k1'))).toMatchObject({ estado: 201 })
    }))

  test('con otro cuerpo u otra ruta se rechaza', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await iniciar(db, 'k1')
      await expectRaises(
        iniciar(db, 'k1', 'POST /contratos', 'otra'),
        'idempotencia_distinta',
        'PT422',
        'Idempotency-Key',
      )
      await expectRaises(iniciar(db, 'k1', 'POST /otra'), 'idempotencia_distinta', 'PT422', 'Idempotency-Key')
    }))

  test('es de cada usuario', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await iniciar(db, 'k1')
      await guardar(db, 'k1', '{"secreto":1}')
      await db.como('rosa_rival')
      expect(await iniciar(db, 'k1', 'POST /contratos', 'otra')).toBeNull()
    }))

  test('dura 24 horas; las vencidas se van limpiando', () =>
    withUserDb('ana_agroarriba', async (db) => {
      for (const clave of ['k1', 'k2']) {
        await iniciar(db, clave)
        await guardar(db, clave, '{}')
      }
      await db.como('sistema')
      const deAna = 'usuario_id = $1'
      await db.query(
        `update privado.idempotencia set creado_en = now() - interval '24 hours 1 second' where ${deAna}`,
        [db.mundo.usuarios.ana_agroarriba],
      )
      await db.como('ana_agroarriba')
      expect(await iniciar(db, 'k1', 'POST /contratos', 'otra')).toBeNull()
      await db.como('sistema')
      expect(
        await db.cuenta(`select from privado.idempotencia where ${deAna}`, [
          db.mundo.usuarios.ana_agroarriba,
        ]),
      ).toBe(1)
    }))

  test.each(['', ' ', 'con espacio', 'ñ', 'x'.repeat(256)])('no se acepta %j', (clave) =>
    withUserDb('ana_agroarriba', (db) =>
      expectRaises(iniciar(db, clave), 'idempotencia_clave_invalida', 'PT422', 'Idempotency-Key'),
    ),
  )

  test('nadie lee ni escribe la tabla; un anónimo, ni las funciones', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await expect(db.query('select * from privado.idempotencia')).rejects.toMatchObject({ code: '42501' })
      await expect(db.query('select * from privado.contadores')).rejects.toMatchObject({ code: '42501' })
      await db.como('anonimo')
      await expect(iniciar(db, 'k1')).rejects.toMatchObject({ code: '42501' })
    }))

  test('una repetición simultánea espera a la primera y da su respuesta; si la primera falla, toma su lugar', async () => {
    const [primera, segunda] = [await connect(), await connect()]
    try {
      const mundo = await makeWorld(primera)
      const abrir = async (client: typeof primera) => {
        await client.query('begin')
        await become(client, 'ana_agroarriba', mundo)
      }
      const llamar = (client: typeof primera) =>
        client.query(`select privado.idempotencia_iniciar('simultanea', 'r', 'h') as previa`)
      for (const final of ['rollback', 'commit']) {
        await abrir(primera)
        await abrir(segunda)
        expect((await llamar(primera)).rows[0].previa).toBeNull()
        await primera.query(`select privado.idempotencia_guardar('simultanea', 'r', 201, '{"ok":true}')`)
        const espera = llamar(segunda)
        await primera.query(final)
        expect((await espera).rows[0].previa).toEqual(
          final === 'commit' ? { estado: 201, cuerpo: { ok: true } } : null,
        )
        await segunda.query('rollback')
      }
    } finally {
      await Promise.all([primera.end(), segunda.end()])
    }
  })
})
