import { describe, expect, test } from 'vitest'
import { type Db, expectConstraint, expectRaises, withUserDb } from './support.ts'
import { newRuc } from './world.ts'

describe('las empresas', () => {
  const ficha = (db: Db, empresa: string) => db.query('select * from public.ficha_empresa($1)', [empresa])

  test('el RUC no está en el directorio; la ficha lo da a quien se aceptó', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await expect(db.query('select ruc from public.empresas')).rejects.toMatchObject({ code: '42501' })
      const { agroarriba, centro, finca, rival, centro_rival } = db.mundo.empresas
      for (const empresa of [agroarriba, centro, finca])
        expect(await ficha(db, empresa)).toMatchObject([{ ruc: expect.stringMatching(/^\d{13}$/) }])
      for (const empresa of [rival, centro_rival, '-1'])
        await expectRaises(ficha(db, empresa), 'empresa_no_existe', 'PT404')
      await db.como('ada_admin')
      expect(await ficha(db, rival)).toHaveLength(1)
    }))

  test('su tipo no cambia, sea quien sea', () =>
    withUserDb('sistema', async (db) => {
      const cambio = db.query(`update public.empresas set tipo = 'proveedor' where id = $1`, [
        db.mundo.empresas.centro,
      ])
      await expectRaises(cambio, 'empresa_tipo_fijo', 'PT409', 'tipo')
    }))

  test.each([
    ['1710034065001', 'persona natural'],
    ['1790011674001', 'empresa privada'],
    ['1760001550001', 'entidad pública'],
    ['1793213150001', 'empresa que no cumple módulo 11 y el SRI emitió'],
    ['3090011674001', 'provincia 30'],
  ])('se acepta el RUC %s (%s)', (ruc) =>
    withUserDb('ada_admin', async (db) => {
      expect(
        await db
          .cuenta(`insert into public.empresas (ruc, nombre, tipo) values ($1, 'Nueva', 'proveedor')`, [ruc])
          .catch((e) => e.constraint),
      ).toSatisfy(
        // The demo companies may have it already.
        (resultado) => resultado === 1 || resultado === 'empresas_ruc_key',
      )
    }),
  )

  test.each([
    ['1710034066001', 'cédula con otro dígito verificador'],
    ['2590011674001', 'provincia 25'],
    ['0090011674001', 'provincia 00'],
    ['1770011674001', 'tercer dígito 7'],
    ['1790011674002', 'no termina en 001'],
    ['179001167400', '12 dígitos'],
    ['17900116740010', '14 dígitos'],
    ['１７90011674001', 'otros dígitos'],
    ['', 'vacío'],
  ])('no se acepta el RUC %s (%s)', (ruc) =>
    withUserDb('ada_admin', (db) =>
      expectConstraint(
        db.query(`insert into public.empresas (ruc, nombre, tipo) values ($1, 'Nueva', 'proveedor')`, [ruc]),
        'empresas_ruc_valido',
      ),
    ),
  )

  test.each([
    ['nombre', ' '],
    ['nombre', ''],
    ['tipo', 'banco'],
  ])('no se acepta %s = %j', (campo, dato) =>
    withUserDb('ada_admin', (db) => {
      const nombre = campo === 'nombre' ? dato : 'Nueva'
      const tipo = campo === 'tipo' ? dato : 'proveedor'
      return expectConstraint(
        db.query('insert into public.empresas (ruc, nombre, tipo) values ($1, $2, $3)', [
          newRuc(),
          nombre,
          tipo,
        ]),
        `empresas_${campo}_valido`,
      )
    }),
  )
})
