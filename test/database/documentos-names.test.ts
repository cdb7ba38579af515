import { describe, expect, test } from 'vitest'
import { proponer, subir } from './documentos.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

async function crearObjetoSuelto(db: Db, archivo: string) {
  await db.query(
    `insert into storage.objects (bucket_id, name, owner_id) values ('contratos', $1, (select auth.uid())::text)`,
    [`${db.mundo.contrato.codigo}/${archivo}`],
  )
}

describe('el nombre del próximo documento', () => {
  test('numera por contrato y por tipo', () =>
    withUserDb('celia_centro', async (db) => {
      expect(await proponer(db, 'factura')).toBe('factura_002.pdf')
      expect(await proponer(db, 'guia_remision', undefined, 'XML')).toBe('guia_remision_001.xml')
      expect(await proponer(db, 'contrato')).toBe('contrato.pdf')
      expect(await proponer(db, 'analisis', 'Humedad', 'csv')).toBe('analisis_humedad.csv')
    }))

  test('salta lo que ya está en la carpeta, registrado o no', () =>
    withUserDb('celia_centro', async (db) => {
      await subir(db, 'contrato.pdf', { tipo: 'contrato' })
      await subir(db, 'analisis_humedad.csv', { tipo: 'analisis', etiqueta: 'humedad' })
      await subir(db, 'factura_002.xml')
      await crearObjetoSuelto(db, 'factura_003.png')
      expect(await proponer(db, 'contrato')).toBe('contrato_002.pdf')
      expect(await proponer(db, 'analisis', 'humedad', 'csv')).toBe('analisis_humedad_002.csv')
      expect(await proponer(db, 'factura')).toBe('factura_004.pdf')
    }))

  test('una etiqueta que termina en número no confunde la cuenta', () =>
    withUserDb('celia_centro', async (db) => {
      await subir(db, 'analisis_humedad_2025.csv', { tipo: 'analisis', etiqueta: 'humedad_2025' })
      expect(await proponer(db, 'analisis', 'humedad', 'csv')).toBe('analisis_humedad.csv')
      expect(await proponer(db, 'analisis', 'humedad_2025', 'csv')).toBe('analisis_humedad_2025_002.csv')
    }))

  test.each([
    [['acta'], 'documento_tipo_invalido', 'tipo'],
    [[null], 'documento_tipo_invalido', 'tipo'],
    [['analisis'], 'documento_etiqueta_invalida', 'etiqueta'],
    [['analisis', 'a/b'], 'documento_etiqueta_invalida', 'etiqueta'],
    [['factura', undefined, '../x'], 'documento_extension_invalida', 'extension'],
  ] as [[string | null, string?, string?], string, string][])(
    'no se propone uno para %j',
    (argumentos, clave, campo) =>
      withUserDb('ana_agroarriba', (db) => expectRaises(proponer(db, ...argumentos), clave, 'PT422', campo)),
  )
})
