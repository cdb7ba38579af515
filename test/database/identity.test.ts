import { describe, expect, test } from 'vitest'
import { type Db, expectConstraint, expectRaises, type Speaker, withUserDb } from './support.ts'

const quienSoy = async (db: Db) =>
  (
    await db.query(
      'select privado.mi_empresa() as empresa, privado.mi_rol() as rol, privado.es_admin() as admin',
    )
  )[0]

const veElContrato = (db: Db) =>
  db.cuenta('select from public.contratos where id = $1', [db.mundo.contrato.id])

/** Changes a profile as the system, and goes back to who was speaking. */
async function cambiar(db: Db, sql: string, id: string, quien: Speaker) {
  await db.como('sistema')
  await db.query(sql, [id])
  await db.como(quien)
}

describe('quién es el usuario', () => {
  test('lo dice la tabla usuarios, no su token', () =>
    withUserDb('pedro_finca', async (db) => {
      await db.query(`select set_config('request.jwt.claims', $1, true)`, [
        JSON.stringify({
          role: 'authenticated',
          sub: db.mundo.usuarios.pedro_finca,
          rol: 'admin',
          user_metadata: { rol: 'admin' },
          app_metadata: { rol: 'admin' },
        }),
      ])
      expect(await quienSoy(db)).toEqual({ empresa: db.mundo.empresas.finca, rol: 'proveedor', admin: false })
    }))

  test.each(['omar_apagado', 'sin_perfil'] as const)('%s no es nadie', (quien) =>
    withUserDb(quien, async (db) => {
      expect(await quienSoy(db)).toEqual({ empresa: null, rol: null, admin: false })
      for (const tabla of [
        'empresas',
        'usuarios',
        'contratos',
        'contratos_participantes',
        'lotes_asociados',
        'documentos_contrato',
      ])
        expect(await db.cuenta(`select from public.${tabla}`)).toBe(0)
    }),
  )

  test('apagar a un usuario vale desde su próxima petición', () =>
    withUserDb('ana_agroarriba', async (db) => {
      expect(await veElContrato(db)).toBe(1)
      await cambiar(
        db,
        'update public.usuarios set activo = false where id = $1',
        db.mundo.usuarios.ana_agroarriba,
        'ana_agroarriba',
      )
      expect(await veElContrato(db)).toBe(0)
      expect(await db.cuenta(`update public.contratos set observaciones = 'x'`)).toBe(0)
    }))

  test('apagar una empresa apaga a los suyos', () =>
    withUserDb('celia_centro', async (db) => {
      await cambiar(
        db,
        'update public.empresas set activo = false where id = $1',
        db.mundo.empresas.centro,
        'celia_centro',
      )
      expect(await veElContrato(db)).toBe(0)
      await db.como('ana_agroarriba')
      expect(await veElContrato(db)).toBe(1)
    }))

  test('un administrador apagado deja de serlo', () =>
    withUserDb('ada_admin', async (db) => {
      await cambiar(
        db,
        'update public.usuarios set activo = false where id = $1',
        db.mundo.usuarios.ada_admin,
        'ada_admin',
      )
      expect(await veElContrato(db)).toBe(0)
    }))
})

describe('los permisos de un usuario', () => {
  const PROPIOS = ['empresa_id', 'rol', 'activo'] as const
  const valor = (db: Db, columna: (typeof PROPIOS)[number]) =>
    ({ empresa_id: db.mundo.empresas.rival, rol: 'admin', activo: false })[columna]

  test.each(PROPIOS)('nadie cambia su propio %s, ni un administrador', (columna) =>
    withUserDb('sistema', async (db) => {
      for (const quien of ['ana_agroarriba', 'ada_admin'] as const) {
        await db.como(quien)
        const nuevo = quien === 'ada_admin' && columna === 'rol' ? 'exportadora' : valor(db, columna)
        const intento = db.query(`update public.usuarios set ${columna} = $2 where id = $1`, [
          db.mundo.usuarios[quien],
          nuevo,
        ])
        await expectRaises(intento, 'usuario_permisos_propios', 'PT403')
      }
    }),
  )

  test.each(PROPIOS)('nadie cambia el %s de un colega; un administrador sí', (columna) =>
    withUserDb('ana_agroarriba', async (db) => {
      const cambiarOmar = () =>
        db.cuenta(`update public.usuarios set ${columna} = $2 where id = $1`, [
          db.mundo.usuarios.omar_apagado,
          valor(db, columna),
        ])
      expect(await cambiarOmar()).toBe(0)
      await db.como('ada_admin')
      expect(await cambiarOmar()).toBe(1)
    }),
  )

  test('el rol de un usuario es el tipo de su empresa', () =>
    withUserDb('ada_admin', async (db) => {
      const cambio = db.query(`update public.usuarios set rol = 'proveedor' where id = $1`, [
        db.mundo.usuarios.ana_agroarriba,
      ])
      await expectRaises(cambio, 'usuario_rol_invalido', 'PT422', 'rol')
      const sinEmpresa = db.query('update public.usuarios set empresa_id = null where id = $1', [
        db.mundo.usuarios.ana_agroarriba,
      ])
      await expectConstraint(sinEmpresa, 'usuarios_empresa_id_valida')
    }))

  test('se ve a los colegas y a nadie más; un administrador ve a todos', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { ana_agroarriba, omar_apagado, rosa_rival } = db.mundo.usuarios
      const ver = async () => (await db.query('select id from public.usuarios')).map((usuario) => usuario.id)
      expect((await ver()).sort()).toEqual([ana_agroarriba, omar_apagado].sort())
      await db.como('ada_admin')
      expect(await ver()).toEqual(expect.arrayContaining([ana_agroarriba, rosa_rival]))
    }))

  test('quien firmó algo no se borra: se apaga', () =>
    withUserDb('sistema', async (db) => {
      const borrar = (id: string) => db.cuenta('delete from auth.users where id = $1', [id])
      await expectConstraint(borrar(db.mundo.usuarios.celia_centro), 'documentos_contrato_subido_por_fkey')
      expect(await borrar(db.mundo.usuarios.paula_otra_finca)).toBe(1)
    }))
})
