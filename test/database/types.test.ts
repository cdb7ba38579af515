import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FILLED_BY_TRIGGER, withFilledColumns } from '../../scripts/filled-columns.ts'
import type { Database } from '../../supabase/database.types.ts'
import { connect, withUserDb } from './support.ts'

type Insert<Table extends keyof Database['public']['Tables']> = Database['public']['Tables'][Table]['Insert']

let client: pg.Client
beforeAll(async () => {
  client = await connect()
})
afterAll(() => client.end())

/** `table.column` of what must have a value and has no default. */
async function needed(where = 'true'): Promise<string[]> {
  const { rows } = await client.query(
    `select c.relname || '.' || a.attname as columna
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and a.attnum > 0
       and not a.attisdropped and a.attnotnull and not a.atthasdef and a.attidentity = '' and ${where}
     order by 1`,
  )
  return rows.map(({ columna }) => columna)
}

const filled = Object.entries(FILLED_BY_TRIGGER).flatMap(([tabla, columnas]) =>
  columnas.map((columna) => `${tabla}.${columna}`),
)

describe('los tipos de lo que se inserta', () => {
  test('no piden lo que la base pone: ninguna columna obligatoria que una app no pueda escribir', async () => {
    const ofTheBase = await needed(
      `has_any_column_privilege('authenticated', c.oid, 'insert')
       and not has_column_privilege('authenticated', c.oid, a.attnum, 'insert')`,
    )
    expect(filled).toEqual(expect.arrayContaining(ofTheBase))
    // Nor is any listed that has a default by now.
    expect(await needed()).toEqual(expect.arrayContaining(filled))
  })

  test('lo que dejan fuera lo llena un disparador: la exportadora y el centro no dicen quiénes son', async () => {
    await withUserDb('ana_agroarriba', async ({ mundo, query, como }) => {
      const contraparte_id = Number(mundo.empresas.centro)
      const deExportadora: Insert<'contratos'> = { contraparte_id, volumen_tm: 10 }
      const [contrato] = await query(
        'insert into public.contratos (contraparte_id, volumen_tm) values ($1, $2) returning exportadora_id',
        [deExportadora.contraparte_id, deExportadora.volumen_tm],
      )
      expect(contrato!.exportadora_id).toBe(mundo.empresas.agroarriba)

      await como('celia_centro')
      const deCentro: Insert<'contratos'> = {
        exportadora_id: Number(mundo.empresas.agroarriba),
        volumen_tm: 10,
      }
      const [suyo] = await query(
        'insert into public.contratos (exportadora_id, volumen_tm) values ($1, $2) returning contraparte_id',
        [deCentro.exportadora_id, deCentro.volumen_tm],
      )
      expect(suyo!.contraparte_id).toBe(mundo.empresas.centro)

      const delLote: Insert<'lotes_asociados'> = {
        contrato_id: Number(mundo.contrato.id),
        peso_qq: 12,
        humedad: 7,
      }
      const [lote] = await query(
        `insert into public.lotes_asociados (contrato_id, peso_qq, humedad) values ($1, $2, $3)
         returning peso_inicial_qq::float, humedad_inicial::float`,
        [delLote.contrato_id, delLote.peso_qq, delLote.humedad],
      )
      expect(lote).toEqual({ peso_inicial_qq: 12, humedad_inicial: 7 })

      const delCalculo: Insert<'calculos'> = { tipo: 'conversion', entrada: {}, resultado: {} }
      const [calculo] = await query(
        'insert into public.calculos (tipo, entrada, resultado) values ($1, $2, $3) returning usuario_id',
        [delCalculo.tipo, delCalculo.entrada, delCalculo.resultado],
      )
      expect(calculo!.usuario_id).toBe(mundo.usuarios.celia_centro)
    })
  })

  test('una columna que ya no está, o que ya no se pide, se dice', () => {
    expect(() => withFilledColumns('')).toThrow('no table calculos')
    const types = (column: string) =>
      `\n      calculos: {\n        Row: {\n        }\n        Insert: {\n          ${column}: string\n        }\n`
    expect(() => withFilledColumns(types('usuario_id?'))).toThrow(
      'calculos.usuario_id is not a needed column',
    )
  })
})
