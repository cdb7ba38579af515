import { describe, expect, test } from 'vitest'
import { become, connect, type Db, withUserDb } from './support.ts'
import { makeObject } from './world.ts'

const BUCKETS = ['contratos', 'facturas', 'remisiones', 'lotes', 'documentos']

const subir = (db: Db, nombre: string, bucket = 'contratos') =>
  db.cuenta(
    `insert into storage.objects (bucket_id, name, owner_id) values ($1, $2, (select auth.uid())::text)`,
    [bucket, nombre],
  )

/** As the Storage API deletes, which says so to the trigger that forbids it to anybody else. */
const borrar = async (db: Db, nombre: string) => {
  await db.query(`select set_config('storage.allow_delete_query', 'true', true)`)
  return db.cuenta('delete from storage.objects where name = $1', [nombre])
}

const REFUSED = { code: '42501' }

describe('los buckets', () => {
  test('son privados, de 50 MiB y solo de los tipos que se admiten', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const buckets = await db.query('select * from storage.buckets order by array_position($1, id)', [
        BUCKETS,
      ])
      expect(buckets.map((bucket) => bucket.id)).toEqual(BUCKETS)
      for (const bucket of buckets) {
        expect(bucket).toMatchObject({ public: false, file_size_limit: String(50 * 1024 * 1024) })
        expect(bucket.allowed_mime_types).toContain('application/pdf')
        expect(bucket.allowed_mime_types).not.toContain('text/html')
      }
    }))

  test('un usuario no ve otros buckets ni sus objetos', () =>
    withUserDb('sistema', async (db) => {
      await db.query(`insert into storage.buckets (id, name) values ('ajeno', 'ajeno')`)
      await makeObject(db.client, `${db.mundo.contrato.codigo}/a.pdf`, null, 'ajeno')
      await db.como('ada_admin')
      expect(await db.cuenta(`select from storage.buckets where id = 'ajeno'`)).toBe(0)
      expect(await db.cuenta(`select from storage.objects where bucket_id = 'ajeno'`)).toBe(0)
      await expect(subir(db, `${db.mundo.contrato.codigo}/b.pdf`, 'ajeno')).rejects.toMatchObject(REFUSED)
    }))
})

describe('la carpeta de un contrato', () => {
  test.each(BUCKETS)('las partes suben a %s y el rival no', (bucket) =>
    withUserDb('sistema', async (db) => {
      for (const quien of ['ana_agroarriba', 'celia_centro', 'pedro_finca', 'ada_admin'] as const) {
        await db.como(quien)
        expect(await subir(db, `${db.mundo.contrato.codigo}/${quien}.pdf`, bucket)).toBe(1)
      }
      for (const quien of ['rosa_rival', 'omar_apagado', 'sin_perfil', 'anonimo'] as const) {
        await db.como(quien)
        await expect(subir(db, `${db.mundo.contrato.codigo}/${quien}.pdf`, bucket)).rejects.toMatchObject(
          REFUSED,
        )
        expect(await db.cuenta('select from storage.objects where bucket_id = $1', [bucket])).toBe(0)
      }
    }),
  )

  test('solo se sube a <codigo>/<archivo> de un contrato que se ve', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { codigo } = db.mundo.contrato
      const nombres = [
        'a.pdf',
        `${codigo}`,
        `${codigo}/b/a.pdf`,
        `/${codigo}/a.pdf`,
        `${codigo}/`,
        'CT-1999-99999/a.pdf',
        `${db.mundo.contratoRival.codigo}/a.pdf`,
        `${codigo.toLowerCase()}/a.pdf`,
      ]
      for (const nombre of nombres) await expect(subir(db, nombre)).rejects.toMatchObject(REFUSED)
    }))

  test('un proveedor solo sube mientras el contrato está Activo, y lo sigue viendo después', () =>
    withUserDb('sistema', async (db) => {
      await db.query(`update public.contratos set estado = 'Cerrado' where id = $1`, [db.mundo.contrato.id])
      await db.como('pedro_finca')
      await expect(subir(db, `${db.mundo.contrato.codigo}/tarde.pdf`)).rejects.toMatchObject(REFUSED)
      expect(
        await db.cuenta('select from storage.objects where name = $1', [
          `${db.mundo.contrato.codigo}/factura_001.pdf`,
        ]),
      ).toBe(1)
      await db.como('celia_centro')
      expect(await subir(db, `${db.mundo.contrato.codigo}/pago_001.pdf`)).toBe(1)
    }))
})

describe('lo que ya se subió', () => {
  test('cada quien borra o cambia lo suyo mientras no sea un documento', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const nombre = `${db.mundo.contrato.codigo}/borrador.pdf`
      await subir(db, nombre)
      await db.como('celia_centro')
      expect(await borrar(db, nombre)).toBe(0)
      await db.como('ana_agroarriba')
      expect(
        await db.cuenta('update storage.objects set name = $2 where name = $1', [
          nombre,
          `${db.mundo.contrato.codigo}/final.pdf`,
        ]),
      ).toBe(1)
      expect(await borrar(db, `${db.mundo.contrato.codigo}/final.pdf`)).toBe(1)
    }))

  test('nadie lo mueve a la carpeta de otro contrato', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const nombre = `${db.mundo.contrato.codigo}/borrador.pdf`
      await subir(db, nombre)
      const mover = (destino: string, bucket = 'contratos') =>
        db.query('update storage.objects set name = $2, bucket_id = $3 where name = $1', [
          nombre,
          destino,
          bucket,
        ])
      await expect(mover(`${db.mundo.contratoRival.codigo}/borrador.pdf`)).rejects.toMatchObject(REFUSED)
      await expect(mover('borrador.pdf')).rejects.toMatchObject(REFUSED)
    }))

  test('un documento registrado no se borra, no se mueve y no se reemplaza, ni por quien lo subió', () =>
    withUserDb('celia_centro', async (db) => {
      const nombre = `${db.mundo.contrato.codigo}/factura_001.pdf`
      for (const quien of ['celia_centro', 'ada_admin'] as const) {
        await db.como(quien)
        expect(await borrar(db, nombre)).toBe(0)
        expect(
          await db.cuenta('update storage.objects set name = $2 where name = $1', [
            nombre,
            `${db.mundo.contrato.codigo}/x.pdf`,
          ]),
        ).toBe(0)
        const upsert = db.query(
          `insert into storage.objects (bucket_id, name, owner_id) values ('contratos', $1, (select auth.uid())::text)
           on conflict (bucket_id, name) do update set metadata = '{}'`,
          [nombre],
        )
        await expect(upsert).rejects.toMatchObject(REFUSED)
      }
    }))

  test('registrar y borrar a la vez: queda el documento con su archivo, o ninguno', async () => {
    await withUserDb('sistema', async ({ mundo, client }) => {
      // Both sides must see committed rows: this world stays.
      await client.query('commit')
      for (let vez = 0; vez < 10; vez++) {
        const nombre = `${mundo.contrato.codigo}/carrera_${vez}.pdf`
        await makeObject(client, nombre, mundo.usuarios.ana_agroarriba)
        await Promise.all([
          aparte(
            mundo,
            `insert into public.documentos_contrato (contrato_id, tipo, url_archivo) values ($1, 'otro', $2)`,
            [mundo.contrato.id, `contratos/${nombre}`],
          ),
          aparte(mundo, 'delete from storage.objects where name = $1', [nombre]),
        ])
        const { rows } = await client.query(
          `select (select count(*) from storage.objects where name = $1) as objetos,
             (select count(*) from public.documentos_contrato where url_archivo = 'contratos/' || $1) as documentos`,
          [nombre],
        )
        expect(rows[0].objetos).toBe(rows[0].documentos)
      }
    })
  })
})

/** One statement of ana_agroarriba in a transaction of its own, whatever comes of it. */
async function aparte(mundo: Db['mundo'], sql: string, params: unknown[]): Promise<void> {
  const client = await connect()
  try {
    await client.query('begin')
    await client.query(`select set_config('storage.allow_delete_query', 'true', true)`)
    await become(client, 'ana_agroarriba', mundo)
    await client.query(sql, params)
    await client.query('commit')
  } catch {
    await client.query('rollback')
  } finally {
    await client.end()
  }
}
