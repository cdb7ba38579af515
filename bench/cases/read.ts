import { verContrato } from '../../server/contratos/queries.ts'
import { type Case, perSecond } from '../lib/case.ts'
import { alternate, throughput } from '../lib/measure.ts'
import { LANES } from '../lib/subject.ts'

/** GET /contratos/{codigo} with a session and RLS, against the same statement through the same driver, bare. */
export const read: Case = async ({ large }, { rounds, turnMs }) => {
  const requests = large.codes.map((code) => large.ask('GET', `/contratos/${code}`))
  const { a, b, ratio } = await alternate(
    rounds,
    () => throughput(LANES, turnMs, (n) => large.expect(200, requests[n % requests.length]!)),
    () =>
      throughput(LANES, turnMs, (n) => large.bare(verContrato.codigo, [large.codes[n % large.codes.length]])),
  )
  return [
    {
      what: 'GET /contratos/{codigo} over HTTP with JWT and RLS, against the bare SQL',
      a: perSecond(a),
      b: perSecond(b),
      value: ratio,
      unit: '',
      target: { atLeast: 0.4 },
    },
  ]
}
