import { describe, expect, test } from 'vitest'
import { ADMITTED } from '../../server/documentos/content/admitted-types.ts'
import { proponer, registrar, subir } from './documentos.ts'
import { type Db, expectConstraint, expectRaises, withUserDb } from './support.ts'

const HUELLA = 'ab'.repeat(32)

/** Says, as a function does in the statement that registers, what it saw of an object. */
const ver = (db: Db, archivo: string, sha256 = HUELLA, mime = 'image/heic') =>
  db.query(`select set_config('privado.subida', $1, true)`, [
    JSON.stringify({ objeto: `contratos/${db.mundo.contrato.codigo}/${archivo}`, sha256, mime }),
  ])
/** As the service role, which the review is. */
const comoTarea = async (db: Db) => {
  await db.como('sistema')
  await db.query(`select set_config('role', 'service_role', true)`)
}
const pendientes = async (db: Db, tope = 1000) =>
  (await db.query('select id from privado.documentos_por_revisar(0, $1)', [tope])).map(({ id }) => id)

describe('la huella de un documento', () => {
  test.each(['sha256', 'bytes', 'mime', 'huella_de', 'empresa_id', 'fecha_subida'])(
    'un cliente no escribe %s',
    (columna) =>
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
        mime: 'application/pdf',
      })
      expect(await subir(db, 'a.heic')).toMatchObject({
        sha256: HUELLA,
        huella_de: 'subida',
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

  test('de lo que registró un SDK la escribe la revisión, y una vez', () =>
    withUserDb('pedro_finca', async (db) => {
      const { id } = await subir(db, 'a.pdf')
      const leer = async () =>
        (await db.query('select * from public.documentos_contrato where id = $1', [id]))[0]
      for (const intento of [
        `select privado.anotar_revision(${id}, '${HUELLA}', 'image/png')`,
        'select * from privado.documentos_por_revisar(0, 10)',
        `update public.documentos_contrato set sha256 = '${HUELLA}' where id = ${id}`,
      ])
        await expect(db.query(intento)).rejects.toMatchObject({ code: '42501' })
      await comoTarea(db)
      expect(await pendientes(db)).toContain(id)
      await db.query('select privado.anotar_revision($1, $2, $3)', [id, HUELLA, 'image/png'])
      await db.query('select privado.anotar_revision($1, $2, $3)', [id, 'cd'.repeat(32), 'text/csv'])
      expect(await pendientes(db)).not.toContain(id)
      expect(await leer()).toMatchObject({ sha256: HUELLA, mime: 'image/png', huella_de: 'revision' })
    }))

  test('lo que se guardó se lee otra vez: si no es lo que llegó, cuenta lo guardado', () =>
    withUserDb('pedro_finca', async (db) => {
      const registrado = async (archivo: string, sha256: string) => {
        await ver(db, archivo, sha256)
        return (await subir(db, archivo)).id
      }
      const [igual, cambiado] = [
        await registrado('a.pdf', HUELLA),
        await registrado('b.pdf', 'ef'.repeat(32)),
      ]
      await comoTarea(db)
      expect(await pendientes(db)).toEqual(expect.arrayContaining([igual, cambiado]))
      for (const id of [igual, cambiado])
        await db.query('select privado.anotar_revision($1, $2, $3)', [id, HUELLA, 'image/png'])
      const rows = await db.query(
        'select huella_de, sha256, mime from public.documentos_contrato where id = any ($1) order by id',
        [[igual, cambiado]],
      )
      expect(rows).toEqual([
        { huella_de: 'subida', sha256: HUELLA, mime: 'image/png' },
        { huella_de: 'revision', sha256: HUELLA, mime: 'image/png' },
      ])
      expect(await pendientes(db)).not.toContain(cambiado)
    }))

  test('sin archivo que leer, la revisión lo dice', () =>
    withUserDb('pedro_finca', async (db) => {
      const { id } = await subir(db, 'a.pdf')
      await comoTarea(db)
      await db.query('select privado.anotar_revision($1, null, null)', [id])
      expect(
        (await db.query('select * from public.documentos_contrato where id = $1', [id]))[0],
      ).toMatchObject({
        sha256: null,
        mime: 'application/pdf',
        huella_de: 'sin_archivo',
      })
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
