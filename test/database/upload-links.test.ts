import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { registrar } from './documentos.ts'
import { type Db, withUserDb } from './support.ts'
import type { Persona } from './world.ts'

/** Ends an upload as storage-api does: as the service role, always an upsert, with the user as its owner. */
async function terminar(
  db: Db,
  dueno: string | null,
  operacion = 'storage.object.upload',
  archivo = 'a.pdf',
) {
  await db.como('sistema')
  await db.query(
    `select set_config('role', 'service_role', true), set_config('storage.operation', $1, true),
    set_config('request.jwt.claims', '{"role": "service_role"}', true)`,
    [operacion],
  )
  const nombre = `${db.mundo.contrato.codigo}/${archivo}`
  // storage-api leaves out of the update what it was not given.
  const cambios = ['metadata', 'version', ...(dueno === null ? [] : ['owner_id'])]
  return db.cuenta(
    `insert into storage.objects (bucket_id, name, owner_id, version, metadata)
     values ('contratos', $1, $2, $3, '{"size": 3, "mimetype": "application/pdf"}')
     on conflict (name, bucket_id) do update set ${cambios.map((c) => `${c} = excluded.${c}`)}`,
    [nombre, dueno, randomUUID()],
  )
}

const ENLACE = 'storage.object.upload_signed'
const sesion = (db: Db, persona: Persona) =>
  db.query('insert into auth.sessions (id, user_id) values ($1, $2)', [
    randomUUID(),
    db.mundo.usuarios[persona],
  ])

const SIN_PERMISO = { code: '42501', message: 'subida_sin_permiso' }
const DE_OTRO = { code: '23505', message: 'objeto_de_otro' }

describe('la API de archivos termina una subida por alguien', () => {
  test('mientras esa persona puede: ahora, no cuando la empezó', () =>
    withUserDb('sistema', async (db) => {
      const { celia_centro, rosa_rival, omar_apagado } = db.mundo.usuarios
      expect(await terminar(db, celia_centro)).toBe(1)
      expect(await terminar(db, celia_centro)).toBe(1)
      for (const ajeno of [rosa_rival, omar_apagado, db.mundo.sinPerfil, 'nadie'])
        await expect(terminar(db, ajeno, 'storage.object.upload', `${ajeno}.pdf`)).rejects.toMatchObject(
          SIN_PERMISO,
        )
      await db.como('sistema')
      await db.query('update public.usuarios set activo = false where id = $1', [celia_centro])
      await expect(terminar(db, celia_centro)).rejects.toMatchObject(SIN_PERMISO)
    }))

  test('un proveedor, mientras el contrato esté Activo', () =>
    withUserDb('sistema', async (db) => {
      await sesion(db, 'pedro_finca')
      expect(await terminar(db, db.mundo.usuarios.pedro_finca, ENLACE)).toBe(1)
      await db.como('sistema')
      await db.query(`update public.contratos set estado = 'Cerrado' where id = $1`, [db.mundo.contrato.id])
      await expect(terminar(db, db.mundo.usuarios.pedro_finca, ENLACE, 'b.pdf')).rejects.toMatchObject(
        SIN_PERMISO,
      )
    }))

  test('por un enlace, mientras tenga una sesión; si las cerró todas y volvió a entrar, otra vez', () =>
    withUserDb('sistema', async (db) => {
      const { celia_centro } = db.mundo.usuarios
      await expect(terminar(db, celia_centro, ENLACE)).rejects.toMatchObject(SIN_PERMISO)
      await db.como('sistema')
      await db.query('update public.usuarios set sesiones_cerradas_en = now() where id = $1', [celia_centro])
      await expect(terminar(db, celia_centro)).rejects.toMatchObject(SIN_PERMISO)
      await db.como('sistema')
      await sesion(db, 'celia_centro')
      expect(await terminar(db, celia_centro, ENLACE)).toBe(1)
    }))

  test('sin cambiar quién es para lo que sigue de la transacción', () =>
    withUserDb('sistema', async (db) => {
      await terminar(db, db.mundo.usuarios.celia_centro)
      const [quien] = await db.query(
        `select current_setting('request.jwt.claims') as claims, auth.uid() as uid, privado.mi_rol() as rol`,
      )
      expect(quien).toEqual({ claims: '{"role": "service_role"}', uid: null, rol: null })
    }))
})

describe('nadie pisa lo que otro puso después', () => {
  test('ni con un enlace, ni terminando lo que empezó antes', () =>
    withUserDb('sistema', async (db) => {
      const { ana_agroarriba, celia_centro } = db.mundo.usuarios
      expect(await terminar(db, celia_centro)).toBe(1)
      for (const operacion of [ENLACE, 'storage.object.upload', 'storage.tus.upload.part']) {
        await db.como('sistema')
        await sesion(db, 'ana_agroarriba')
        await expect(terminar(db, ana_agroarriba, operacion)).rejects.toMatchObject(DE_OTRO)
      }
      await db.como('sistema')
      const [objeto] = await db.query('select owner_id from storage.objects where name = $1', [
        `${db.mundo.contrato.codigo}/a.pdf`,
      ])
      expect(objeto).toEqual({ owner_id: celia_centro })
    }))

  test('la clave secreta sí, salvo un documento registrado', () =>
    withUserDb('sistema', async (db) => {
      const { celia_centro } = db.mundo.usuarios
      expect(await terminar(db, celia_centro)).toBe(1)
      expect(await terminar(db, null)).toBe(1)
      await db.como('celia_centro')
      await registrar(db, {
        url_archivo: `contratos/${db.mundo.contrato.codigo}/a.pdf`,
        nombre_archivo: 'a.pdf',
      })
      await expect(terminar(db, null)).rejects.toMatchObject({ code: '23505', message: 'objeto_registrado' })
    }))
})
