import pg from 'pg'
import { type Case, inMs } from '../lib/case.ts'
import { alternate, latency } from '../lib/measure.ts'

const EMAIL = 'exportadora@agroarriba.test'
// As PostgREST and the functions do; and so much of it on both sides.
const BECOME = {
  name: 'bench_become',
  text: `select set_config('request.jwt.claims', $1, true), set_config('role', $2, true)`,
}
const RECEIVE = `select public.registrar_operacion('recibir', centro_id => $1,
  salidas => '[{"kg": 1000000, "condicion": "seco", "humedad_pct": 7}]') #>> '{lotes,0,id}' as id`
const MIX = {
  name: 'bench_mix',
  text: `select public.registrar_operacion('mezclar', $1, perdidas => '[{"causa": "polvo", "kg": 0.5}]', motivo => 'Prueba')`,
}
/** The very rows that it leaves: the operation, its lot and balance, three edges, a loss, an evidence with its salt. */
const ROWS = {
  name: 'bench_rows',
  text: `with ids as materialized (select privado.uuidv7() as op, privado.uuidv7() as lote, $4::bigint + $5 as n),
    o as (insert into public.operaciones (id, secuencia, empresa_id, tipo, en, centro_id, usuario_id, motivo)
      overriding system value select op, n, $1, 'mezclar', clock_timestamp(), $2, $3, 'Prueba' from ids),
    l as (insert into public.lotes (id, empresa_id, codigo, operacion_id, centro_id, condicion, origen_conocido, kg, humedad_pct)
      select lote, $1, 'LO-2020-' || n, op, $2, 'seco', false, 1.5, 7 from ids),
    s as (insert into privado.saldos (lote_id, empresa_id, centro_id, condicion, kg) select lote, $1, $2, 'seco', 1.5 from ids),
    p as (insert into public.productos (operacion_id, lote_id, empresa_id, kg) select op, lote, $1, 1.5 from ids),
    c as (insert into public.consumos (operacion_id, lote_id, empresa_id, kg)
      select op, u, $1, 1 from ids cross join unnest($6::uuid[]) as u),
    x as (insert into public.perdidas (operacion_id, causa, empresa_id, kg) select op, 'polvo', $1, 0.5 from ids),
    y as (insert into privado.evidencias_sales (objeto, sal) select 'operacion/' || op, $7 from ids)
    insert into privado.evidencias (cadena, n, en, tipo, actor, objeto, canonico, previo, hash)
    select -1000000000, n, clock_timestamp(), 'operacion.mezclar', $3, 'operacion/' || op, $8, $9, $9 from ids`,
}
const WHO = `select u.id as usuario, u.empresa_id as empresa from public.usuarios u
  join auth.users a on a.id = u.id where a.email = $1`
const TOLD = `select octet_length(e.canonico) as bytes from privado.evidencias e where e.tipo = 'operacion.mezclar'
  order by e.cadena, e.n desc limit 1`
/** Numbers that no company counts up to in a run. */
const FAR = 1_000_000_000

/** A mix with a loss and its evidence, by whoever does it on one connection, against bare inserts of the rows that it leaves. */
export const operacion: Case = async ({ small }, { rounds, inserts }) => {
  const { databaseUrl } = small.running.stack
  // Four statements one after another, without waiting for what each answers.
  const client = new pg.Client({ connectionString: databaseUrl, pipeline: true } as pg.ClientConfig)
  await client.connect()
  try {
    const { usuario, empresa } = (await client.query(WHO, [EMAIL])).rows[0]
    const claims = JSON.stringify({ role: 'authenticated', sub: usuario })
    const transaction = async (role: string, query: pg.QueryConfig) => {
      const all = [
        client.query('begin'),
        client.query({ ...BECOME, values: [claims, role] }),
        client.query(query),
        client.query('commit'),
      ]
      return (await Promise.all(all))[2]!
    }
    const asked = (text: string, values: unknown[] = []) => transaction('authenticated', { text, values })
    const places = `insert into public.centros (codigo, nombre, tipo) values ('BENCH', 'Bench', 'bodega') returning id`
    const centro = (await asked(places)).rows[0].id
    const lots: string[] = []
    for (let n = 0; n < 2; n++) lots.push((await asked(RECEIVE, [centro])).rows[0].id)
    const inputs = JSON.stringify(lots.map((lote) => ({ lote, kg: 1 })))
    const mix = () => transaction('authenticated', { ...MIX, values: [inputs] })
    await mix()
    const { bytes } = (await client.query(TOLD)).rows[0]
    let number = 0
    const rows = () => {
      const [text, salt, hash] = ['x'.repeat(bytes), Buffer.alloc(16), Buffer.alloc(32)]
      const values = [empresa, centro, usuario, FAR, ++number, lots, salt, text, hash]
      return transaction('postgres', { ...ROWS, values })
    }
    const { a, b, ratio } = await alternate(
      rounds,
      () => latency(inserts, mix),
      () => latency(inserts, rows),
    )
    return [
      {
        what: 'A mix of two lots with a loss and its evidence, by one connection, against bare inserts of its rows (operations a second)',
        a: inMs(a),
        b: inMs(b),
        value: 1 / ratio,
        unit: '',
        target: { atLeast: 0.4 },
      },
    ]
  } finally {
    await client.end()
  }
}
