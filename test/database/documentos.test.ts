import { describe, expect, test } from 'vitest'
import { proponer, registrar, subir } from './documentos.ts'
import { type Db, expectConstraint, expectRaises, type Speaker, withUserDb } from './support.ts'
import { makeObject } from './world.ts'

async function cambiarEstado(db: Db, estado: string, quien: Speaker) {
  await db.como('sistema')
  await db.query('update public.contratos set estado = $2 where id = $1', [db.mundo.contrato.id, estado])
  await db.como(quien)
}

describe('registrar un documento', () => {
  test('toma del archivo su tamaño y tipo, y anota quién y cuándo', () =>
    withUserDb('pedro_finca', async (db) => {
      const documento = await subir(db, 'analisis_humedad.csv', { tipo: 'analisis', etiqueta: ' Humedad ' })
      expect(documento).toMatchObject({
        etiqueta: 'humedad',
        nombre_archivo: 'analisis_humedad.csv',
        bytes: '1234',
        mime: 'application/pdf',
        sha256: null,
        huella_de: null,
        empresa_id: db.mundo.empresas.finca,
        subido_por: db.mundo.usuarios.pedro_finca,
        fecha_subida: expect.any(Date),
      })
    }))

  test('el contrato firmado queda como archivo del contrato, con su código por nombre', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { nombre_archivo, url_archivo } = await subir(db, 'contrato.pdf', { tipo: 'contrato' })
      expect(nombre_archivo).toBe(`${db.mundo.contrato.codigo}.pdf`)
      const [contrato] = await db.query('select archivo_pdf from public.contratos where id = $1', [
        db.mundo.contrato.id,
      ])
      expect(contrato).toEqual({ archivo_pdf: url_archivo })
    }))

  test('sin nombre, el contrato firmado lleva la extensión de su archivo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { nombre_archivo } = await subir(db, 'contrato.TIF', { tipo: 'contrato' })
      expect(nombre_archivo).toBe(`${db.mundo.contrato.codigo}.tif`)
    }))

  test.each([
    ['factura\u202efdp.exe', 'facturafdp.exe'],
    [' A\u0301baco\u2066\u2028.pdf ', '\u00c1baco.pdf'],
    ['\u202e', 'a.pdf'],
  ])('el nombre %j queda %j', (nombre_archivo, limpio) =>
    withUserDb('ana_agroarriba', async (db) => {
      expect((await subir(db, 'a.pdf', { nombre_archivo })).nombre_archivo).toBe(limpio)
    }),
  )

  test('sin su archivo no hay documento', () =>
    withUserDb('ana_agroarriba', (db) =>
      expectRaises(
        registrar(db, { url_archivo: `contratos/${db.mundo.contrato.codigo}/nada.pdf` }),
        'objeto_inexistente',
        'PT422',
        'url_archivo',
      ),
    ))

  test('el archivo está en la carpeta del contrato, ni más arriba ni más abajo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { codigo } = db.mundo.contrato
      const rutas = [
        `contratos/${db.mundo.contratoRival.codigo}/a.pdf`,
        `contratos/${codigo}/b/a.pdf`,
        `contratos/${codigo}`,
        `otro/${codigo}/a.pdf`,
        `contratos/${codigo}0/a.pdf`,
        `x/contratos/${codigo}/a.pdf`,
        '',
        null,
      ]
      for (const url_archivo of rutas)
        await expectRaises(registrar(db, { url_archivo }), 'objeto_fuera_de_carpeta', 'PT422', 'url_archivo')
    }))

  test('nadie registra el archivo que subió otro', () =>
    withUserDb('sistema', async (db) => {
      const url_archivo = await makeObject(
        db.client,
        `${db.mundo.contrato.codigo}/de_ana.pdf`,
        db.mundo.usuarios.ana_agroarriba,
      )
      await db.como('pedro_finca')
      await expectRaises(registrar(db, { url_archivo }), 'objeto_ajeno', 'PT403', 'url_archivo')
      await db.como('ada_admin')
      expect(await registrar(db, { url_archivo })).toMatchObject({ url_archivo })
    }))

  test('un archivo se registra una sola vez', () =>
    withUserDb('celia_centro', (db) =>
      expectConstraint(
        registrar(db, { url_archivo: `contratos/${db.mundo.contrato.codigo}/factura_001.pdf` }),
        'documentos_contrato_url_archivo_key',
      ),
    ))

  test('el lote es uno de ese contrato', () =>
    withUserDb('sistema', async (db) => {
      const { rows } = await db.client.query(
        'insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, 1, 7) returning id',
        [db.mundo.contratoRival.id],
      )
      await db.como('celia_centro')
      expect((await subir(db, 'a.pdf', { lote_id: db.mundo.lote })).lote_id).toBe(db.mundo.lote)
      for (const lote_id of [rows[0].id, -1])
        await expectConstraint(subir(db, `b${lote_id}.pdf`, { lote_id }), 'documentos_contrato_lote_fkey')
    }))

  test.each([
    [{ tipo: 'acta' }, 'documentos_contrato_tipo_valido'],
    [{ tipo: 'analisis' }, 'documentos_contrato_etiqueta_valida'],
    [{ tipo: 'analisis', etiqueta: '' }, 'documentos_contrato_etiqueta_valida'],
    [{ etiqueta: '../x' }, 'documentos_contrato_etiqueta_valida'],
    [{ nombre_archivo: 'a/b.pdf' }, 'documentos_contrato_nombre_archivo_valido'],
    [{ nombre_archivo: 'a'.repeat(256) }, 'documentos_contrato_nombre_archivo_valido'],
  ])('no se acepta %j', (datos, restriccion) =>
    withUserDb('ana_agroarriba', (db) => expectConstraint(subir(db, 'a.pdf', datos), restriccion)),
  )
})

describe('quién sube documentos', () => {
  test('un proveedor no sube documentos a un contrato cerrado', () =>
    withUserDb('pedro_finca', async (db) => {
      await cambiarEstado(db, 'Cerrado', 'pedro_finca')
      await expect(subir(db, 'pago.pdf')).rejects.toMatchObject({ code: '42501' })
      await expectRaises(registrar(db, { url_archivo: 'x' }), 'documento_sin_permiso', 'PT403')
      await expectRaises(proponer(db, 'pago'), 'documento_sin_permiso', 'PT403')
    }))

  test('la exportadora y el centro sí: un pago llega después del cierre', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await cambiarEstado(db, 'Cerrado', 'sistema')
      for (const quien of ['ana_agroarriba', 'celia_centro'] as const) {
        await db.como(quien)
        expect(await subir(db, `pago_${quien}.pdf`, { tipo: 'pago' })).toMatchObject({ tipo: 'pago' })
        expect(await subir(db, `contrato_${quien}.pdf`, { tipo: 'contrato' })).toMatchObject({
          tipo: 'contrato',
        })
      }
    }))

  test('quien no es parte recibe lo mismo que si el contrato no existiera', () =>
    withUserDb('rosa_rival', async (db) => {
      await expectRaises(registrar(db, { url_archivo: 'x' }), 'contrato_no_existe', 'PT404')
      await expectRaises(proponer(db, 'factura'), 'contrato_no_existe', 'PT404')
      db.mundo.contrato.id = '-1'
      await expectRaises(registrar(db, { url_archivo: 'x' }), 'contrato_no_existe', 'PT404')
    }))
})
