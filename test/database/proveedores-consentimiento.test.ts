import { describe, expect, test } from 'vitest'
import { type Db, expectRaises, type Speaker, withUserDb } from './support.ts'
import { makeObject } from './world.ts'

const asociar = (db: Db, empresa: string) =>
  db.query(
    'insert into public.contratos_participantes (contrato_id, empresa_id) values ($1, $2) returning pendiente',
    [db.mundo.contrato.id, empresa],
  )
const leer = (db: Db) => db.query('select * from public.contratos where id = $1', [db.mundo.contrato.id])
const aceptar = (db: Db) => db.query('select * from public.aceptar_contrato($1)', [db.mundo.contrato.id])
const rechazar = (db: Db) => db.query(`select public.rechazar_contrato($1, 'No.')`, [db.mundo.contrato.id])
const dejar = (db: Db) => db.query('select public.dejar_contrato($1)', [db.mundo.contrato.id])
const propuestas = (db: Db) => db.query('select * from public.mis_propuestas()')
const dicho = async (db: Db) =>
  (
    await db.query('select texto from public.mensajes where contrato_id = $1 order by id', [
      db.mundo.contrato.id,
    ])
  ).map((m) => m.texto)

/** Paula's farm as a stranger to both: it was related to them. */
async function extraña(db: Db) {
  await db.como('sistema')
  await db.query('delete from public.relaciones where con_id = $1', [db.mundo.empresas.otra_finca])
  await db.como('ana_agroarriba')
  return db.mundo.empresas.otra_finca
}

describe('a un proveedor sin relación', () => {
  test('se le pregunta: mientras no acepta no es parte', () =>
    withUserDb('sistema', async (db) => {
      const otra = await extraña(db)
      expect(await asociar(db, otra)).toEqual([{ pendiente: true }])
      await db.como('paula_otra_finca')
      expect(await leer(db)).toEqual([])
      expect(await db.query('select texto from public.notificaciones')).toEqual([
        { texto: 'agroarriba le propone un contrato.' },
      ])
      expect(await propuestas(db)).toMatchObject([{ papel: 'proveedor', propone: 'agroarriba' }])
      await aceptar(db)
      expect(await leer(db)).toHaveLength(1)
      expect(
        await db.query('select * from public.ficha_empresa($1)', [db.mundo.empresas.agroarriba]),
      ).toHaveLength(1)
      expect((await dicho(db)).slice(-2)).toEqual([
        'ana_agroarriba (agroarriba) propuso a otra_finca asociarse al contrato.',
        'otra_finca aceptó ser parte del contrato.',
      ])
      await expectRaises(rechazar(db), 'contrato_ya_aceptado', 'PT409')
    }))

  test('que no acepta, el contrato sigue sin él', () =>
    withUserDb('sistema', async (db) => {
      const otra = await extraña(db)
      await asociar(db, otra)
      await db.como('paula_otra_finca')
      await rechazar(db)
      await expectRaises(aceptar(db), 'contrato_no_existe', 'PT404')
      await db.como('ana_agroarriba')
      expect(await leer(db)).toMatchObject([{ estado: 'Activo', rechazado_en: null }])
      expect((await dicho(db)).at(-1)).toBe('otra_finca no aceptó asociarse al contrato.')
      await expectRaises(asociar(db, otra), 'propuesta_en_espera', 'PT409')
    }))

  test('retirado antes de responder, ya no se le pregunta', () =>
    withUserDb('sistema', async (db) => {
      const otra = await extraña(db)
      await asociar(db, otra)
      await db.query(
        'delete from public.contratos_participantes where contrato_id = $1 and empresa_id = $2',
        [db.mundo.contrato.id, otra],
      )
      await db.como('paula_otra_finca')
      expect(await propuestas(db)).toEqual([])
      await expectRaises(aceptar(db), 'contrato_no_existe', 'PT404')
    }))

  test.each([
    ['eliminado', 'update public.contratos set eliminado_en = now() where id = $1'],
    ['cerrado', `update public.contratos set estado = 'Cerrado' where id = $1`],
  ])('de un contrato %s, la pregunta todavía se retira, y a quien se preguntó se lo bloquea', (_, sql) =>
    withUserDb('sistema', async (db) => {
      const otra = await extraña(db)
      await asociar(db, otra)
      await db.como('sistema')
      await db.query(sql, [db.mundo.contrato.id])
      await db.como('ana_agroarriba')
      await db.query('select public.bloquear_empresa($1)', [otra])
      await db.como('paula_otra_finca')
      expect(await propuestas(db)).toEqual([])
    }),
  )

  test('un administrador también le pregunta, y no acepta por él', () =>
    withUserDb('sistema', async (db) => {
      const otra = await extraña(db)
      await db.como('ada_admin')
      expect(await asociar(db, otra)).toEqual([{ pendiente: true }])
      await expectRaises(aceptar(db), 'decide_la_empresa', 'PT403')
      await db.como('paula_otra_finca')
      expect(await propuestas(db)).toMatchObject([{ propone: null }])
      await aceptar(db)
      expect(await leer(db)).toHaveLength(1)
    }))

  test('nadie se da por aceptado', () =>
    withUserDb('sistema', async (db) => {
      const otra = await extraña(db)
      const sql =
        'insert into public.contratos_participantes (contrato_id, empresa_id, pendiente) values ($1, $2, false)'
      await expect(db.query(sql, [db.mundo.contrato.id, otra])).rejects.toMatchObject({ code: '42501' })
      await asociar(db, otra)
      await expect(
        db.query('update public.contratos_participantes set pendiente = false'),
      ).rejects.toMatchObject({
        code: '42501',
      })
    }))
})

describe('dejar un contrato', () => {
  test('lo deja un proveedor sin nada pendiente, y deja de verlo', () =>
    withUserDb('pedro_finca', async (db) => {
      await dejar(db)
      expect(await leer(db)).toEqual([])
      await db.como('celia_centro')
      expect((await dicho(db)).at(-1)).toBe('finca dejó el contrato.')
    }))

  test('no, mientras un lote con documentos suyos está por exportar', () =>
    withUserDb('sistema', async (db) => {
      const url = await makeObject(
        db.client,
        `${db.mundo.contrato.codigo}/foto.jpg`,
        db.mundo.usuarios.pedro_finca,
      )
      await db.como('pedro_finca')
      await db.query(
        `insert into public.documentos_contrato (contrato_id, lote_id, tipo, url_archivo) values ($1, $2, 'foto', $3)`,
        [db.mundo.contrato.id, db.mundo.lote, url],
      )
      await expectRaises(dejar(db), 'proveedor_con_pendientes', 'PT409')
    }))

  test.each(['ana_agroarriba', 'celia_centro'] as Speaker[])('%s, que lo firma, no', (quien) =>
    withUserDb(quien, (db) => expectRaises(dejar(db), 'participante_fijo', 'PT409')),
  )

  test.each(['rosa_rival', 'paula_otra_finca'] as Speaker[])(
    '%s, que no es parte, no sabe que existe',
    (quien) => withUserDb(quien, (db) => expectRaises(dejar(db), 'contrato_no_existe', 'PT404')),
  )
})

describe('en revisión', () => {
  const TERMINOS = [
    ['volumen_tm', '150'],
    ['precio_fijado_tm', '9000'],
    ['calidad', 'ASE'],
    ['fecha_entrega', '2027-01-01'],
    ['tolerancia_pct', '5'],
    ['modalidad_precio', 'por fijar'],
    ['diferencial_tm', '-700'],
  ]
  async function nuevo(db: Db) {
    await db.como('celia_centro')
    const [c] = await db.query(
      `select id from public.crear_contrato(exportadora_id => $1, volumen_tm => 100, precio_fijado_tm => 5000)`,
      [db.mundo.empresas.agroarriba],
    )
    db.mundo.contrato.id = String(c!.id)
  }
  const cambiar = async (db: Db, campo: string, valor: string | null) => {
    const [tabla, id] = /precio_fijado|diferencial/.test(campo)
      ? ['contratos_precios', 'contrato_id']
      : ['contratos', 'id']
    await db.query(`update public.${tabla} set ${campo} = $2 where ${id} = $1`, [db.mundo.contrato.id, valor])
    return leer(db)
  }
  const activar = (db: Db) => cambiar(db, 'estado', 'Activo')

  test.each(TERMINOS)('cambiar %s borra el sí de la otra parte', (campo, valor) =>
    withUserDb('celia_centro', async (db) => {
      await nuevo(db)
      await db.como('ana_agroarriba')
      if (campo === 'modalidad_precio') await cambiar(db, 'precio_fijado_tm', null)
      const [cambiado] = await cambiar(db, campo!, valor!)
      expect(cambiado).toMatchObject({ contraparte_acepto_en: null, exportadora_acepto_en: expect.any(Date) })
      await expectRaises(activar(db), 'falta_que_acepte_la_contraparte', 'PT409')
      await db.como('celia_centro')
      expect(await aceptar(db)).toMatchObject([{ estado: 'Activo' }])
    }),
  )

  test('cambiar y activar a la vez no se salta el sí del centro', () =>
    withUserDb('celia_centro', async (db) => {
      await nuevo(db)
      await db.como('ana_agroarriba')
      const llamada = `select privado.editar_contrato($1, '{"precio_fijado_tm": 1, "estado": "Activo"}')`
      await expectRaises(
        db.query(llamada, [db.mundo.contrato.id]),
        'falta_que_acepte_la_contraparte',
        'PT409',
      )
      const sql = `update public.contratos set volumen_tm = 1, estado = 'Activo' where id = $1`
      await expectRaises(db.query(sql, [db.mundo.contrato.id]), 'falta_que_acepte_la_contraparte', 'PT409')
    }))

  test('ni el centro lo activa cambiándolo después de que la exportadora aceptó', () =>
    withUserDb('celia_centro', async (db) => {
      await nuevo(db)
      await db.como('ana_agroarriba')
      await cambiar(db, 'volumen_tm', '90')
      await db.como('celia_centro')
      const sql = `update public.contratos set volumen_tm = 9000, estado = 'Activo' where id = $1`
      await expectRaises(
        db.query(sql, [db.mundo.contrato.id]),
        'contrato_activa_exportadora',
        'PT403',
        'estado',
      )
      await cambiar(db, 'precio_fijado_tm', '9000')
      expect(await aceptar(db)).toMatchObject([{ estado: 'En revisión', exportadora_acepto_en: null }])
      await db.como('ada_admin')
      await expectRaises(activar(db), 'falta_que_acepte_la_exportadora', 'PT409')
      await db.como('ana_agroarriba')
      expect(await activar(db)).toMatchObject([{ estado: 'Activo' }])
    }))

  test('quien acepta la versión que leyó no acepta otra', () =>
    withUserDb('celia_centro', async (db) => {
      await nuevo(db)
      const [leido] = await db.query('select actualizado_en::text as v from public.contratos where id = $1', [
        db.mundo.contrato.id,
      ])
      await cambiar(db, 'precio_fijado_tm', '9000')
      await db.como('ana_agroarriba')
      const sql = 'select * from public.aceptar_contrato($1, $2)'
      await expectRaises(db.query(sql, [db.mundo.contrato.id, leido!.v]), 'version_distinta', 'PT412')
    }))

  test('lo que cambia un administrador lo aceptan las dos partes otra vez', () =>
    withUserDb('celia_centro', async (db) => {
      await nuevo(db)
      await db.como('ada_admin')
      expect(await cambiar(db, 'volumen_tm', '80')).toMatchObject([{ contraparte_acepto_en: null }])
      await db.como('ana_agroarriba')
      await expectRaises(activar(db), 'falta_que_acepte_la_contraparte', 'PT409')
    }))

  test('observaciones no pide otro sí, y nadie escribe el suyo a mano', () =>
    withUserDb('celia_centro', async (db) => {
      await nuevo(db)
      await db.como('ana_agroarriba')
      expect(await cambiar(db, 'observaciones', 'algo')).toMatchObject([
        { contraparte_acepto_en: expect.any(Date) },
      ])
      for (const columna of ['exportadora_acepto_en', 'contraparte_acepto_en', 'rechazado_en', 'propuesto_a'])
        await expect(cambiar(db, columna, null)).rejects.toMatchObject({ code: '42501' })
    }))

  test('un lote exportado no cierra lo que la otra parte no ha aceptado; su sí lo cierra', () =>
    withUserDb('celia_centro', async (db) => {
      await nuevo(db)
      await db.query(
        `insert into public.lotes_asociados (contrato_id, peso_qq, humedad, estado) values ($1, 5, 7, 'Exportado')`,
        [db.mundo.contrato.id],
      )
      expect(await leer(db)).toMatchObject([{ estado: 'En revisión' }])
      await db.como('ana_agroarriba')
      expect(await activar(db)).toMatchObject([{ estado: 'Cerrado' }])
    }))

  test('la exportadora no acepta el de un centro, diciendo por qué', () =>
    withUserDb('celia_centro', async (db) => {
      await nuevo(db)
      await expectRaises(rechazar(db), 'contrato_ya_aceptado', 'PT409')
      await db.como('ana_agroarriba')
      await rechazar(db)
      expect(await leer(db)).toMatchObject([{ rechazado_como: 'rechazado', rechazo_motivo: 'No.' }])
      await expectRaises(activar(db), 'contrato_rechazado', 'PT409')
    }))
})
