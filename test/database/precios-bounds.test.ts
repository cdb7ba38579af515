import { describe, expect, test } from 'vitest'
import { paginaVigentes } from '../../server/precios/queries.ts'
import { type Db, expectRaises, withUserDb } from './support.ts'

/** So many qualities, of one day each. */
const poner = (db: Db, cuantas: number, prefijo = 'q', fecha = '2025-01-01') =>
  db.query(
    `insert into public.precios_fob (fecha, calidad, precio_tm)
     select $3, $2 || ' ' || lpad(n::text, 6, '0'), 100 + n from generate_series(1, $1::int) as n`,
    [cuantas, prefijo, fecha],
  )
/** A page of /precios-fob as the caller: what is in it, the id of its last row, and whether there are more. */
async function pagina(
  db: Db,
  limite: number,
  despuesDe: string | null = null,
  mas: Record<string, string> = {},
) {
  const { fecha = null, calidad = null, mercado = null, ambito = null } = mas
  const [fila] = await db.query(paginaVigentes.text, [limite, despuesDe, fecha, calidad, mercado, ambito])
  const precios = fila!.cuerpo as { calidad: string; mercado: string; ambito: string }[]
  return { precios, ultimo: fila!.ultimo as string, hayMas: fila!.hay_mas as boolean }
}
/** How many blocks of the database such a page reads. */
async function bloques(db: Db, limite: number, mas: Record<string, string>): Promise<number> {
  const { fecha = null, calidad = null, mercado = null, ambito = null } = mas
  const [fila] = await db.query(
    `explain (analyze, buffers, timing off, format json) ${paginaVigentes.text}`,
    [limite, null, fecha, calidad, mercado, ambito],
  )
  const plan = fila!['QUERY PLAN'][0].Plan
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
}
/** What the series should be, from the prices themselves, and what they are. */
const cuentas = async (db: Db) => {
  await db.como('sistema')
  const [fila] = await db.query(
    `select (select json_agg(t order by 1, 2, 3) from (
         select coalesce(empresa_id, 0) as e, calidad, mercado, count(*)::int as filas, min(fecha) as desde from public.precios_fob group by 1, 2, 3 order by 1, 2, 3) t) as debe,
       (select json_agg(t order by 1, 2, 3) from (
         select empresa_id as e, calidad, mercado, filas, desde from privado.precios_series order by 1, 2, 3) t) as hay`,
  )
  return fila!
}

describe('los precios propios de una empresa', () => {
  test('son de 500 calidades y mercados como máximo; corregir y borrar se puede siempre', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await poner(db, 500)
      await expectRaises(poner(db, 1, 'otra'), 'precios_calidades_demasiadas', 'PT409', 'calidad')
      await expectRaises(
        db.query(
          `insert into public.precios_fob (fecha, calidad, mercado, precio_tm) values ('2025-01-01', 'q 000001', 'LDN', 1)`,
        ),
        'precios_calidades_demasiadas',
        'PT409',
        'calidad',
      )
      await poner(db, 500, 'q', '2025-01-02')
      await db.query(`update public.precios_fob set precio_tm = 7 where calidad = 'q 000001'`)
      await db.query(`delete from public.precios_fob where calidad = 'q 000001'`)
      await poner(db, 1, 'otra')
      await db.query(`update public.precios_fob set calidad = 'de otra forma' where calidad = 'otra 000001'`)
      await expectRaises(poner(db, 1, 'una'), 'precios_calidades_demasiadas', 'PT409', 'calidad')
      await db.como('rosa_rival')
      await poner(db, 1, 'una')
      const { debe, hay } = await cuentas(db)
      expect(hay).toEqual(debe)
    }))

  test('son 200000 como máximo', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await poner(db, 1)
      await db.como('sistema')
      await db.query('update privado.precios_series set filas = 200000 where empresa_id = $1', [
        db.mundo.empresas.agroarriba,
      ])
      await db.como('ana_agroarriba')
      await expectRaises(poner(db, 1, 'q', '2025-01-02'), 'precios_propios_demasiados', 'PT409', 'fecha')
    }))

  test('se cuentan bien pase lo que pase: reemplazar, mover de calidad, borrar, escribir para todas', () =>
    withUserDb('ana_agroarriba', async (db) => {
      await poner(db, 30)
      await poner(db, 20, 'q', '2025-01-02')
      await db.query(
        `insert into public.precios_fob (fecha, calidad, precio_tm)
         select '2025-01-02', 'q ' || lpad(n::text, 6, '0'), 5 from generate_series(10, 40) as n
         on conflict on constraint precios_fob_fecha_key do update set precio_tm = excluded.precio_tm`,
      )
      await db.query(`update public.precios_fob set mercado = 'LDN' where calidad < 'q 000005'`)
      await db.query(
        `update public.precios_fob set fecha = fecha + 400 where calidad between 'q 000010' and 'q 000012'`,
      )
      await db.query(
        `delete from public.precios_fob where calidad > 'q 000035' or (fecha = '2025-01-01' and calidad < 'q 000020')`,
      )
      await db.como('ada_admin')
      await poner(db, 600, 'de todas')
      await db.query(`delete from public.precios_fob where calidad > 'de todas 000590'`)
      const { debe, hay } = await cuentas(db)
      expect(hay).toEqual(debe)
    }))
})

describe('una página de los precios vigentes', () => {
  test('recorrida hasta el final da cada uno una vez, los de todas antes que los propios', () =>
    withUserDb('ada_admin', async (db) => {
      await poner(db, 12, 'pagina')
      await poner(db, 5, 'pagina', '2024-01-01')
      await db.como('ana_agroarriba')
      await poner(db, 9, 'pagina')
      await poner(db, 3, 'pagina', '2099-01-01')
      for (const limite of [1, 2, 5, 20, 21, 100]) {
        const vistos: string[] = []
        let ultimo: string | null = null
        for (;;) {
          const { precios, hayMas, ultimo: siguiente } = await pagina(db, limite, ultimo)
          vistos.push(
            ...precios
              .filter(({ calidad }) => calidad.startsWith('pagina'))
              .map((p) => `${p.calidad} ${p.ambito}`),
          )
          if (!hayMas) break
          ultimo = siguiente
        }
        const n = (i: number) => `pagina ${String(i).padStart(6, '0')}`
        expect(vistos).toEqual(
          Array.from({ length: 12 }, (_, i) =>
            i < 9 ? [`${n(i + 1)} global`, `${n(i + 1)} propio`] : [`${n(i + 1)} global`],
          ).flat(),
        )
      }
      expect((await pagina(db, 100, null, { ambito: 'propio' })).precios).toHaveLength(9)
      expect((await pagina(db, 100, null, { mercado: 'LDN', ambito: 'propio' })).precios).toEqual([])
      expect((await pagina(db, 100, null, { calidad: 'pagina 000012' })).precios).toHaveLength(1)
    }))

  test(
    'no depende de cuántas calidades hayan quedado de antes, ni aunque ninguna rija',
    () =>
      withUserDb('sistema', async (db) => {
        // The system is not bounded: as if they had been there before the bound.
        for (const [fecha, prefijo] of [
          ['2025-01-01', 'vieja'],
          ['2099-01-01', 'futura'],
        ])
          await db.query(
            `insert into public.precios_fob (fecha, calidad, precio_tm, empresa_id)
           select $3, $2 || ' ' || lpad(n::text, 6, '0'), 100, $1 from generate_series(1, 15000) as n`,
            [db.mundo.empresas.agroarriba, prefijo, fecha],
          )
        await db.como('ana_agroarriba')
        for (const mas of [{}, { mercado: 'LDN' }, { ambito: 'propio' }] as Record<string, string>[]) {
          // A step for each of the 30000 would be tens of thousands.
          expect([mas, (await bloques(db, 20, mas)) < 3000]).toEqual([mas, true])
        }
      }),
    60_000,
  )
})
