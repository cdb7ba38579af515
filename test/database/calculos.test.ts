import { describe, expect, test } from 'vitest'
import { type Db, expectConstraint, expectRaises, type Speaker, withUserDb } from './support.ts'

const ENTRADA = { qq: '10', precio_qq: '100', retenciones: ['renta_productor'] }

/** Keeps a calculation as whoever speaks. */
const guardar = async (db: Db, parametros: unknown, otros: { fecha?: string; resultado?: unknown } = {}) =>
  (
    await db.query(
      `insert into public.calculos (tipo, fecha, entrada, parametros, resultado)
       values ('liquidacion', coalesce($1::date, '2025-01-21'), $2, $3, $4) returning *, fecha::text`,
      [
        otros.fecha,
        ENTRADA,
        JSON.stringify(parametros),
        JSON.stringify(otros.resultado ?? { neto_a_pagar: 990 }),
      ],
    )
  )[0]!
const idDe = async (db: Db, tipo: string, variante = '', fecha = '2025-01-21') =>
  Number(
    (
      await db.query('select id from public.parametros_vigentes($1) where tipo = $2 and variante = $3', [
        fecha,
        tipo,
        variante,
      ])
    )[0]!.id,
  )
/** A quintal of Agroarriba, and its id. */
const quintalPropio = async (db: Db) =>
  Number(
    (
      await db.query(
        `insert into public.parametros (tipo, valor, desde) values ('quintal', '{"kg": 46}', '2024-01-01') returning id`,
      )
    )[0]!.id,
  )
const vistos = async (db: Db) => (await db.query('select id from public.calculos')).length

describe('un cálculo guardado', () => {
  test('es de quien lo hace y de su empresa, con los valores que puso la base', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const propio = await quintalPropio(db)
      const global = await idDe(db, 'retencion', 'renta_productor')
      const calculo = await guardar(db, [global, propio])
      expect(calculo).toMatchObject({
        usuario_id: db.mundo.usuarios.ana_agroarriba,
        empresa_id: db.mundo.empresas.agroarriba,
        fecha: '2025-01-21',
        entrada: ENTRADA,
      })
      expect(calculo.parametros).toEqual(
        [
          {
            id: global,
            tipo: 'retencion',
            variante: 'renta_productor',
            valor: { porcentaje: 1 },
            desde: '2020-01-01',
            hasta: null,
            propio: false,
          },
          {
            id: propio,
            tipo: 'quintal',
            variante: '',
            valor: { kg: 46 },
            desde: '2024-01-01',
            hasta: null,
            propio: true,
          },
        ].sort((a, b) => a.id - b.id),
      )
    }))

  test('desde entonces sus parámetros no se editan', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const propio = await quintalPropio(db)
      const editar = (kg: number) =>
        db.query('update public.parametros set valor = $1 where id = $2', [{ kg }, propio])
      await editar(50)
      await guardar(db, [propio])
      await expectRaises(editar(46), 'parametro_usado', 'PT409', 'hasta')
    }))

  test('no se hace con parámetros de otra empresa, de otra fecha ni que otro propio reemplaza', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const global = await idDe(db, 'quintal')
      const propio = await quintalPropio(db)
      const falla = (ids: number[], fecha?: string) =>
        expectRaises(guardar(db, ids, fecha ? { fecha } : {}), 'parametro_no_vigente', 'PT409', 'fecha')
      await falla([global])
      await falla([propio], '2023-12-31')
      // What does not exist and what is another's answer the same.
      await falla([999_999_999])
      await db.como('rosa_rival')
      await falla([propio])
      await guardar(db, [global])
    }))

  test.each(
    [{}, 'x', 1, null, ['1; drop'], [1.5], [-1], [null], [{ id: 1 }], [[1]], ['9'.repeat(19)]].map((uno) => [
      uno,
    ]),
  )('no se hace con %j por parámetros', (parametros) =>
    withUserDb('ana_agroarriba', (db) =>
      expectRaises(guardar(db, parametros), 'calculo_parametros_invalidos', 'PT422', 'parametros'),
    ),
  )

  test('no se cambia ni se borra, ni el sistema', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await guardar(db, [])
      await db.como('sistema')
      for (const sql of [
        `update public.calculos set resultado = '{}'`,
        'delete from public.calculos',
        'truncate public.calculos',
      ])
        await expectRaises(db.query(sql), 'calculo_inmutable', 'PT409')
    }))

  test('lo ven sus colegas y un administrador; nadie más lo ve ni lo cuenta', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await guardar(db, [await quintalPropio(db)])
      expect(await vistos(db)).toBe(1)
      const nadie: Speaker[] = [
        'celia_centro',
        'pedro_finca',
        'rosa_rival',
        'raul_centro_rival',
        'omar_apagado',
      ]
      for (const otro of nadie) {
        await db.como(otro)
        expect(await vistos(db)).toBe(0)
      }
      await db.como('ada_admin')
      expect(
        await db.query('select id from public.calculos where usuario_id = $1', [
          db.mundo.usuarios.ana_agroarriba,
        ]),
      ).toHaveLength(1)
    }))

  test('un administrador sin empresa guarda los suyos, que una empresa no ve', () =>
    withUserDb('ada_admin', async (db) => {
      expect((await guardar(db, [])).empresa_id).toBeNull()
      await db.como('ana_agroarriba')
      expect(await vistos(db)).toBe(0)
    }))

  test.each(['omar_apagado', 'sin_perfil'] as const)('%s no guarda ninguno', (quien) =>
    withUserDb(quien, (db) => expect(guardar(db, [])).rejects.toMatchObject({ code: 'PT403' })),
  )

  test('tiene datos y resultado que son objetos, de un tamaño', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const enorme = { texto: 'x'.repeat(100_000) }
      for (const resultado of [[], 'x', enorme])
        await expectConstraint(guardar(db, [], { resultado }), 'calculos_resultado_valido')
      await expectConstraint(guardar(db, [], { fecha: '1989-12-31' }), 'calculos_fecha_valida')
    }))
})
