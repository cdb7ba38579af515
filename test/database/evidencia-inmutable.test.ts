// Who reads a chain, and that nobody writes it anew.
import { describe, expect, test } from 'vitest'
import { expectRaises, withUserDb } from './support.ts'

describe('nadie la reescribe', () => {
  const ORDENES = [
    `update privado.evidencias set canonico = '{}' where cadena = $1`,
    'delete from privado.evidencias where cadena = $1',
    'update privado.evidencias_cabezas set n = n - 1 where cadena = $1',
    `update privado.evidencias_cabezas set hash = '\\x${'00'.repeat(32)}' where cadena = $1`,
    'delete from privado.evidencias_cabezas where cadena = $1',
  ]
  test.each(ORDENES)('%s', (orden) =>
    withUserDb('sistema', async (db) => {
      await expectRaises(db.query(orden, [db.mundo.contrato.id]), 'evidencia_inmutable', 'PT409')
    }),
  )

  test.each([
    'evidencias',
    'evidencias_cabezas',
    'evidencias_hojas',
    'evidencias_raices, privado.evidencias_sellos',
  ])('truncate de %s', (tabla) =>
    withUserDb('sistema', (db) =>
      expectRaises(db.query(`truncate privado.${tabla}`), 'evidencia_inmutable', 'PT409'),
    ),
  )

  test('ni la lee ni la escribe un rol de la API', () =>
    withUserDb('ana_agroarriba', async (db) => {
      for (const orden of [
        'select 1 from privado.evidencias',
        'select 1 from privado.evidencias_sales',
        `select privado.anotar_evidencia(${db.mundo.contrato.id}, 'x.y', 'x/1', '{}')`,
        `select privado.encadenar(null)`,
        `select privado.crecer_hojas()`,
      ])
        await expect(db.query(orden)).rejects.toMatchObject({ code: '42501' })
    }))

  test('la leen quienes firman y un administrador; un proveedor asociado y un rival, no', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const leer = () =>
        db.query('select * from privado.evidencias_contrato($1, 0, 100)', [db.mundo.contrato.id])
      for (const quien of ['ana_agroarriba', 'celia_centro', 'ada_admin'] as const) {
        await db.como(quien)
        expect(await leer()).toHaveLength(5)
      }
      await db.como('pedro_finca')
      await expectRaises(leer(), 'evidencia_sin_permiso', 'PT403')
      for (const quien of ['rosa_rival', 'omar_apagado', 'sin_perfil'] as const) {
        await db.como(quien)
        await expectRaises(leer(), 'contrato_no_existe', 'PT404')
      }
    }))
})
