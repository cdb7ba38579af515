import { describe, expect, test } from 'vitest'
import { type Db, expectConstraint, expectRaises, withUserDb } from './support.ts'

const CALIDAD = 'prueba_precios'

/** As the service role, which the daily task is. */
async function comoTarea<T>(db: Db, work: () => Promise<T>): Promise<T> {
  await db.como('sistema')
  await db.client.query(
    `select set_config('request.jwt.claims', '{"role": "service_role"}', true), set_config('role', 'service_role', true)`,
  )
  try {
    return await work()
  } finally {
    await db.como('sistema')
  }
}
const poner = (
  db: Db,
  fecha: string,
  precio: number | string,
  diferencial: number | string = 0,
  mercado = 'NY',
) =>
  db.query(
    'insert into public.precios_fob (fecha, calidad, mercado, precio_tm, diferencial) values ($1, $2, $3, $4, $5)',
    [fecha, CALIDAD, mercado, precio, diferencial],
  )
const vigentes = (db: Db, fecha: string, mercado: string | null = null) =>
  db.query(
    `select fecha::text, mercado, precio_tm, empresa_id is null as global
     from public.precios_vigentes($1, $2, $3) order by mercado, global desc`,
    [fecha, CALIDAD, mercado],
  )
const tomar = (db: Db, fecha: string, precio: number | string, salto = 10) =>
  comoTarea(db, async () => {
    const [fila] = await db.query(
      `select privado.tomar_precio($1, $2, 'NY', $3, 'fuente.test', $4) as toma`,
      [fecha, CALIDAD, precio, salto],
    )
    return fila!.toma as string
  })
const globales = (db: Db) =>
  db.query(
    `select fecha::text, precio_tm, diferencial, fuente from public.precios_fob where empresa_id is null and calidad = $1 order by fecha`,
    [CALIDAD],
  )

describe('el precio que rige un día', () => {
  test('es el último hasta ese día, de cada mercado; el de todas y el propio', () =>
    withUserDb('ada_admin', async (db) => {
      await poner(db, '2025-01-20', 11000)
      await poner(db, '2025-01-22', 11500)
      await poner(db, '2025-01-10', 9000, 0, 'LDN')
      await db.como('ana_agroarriba')
      await poner(db, '2025-01-21', 11100, -700)
      const global = (fecha: string, precio_tm: string, mercado = 'NY') => ({
        fecha,
        mercado,
        precio_tm,
        global: true,
      })
      const propio = { fecha: '2025-01-21', mercado: 'NY', precio_tm: '11100', global: false }
      const londres = global('2025-01-10', '9000', 'LDN')
      expect(await vigentes(db, '2025-01-09')).toEqual([])
      expect(await vigentes(db, '2025-01-21')).toEqual([londres, global('2025-01-20', '11000'), propio])
      expect(await vigentes(db, '2030-01-01')).toEqual([londres, global('2025-01-22', '11500'), propio])
      expect(await vigentes(db, '2030-01-01', 'LDN')).toEqual([londres])
      await db.como('rosa_rival')
      expect(await vigentes(db, '2030-01-01', 'NY')).toEqual([global('2025-01-22', '11500')])
      await db.como('ada_admin')
      expect(await vigentes(db, '2030-01-01', 'NY')).toEqual([global('2025-01-22', '11500')])
      for (const nadie of ['omar_apagado', 'sin_perfil'] as const) {
        await db.como(nadie)
        expect(await vigentes(db, '2030-01-01')).toEqual([])
      }
      await db.como('anonimo')
      await expect(vigentes(db, '2030-01-01')).rejects.toMatchObject({ code: '42501' })
    }))

  test('sumas y conteos de una empresa no llevan los de otra', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await poner(db, '2025-01-21', 11100)
      for (const [otro, cuantos] of [
        ['rosa_rival', 0],
        ['celia_centro', 0],
        ['ada_admin', 0],
        ['ana_agroarriba', 1],
      ] as const) {
        await db.como(otro)
        const [fila] = await db.query(
          'select count(*)::int as n, coalesce(sum(precio_tm), 0)::int as suma, max(id) is null as vacio from public.precios_fob where calidad = $1',
          [CALIDAD],
        )
        expect(fila).toEqual({ n: cuantos, suma: cuantos * 11100, vacio: cuantos === 0 })
      }
    }))
})

describe('un precio', () => {
  test('es único por día, calidad, mercado y dueño; cada empresa tiene el suyo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      for (const quien of ['ana_agroarriba', 'rosa_rival', 'pedro_finca', 'ada_admin'] as const) {
        await db.como(quien)
        await poner(db, '2025-01-21', 11100)
        await expectConstraint(poner(db, '2025-01-21', 11200), 'precios_fob_fecha_key')
      }
    }))

  test('no se escribe a nombre de otra empresa, ni se muda', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { agroarriba, rival } = db.mundo.empresas
      await poner(db, '2025-01-21', 11100)
      for (const sql of [
        `insert into public.precios_fob (empresa_id, fecha, calidad, precio_tm) values (${rival}, '2025-01-21', 'x', 1)`,
        `update public.precios_fob set empresa_id = null where empresa_id = ${agroarriba}`,
        `update public.precios_fob set fecha = '2025-01-22' where empresa_id = ${agroarriba}`,
      ])
        await expect(db.query(sql)).rejects.toMatchObject({ code: '42501' })
    }))

  test.each([
    ['precio_tm_valido', 0, 0],
    ['precio_tm_valido', 1_000_001, 0],
    ['precio_tm_valido', '1.00001', 0],
    ['precio_tm_valido', 'NaN', 0],
    ['diferencial_valido', 700, -700],
    ['diferencial_valido', 700, '0.00001'],
  ])('%s rechaza %s con diferencial %s', (restriccion, precio, diferencial) =>
    withUserDb('ana_agroarriba', (db) =>
      expectConstraint(poner(db, '2025-01-21', precio, diferencial), `precios_fob_${restriccion}`),
    ),
  )
})

describe('el precio del día', () => {
  test('se toma una vez, con el diferencial del anterior', () =>
    withUserDb('sistema', async (db) => {
      await poner(db, '2025-01-20', 11000, -700)
      expect(await tomar(db, '2025-01-21', '11498.123456')).toBe('tomado')
      expect(await tomar(db, '2025-01-21', 11600)).toBe('ya_estaba')
      expect(await globales(db)).toEqual([
        { fecha: '2025-01-20', precio_tm: '11000', diferencial: '-700', fuente: 'manual' },
        { fecha: '2025-01-21', precio_tm: '11498.1235', diferencial: '-700', fuente: 'fuente.test' },
      ])
    }))

  test.each([
    [11000, 12100, 'tomado'],
    [11000, '12100.0001', 'pendiente'],
    [11000, 9900, 'tomado'],
    [11000, '9899.9999', 'pendiente'],
    [null, 50, 'tomado'],
  ])('con un anterior de %s, %s queda %s', (anterior, precio, toma) =>
    withUserDb('sistema', async (db) => {
      if (anterior) await poner(db, '2025-01-10', anterior)
      expect(await tomar(db, '2025-01-21', precio)).toBe(toma)
    }),
  )

  test('uno pendiente no rige; avisa a cada administrador activo, sin decir cuánto', () =>
    withUserDb('sistema', async (db) => {
      await poner(db, '2025-01-20', 11000)
      expect(await tomar(db, '2025-01-21', 15000)).toBe('pendiente')
      expect(await tomar(db, '2025-01-21', 15000)).toBe('ya_estaba')
      expect(await globales(db)).toHaveLength(1)
      await db.como('ada_admin')
      const avisos = await db.query(`select tipo, texto, contrato_id, datos from public.notificaciones`)
      expect(avisos).toEqual([
        {
          tipo: 'precio',
          texto: `El precio de ${CALIDAD} en NY espera su confirmación.`,
          contrato_id: null,
          datos: { pendiente_id: expect.any(Number) },
        },
      ])
      await db.como('ana_agroarriba')
      expect(await db.query(`select 1 from public.notificaciones where tipo = 'precio'`)).toEqual([])
      expect(await db.query('select 1 from public.precios_pendientes')).toEqual([])
    }))

  test('confirmado rige; rechazado no, ni se pide otra vez ese día', () =>
    withUserDb('sistema', async (db) => {
      await poner(db, '2025-01-20', 11000, -700)
      await tomar(db, '2025-01-21', 15000)
      await db.como('ada_admin')
      const resolver = async (si: boolean) => {
        const [q] = await db.query('select max(id) as id from public.precios_pendientes where calidad = $1', [
          CALIDAD,
        ])
        return db.query('select estado from public.resolver_precio($1, $2)', [q!.id, si])
      }
      expect(await resolver(true)).toEqual([{ estado: 'confirmado' }])
      await expectRaises(resolver(false), 'precio_pendiente_resuelto', 'PT409')
      expect((await globales(db)).at(-1)).toMatchObject({
        precio_tm: '15000',
        diferencial: '-700',
        fuente: 'fuente.test',
      })

      await tomar(db, '2025-01-22', 9000)
      await db.como('ada_admin')
      expect(await resolver(false)).toEqual([{ estado: 'rechazado' }])
      expect(await tomar(db, '2025-01-22', 15100)).toBe('ya_estaba')
      expect(await globales(db)).toHaveLength(2)
      expect(await tomar(db, '2025-01-23', 15100)).toBe('tomado')
    }))

  test('no se confirma donde alguien ya escribió uno, ni lo confirma una empresa', () =>
    withUserDb('sistema', async (db) => {
      await poner(db, '2025-01-20', 11000)
      await tomar(db, '2025-01-21', 15000)
      const [q] = await db.query('select id from public.precios_pendientes where calidad = $1', [CALIDAD])
      const resolver = (id: unknown) => db.query('select public.resolver_precio($1, true)', [id])
      await db.como('ada_admin')
      await poner(db, '2025-01-21', 14000)
      await expectRaises(resolver(q!.id), 'precio_ya_existe', 'PT409', 'fecha')
      await expectRaises(resolver(-1), 'precio_pendiente_no_existe', 'PT404')
      for (const otro of ['ana_agroarriba', 'celia_centro', 'pedro_finca'] as const) {
        await db.como(otro)
        for (const id of [q!.id, -1]) await expectRaises(resolver(id), 'precio_solo_admin', 'PT403')
      }
    }))

  test('solo lo toma la tarea', () =>
    withUserDb('ada_admin', async (db) => {
      for (const quien of ['ada_admin', 'ana_agroarriba', 'anonimo'] as const) {
        await db.como(quien)
        const toma = db.query(`select privado.tomar_precio('2025-01-21', 'x', 'NY', 1, 'x', 10)`)
        await expect(toma).rejects.toMatchObject({ code: '42501' })
      }
    }))
})
