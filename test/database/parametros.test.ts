import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { connect, type Db, expectConstraint, expectRaises, withUserDb } from './support.ts'

const crear = (
  db: Db,
  tipo: string,
  valor: unknown,
  { variante = '', desde = '2024-01-01', hasta = null as string | null } = {},
) =>
  db.query<{ id: string }>(
    `insert into public.parametros (tipo, variante, valor, desde, hasta) values ($1, $2, $3, $4, $5) returning id`,
    [tipo, variante, JSON.stringify(valor), desde, hasta],
  )
const vigentes = async (db: Db, fecha: string, tipo: string) =>
  (
    await db.query(
      'select variante, valor, propio from public.parametros_vigentes($1) where tipo = $2 order by variante',
      [fecha, tipo],
    )
  ).map(({ valor, propio, variante }) => [variante, valor, propio])
const usar = async (db: Db, quien: 'ana_agroarriba' | 'rosa_rival', ids: string[], fecha: string) => {
  // As the definer trigger of kept calculations does: the session is the person's, the rights are not.
  await db.client.query(`select set_config('role', 'none', true)`)
  await db.query('select privado.usar_parametros($1, $2)', [ids, fecha]).finally(() => db.como(quien))
}
const fechas = (db: Db, tipo: string) =>
  db.query(
    `select desde::text, hasta::text from public.parametros where tipo = $1 and empresa_id is not null order by desde`,
    [tipo],
  )

describe('los parámetros que rigen', () => {
  test('son los de todas mientras la empresa no tenga propios', () =>
    withUserDb('ana_agroarriba', async (db) => {
      expect(await vigentes(db, '2025-01-21', 'quintal')).toEqual([['', { kg: 45.359237 }, false]])
      await crear(db, 'quintal', { kg: 46 }, { desde: '2025-01-01', hasta: '2025-02-01' })
      expect(await vigentes(db, '2025-01-21', 'quintal')).toEqual([['', { kg: 46 }, true]])
      for (const fecha of ['2024-12-31', '2025-02-01'])
        expect(await vigentes(db, fecha, 'quintal')).toEqual([['', { kg: 45.359237 }, false]])
      for (const otro of ['rosa_rival', 'celia_centro', 'ada_admin', 'anonimo'] as const) {
        await db.como(otro)
        expect(await vigentes(db, '2025-01-21', 'quintal')).toEqual([['', { kg: 45.359237 }, false]])
      }
    }))

  test('sin fecha son los de hoy en Guayaquil', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [{ hoy }] = (await db.query('select privado.hoy()::text as hoy')) as [{ hoy: string }]
      await crear(db, 'saco', { kg: 70 }, { desde: hoy })
      const sacos = await db.query(
        `select valor from public.parametros_vigentes() where tipo = 'saco' and propio`,
      )
      expect(sacos).toEqual([{ valor: { kg: 70 } }])
    }))

  test('un proveedor, un usuario apagado y quien no tiene empresa solo tienen los de todas', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await crear(db, 'costo_qq', { usd: 15 })
      for (const otro of ['pedro_finca', 'omar_apagado', 'sin_perfil'] as const) {
        await db.como(otro)
        expect(await vigentes(db, '2025-01-21', 'costo_qq')).toEqual([])
      }
    }))
})

describe('las versiones de un parámetro', () => {
  test('el valor abierto termina donde empieza el nuevo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await crear(db, 'costo_qq', { usd: 15 }, { desde: '2024-01-01' })
      await crear(db, 'costo_qq', { usd: 16 }, { desde: '2025-01-01' })
      expect(await fechas(db, 'costo_qq')).toEqual([
        { desde: '2024-01-01', hasta: '2025-01-01' },
        { desde: '2025-01-01', hasta: null },
      ])
      expect(await vigentes(db, '2024-12-31', 'costo_qq')).toEqual([['', { usd: 15 }, true]])
      expect(await vigentes(db, '2025-01-01', 'costo_qq')).toEqual([['', { usd: 16 }, true]])
    }))

  test('nunca rigen dos a la vez', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await crear(db, 'saco', { kg: 70 }, { desde: '2024-01-01', hasta: '2025-01-01' })
      for (const [desde, hasta] of [
        ['2024-06-01', null],
        ['2023-01-01', null],
        ['2024-01-01', '2024-01-02'],
      ] as const)
        await expectRaises(
          crear(db, 'saco', { kg: 71 }, { desde, hasta }),
          'parametro_traslapado',
          'PT409',
          'desde',
        )
      const [nuevo] = await crear(db, 'saco', { kg: 71 }, { desde: '2025-01-01' })
      const antes = db.query(`update public.parametros set desde = '2024-12-31' where id = $1`, [nuevo!.id])
      await expectRaises(antes, 'parametro_traslapado', 'PT409', 'desde')
    }))

  test('ni escritos a la vez: uno queda y el otro se encadena o se rechaza', async () => {
    const [una, otra] = (await Promise.all([connect(), connect()])) as [pg.Client, pg.Client]
    try {
      await Promise.all([una.query('begin'), otra.query('begin')])
      const variante = 'prueba_a_la_vez'
      const poner = (client: pg.Client) =>
        client.query(
          `insert into public.parametros (tipo, variante, valor, desde) values ('retencion', $1, '{"porcentaje": 1}', '2024-01-01')`,
          [variante],
        )
      await poner(una)
      const segunda = poner(otra).catch((error) => error)
      await una.query('commit')
      expect(await segunda).toMatchObject({ message: 'parametro_traslapado', code: 'PT409' })
      await otra.query('rollback')
      await una.query('delete from public.parametros where variante = $1', [variante])
    } finally {
      await Promise.all([una.end(), otra.end()])
    }
  })

  test('la restricción de la tabla lo guarda aunque el disparador no', () =>
    withUserDb('sistema', async (db) => {
      await db.client.query('alter table public.parametros disable trigger _300_encadenar')
      await crear(db, 'retencion', { porcentaje: 1 }, { variante: 'prueba_excl' })
      await expectConstraint(
        crear(db, 'retencion', { porcentaje: 2 }, { variante: 'prueba_excl', desde: '2030-01-01' }),
        'parametros_desde_key',
      )
    }))
})

describe('un parámetro usado', () => {
  test('no cambia ni se borra; solo termina después de su último uso', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [{ id }] = (await crear(db, 'costo_qq', { usd: 15 })) as [{ id: string }]
      const cambiar = (que: string) => db.cuenta(`update public.parametros set ${que} where id = $1`, [id])
      await cambiar(`valor = '{"usd": 15.5}'`)
      await usar(db, 'ana_agroarriba', [id], '2024-06-15')
      await usar(db, 'ana_agroarriba', [id], '2024-03-01')
      for (const que of [`valor = '{"usd": 16}'`, `desde = '2023-01-01'`, `hasta = '2024-06-15'`])
        await expectRaises(cambiar(que), 'parametro_usado', 'PT409', 'hasta')
      await expectRaises(
        db.query('delete from public.parametros where id = $1', [id]),
        'parametro_usado',
        'PT409',
        'hasta',
      )
      await expectRaises(
        crear(db, 'costo_qq', { usd: 16 }, { desde: '2024-06-15' }),
        'parametro_traslapado',
        'PT409',
        'desde',
      )
      await crear(db, 'costo_qq', { usd: 16 }, { desde: '2024-06-16' })
      expect((await fechas(db, 'costo_qq'))[0]).toEqual({ desde: '2024-01-01', hasta: '2024-06-16' })
      await expect(cambiar('usado_hasta = null')).rejects.toMatchObject({ code: '42501' })
      await expect(db.query('select usado_hasta from public.parametros')).rejects.toMatchObject({
        code: '42501',
      })
    }))

  test('para una fecha por venir queda usado hasta hoy: nadie impide que lo de todas termine', () =>
    withUserDb('rosa_rival', async (db) => {
      const [{ id }] = (await db.query(
        `select id from public.parametros_vigentes('2090-01-01') where tipo = 'quintal'`,
      )) as [{ id: string }]
      await usar(db, 'rosa_rival', [id], '2090-01-01')
      await db.como('ada_admin')
      const fin = `update public.parametros set hasta = privado.hoy() + 1 where id = $1`
      expect(await db.cuenta(fin, [id])).toBe(1)
    }))

  test('no se usa el de otra empresa ni fuera de sus días', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [{ id }] = (await crear(db, 'costo_qq', { usd: 15 })) as [{ id: string }]
      await expectRaises(
        usar(db, 'ana_agroarriba', [id], '2023-12-31'),
        'parametro_no_vigente',
        'PT409',
        'fecha',
      )
      await db.como('rosa_rival')
      for (const ajeno of [id, '999999999'])
        await expectRaises(
          usar(db, 'rosa_rival', [ajeno], '2024-06-01'),
          'parametro_no_vigente',
          'PT409',
          'fecha',
        )
      await db.como('ana_agroarriba')
      expect(await db.cuenta('delete from public.parametros where id = $1', [id])).toBe(1)
    }))
})

test('un proveedor no escribe parámetros; nadie los escribe a nombre de otro', () =>
  withUserDb('pedro_finca', async (db) => {
    await expectRaises(crear(db, 'costo_qq', { usd: 15 }), 'parametro_sin_permiso', 'PT403')
    await db.como('ana_agroarriba')
    await expect(
      db.query(
        `insert into public.parametros (empresa_id, tipo, valor, desde) values (null, 'saco', '{"kg": 1}', '2024-01-01')`,
      ),
    ).rejects.toMatchObject({ code: '42501' })
    for (const nadie of ['anonimo', 'omar_apagado'] as const) {
      await db.como(nadie)
      await expect(crear(db, 'costo_qq', { usd: 15 })).rejects.toMatchObject({
        code: nadie === 'anonimo' ? '42501' : 'PT403',
      })
    }
  }))

describe('el valor', () => {
  const tramos = Array.from({ length: 5 }, (_, i) => ({ calificacion: i, descuento: i * 1.5 }))
  const grado = { grado: 'ASE', gramos_100: [105, 110], moho_max: 4 }
  test.each([
    ['descuento_calificacion', '', { tramos }],
    ['norma_calidad', 'propia', { edicion: '2025', grados: [grado, { grado: 'Corriente' }] }],
    ['rendimiento', 'semiseco', { factor: 0.8 }],
    ['retencion', 'nueva_tasa', { porcentaje: 0 }],
    ['costo_qq', '', { usd: 0 }],
  ])('de %s %s se acepta', (tipo, variante, valor) =>
    withUserDb('ana_agroarriba', async (db) => {
      await crear(db, tipo, valor, { variante })
    }),
  )

  test.each([
    ['tipo_valido', 'peso', '', { kg: 1 }],
    ['variante_valida', 'quintal', 'x', { kg: 46 }],
    ['variante_valida', 'rendimiento', 'seco', { factor: 1 }],
    ['variante_valida', 'retencion', '', { porcentaje: 1 }],
    ['valor_valido', 'quintal', '', { kg: 0 }],
    ['valor_valido', 'quintal', '', { kg: -1 }],
    ['valor_valido', 'quintal', '', { kg: '46' }],
    ['valor_valido', 'quintal', '', { kg: 46, lb: 100 }],
    ['valor_valido', 'quintal', '', { kg: 45.1234567 }],
    ['valor_valido', 'quintal', '', {}],
    ['valor_valido', 'quintal', '', 46],
    ['valor_valido', 'quintal', '', null],
    ['valor_valido', 'quintal', '', [46]],
    ['valor_valido', 'quintal', '', 'kg'],
    ['valor_valido', 'humedad_objetivo', '', { porcentaje: 100 }],
    ['valor_valido', 'rendimiento', 'baba', { factor: 1.1 }],
    ['valor_valido', 'descuento_calificacion', '', { tramos: [] }],
    ['valor_valido', 'descuento_calificacion', '', { tramos: [{ calificacion: 1, descuento: 0 }] }],
    ['valor_valido', 'descuento_calificacion', '', { tramos: [...tramos].reverse() }],
    ['valor_valido', 'descuento_calificacion', '', { tramos: [tramos[0], tramos[0]] }],
    ['valor_valido', 'descuento_calificacion', '', { tramos: [tramos[0], { calificacion: 1 }] }],
    ['valor_valido', 'descuento_calificacion', '', { tramos: { 0: 1 } }],
    ['valor_valido', 'norma_calidad', 'x', { edicion: '2025', grados: [grado, grado] }],
    ['valor_valido', 'norma_calidad', 'x', { edicion: '2025', grados: [{ ...grado, moho: 4 }] }],
    [
      'valor_valido',
      'norma_calidad',
      'x',
      { edicion: '2025', grados: [{ ...grado, gramos_100: [110, 105] }] },
    ],
    ['valor_valido', 'norma_calidad', 'x', { edicion: '2025', grados: [{ ...grado, moho_max: 101 }] }],
    ['valor_valido', 'norma_calidad', 'x', { edicion: '2025', grados: ['ASE'] }],
    ['valor_valido', 'norma_calidad', 'x', { grados: [grado] }],
  ])('%s rechaza %s %s %j', (restriccion, tipo, variante, valor) =>
    withUserDb('ana_agroarriba', (db) =>
      expectConstraint(crear(db, tipo, valor, { variante }), `parametros_${restriccion}`),
    ),
  )

  test.each([
    ['desde_valido', '1989-12-31', null],
    ['desde_valido', '2101-01-01', null],
    ['hasta_valido', '2024-01-01', '2024-01-01'],
    ['hasta_valido', '2024-01-01', '2023-01-01'],
    ['hasta_valido', '2024-01-01', '2200-01-01'],
  ])('%s rechaza desde %s hasta %s', (restriccion, desde, hasta) =>
    withUserDb('ana_agroarriba', (db) =>
      expectConstraint(crear(db, 'costo_qq', { usd: 1 }, { desde, hasta }), `parametros_${restriccion}`),
    ),
  )
})
