import fc from 'fast-check'
import type pg from 'pg'
import { describe, expect, test } from 'vitest'
import { type Consulta, nuevoCentro, nuevoProductor, registrar } from './grafo.ts'
import { compareProduccion } from './produccion-contada.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

const CONDICIONES = ['baba', 'escurrido', 'semiseco', 'seco']
const CAUSAS = ['impurezas', 'muestra', 'derrame', 'robo', 'polvo']
const gramos = (hasta: number) => fc.integer({ min: 100_000, max: hasta }).map((g) => g / 1000)

/** One thing that happens: what is chosen is a place in the list of what there is then. */
const hechoDe = {
  recibir: fc.record({
    que: fc.constant('recibir' as const),
    kg: gramos(900_000),
    condicion: fc.constantFrom(...CONDICIONES),
    // Told late, up to some months.
    dias: fc.nat(100),
    conProductor: fc.boolean(),
  }),
  mezclar: fc.record({ que: fc.constant('mezclar' as const), i: fc.nat(50), j: fc.nat(50) }),
  dividir: fc.record({
    que: fc.constant('dividir' as const),
    i: fc.nat(50),
    parte: fc.integer({ min: 1, max: 9 }),
  }),
  trasladar: fc.record({ que: fc.constant('trasladar' as const), i: fc.nat(50) }),
  merma: fc.record({
    que: fc.constant('merma' as const),
    i: fc.nat(50),
    kg: gramos(300_000),
    causa: fc.constantFrom(...CAUSAS),
  }),
  embarcar: fc.record({ que: fc.constant('embarcar' as const), i: fc.nat(50), kg: gramos(300_000) }),
  secar: fc.record({
    que: fc.constantFrom('secar' as const, 'fermentar' as const),
    i: fc.nat(50),
    merma: fc.integer({ min: 0, max: 60 }),
  }),
  anular: fc.record({ que: fc.constant('anular' as const), i: fc.nat(50) }),
  prometer: fc.record({ que: fc.constant('prometer' as const), i: fc.nat(50), kg: gramos(300_000) }),
  plegar: fc.record({ que: fc.constant('plegar' as const), tope: fc.integer({ min: 1, max: 30 }) }),
}
const hechos = fc.array(fc.oneof(hechoDe.recibir, hechoDe.recibir, ...Object.values(hechoDe)), {
  minLength: 8,
  maxLength: 40,
})
type Hecho = typeof hechos extends fc.Arbitrary<(infer H)[]> ? H : never

interface Sitio {
  centros: string[]
  productor: string
}

async function suceder(db: Db, sitio: Sitio, hecho: Hecho): Promise<void> {
  const { query } = db
  const con = async <Row extends pg.QueryResultRow>(sql: string, i: number) => {
    const filas = await query<Row>(sql)
    return filas[i % Math.max(filas.length, 1)]
  }
  const lote = (i: number) =>
    con<{ id: string; kg: string; centro_id: string | null; destino: string | null }>(
      `select l.id, public.saldo_kg(l) as kg, l.centro_id, o.destino_id as destino
       from public.lotes l join public.operaciones o on o.id = l.operacion_id
       where public.saldo_kg(l) > 0 and not l.embarcado order by l.codigo`,
      i,
    )
  switch (hecho.que) {
    case 'recibir': {
      await registrar(query, 'recibir', {
        centro_id: sitio.centros[0]!,
        en: new Date(Date.now() - hecho.dias * 86_400_000).toISOString(),
        salidas: [
          {
            kg: hecho.kg,
            condicion: hecho.condicion,
            humedad_pct: hecho.condicion === 'seco' ? 7 : 50,
            ...(hecho.conProductor && { productor_id: Number(sitio.productor) }),
          },
        ],
      })
      return
    }
    case 'plegar':
      await db.como('sistema')
      await query('select privado.plegar_produccion($1)', [hecho.tope])
      await db.como('ana_agroarriba')
      return
    case 'anular': {
      const operacion = await con<{ id: string }>(
        `select id from public.operaciones where tipo <> 'anular' order by secuencia desc`,
        hecho.i,
      )
      if (operacion) await query(`select public.anular_operacion($1, 'Se contó mal')`, [operacion.id])
      return
    }
  }
  const uno = await lote(hecho.i)
  if (!uno) return
  const kg = Number(uno.kg)
  const entradas = (cuanto?: number) => [{ lote: uno.id, ...(cuanto && { kg: cuanto }) }]
  switch (hecho.que) {
    case 'prometer':
      await query(
        'insert into public.lotes_asociados (contrato_id, lote_id, lote_kg, humedad) values ($1, $2, $3, 1)',
        [db.mundo.contrato.id, uno.id, hecho.kg],
      )
      return
    case 'mezclar': {
      const otro = await lote(hecho.j)
      await registrar(query, 'mezclar', { entradas: [...entradas(), { lote: otro!.id }] })
      return
    }
    case 'dividir': {
      const parte = Math.floor(kg * hecho.parte * 100) / 1000
      const resto = Number((kg - parte).toFixed(3))
      await registrar(query, 'dividir', { entradas: entradas(), salidas: [{ kg: parte }, { kg: resto }] })
      return
    }
    case 'trasladar':
      await registrar(query, 'trasladar', {
        entradas: entradas(),
        destino_id: uno.centro_id ? sitio.centros[1]! : uno.destino!,
        fase: uno.centro_id ? 'salida' : 'llegada',
      })
      return
    case 'merma':
      await registrar(query, 'merma', {
        entradas: entradas(hecho.kg),
        perdidas: [{ causa: hecho.causa, kg: hecho.kg }],
        motivo: 'Se perdió',
      })
      return
    case 'embarcar':
      await registrar(query, 'embarcar', { entradas: entradas(hecho.kg), contrato_id: db.mundo.contrato.id })
      return
    default:
      await registrar(query, hecho.que, {
        entradas: entradas(),
        salidas: [{ kg: Math.ceil(kg * (100 - hecho.merma) * 10) / 1000, humedad_pct: 40 - hecho.merma / 2 }],
        motivo: 'Se secó',
      })
  }
}

/** Promises stay within their lots and within what was promised, and the lots of contracts say what they are. */
async function promesasCuadran(db: Db): Promise<void> {
  const mal = await db.query(`
    select 'lote' as que, p.lote_id::text from privado.promesas p
    join privado.saldos s on s.lote_id = p.lote_id join public.lotes l on l.id = p.lote_id
    group by p.lote_id, s.kg, l.kg, l.embarcado, s.anulado
    having s.anulado or sum(p.kg) > case when l.embarcado then l.kg else s.kg end
    union all
    select 'asociado', a.id::text from public.lotes_asociados a
    cross join lateral (select coalesce(sum(p.kg), 0) as kg, bool_and(l.embarcado) as todos
      from privado.promesas p join public.lotes l on l.id = p.lote_id where p.asociado_id = a.id) as t
    join public.contratos c on c.id = a.contrato_id
    where a.lote_id is not null and c.estado <> 'Cerrado' and (t.kg > a.lote_kg or a.peso_qq <> round(t.kg / 45.359237, 4)
      or (a.estado = 'Exportado') <> coalesce(t.todos, false) and t.kg > 0)`)
  expect(mal).toEqual([])
}

describe('los indicadores de producción', () => {
  test(
    'dicen lo que dicen las operaciones, pase lo que pase, y lo prometido cuadra',
    () =>
      withUserDb('ana_agroarriba', async (db) => {
        const sitio = {
          centros: [await nuevoCentro(db.query, 'A1'), await nuevoCentro(db.query, 'B2', 'bodega')],
          productor: await nuevoProductor(db.query),
        }
        const sucedieron: Record<string, number> = {}
        await fc.assert(
          fc.asyncProperty(hechos, async (lista) => {
            await db.client.query('savepoint mundo')
            try {
              for (const hecho of lista)
                await suceder(db, sitio, hecho).then(
                  () => {
                    sucedieron[hecho.que] = (sucedieron[hecho.que] ?? 0) + 1
                  },
                  // Refused by a rule or by a table's own constraint: anything else is a fault.
                  (error: pg.DatabaseError) => expect(`${error.code} ${error.message}`).toMatch(/^(PT4|23)/),
                )
              await db.como('sistema')
              await promesasCuadran(db)
              const contar: Consulta = async (sql, params) => {
                await db.como('sistema')
                return db.query(sql, params).finally(() => db.como('ana_agroarriba'))
              }
              await db.como('ana_agroarriba')
              await compareProduccion(db.query, contar, db.mundo.empresas.agroarriba)
            } finally {
              await db.client.query('rollback to savepoint mundo')
              await db.como('ana_agroarriba')
            }
          }),
          { numRuns: 60 },
        )
        for (const que of ['recibir']) expect([que, sucedieron[que] ?? 0]).not.toEqual([que, 0])
      }),
    120_000,
  )

  test('cada empresa los suyos; un administrador, los de todas, sin saber quién entrega', () =>
    withUserDb('ana_agroarriba', async (db) => {
      const centro = await nuevoCentro(db.query)
      const productor = await nuevoProductor(db.query)
      await registrar(db.query, 'recibir', {
        centro_id: centro,
        salidas: [{ kg: 100, condicion: 'seco', humedad_pct: 7, productor_id: Number(productor) }],
      })
      const leer = async (empresa: string | null = null) =>
        (await db.query('select public.kpis_produccion(empresa => $1) as k', [empresa]))[0]!.k
      expect((await leer()).recepciones.productores).toEqual([
        { productor_id: Number(productor), productor: 'Rosa Zambrano', lotes: 1, kg: 100 },
      ])
      for (const quien of ['celia_centro', 'pedro_finca', 'rosa_rival'] as const) {
        await db.como(quien)
        const suyos = await leer()
        expect([suyos.stock, suyos.recepciones.kg, suyos.recepciones.productores]).toEqual([[], 0, []])
        await expectRaises(leer(db.mundo.empresas.agroarriba), 'kpis_ajenos', 'PT403', 'empresa')
      }
      await db.como('ada_admin')
      const todos = await leer(db.mundo.empresas.agroarriba)
      expect([todos.recepciones.kg, todos.recepciones.productores]).toEqual([100, null])
      await db.como('anonimo')
      await expect(leer()).rejects.toMatchObject({ code: '42501' })
    }))
})
