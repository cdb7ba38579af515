import { type Case, inMs } from '../lib/case.ts'
import { alternate, latency } from '../lib/measure.ts'
import type { Subject } from '../lib/subject.ts'

const COUNT = { name: 'bench_count', text: 'select count(*) as n from public.contratos' }

const countOf = async (subject: Subject) => Number((await subject.bare(COUNT, [])).rows[0].n)

/** The first page of the list in a large database, against the same in a small one beside it. */
export const firstPage: Case = async ({ large, small }, { rounds, turnRequests }) => {
  const page = (subject: Subject) => {
    const bytes = subject.ask('GET', '/contratos')
    return () => latency(turnRequests, () => subject.expect(200, bytes))
  }
  const [many, few] = [await countOf(large), await countOf(small)]
  const { a, b, ratio } = await alternate(rounds, page(large), page(small))
  return [
    {
      what: `GET /contratos, first page among ${many} contracts against ${few}`,
      a: inMs(a),
      b: inMs(b),
      value: ratio,
      unit: '',
      target: { atMost: 1.5 },
    },
  ]
}
