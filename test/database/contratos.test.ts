import { describe, expect, test } from 'vitest'
import { type Db, expectConstraint, expectRaises, withUserDb } from './support.ts'

const crear = (db: Db, argumentos: Record<string, unknown>) => {
  const nombres = Object.keys(argumentos)
  const lista = nombres.map((nombre, i) => `${nombre} => $${i + 1}`).join(', ')
  return db.query(`select * from public.crear_contrato(${lista})`, Object.values(argumentos))
}

const participantes = (db: Db, contrato: string) =>
  db.query(
    'select empresa_id, papel from public.contratos_participantes where contrato_id = $1 order by papel',
    [contrato],
  )

describe('crear un contrato', () => {
  test('una exportadora lo crea Activo, con su contraparte y sus proveedores como partes', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { agroarriba, centro, finca, otra_finca } = db.mundo.empresas
      const [contrato] = await crear(db, {
        contraparte_id: centro,
        volumen_tm: '200.50',
        proveedores: [finca, otra_finca, finca],
      })
      expect(contrato).toMatchObject({
        exportadora_id: agroarriba,
        contraparte_id: centro,
        volumen_tm: '200.50',
        estado: 'Activo',
        creado_por: db.mundo.usuarios.ana_agroarriba,
        codigo: expect.stringMatching(/^CT-\d{4}-\d{5,}$/),
      })
      expect(await participantes(db, contrato!.id)).toEqual([
        { empresa_id: centro, papel: 'contraparte' },
        { empresa_id: agroarriba, papel: 'exportadora' },
        { empresa_id: finca, papel: 'proveedor' },
        { empresa_id: otra_finca, papel: 'proveedor' },
      ])
    }))

  test('un centro de acopio lo crea En revisión', () =>
    withUserDb('celia_centro', async (db) => {
      const [contrato] = await crear(db, { exportadora_id: db.mundo.empresas.agroarriba, volumen_tm: 10 })
      expect(contrato).toMatchObject({ contraparte_id: db.mundo.empresas.centro, estado: 'En revisión' })
    }))

  test('insertarlo con el SDK da lo mismo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [contrato] = await db.query(
        'insert into public.contratos (contraparte_id, volumen_tm) values ($1, 10) returning *',
        [db.mundo.empresas.centro],
      )
      expect(contrato).toMatchObject({ exportadora_id: db.mundo.empresas.agroarriba, estado: 'Activo' })
      expect(await participantes(db, contrato!.id)).toHaveLength(2)
    }))

  test('un proveedor que es la contraparte no hace falta asociarlo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { finca } = db.mundo.empresas
      const [contrato] = await crear(db, { contraparte_id: finca, volumen_tm: 10, proveedores: [finca] })
      expect(await participantes(db, contrato!.id)).toMatchObject([
        { empresa_id: finca, papel: 'contraparte' },
        { papel: 'exportadora' },
      ])
    }))

  test('un proveedor no crea contratos', () =>
    withUserDb('pedro_finca', (db) =>
      expectRaises(
        crear(db, { contraparte_id: db.mundo.empresas.centro, volumen_tm: 1 }),
        'contrato_sin_permiso',
        'PT403',
      ),
    ))

  test('quien está desactivado no crea contratos', () =>
    withUserDb('omar_apagado', (db) =>
      expectRaises(
        crear(db, { contraparte_id: db.mundo.empresas.centro, volumen_tm: 1 }),
        'cuenta_sin_acceso',
        'PT403',
      ),
    ))

  test('nadie lo crea a nombre de otra empresa', async () => {
    await withUserDb('rosa_rival', async (db) => {
      const { agroarriba, centro } = db.mundo.empresas
      const ajeno = crear(db, { exportadora_id: agroarriba, contraparte_id: centro, volumen_tm: 1 })
      await expectRaises(ajeno, 'contrato_ajeno', 'PT403', 'exportadora_id')
    })
    await withUserDb('raul_centro_rival', async (db) => {
      const { agroarriba, centro } = db.mundo.empresas
      const ajeno = crear(db, { exportadora_id: agroarriba, contraparte_id: centro, volumen_tm: 1 })
      await expectRaises(ajeno, 'contrato_ajeno', 'PT403', 'contraparte_id')
    })
  })

  test('una exportadora no es contraparte de otra', () =>
    withUserDb('ana_agroarriba', async (db) => {
      for (const contraparte of [db.mundo.empresas.rival, db.mundo.empresas.agroarriba, '-1', null]) {
        const intento = crear(db, { contraparte_id: contraparte, volumen_tm: 1 })
        await expectRaises(intento, 'contraparte_invalida', 'PT422', 'contraparte_id')
      }
    }))

  test('un centro no contrata con otro centro ni sin decir con quién', () =>
    withUserDb('celia_centro', async (db) => {
      for (const exportadora of [db.mundo.empresas.centro_rival, db.mundo.empresas.finca, null]) {
        const intento = crear(db, { exportadora_id: exportadora, volumen_tm: 1 })
        await expectRaises(intento, 'exportadora_invalida', 'PT422', 'exportadora_id')
      }
    }))

  test('no se contrata con una empresa desactivada', () =>
    withUserDb('sistema', async (db) => {
      await db.query('update public.empresas set activo = false where id = $1', [db.mundo.empresas.centro])
      await db.como('ana_agroarriba')
      const intento = crear(db, { contraparte_id: db.mundo.empresas.centro, volumen_tm: 1 })
      await expectRaises(intento, 'contraparte_invalida', 'PT422', 'contraparte_id')
    }))

  test('solo se asocian proveedores, y si uno falla no queda nada', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const { centro, finca, rival } = db.mundo.empresas
      const antes = await db.cuenta('select from public.contratos')
      for (const proveedores of [[finca, rival], [null], ['-1']]) {
        const intento = crear(db, { contraparte_id: centro, volumen_tm: 1, proveedores })
        await expectRaises(intento, 'proveedor_invalido', 'PT422', 'proveedores')
      }
      expect(await db.cuenta('select from public.contratos')).toBe(antes)
    }))

  test.each([
    ['volumen_tm', [0, -1, '1000000.1', '1.00001', 'NaN', 'Infinity'], 'contratos_volumen_tm_valido'],
    ['precio_fijado_tm', [0, -1, '1000000.1', '1.00001', 'NaN'], 'contratos_precios_precio_fijado_tm_valido'],
    [
      'diferencial_tm',
      ['-1000000.01', 1000001, '-700.001', 'NaN'],
      'contratos_precios_diferencial_tm_valido',
    ],
    ['fecha_firma', ['1989-12-31', '2101-01-01', 'infinity'], 'contratos_fecha_firma_valida'],
    ['observaciones', ['x'.repeat(5001)], 'contratos_observaciones_valida'],
  ])('no se acepta %s fuera de lo razonable', (campo, valores, restriccion) =>
    withUserDb('ana_agroarriba', async (db) => {
      for (const valor of valores) {
        const datos = { contraparte_id: db.mundo.empresas.centro, volumen_tm: 1, [campo]: valor }
        await expectConstraint(crear(db, datos), restriccion)
      }
    }),
  )
})

describe('asociar proveedores', () => {
  const asociar = (db: Db, empresa: string) =>
    db.cuenta('insert into public.contratos_participantes (contrato_id, empresa_id) values ($1, $2)', [
      db.mundo.contrato.id,
      empresa,
    ])

  test('el proveedor asociado ve el contrato desde ese momento', () =>
    withUserDb('paula_otra_finca', async (db) => {
      const ver = () => db.cuenta('select from public.contratos where id = $1', [db.mundo.contrato.id])
      expect(await ver()).toBe(0)
      await db.como('celia_centro')
      await asociar(db, db.mundo.empresas.otra_finca)
      await db.como('paula_otra_finca')
      expect(await ver()).toBe(1)
    }))

  test('no se asocia dos veces', () =>
    withUserDb('ana_agroarriba', (db) =>
      expectRaises(asociar(db, db.mundo.empresas.finca), 'proveedor_repetido', 'PT409', 'proveedores'),
    ))

  test('un proveedor no asocia a otro', () =>
    withUserDb('pedro_finca', (db) =>
      expectRaises(asociar(db, db.mundo.empresas.otra_finca), 'participante_sin_permiso', 'PT403'),
    ))

  test('nadie se da otro papel', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const intento = db.query(
        `insert into public.contratos_participantes (contrato_id, empresa_id, papel) values ($1, $2, 'exportadora')`,
        [db.mundo.contrato.id, db.mundo.empresas.rival],
      )
      await expect(intento).rejects.toMatchObject({ code: '42501' })
    }))

  test('a un contrato ajeno da lo mismo que a uno que no existe', () =>
    withUserDb('rosa_rival', async (db) => {
      await expectRaises(asociar(db, db.mundo.empresas.otra_finca), 'contrato_no_existe', 'PT404')
      db.mundo.contrato.id = '-1'
      await expectRaises(asociar(db, db.mundo.empresas.otra_finca), 'contrato_no_existe', 'PT404')
    }))
})
