import { describe, expect, test } from 'vitest'
import { ADMITTED } from '../../server/documentos/content/admitted-types.ts'
import { HUELLA, proponer, registrar, subir, ver } from './documentos.ts'
import { expectConstraint, expectRaises, withUserDb } from './support.ts'

describe('la huella de un documento', () => {
  test.each([
    'sha256',
    'bytes',
    'mime',
    'huella_de',
    'empresa_id',
    'fecha_subida',
    'revisado_en',
    'verificacion',
    'duplicado_de',
  ])('un cliente no escribe %s', (columna) =>
    withUserDb('pedro_finca', (db) =>
      expect(subir(db, 'a.pdf', { [columna]: null })).rejects.toMatchObject({ code: '42501' }),
    ),
  )

  test('es la que vio el servidor de ese objeto, y no vale para otro', () =>
    withUserDb('pedro_finca', async (db) => {
      await ver(db, 'a.heic')
      expect(await subir(db, 'otro.pdf')).toMatchObject({
        sha256: null,
        huella_de: null,
        verificacion: 'por verificar',
        mime: 'application/pdf',
      })
      expect(await subir(db, 'a.heic')).toMatchObject({
        sha256: HUELLA,
        huella_de: 'subida',
        verificacion: 'verificado',
        mime: 'image/heic',
        bytes: '1234',
        empresa_id: db.mundo.empresas.finca,
      })
    }))

  test('los mismos bytes, una vez por empresa: la de otra no estorba', () =>
    withUserDb('pedro_finca', async (db) => {
      await ver(db, 'a.pdf')
      await subir(db, 'a.pdf')
      await ver(db, 'b.pdf')
      await expectConstraint(subir(db, 'b.pdf'), 'documentos_contrato_huella_key')
      await db.como('ana_agroarriba')
      await ver(db, 'c.pdf')
      expect(await subir(db, 'c.pdf')).toMatchObject({
        sha256: HUELLA,
        empresa_id: db.mundo.empresas.agroarriba,
      })
      // Without a company, as some administrators are.
      await db.como('ada_admin')
      await ver(db, 'd.pdf')
      expect(await subir(db, 'd.pdf')).toMatchObject({ sha256: HUELLA, empresa_id: null })
      await ver(db, 'e.pdf')
      await expectConstraint(subir(db, 'e.pdf'), 'documentos_contrato_huella_key')
    }))
})

describe('los tipos que se admiten', () => {
  test('son los mismos en las funciones, en los buckets y en los nombres', () =>
    withUserDb('ana_agroarriba', async (db) => {
      for (const { extension } of Object.values(ADMITTED))
        expect(await proponer(db, 'pago', undefined, extension)).toBe(`pago_001.${extension}`)
      for (const extension of [
        'exe',
        'html',
        'svg',
        'docx',
        'xlsm',
        'xls',
        'gif',
        'json',
        'eml',
        '',
        'a'.repeat(9),
      ])
        await expectRaises(
          proponer(db, 'pago', undefined, extension),
          'documento_extension_invalida',
          'PT422',
          'extension',
        )
      await db.como('sistema')
      const tipos = await db.query(
        'select mime, extensiones[1] as extension from privado.tipos_documento order by 1',
      )
      expect(tipos).toEqual(Object.values(ADMITTED).toSorted((una, otra) => (una.mime < otra.mime ? -1 : 1)))
      const [bucket] = await db.query(
        `select array_agg(distinct m) as admite from storage.buckets, unnest(allowed_mime_types) as m
         where id in ('contratos', 'facturas', 'remisiones', 'lotes', 'documentos')`,
      )
      const [lista] = await db.query(
        `select array_agg(distinct m) as admite from privado.tipos_documento,
           unnest(array_append(alias, mime) || array['application/octet-stream']) as m`,
      )
      expect(bucket).toEqual(lista)
    }))

  test.each([
    ['image/heic', 'a.heic', 'image/heic'],
    ['application/octet-stream', 'IMG_0001.HEIC', 'image/heic'],
    ['application/octet-stream', 'plano.dwg', 'application/octet-stream'],
    ['image/heif', 'a.heic', 'image/heic'],
    ['text/xml; charset=utf-8', 'a.xml', 'application/xml'],
    ['application/vnd.ms-excel', 'a.csv', 'text/csv'],
    ['application/x-zip-compressed', 'a.zip', 'application/zip'],
  ])('%s de %s es %s mientras no se lea', (declarado, archivo, mime) =>
    withUserDb('pedro_finca', async (db) => {
      const nombre = `${db.mundo.contrato.codigo}/${archivo}`
      await db.query(
        `insert into storage.objects (bucket_id, name, owner_id, metadata)
         values ('contratos', $1, (select auth.uid())::text, jsonb_build_object('size', 7, 'mimetype', $2::text))`,
        [nombre, declarado],
      )
      expect(await registrar(db, { url_archivo: `contratos/${nombre}` })).toMatchObject({ mime, bytes: '7' })
    }),
  )
})
