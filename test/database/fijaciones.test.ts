import pg from 'pg'
import { afterAll, describe, expect, inject, test } from 'vitest'
import { become, connect, type Db, expectConstraint, expectRaises, withUserDb } from './support.ts'
import { makeWorld, type World } from './world.ts'

/** The contract of the world, of 200 TM, with its price to be fixed. */
async function porFijar(db: Db) {
  await db.client.query(`update public.contratos set modalidad_precio = 'por fijar' where id = $1`, [
    db.mundo.contrato.id,
  ])
}

const conFijaciones = (quien: Parameters<typeof withUserDb>[0], work: (db: Db) => Promise<void>) =>
  withUserDb('sistema', async (db) => {
    await porFijar(db)
    await db.como(quien)
    await work(db)
  })

const fijar = async (db: Db, tm: unknown, ny: unknown = 3226, diferencial: unknown = -700, fecha?: string) =>
  (
    await db.query(
      `insert into public.fijaciones (contrato_id, tm, ny, diferencial, fecha)
       values ($1, $2, $3, $4, coalesce($5, (now() at time zone 'America/Guayaquil')::date)) returning *`,
      [db.mundo.contrato.id, tm, ny, diferencial, fecha],
    )
  )[0]!
const anular = (db: Db, id: string, motivo: string | null = 'Se digitó mal') =>
  db.query('update public.fijaciones set motivo = $2 where id = $1 returning *', [id, motivo])
const contrato = async (db: Db) =>
  (
    await db.query('select c.*, c.precio_fijado_tm from public.contratos c where c.id = $1', [
      db.mundo.contrato.id,
    ])
  )[0]!
const valorar = (db: Db, precio: unknown) =>
  db.query('update public.contratos_precios set precio_fijado_tm = $2 where contrato_id = $1', [
    db.mundo.contrato.id,
    precio,
  ])
const editar = (db: Db, columna: string, valor: unknown) =>
  db.query(`update public.contratos set ${columna} = $2 where id = $1`, [db.mundo.contrato.id, valor])

describe('el precio de un contrato por fijar', () => {
  test('es el promedio de sus fijaciones, pesado por sus toneladas y con centavos', () =>
    conFijaciones('ana_agroarriba', async (db) => {
      expect((await contrato(db)).precio_fijado_tm).toBeNull()
      expect(await fijar(db, '60.5', '11498', '-700')).toMatchObject({ precio_tm: '10798', tm: '60.5' })
      await db.como('celia_centro')
      await fijar(db, 30, '3226.10', -700)
      // (60.5 × 10798 + 30 × 2526.10) / 90.5 = 8055.9337…
      expect((await contrato(db)).precio_fijado_tm).toBe('8055.93')
    }))

  test('no se escribe a mano, ni al crearlo', () =>
    conFijaciones('ana_agroarriba', async (db) => {
      const escribir = () => valorar(db, 5000)
      await expectRaises(escribir(), 'precio_por_fijar', 'PT409', 'precio_fijado_tm')
      await fijar(db, 10)
      await expectRaises(escribir(), 'precio_por_fijar', 'PT409', 'precio_fijado_tm')
      await expectRaises(valorar(db, null), 'precio_por_fijar', 'PT409', 'precio_fijado_tm')
      const nuevo = db.query(
        `select public.crear_contrato(5, $1, modalidad_precio => 'por fijar', precio_fijado_tm => 100)`,
        [db.mundo.empresas.centro],
      )
      await expectRaises(nuevo, 'precio_por_fijar', 'PT409', 'precio_fijado_tm')
    }))

  test('anulada una fijación, es el de las que quedan; sin ninguna, ninguno', () =>
    conFijaciones('ana_agroarriba', async (db) => {
      const [primera, segunda] = [await fijar(db, 10, 3000), await fijar(db, 10, 4000)]
      const [anulada] = await anular(db, primera.id)
      expect(anulada).toMatchObject({
        motivo: 'Se digitó mal',
        anulada_en: expect.any(Date),
        anulada_por: db.mundo.usuarios.ana_agroarriba,
        tm: '10',
      })
      expect((await contrato(db)).precio_fijado_tm).toBe('3300.00')
      await anular(db, segunda.id)
      expect((await contrato(db)).precio_fijado_tm).toBeNull()
    }))

  test('con fijaciones sigue por fijar; anuladas, puede pasar a fijo', () =>
    conFijaciones('celia_centro', async (db) => {
      const { id } = await fijar(db, 10)
      const pasar = () => editar(db, 'modalidad_precio', 'fijo')
      await db.como('sistema')
      await expectRaises(pasar(), 'contrato_con_fijaciones', 'PT409', 'modalidad_precio')
      await anular(db, id)
      await pasar()
      await valorar(db, 5000)
      await expectRaises(
        editar(db, 'modalidad_precio', 'por fijar'),
        'precio_por_fijar',
        'PT409',
        'precio_fijado_tm',
      )
    }))
})

describe('lo fijado', () => {
  test('no pasa del volumen, y el volumen no baja de lo fijado', () =>
    conFijaciones('ana_agroarriba', async (db) => {
      await fijar(db, '199.9999')
      await expectRaises(fijar(db, '0.0002'), 'fijacion_excede_volumen', 'PT409', 'tm')
      await fijar(db, '0.0001')
      await db.como('sistema')
      await expectRaises(
        editar(db, 'volumen_tm', '199.9999'),
        'volumen_menor_que_fijado',
        'PT409',
        'volumen_tm',
      )
      await editar(db, 'volumen_tm', 300)
      await fijar(db, 100)
    }))

  test.each([
    ['tm', [0, -1, '0.00001', 'NaN'], 'fijaciones_tm_valida'],
    ['ny', [0, -1, '1000000.01', '3226.001', 'NaN'], 'fijaciones_ny_valido'],
    ['diferencial', ['-700.001', '1000001'], 'fijaciones_diferencial_valido'],
    ['fecha', ['1989-12-31'], 'fijaciones_fecha_valida'],
  ])('no se acepta %s fuera de lo razonable', (campo, valores, restriccion) =>
    conFijaciones('ana_agroarriba', async (db) => {
      for (const valor of valores) {
        const dato = { tm: 1, ny: 3000, diferencial: -700, fecha: undefined, [campo]: valor }
        const intento = fijar(db, dato.tm, dato.ny, dato.diferencial, dato.fecha)
        if (campo === 'tm' && valor === 'NaN')
          await expectRaises(intento, 'fijacion_excede_volumen', 'PT409', 'tm')
        else await expectConstraint(intento, restriccion)
      }
    }),
  )

  test('ni un precio que no llega a nada, ni una fecha que no ha llegado', () =>
    conFijaciones('ana_agroarriba', async (db) => {
      await expectRaises(fijar(db, 1, 700, -700), 'fijacion_sin_precio', 'PT422', 'diferencial')
      await expectRaises(fijar(db, 1, 3000, 0, '2100-01-01'), 'fijacion_futura', 'PT422', 'fecha')
    }))

  test('no se edita; se anula una vez, con su motivo', () =>
    conFijaciones('ana_agroarriba', async (db) => {
      const { id } = await fijar(db, 10)
      for (const columna of ['tm', 'ny', 'diferencial', 'fecha', 'anulada_en', 'contrato_id'])
        await expect(
          db.query(`update public.fijaciones set ${columna} = null where id = $1`, [id]),
        ).rejects.toMatchObject({ code: '42501' })
      await expectRaises(anular(db, id, null), 'fijacion_sin_motivo', 'PT422', 'motivo')
      await expectConstraint(anular(db, id, ''), 'fijaciones_motivo_valido')
      await anular(db, id)
      await expectRaises(anular(db, id), 'fijacion_anulada', 'PT409')
    }))

  test('solo en un contrato por fijar, abierto y presente', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await expectRaises(fijar(db, 1), 'contrato_precio_fijo', 'PT409')
      await db.como('sistema')
      await porFijar(db)
      await db.query(`update public.contratos set estado = 'Cerrado' where id = $1`, [db.mundo.contrato.id])
      await db.como('ada_admin')
      await expectRaises(fijar(db, 1), 'contrato_cerrado', 'PT409')
      await db.query('select public.eliminar_contrato($1)', [db.mundo.contrato.id])
      await expectRaises(fijar(db, 1), 'contrato_no_existe', 'PT404')
    }))
})

describe('quién fija y quién lo ve', () => {
  test('un proveedor asociado no fija ni ve lo fijado, aunque se le avise que hubo una', () =>
    conFijaciones('pedro_finca', async (db) => {
      const avisos = async () =>
        Number((await db.query('select count(*) as n from public.notificaciones'))[0]!.n)
      const antes = await avisos()
      await db.como('ana_agroarriba')
      await fijar(db, '12.5', 3226, -700)
      await db.como('pedro_finca')
      await expectRaises(fijar(db, 1), 'fijacion_sin_permiso', 'PT403')
      expect(await db.query('select * from public.fijaciones')).toEqual([])
      const dicho = [
        ...(await db.query('select texto from public.mensajes order by id desc limit 1')),
        ...(await db.query('select texto, datos from public.notificaciones order by orden desc limit 1')),
      ]
      expect(dicho).toEqual([
        { texto: 'ana_agroarriba (agroarriba) registró una fijación de precio.' },
        expect.objectContaining({
          texto: `ana_agroarriba (agroarriba) registró una fijación de precio en ${db.mundo.contrato.codigo}.`,
        }),
      ])
      // One notice: that the price of the contract changed is not told again.
      expect(await avisos()).toBe(antes + 1)
    }))

  test('un proveedor que firma lo ve, y no fija', () =>
    withUserDb('sistema', async (db) => {
      const { agroarriba, otra_finca } = db.mundo.empresas
      const [suyo] = await db.query(
        `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, modalidad_precio, estado)
         values ($1, $2, 10, 'por fijar', 'Activo') returning id`,
        [agroarriba, otra_finca],
      )
      db.mundo.contrato.id = suyo!.id
      await db.como('ana_agroarriba')
      const { id } = await fijar(db, 1)
      await db.como('paula_otra_finca')
      expect(await db.query('select id from public.fijaciones')).toEqual([{ id }])
      await expectRaises(fijar(db, 1), 'fijacion_sin_permiso', 'PT403')
      expect(await anular(db, id)).toEqual([])
    }))

  test('a un contrato ajeno da lo mismo que a uno que no existe', () =>
    conFijaciones('rosa_rival', async (db) => {
      await expectRaises(fijar(db, 1), 'contrato_no_existe', 'PT404')
      db.mundo.contrato.id = '-1'
      await expectRaises(fijar(db, 1), 'contrato_no_existe', 'PT404')
    }))
})

describe('a la vez', () => {
  const pool = new pg.Pool({ connectionString: inject('stack').databaseUrl, max: 25 })
  afterAll(() => pool.end())

  async function fijarA(mundo: World, nivel: string) {
    const client = await pool.connect()
    try {
      await client.query(`begin isolation level ${nivel}`)
      await become(client, 'ana_agroarriba', mundo)
      await client.query(
        'insert into public.fijaciones (contrato_id, tm, ny, diferencial) values ($1, 7, 3000, -500)',
        [mundo.contrato.id],
      )
      await client.query('commit')
    } catch (error) {
      await client.query('rollback')
      throw error
    } finally {
      client.release()
    }
  }

  test.each(['read committed', 'repeatable read'])(
    '50 fijaciones de 7 TM, en %s, no pasan de 200',
    async (nivel) => {
      const client = await connect()
      const mundo = await makeWorld(client)
      await client.query(`update public.contratos set modalidad_precio = 'por fijar' where id = $1`, [
        mundo.contrato.id,
      ])
      const hechas = (
        await Promise.allSettled(Array.from({ length: 50 }, () => fijarA(mundo, nivel)))
      ).filter(({ status }) => status === 'fulfilled').length
      const { rows } = await client.query(
        `select sum(f.tm) as tm, (select a.tm_fijadas from public.avances a where a.contrato_id = $1) as avance
         from public.fijaciones f where f.contrato_id = $1`,
        [mundo.contrato.id],
      )
      await client.end()
      expect(rows).toEqual([{ tm: String(7 * hechas), avance: String(7 * hechas) }])
      if (nivel === 'read committed') expect(hechas).toBe(28)
      else expect(hechas).toBeLessThanOrEqual(28)
    },
  )
})
