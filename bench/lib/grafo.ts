import pg from 'pg'
import type { Subject } from './subject.ts'

/** Origins of a container. */
export const ORIGINS = 300
const FANS = [10, 10, 3] as const

/** What one container is made of: receptions, mixed by ten, those by ten, and what is left shipped as one. */
function container(): { parent: number[]; grams: number[]; kind: string[] } {
  const parent: number[] = []
  const grams = Array.from({ length: ORIGINS }, (_, n) => 40_000 + (n % 7) * 1000)
  const kind = grams.map(() => 'recibir')
  let first = 0
  for (const [level, fan] of FANS.entries()) {
    const end = grams.length
    for (let n = first; n < end; n++) parent[n] = end + Math.floor((n - first) / fan)
    for (let n = first; n < end; n += fan) {
      grams.push(grams.slice(n, Math.min(n + fan, end)).reduce((sum, one) => sum + one, 0))
      kind.push(level === FANS.length - 1 ? 'embarcar' : 'mezclar')
    }
    first = end
  }
  return { parent, grams, kind }
}

/** Lots of one container. */
export const LOTS_OF_CONTAINER = container().grams.length
const CONTAINERS_AT_ONCE = 100

// Their ids go up with time, as those that the database gives; their numbers are far from those that it counts.
const NODES = `create temp table nodos on commit drop as
  select k, f.n::int as n, f.padre, f.gramos / 1000.0 as kg, f.tipo, privado.uuidv7() as op, privado.uuidv7() as lote,
    1000000000 + k::bigint * 1000 + f.n as numero, timestamptz '2025-01-01' + k * interval '2 hours' + f.n * interval '1 second' as en
  from generate_series($1::int, $2::int) as k
  cross join unnest($3::int[], $4::int[], $5::text[]) with ordinality as f (padre, gramos, tipo, n)
  order by k, f.n`
const FILL = [
  `insert into public.operaciones (id, secuencia, empresa_id, tipo, en, centro_id)
   overriding system value select op, numero, $1, tipo, en, $2 from nodos order by numero`,
  `insert into public.lotes (id, empresa_id, codigo, operacion_id, centro_id, condicion, origen_conocido, kg, humedad_pct, embarcado)
   select lote, $1, 'LO-2020-' || numero, op, case when tipo <> 'embarcar' then $2::bigint end, 'seco', false, kg, 7, tipo = 'embarcar'
   from nodos order by numero`,
  `insert into public.productos (operacion_id, lote_id, empresa_id, kg) select op, lote, $1, kg from nodos order by numero`,
  `insert into public.consumos (operacion_id, lote_id, empresa_id, kg)
   select p.op, n.lote, $1, n.kg from nodos n join nodos p on p.k = n.k and p.n = n.padre + 1 order by n.numero`,
  `insert into privado.saldos (lote_id, empresa_id, centro_id, condicion, kg)
   select lote, $1, case when tipo <> 'embarcar' then $2::bigint end, 'seco', case when tipo = 'embarcar' then kg else 0 end
   from nodos order by numero`,
]
const PLACE = `insert into public.centros (empresa_id, codigo, nombre, tipo)
  select id, 'FILL', 'Bench', 'puerto' from public.empresas where nombre = 'Agroarriba' returning id, empresa_id`

/**
 * Fills a stack of the benchmark's with whole containers of Agroarriba, so many lots or a few more, without evidence.
 * @returns the ids of the lots that were shipped, in an order that is not that of the disk.
 */
export async function fillGraph(
  { running }: Subject,
  lots: number,
  say: (line: string) => void,
): Promise<string[]> {
  const client = new pg.Client({ connectionString: running.stack.databaseUrl })
  await client.connect()
  try {
    const { id: centro, empresa_id: empresa } = (await client.query(PLACE)).rows[0]
    const { parent, grams, kind } = container()
    const last = Math.ceil(lots / LOTS_OF_CONTAINER)
    for (let from = 1; from <= last; from += CONTAINERS_AT_ONCE) {
      const to = Math.min(last, from + CONTAINERS_AT_ONCE - 1)
      await client.query('begin')
      await client.query(NODES, [from, to, [...parent, null], grams, kind])
      for (const text of FILL) {
        const values = [empresa, centro].slice(0, text.includes('$2') ? 2 : 1)
        await client.query(text, values)
      }
      await client.query('commit')
      if (to % 1000 === 0) say(`  filled ${to} of ${last} containers`)
    }
    await client.query(
      'vacuum (analyze) public.operaciones, public.lotes, public.productos, public.consumos, privado.saldos',
    )
    const { rows } = await client.query<{ id: string }>(
      'select id from public.lotes where embarcado and centro_id is null and empresa_id = $1 order by hashtext(id::text) limit 5000',
      [empresa],
    )
    return rows.map(({ id }) => id)
  } finally {
    await client.end()
  }
}
