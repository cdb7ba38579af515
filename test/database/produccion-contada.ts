import { expect } from 'vitest'
import type { Consulta } from './grafo.ts'

/** What is left standing of what a company told, one fact after another: it shares nothing with the sums. */
const VIVAS = `
  with vivas as (
    select o.*, to_char(o.en at time zone 'America/Guayaquil', 'YYYY-MM') as mes from public.operaciones o
    where o.empresa_id = $1 and o.tipo <> 'anular' and not exists (select from public.operaciones a where a.anula = o.id)
  )`

const QUEDA = `${VIVAS}, quedan as (
    select l.*, l.kg - coalesce((
      select sum(c.kg) from public.consumos c where c.lote_id = l.id and c.operacion_id in (select v.id from vivas v)), 0) as queda
    from public.lotes l where not l.embarcado and l.operacion_id in (select v.id from vivas v)
  )
  select centro_id::float8, condicion, count(*)::int as lotes, sum(queda)::float8 as kg
  from quedan where queda > 0 group by 1, 2 order by 1, 2`

const PASOS = `${VIVAS}
  select mes, tipo, count(*)::int as n,
    sum((select sum(c.kg) from public.consumos c where c.operacion_id = v.id))::float8 as entra,
    sum((select sum(p.kg) from public.productos p where p.operacion_id = v.id))::float8 as sale,
    sum((select count(*) from public.productos p where p.operacion_id = v.id))::int as lotes
  from vivas v group by 1, 2`

const PERDIDAS = `${VIVAS}
  select p.causa, sum(p.kg)::float8 as kg from public.perdidas p join vivas v on v.id = p.operacion_id
  group by 1 order by 2 desc, 1`

const PRODUCTORES = `${VIVAS}
  select l.productor_id::float8, count(*)::int as lotes, sum(l.kg)::float8 as kg from public.lotes l
  join vivas v on v.id = l.operacion_id where v.tipo = 'recibir' group by 1 order by 3 desc, 1`

interface Paso {
  mes: string
  tipo: string
  n: number
  entra: number
  sale: number
  lotes: number
}

interface Leido {
  stock: { centro_id: number | null; condicion: string; lotes: number; kg: number }[]
  fermentacion: { operaciones: number; entra_kg: number; sale_kg: number; meses: Mes[] }
  secado: Leido['fermentacion']
  perdidas: { kg: number; causas: { causa: string; kg: number }[] }
  recepciones: {
    lotes: number
    kg: number
    meses: { mes: string; lotes: number; kg: number }[]
    productores: { productor_id: number | null; lotes: number; kg: number }[] | null
  }
  embarques: { lotes: number; kg: number }
}
type Mes = { mes: string; operaciones: number; entra_kg: number; sale_kg: number; factor: number | null }

const suma = (pasos: Paso[], campo: 'n' | 'entra' | 'sale' | 'lotes') =>
  Number(pasos.reduce((total, paso) => total + (paso[campo] ?? 0), 0).toFixed(3))
const orden = (a: { centro_id: number | null; condicion: string }) => `${a.centro_id ?? ''} ${a.condicion}`

/** The indicators of a company are what its operations say. `leer` asks as one of its people, `contar` as the owner of the tables. */
export async function compareProduccion(leer: Consulta, contar: Consulta, empresa: string): Promise<Leido> {
  const [fila] = await leer('select public.kpis_produccion() as k')
  const k = fila!.k as Leido
  const pasos = (await contar(PASOS, [empresa])) as unknown as Paso[]
  const de = (tipo: string) => pasos.filter((paso) => paso.tipo === tipo)
  const stock = (await contar(QUEDA, [empresa])) as unknown as Leido['stock']
  const sin = ({ centro_id, condicion, lotes, kg }: Leido['stock'][number]) => ({
    centro_id,
    condicion,
    lotes,
    kg,
  })
  const sorted = (filas: Leido['stock']) => filas.map(sin).sort((a, b) => (orden(a) < orden(b) ? -1 : 1))
  expect(sorted(k.stock)).toEqual(sorted(stock))
  for (const [leida, tipo] of [
    [k.fermentacion, 'fermentar'],
    [k.secado, 'secar'],
  ] as const) {
    expect([leida.operaciones, leida.entra_kg, leida.sale_kg]).toEqual([
      suma(de(tipo), 'n'),
      suma(de(tipo), 'entra'),
      suma(de(tipo), 'sale'),
    ])
    const meses = leida.meses.filter(({ operaciones }) => operaciones > 0)
    expect(meses.map(({ mes, entra_kg, sale_kg }) => [mes, entra_kg, sale_kg])).toEqual(
      de(tipo)
        .sort((a, b) => (a.mes < b.mes ? -1 : 1))
        .map(({ mes, entra, sale }) => [mes, entra, sale]),
    )
  }
  expect(k.perdidas.causas).toEqual(await contar(PERDIDAS, [empresa]))
  const recibido = de('recibir')
  expect([k.recepciones.lotes, k.recepciones.kg]).toEqual([suma(recibido, 'lotes'), suma(recibido, 'sale')])
  expect(k.recepciones.meses.filter(({ lotes }) => lotes > 0).map(({ mes, kg }) => [mes, kg])).toEqual(
    recibido.sort((a, b) => (a.mes < b.mes ? -1 : 1)).map(({ mes, sale }) => [mes, sale]),
  )
  expect(
    k.recepciones.productores?.map(({ productor_id, lotes, kg }) => ({ productor_id, lotes, kg })),
  ).toEqual(await contar(PRODUCTORES, [empresa]))
  expect([k.embarques.lotes, k.embarques.kg]).toEqual([
    suma(de('embarcar'), 'lotes'),
    suma(de('embarcar'), 'sale'),
  ])
  return k
}
