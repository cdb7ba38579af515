import { type Case, inMs } from '../lib/case.ts'
import { alternate, latency } from '../lib/measure.ts'
import type { Subject } from '../lib/subject.ts'

const LOTS = {
  name: 'bench_lots',
  text: `select count(*) as todos, count(*) filter (where e.nombre = 'Agroarriba') as suyos
    from public.lotes_asociados l join public.contratos c on c.id = l.contrato_id join public.empresas e on e.id = c.exportadora_id`,
}

const read = (subject: Subject, path: string) => {
  const bytes = subject.ask('GET', path)
  return (times: number) => latency(times, () => subject.expect(200, bytes))
}

/** GET /kpis of a company with many lots among many more: against the first page of its contracts, and against the same beside it among few. */
export const kpis: Case = async ({ large, small }, { rounds, turnRequests }) => {
  const [many, few] = [(await large.bare(LOTS, [])).rows[0], (await small.bare(LOTS, [])).rows[0]]
  const [numbers, page, beside] = [read(large, '/kpis'), read(large, '/contratos'), read(small, '/kpis')]
  const { a, b, ratio } = await alternate(
    rounds,
    () => numbers(turnRequests),
    () => page(turnRequests),
  )
  const grown = await alternate(
    rounds,
    () => numbers(turnRequests),
    () => beside(turnRequests),
  )
  return [
    {
      what: `GET /kpis of a company with ${many.suyos} lots among ${many.todos}, against GET /contratos`,
      a: inMs(a),
      b: inMs(b),
      value: ratio,
      unit: '',
      target: { atMost: 10 },
    },
    {
      what: `GET /kpis among ${many.todos} lots against among ${few.todos}, of a company with ${few.suyos} of them`,
      a: inMs(grown.a),
      b: inMs(grown.b),
      value: grown.ratio,
      unit: '',
      target: { atMost: 1.2 },
    },
  ]
}
