import { type Case, perSecond } from '../lib/case.ts'
import { alternate, throughput } from '../lib/measure.ts'
import { LANES } from '../lib/subject.ts'

// The rows that POST /contratos leaves: the contract, which takes its code from the counter, and its two
// parties, both by the triggers of the table.
const INSERT = {
  name: 'bench_insert',
  text: `insert into public.contratos (exportadora_id, contraparte_id, volumen_tm, estado, creado_por)
    values ($1, $2, 10, 'Activo', $3) returning id`,
}
const PARTIES = {
  name: 'bench_parties',
  text: `select (select id from public.empresas where nombre = 'Agroarriba') as exportadora,
    (select id from public.empresas where nombre = 'Centro Triboka') as centro,
    (select id from public.usuarios where nombre = 'Ana Arriaga') as autora`,
}

/** POST /contratos with a session and RLS, against a bare insert of the same rows into the same tables. */
export const create: Case = async ({ large }, { rounds, turnMs }) => {
  const { exportadora, centro, autora } = (await large.bare(PARTIES, [])).rows[0]
  const post = large.ask(
    'POST',
    '/contratos',
    JSON.stringify({ contraparte_id: Number(centro), volumen_tm: 10 }),
  )
  const { a, b, ratio } = await alternate(
    rounds,
    () => throughput(LANES, turnMs, () => large.expect(201, post)),
    () => throughput(LANES, turnMs, () => large.bare(INSERT, [exportadora, centro, autora])),
  )
  return [
    {
      what: 'POST /contratos, against a bare insert of the same rows',
      a: perSecond(a),
      b: perSecond(b),
      value: ratio,
      unit: '',
      target: { atLeast: 0.4 },
    },
  ]
}
