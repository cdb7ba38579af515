import { describe, expect, test } from 'vitest'
import { acordar, enRevision } from './enmiendas.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

const id = (db: Db) => db.mundo.contrato.id
const crear = async (db: Db, datos: Record<string, unknown>) => {
  const nombres = Object.keys(datos)
  const [creado] = await db.query(
    `select * from public.crear_contrato(contraparte_id => $1, ${nombres.map((n, i) => `${n} => $${i + 2}`).join(', ')})`,
    [db.mundo.empresas.centro, ...Object.values(datos)],
  )
  return creado!
}
const valorar = (db: Db, precio: unknown, diferencial: unknown = null) =>
  db.cuenta(
    'update public.contratos_precios set precio_fijado_tm = $2, diferencial_tm = $3 where contrato_id = $1',
    [id(db), precio, diferencial],
  )
const editar = (db: Db, cambios: object) =>
  db.query('select * from privado.editar_contrato($1, $2)', [id(db), JSON.stringify(cambios)])
const leido = async (db: Db, contrato = id(db)) =>
  (
    await db.query(
      'select c.precio_fijado_tm as precio, c.diferencial_tm as diferencial from public.contratos c where c.id = $1',
      [contrato],
    )
  )[0]
const version = async (db: Db) =>
  (await db.query('select actualizado_en::text as v from public.contratos where id = $1', [id(db)]))[0]!.v
/** What each person was told of the contract of the world, with the system reading. */
const avisos = async (db: Db) =>
  db.query<{ quien: string; texto: string; datos: object }>(
    `select u.nombre as quien, n.texto, n.datos from public.notificaciones n join public.usuarios u on u.id = n.usuario_id
     where n.contrato_id = $1 order by n.id`,
    [id(db)],
  )

describe('el precio de un contrato', () => {
  test('se acuerda al crearlo, con sus cifras, y no es todavía un cambio', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const nuevo = await crear(db, {
        volumen_tm: 10,
        precio_fijado_tm: '4200.50',
        diferencial_tm: '-700.00',
      })
      db.mundo.contrato.id = nuevo.id
      expect(nuevo).not.toHaveProperty('precio_fijado_tm')
      expect(await leido(db)).toEqual({ precio: '4200.50', diferencial: '-700.00' })
      expect(nuevo.actualizado_en).toEqual(nuevo.creado_en)
      // What was agreed for one is not carried to the next.
      const [otro] = await db.query(
        'insert into public.contratos (contraparte_id, volumen_tm) values ($1, 5) returning id',
        [db.mundo.empresas.centro],
      )
      expect(await leido(db, otro!.id)).toEqual({ precio: null, diferencial: null })
      await db.como('sistema')
      expect(
        await db.cuenta('select from public.contratos_precios where contrato_id in ($1, $2)', [
          nuevo.id,
          otro!.id,
        ]),
      ).toBe(2)
      expect((await avisos(db)).map(({ quien, texto }) => [quien, texto])).toEqual([
        ['celia_centro', `ana_agroarriba (agroarriba) abrió el contrato ${nuevo.codigo}.`],
      ])
    }))

  test('se pide de la misma función que lo crea, y ya se lee', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const [fila] = await db.query(
        'select c.precio_fijado_tm as precio from public.crear_contrato(10, $1, precio_fijado_tm => 4200) as c',
        [db.mundo.empresas.centro],
      )
      expect(fila).toEqual({ precio: '4200' })
    }))

  test.each(['ana_agroarriba', 'celia_centro'] as const)(
    '%s lo cambia: es otra versión, que se avisa sin cifras',
    (quien) =>
      withUserDb(quien, async (db) => {
        await enRevision(db, quien)
        const antes = await version(db)
        expect(await valorar(db, '98765.4321', '-43.21')).toBe(1)
        const despues = await version(db)
        expect(despues > antes).toBe(true)
        // The same again is no change.
        await valorar(db, '98765.4321', '-43.21')
        expect(await version(db)).toBe(despues)
        expect(await leido(db)).toEqual({ precio: '98765.4321', diferencial: '-43.21' })
        await db.como('sistema')
        const dichos = (await avisos(db)).filter(({ texto }) => texto.includes('editó'))
        const firma = quien === 'ana_agroarriba' ? 'celia_centro' : 'ana_agroarriba'
        expect(dichos.map((uno) => uno.quien).sort()).toEqual([firma, 'pedro_finca'].sort())
        expect(JSON.stringify(dichos)).not.toMatch(/98765|43\.21/)
      }),
  )

  test('con otro dato del contrato, en una llamada, se avisa una vez', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await enRevision(db, 'ana_agroarriba')
      const [fila] = await editar(db, {
        volumen_tm: '210.0',
        precio_fijado_tm: '5000.00',
        diferencial_tm: -3,
      })
      expect(fila).toMatchObject({ precio_fijado_tm: '5000.00', diferencial_tm: '-3' })
      expect(fila!.contrato).toContain('210.0')
      await editar(db, { precio_fijado_tm: null })
      expect(await leido(db)).toEqual({ precio: null, diferencial: '-3' })
      await db.como('sistema')
      const dichos = (await avisos(db)).filter(
        ({ quien, texto }) => quien === 'celia_centro' && texto.includes('editó'),
      )
      expect(dichos).toHaveLength(2)
    }))

  test('una versión que ya no es no cambia nada', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const filas = await db.query(
        `select * from privado.editar_contrato($1, '{"precio_fijado_tm": 1}', '2001-01-01')`,
        [id(db)],
      )
      expect(filas).toEqual([])
      expect(await leido(db)).toEqual({ precio: null, diferencial: null })
    }))

  test('pasa a por fijar sin precio, y a fijo con el suyo, en una llamada', () =>
    withUserDb('celia_centro', async (db) => {
      await enRevision(db, 'celia_centro')
      await editar(db, { precio_fijado_tm: 5000 })
      await expectRaises(
        editar(db, { modalidad_precio: 'por fijar' }),
        'precio_por_fijar',
        'PT409',
        'precio_fijado_tm',
      )
      await editar(db, { modalidad_precio: 'por fijar', precio_fijado_tm: null, diferencial_tm: -700 })
      expect(await leido(db)).toEqual({ precio: null, diferencial: '-700' })
      await expectRaises(editar(db, { precio_fijado_tm: 9 }), 'precio_por_fijar', 'PT409', 'precio_fijado_tm')
      await editar(db, { modalidad_precio: 'fijo', precio_fijado_tm: 6000 })
      expect(await leido(db)).toEqual({ precio: '6000', diferencial: '-700' })
    }))

  test('el de un contrato cerrado no cambia, ni el de uno eliminado; reabierto, sí', () =>
    withUserDb('sistema', async (db) => {
      await db.query(`update public.contratos set estado = 'Cerrado' where id = $1`, [id(db)])
      for (const quien of ['ana_agroarriba', 'celia_centro', 'ada_admin', 'sistema'] as const) {
        await db.como(quien)
        await expectRaises(valorar(db, 1), 'contrato_cerrado', 'PT409')
      }
      await editar(db, { estado: 'Activo', precio_fijado_tm: 7000 })
      await db.como('ada_admin')
      expect(await leido(db)).toMatchObject({ precio: '7000' })
      await db.query('select public.eliminar_contrato($1)', [id(db)])
      await expectRaises(valorar(db, 1), 'contrato_no_existe', 'PT404')
      await db.como('ana_agroarriba')
      expect(await valorar(db, 1)).toBe(0)
      expect(
        await db.query('select * from public.contratos_precios where contrato_id = $1', [id(db)]),
      ).toEqual([])
    }))
})

describe('quién lo lee', () => {
  const conPrecio = (work: (db: Db) => Promise<void>) =>
    withUserDb('sistema', async (db) => {
      await valorar(db, 4321, -765)
      await work(db)
    })

  test('las dos empresas que firman y un administrador; los demás, nadie', () =>
    conPrecio(async (db) => {
      for (const quien of ['ana_agroarriba', 'celia_centro', 'ada_admin'] as const) {
        await db.como(quien)
        expect(await leido(db)).toEqual({ precio: '4321', diferencial: '-765' })
      }
      await db.como('pedro_finca')
      expect(await leido(db)).toEqual({ precio: null, diferencial: null })
      for (const quien of [
        'rosa_rival',
        'raul_centro_rival',
        'paula_otra_finca',
        'omar_apagado',
        'sin_perfil',
      ] as const) {
        await db.como(quien)
        expect(await leido(db)).toBeUndefined()
      }
    }))

  test('un proveedor asociado no lo deduce por un filtro, un orden ni una cuenta', () =>
    conPrecio(async (db) => {
      await db.como('pedro_finca')
      const cuantos = (donde: string) => db.cuenta(`select from public.contratos c where ${donde}`)
      expect(await cuantos('c.precio_fijado_tm is not null')).toBe(0)
      expect(await cuantos('c.precio_fijado_tm > 0 or c.diferencial_tm < 0')).toBe(0)
      expect(await cuantos('c.precio_fijado_tm is null')).toBe(await cuantos('true'))
      const [suma] = await db.query(
        'select sum(c.precio_fijado_tm), count(c.diferencial_tm)::int from public.contratos c',
      )
      expect(suma).toEqual({ sum: null, count: 0 })
      expect(await db.query('select * from public.contratos_precios')).toEqual([])
      // A row made up to look like his own contract names one whose price he may not read.
      const [inventado] = await db.query(
        `select public.precio_fijado_tm(jsonb_populate_record(null::public.contratos,
           jsonb_build_object('id', $1::bigint, 'exportadora_id', $2::bigint, 'contraparte_id', $2::bigint))) as precio`,
        [id(db), db.mundo.empresas.finca],
      )
      expect(inventado).toEqual({ precio: null })
    }))

  test('un proveedor que firma lo lee, y no lo escribe', () =>
    withUserDb('sistema', async (db) => {
      const { agroarriba, otra_finca } = db.mundo.empresas
      const [suyo] = await db.query(
        `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, estado) values ($1, $2, 10, 'Activo') returning id`,
        [agroarriba, otra_finca],
      )
      db.mundo.contrato.id = suyo!.id
      await valorar(db, 5000)
      await db.como('paula_otra_finca')
      expect(await leido(db)).toEqual({ precio: '5000', diferencial: null })
      expect(await valorar(db, 1)).toBe(0)
      expect(await editar(db, { precio_fijado_tm: 1 })).toEqual([])
    }))

  test('a quien llega de proveedor no se le muestra, y a quien deja de ser parte tampoco', () =>
    conPrecio(async (db) => {
      await db.como('celia_centro')
      await db.query('insert into public.contratos_participantes (contrato_id, empresa_id) values ($1, $2)', [
        id(db),
        db.mundo.empresas.otra_finca,
      ])
      await db.como('paula_otra_finca')
      expect(await leido(db)).toEqual({ precio: null, diferencial: null })
    }))

  test('nada de lo que se escribe de un contrato lleva su precio', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const precio = '98765'
      const { codigo, id: nuevo } = await crear(db, {
        volumen_tm: 10,
        precio_fijado_tm: precio,
        diferencial_tm: -98765,
        proveedores: [db.mundo.empresas.finca],
      })
      db.mundo.contrato.id = nuevo
      await acordar(db, { volumen_tm: 20, precio_fijado_tm: `${precio}.5` })
      await acordar(db, { modalidad_precio: 'por fijar', precio_fijado_tm: null, diferencial_tm: 0 })
      const [fijada] = await db.query(
        'insert into public.fijaciones (contrato_id, tm, ny, diferencial) values ($1, 5, 98765, 0) returning id',
        [nuevo],
      )
      await db.query(`update public.fijaciones set motivo = 'Error' where id = $1`, [fijada!.id])
      await db.query(
        `insert into public.lotes_asociados (contrato_id, peso_qq, humedad, estado) values ($1, 60, 7, 'Exportado')`,
        [nuevo],
      )
      await db.query(`select public.reabrir_contrato($1, 'Falta')`, [nuevo])
      await db.como('sistema')
      const escrito = [
        ...(await db.query('select * from public.mensajes where contrato_id = $1', [nuevo])),
        ...(await db.query('select * from public.notificaciones where contrato_id = $1', [nuevo])),
        ...(await db.query('select * from realtime.messages where topic like $1', [`contrato:${codigo}%`])),
        ...(await db.query('select * from public.contratos where id = $1', [nuevo])),
        ...(await db.query('select * from public.contratos_reaperturas where contrato_id = $1', [nuevo])),
      ]
      expect(escrito.length).toBeGreaterThan(15)
      expect(JSON.stringify(escrito)).not.toContain(precio)
    }))
})
