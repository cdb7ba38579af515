import fc from 'fast-check'
import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { paginaAvances } from '../../server/kpis/queries.ts'
import { compareAll, sumado } from './kpis-counted.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'
import { newYear } from './world.ts'

/** One thing that happens: a statement over the contracts and lots of the world, chosen by number. */
interface Hecho {
  sql: string
  params: unknown[]
}

/** Far from now: whoever creates a contract of this year waits for the counter of its codes. */
const ANIO = newYear()
const ESTADOS = ['En tránsito', 'Recibido', 'Secado', 'Exportado']
const CALIDADES = [null, 'ASE', 'ASS', 'CCN-51']
const FECHAS = [null, '2026-01-31', '2026-02-01', '2026-12-01', '2027-03-15']
const entero = (hasta: number) => fc.nat({ max: hasta })
const peso = fc.integer({ min: 10_000, max: 5_000_000 }).map((n) => n / 1e4)
const elegido = (tabla: string, indice: string) =>
  `(select array_agg(id order by id) from public.${tabla} where ${tabla === 'contratos' ? 'id' : 'contrato_id'} >= $1)[1 + ${indice}]`

const hechoDe = {
  contrato: fc
    .record({
      exportadora: fc.constantFrom('agroarriba', 'rival'),
      contraparte: fc.constantFrom('centro', 'centro_rival', 'finca'),
      volumen: fc.integer({ min: 1, max: 2_000_000 }).map((n) => n / 1e4),
      precio: fc.option(fc.integer({ min: 1, max: 900_000 }).map((n) => n / 100)),
      calidad: fc.constantFrom(...CALIDADES),
      entrega: fc.constantFrom(...FECHAS),
      tolerancia: entero(50),
      creado: fc.constantFrom(`${ANIO}-01-01 04:59:59+00`, `${ANIO}-01-01 05:00:00+00`),
    })
    .map((c) => ({
      sql: `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, calidad, fecha_entrega,
              tolerancia_pct, modalidad_precio, creado_en, estado)
            select x.id, y.id, $4, $6, $7, $8, case when $5::numeric is null then 'por fijar' else 'fijo' end, $9, 'Activo'
            from unnest($10::bigint[], $11::text[]) as x (id, nombre), unnest($10::bigint[], $11::text[]) as y (id, nombre)
            where $1::bigint > 0 and x.nombre = $2 and y.nombre = $3
              and set_config('privado.precio_acordado', coalesce($5::numeric::text, ''), true) is not null`,
      params: [
        c.exportadora,
        c.contraparte,
        c.volumen,
        c.precio,
        c.calidad,
        c.entrega,
        c.tolerancia,
        c.creado,
        'EMPRESAS',
      ],
    })),
  lotes: fc
    .tuple(entero(6), fc.array(peso, { minLength: 1, maxLength: 3 }), entero(3))
    .map(([contrato, pesos, estado]) => ({
      sql: `insert into public.lotes_asociados (contrato_id, peso_qq, humedad, estado)
            select ${elegido('contratos', '$2')}, p, 7.25, $4 from unnest($3::numeric[]) as p`,
      params: [contrato, pesos, ESTADOS[estado]],
    })),
  mover: fc.tuple(entero(12), entero(3)).map(([lote, estado]) => ({
    sql: `update public.lotes_asociados set estado = $3 where id = ${elegido('lotes_asociados', '$2')}`,
    params: [lote, ESTADOS[estado]],
  })),
  pesar: fc.tuple(entero(12), peso, fc.integer({ min: 1, max: 2000 })).map(([lote, qq, humedad]) => ({
    sql: `update public.lotes_asociados set peso_qq = $3, humedad = $4 where id = ${elegido('lotes_asociados', '$2')}`,
    params: [lote, qq, humedad / 100],
  })),
  todos: fc.constantFrom(...ESTADOS).map((estado) => ({
    sql: `update public.lotes_asociados set estado = $2, peso_qq = peso_qq + 0.5
          where contrato_id >= $1 and contrato_id in (select id from public.contratos where estado <> 'Cerrado')`,
    params: [estado],
  })),
  editar: fc
    .tuple(
      entero(6),
      fc.oneof(
        fc.tuple(fc.constant('calidad'), fc.constantFrom(...CALIDADES)),
        fc.tuple(
          fc.constant('volumen_tm'),
          fc.integer({ min: 1, max: 2e6 }).map((n) => n / 1e4),
        ),
        fc.tuple(fc.constantFrom('fecha_entrega', 'fecha_firma'), fc.constantFrom(...FECHAS)),
        fc.tuple(fc.constant('tolerancia_pct'), entero(50)),
        fc.tuple(fc.constant('modalidad_precio'), fc.constantFrom('fijo', 'por fijar')),
        fc.tuple(fc.constant('estado'), fc.constantFrom('Activo', 'Cerrado')),
        fc.tuple(fc.constant('cierre'), fc.constantFrom('al exportar los lotes', 'al completar el volumen')),
        fc.tuple(fc.constant('eliminado_en'), fc.constantFrom('2026-05-05', null)),
        fc.tuple(fc.constant('observaciones'), fc.constant('nada que sumar')),
      ),
    )
    .map(([contrato, [columna, valor]]) => ({
      sql: `update public.contratos set ${columna} = $3 where id = ${elegido('contratos', '$2')}`,
      params: [contrato, valor],
    })),
  valorar: fc
    .tuple(entero(6), fc.option(fc.integer({ min: 1, max: 9e5 }).map((n) => n / 100)))
    .map(([contrato, precio]) => ({
      sql: `update public.contratos_precios set precio_fijado_tm = $3 where contrato_id = ${elegido('contratos', '$2')}`,
      params: [contrato, precio],
    })),
  // As the functions do: quality and price in one call.
  editarTodo: fc
    .tuple(
      entero(6),
      fc.record(
        {
          precio_fijado_tm: fc.option(fc.integer({ min: 1, max: 9e5 }).map((n) => n / 100)),
          calidad: fc.constantFrom(...CALIDADES),
          modalidad_precio: fc.constantFrom('fijo', 'por fijar'),
          estado: fc.constantFrom('Activo', 'Cerrado'),
        },
        { requiredKeys: ['precio_fijado_tm'] },
      ),
    )
    .map(([contrato, cambios]) => ({
      sql: `select privado.editar_contrato(${elegido('contratos', '$2')}, $3)`,
      params: [contrato, JSON.stringify(cambios)],
    })),
  reabrir: entero(6).map((contrato) => ({
    sql: `insert into public.contratos_reaperturas (contrato_id, motivo) values (${elegido('contratos', '$2')}, 'Falta')`,
    params: [contrato],
  })),
  asociar: fc.tuple(entero(6), fc.constantFrom('finca', 'otra_finca')).map(([contrato, proveedor]) => ({
    sql: `insert into public.contratos_participantes (contrato_id, empresa_id)
          select ${elegido('contratos', '$2')}, x.id from unnest($4::bigint[], $5::text[]) as x (id, nombre) where x.nombre = $3`,
    params: [contrato, proveedor, 'EMPRESAS'],
  })),
  retirar: entero(6).map((contrato) => ({
    sql: `delete from public.contratos_participantes where contrato_id = ${elegido('contratos', '$2')} and papel = 'proveedor'`,
    params: [contrato],
  })),
  fijar: fc
    .tuple(
      entero(6),
      fc.integer({ min: 1, max: 5e5 }).map((n) => n / 1e4),
      entero(9000),
    )
    .map(([contrato, tm, ny]) => ({
      sql: `insert into public.fijaciones (contrato_id, tm, ny, diferencial) values (${elegido('contratos', '$2')}, $3, $4, -700.5)`,
      params: [contrato, tm, ny],
    })),
  anular: entero(5).map((fijacion) => ({
    sql: `update public.fijaciones set motivo = 'x' where id = ${elegido('fijaciones', '$2')}`,
    params: [fijacion],
  })),
  plegar: fc.integer({ min: 1, max: 40 }).map((tope) => ({
    sql: 'select privado.plegar_kpis($2) where $1::bigint > 0',
    params: [tope],
  })),
}

const hechos = fc.array(fc.oneof(...Object.values(hechoDe)), { minLength: 5, maxLength: 40 })

/** Does it as the system. A rule may refuse it: then nothing happened. @returns whether it happened. */
async function suceder(db: Db, { sql, params }: Hecho): Promise<boolean> {
  const { empresas, contrato } = db.mundo
  const valores = params.flatMap((p) =>
    p === 'EMPRESAS' ? [Object.values(empresas), Object.keys(empresas)] : [p],
  )
  return db.query(sql, [contrato.id, ...valores]).then(
    () => true,
    (error: pg.DatabaseError) => {
      // Refused by a rule or by a table's own constraint: anything else is a fault.
      expect(`${error.code} ${error.message}`).toMatch(/^(PT4|23)/)
      return false
    },
  )
}

describe('los indicadores', () => {
  test('la página de otra empresa se niega, sea cual sea el plan', () =>
    withUserDb('sistema', async (db) => {
      // As if it gave so many that the planner would rather begin with the contracts, of which she sees none.
      await db.query(
        'alter function privado.contratos_por_avance(text, integer, text, bigint, bigint, integer) rows 1e9',
      )
      await db.como('paula_otra_finca')
      const pagina = db.query(paginaAvances.text, [20, null, 15, null, db.mundo.empresas.agroarriba, null])
      await expectRaises(pagina, 'kpis_ajenos', 'PT403', 'empresa')
    }))

  test(
    'dicen lo que dicen las tablas, pase lo que pase, a cada cual lo suyo',
    () =>
      withUserDb('sistema', async (db) => {
        const sucedieron = { si: 0, no: 0 }
        await fc.assert(
          fc.asyncProperty(hechos, async (lista) => {
            await db.client.query('savepoint mundo')
            try {
              for (const hecho of lista) sucedieron[(await suceder(db, hecho)) ? 'si' : 'no']++
              await compareAll(db.client, db.mundo)
            } finally {
              await db.client.query('rollback to savepoint mundo')
            }
          }),
          { numRuns: 100 },
        )
        // Enough of them did something.
        expect(sucedieron.si).toBeGreaterThan(sucedieron.no)
      }),
    120_000,
  )

  test('lo que hacen otros no mueve los de nadie más', () =>
    withUserDb('sistema', async (db) => {
      const { rival, centro_rival, otra_finca } = db.mundo.empresas
      const ajenos = async () => {
        const sumas = []
        for (const empresa of [rival, centro_rival, otra_finca]) sumas.push(await sumado(db.client, empresa))
        return sumas
      }
      const antes = await ajenos()
      await db.como('ana_agroarriba')
      await db.query(
        'select public.crear_contrato(volumen_tm => 10, contraparte_id => $1, precio_fijado_tm => 5000)',
        [db.mundo.empresas.centro],
      )
      await db.query(`update public.lotes_asociados set estado = 'Exportado' where id = $1`, [db.mundo.lote])
      await db.como('sistema')
      expect(await ajenos()).toEqual(antes)
      expect(antes[0]).not.toEqual([])
    }))

  test('un proveedor asociado no lee precios, ventas ni lo que está por fijar', () =>
    withUserDb('sistema', async (db) => {
      const { contrato, lote, empresas } = db.mundo
      await db.query('update public.contratos_precios set precio_fijado_tm = 5000 where contrato_id = $1', [
        contrato.id,
      ])
      await db.query(
        `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, modalidad_precio) values ($1, $2, 9, 'por fijar')`,
        [empresas.agroarriba, empresas.finca],
      )
      await db.query(`update public.lotes_asociados set estado = 'Exportado' where id = $1`, [lote])
      await db.como('pedro_finca')
      const medidas = await db.query<{ papel: string; medida: string; usd: string }>(
        `select papel, medida, usd from public.kpis_totales where grupo = 'mes' and n > 0`,
      )
      const deAsociado = medidas.filter(({ papel }) => papel === 'proveedor')
      expect(new Set(deAsociado.map(({ medida }) => medida))).toEqual(
        new Set(['Exportado', 'entregado', 'Cerrado', 'contratado', 'historial Cerrado']),
      )
      expect(deAsociado.every(({ usd }) => Number(usd) === 0)).toBe(true)
      // Of the contract that it signs, it does.
      expect(medidas.filter(({ papel }) => papel === 'contraparte').map(({ medida }) => medida)).toContain(
        'abierta',
      )
    }))
})
