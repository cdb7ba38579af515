import { beforeAll, describe, expect, test } from 'vitest'
import { pdf } from '../support/pdf.ts'
import { sql } from '../support/sql.ts'
import { call, makeContrato, makePeople, type People, upload } from './support.ts'

/** A foreign key between tables of public that an app reads. */
interface Referencia {
  de: string
  a: string
  /** Columns of `de` and `a` that an app may read. */
  columna_de: string
  columna_a: string
  /** A primary key or unique constraint holds exactly its columns. */
  una: boolean
  /** Its columns are part of the primary key of `de`. */
  en_clave: boolean
}

const REFERENCIAS = `
  select f.conrelid::regclass::text as de, f.confrelid::regclass::text as a, d.columna as columna_de, r.columna as columna_a,
    exists (select from pg_constraint u where u.conrelid = f.conrelid and u.contype in ('p', 'u')
      and u.conkey <@ f.conkey and f.conkey <@ u.conkey) as una,
    exists (select from pg_constraint u where u.conrelid = f.conrelid and u.contype = 'p' and f.conkey <@ u.conkey) as en_clave
  from pg_constraint f
  cross join lateral (
    select min(attname) as columna from pg_attribute x where x.attrelid = f.conrelid and x.attnum > 0 and not x.attisdropped
      and has_column_privilege('authenticated', x.attrelid, x.attnum, 'select')) as d
  cross join lateral (
    select min(attname) as columna from pg_attribute x where x.attrelid = f.confrelid and x.attnum > 0 and not x.attisdropped
      and has_column_privilege('authenticated', x.attrelid, x.attnum, 'select')) as r
  where f.contype = 'f' and f.connamespace = 'public'::regnamespace and d.columna is not null and r.columna is not null
    and not exists (select from unnest(f.conkey) as k where not has_column_privilege('authenticated', f.conrelid, k, 'select'))`

let people: People
let referencias: Referencia[]

beforeAll(async () => {
  people = await makePeople()
  const { codigo } = await makeContrato(people)
  for (let n = 0; n < 2; n++) {
    await upload(people.ana, codigo, { tipo: 'factura', archivo: pdf() })
    await call(people.ana, 'POST', `/contratos/${codigo}/lote`, { json: { peso_qq: '100', humedad: 7 } })
  }
  referencias = await sql<Referencia & Record<string, unknown>>(REFERENCIAS)
})

describe('los select con tablas dentro', () => {
  test('encuentran la relación que PostgREST encuentra, y piden elegir donde hay más de una', async () => {
    const tablas = [...new Set(referencias.flatMap(({ de, a }) => [de, a]))]
    const pares = tablas.flatMap((una) =>
      tablas.filter((otra) => otra !== una).map((otra) => [una, otra] as const),
    )
    let relacionados = 0
    for (const [una, otra] of pares) {
      const hacia = referencias.filter(({ de, a }) => de === una && a === otra)
      const desde = referencias.filter(({ de, a }) => de === otra && a === una)
      const entre = referencias
        .filter(({ de, a, en_clave }) => en_clave && a === una && de !== otra && de !== una)
        .flatMap(({ de }) => referencias.filter((r) => r.en_clave && r.de === de && r.a === otra))
      const cuantas = hacia.length + desde.length + entre.length
      if (cuantas === 0) continue
      relacionados++
      const columna =
        [...hacia.map((r) => r.columna_a), ...desde.map((r) => r.columna_de)][0] ??
        referencias.find(({ a }) => a === otra)!.columna_a
      const { data, error } = await people.ana.supabase
        .from(una)
        .select(`dentro:${otra}(${columna})`)
        .limit(5)
      expect(error?.code, `${una}, ${otra}`).toBe(cuantas > 1 ? 'PGRST201' : undefined)
      const esLista = hacia.length === 0 && !desde.some((r) => r.una)
      for (const fila of (data ?? []) as unknown as { dentro: unknown }[])
        expect(Array.isArray(fila.dentro), `${una}, ${otra}`).toBe(esLista)
    }
    expect(relacionados).toBeGreaterThan(40)
  })

  test('un contrato lleva todos sus documentos y lotes; un lote, su contrato', async () => {
    const { data, error } = await people.ana.supabase
      .from('contratos')
      .select('codigo, documentos_contrato(id), lotes_asociados(codigo_lote, contratos(codigo))')
    expect(error).toBeNull()
    const [contrato] = data!
    expect(contrato!.documentos_contrato).toHaveLength(2)
    expect(contrato!.lotes_asociados.map(({ contratos }) => contratos)).toEqual([
      { codigo: contrato!.codigo },
      { codigo: contrato!.codigo },
    ])
    const { data: yo } = await people.ana.supabase
      .from('usuarios')
      .select('nombre, empresas(nombre)')
      .eq('id', people.ana.id)
      .single()
    expect(yo!.empresas).toEqual({ nombre: people.exportadora.nombre })
  })
})
