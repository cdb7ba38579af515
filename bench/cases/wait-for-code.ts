import { type Case, inMs } from '../lib/case.ts'
import type { HttpClient } from '../lib/http.ts'
import { alternate, percentile } from '../lib/measure.ts'
import { LANES, type Subject } from '../lib/subject.ts'

/** What a client creates in one request at most. */
const ROWS = 100
const OTHER = 'exportadora@rival.test'
const COMPANIES = {
  name: 'bench_companies',
  text: `select (select id from public.empresas where nombre = 'Centro Triboka') as centro,
    -- The rival's own: to one that has not agreed it proposes a single contract.
    (select u.empresa_id from public.usuarios u join auth.users a on a.id = u.id where a.email = 'centro@rival.test') as otro`,
}

const insist = async (http: HttpClient, request: Buffer) => {
  const { status, body } = await http.send(request)
  if (status !== 201) throw new Error(`Answered ${status}, not 201: ${body.toString('utf8').slice(0, 500)}`)
}

/** Creates one contract after another while something goes on, and once at least; what each took, in ms. */
async function takenBeside(http: HttpClient, one: Buffer, meanwhile: Promise<unknown>): Promise<number[]> {
  let isOver = false
  const end = meanwhile.finally(() => {
    isOver = true
  })
  const taken: number[] = []
  do {
    const started = performance.now()
    await insist(http, one)
    taken.push(performance.now() - started)
  } while (!isOver)
  await end
  return taken
}

async function requestsOf(subject: Subject) {
  const { centro, otro } = (await subject.bare(COMPANIES, [])).rows[0]
  const row = (contraparte: string) => ({ contraparte_id: Number(contraparte), volumen_tm: 10 })
  const post = (ask: Subject['askRest'], body: unknown) =>
    ask('POST', '/contratos', JSON.stringify(body), { prefer: 'return=minimal' })
  const many = Array.from({ length: ROWS }, () => row(centro))
  return {
    bulk: post(subject.askRest, many),
    one: post(await subject.restAs(OTHER), row(otro)),
  }
}

/**
 * The longest that a company waits to create a contract while another inserts all that a request may, and while it sends
 * that on all its connections at once; against a quiet database.
 */
export const waitForCode: Case = async ({ small }, { rounds }) => {
  const [others, own] = [small.connectGateway(LANES), small.connectGateway(1)]
  try {
    const { bulk, one } = await requestsOf(small)
    const longest = async (requests: number) => {
      const sent = Promise.all(Array.from({ length: requests }, () => others.send(bulk)))
      const most = percentile(await takenBeside(own, one, sent), 100)
      // Of many at once the last may be told that it waited too long; where none was created nobody waited for any.
      const created = (await sent).filter(({ status }) => status === 201)
      if (!created.length) throw new Error(`No contract was created beside: ${(await sent)[0]!.body}`)
      return most
    }
    const quiet = async () => {
      const taken: number[] = []
      for (let n = 0; n < 20; n++) taken.push(...(await takenBeside(own, one, Promise.resolve())))
      return percentile(taken, 100)
    }
    const beside = async (requests: number, what: string) => {
      const { a, b, ratio } = await alternate(rounds, () => longest(requests), quiet)
      return { what, a: inMs(a), b: inMs(b), value: ratio, unit: '' as const }
    }
    return [
      await beside(
        1,
        `The longest wait to create a contract while another company inserts ${ROWS} in one request, against a quiet database`,
      ),
      await beside(LANES, `the same while it sends ${LANES} such requests at once`),
    ]
  } finally {
    others.close()
    own.close()
  }
}
