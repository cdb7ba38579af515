import { type Case, inMs } from '../lib/case.ts'
import type { HttpClient } from '../lib/http.ts'
import { alternate, percentile } from '../lib/measure.ts'
import { LANES, type Subject } from '../lib/subject.ts'

const QUIET = 'centro@triboka.test'
const TURN_MS = 3000

const nested = (depth: number, open: string, inside: string, close: string) =>
  `${open.repeat(depth)}${inside}${close.repeat(depth)}`

/** What one account may ask: slow and allowed, large and allowed, and so deep that it is refused. */
const DEAR = [
  '/contratos?select=*,documentos_contrato(*),lotes_asociados(*),contratos_participantes(*,empresas(nombre))&order=observaciones',
  '/lotes_asociados?select=*,contratos(*,lotes_asociados(*))&limit=1000&order=humedad',
  '/contratos?select=id&observaciones=ilike.*a*e*i*o*&order=volumen_tm.desc',
  `/contratos?select=id&or=(${Array.from({ length: 300 }, (_, n) => `volumen_tm.eq.${n}`).join(',')})`,
  `/contratos?select=${nested(60, 'lotes_asociados(contratos(', 'id', '))')}`,
]

/** One account sends dear requests on so many connections, whatever they are answered, until it is told to stop. */
function startFlood(http: HttpClient, requests: Buffer[]) {
  let isOver = false
  const lane = async (_: unknown, index: number) => {
    for (let n = index; !isOver; n++) await http.send(requests[n % requests.length]!)
  }
  const lanes = Promise.all(Array.from({ length: LANES }, lane))
  return async () => {
    isOver = true
    await lanes
  }
}

/** Reads one after another for a while; the p99 of what they took, in ms. */
async function p99(http: HttpClient, request: Buffer): Promise<number> {
  const started = performance.now()
  const taken: number[] = []
  while (performance.now() - started < TURN_MS) {
    const asked = performance.now()
    const { status } = await http.send(request)
    if (status !== 200) throw new Error(`A read of who floods nobody was answered ${status}`)
    taken.push(performance.now() - asked)
  }
  return percentile(taken, 99)
}

const listOf = async (subject: Subject) =>
  (await subject.restAs(QUIET))('GET', '/contratos?select=id,codigo,estado&order=id.desc&limit=20')

/** A quiet client's reads by REST while another floods it, against the same when nobody does. */
export const flood: Case = async ({ large }, { rounds }) => {
  const [quiet, loud] = [large.connectGateway(1), large.connectGateway(LANES)]
  try {
    const list = await listOf(large)
    const dear = DEAR.map((path) => large.askRest('GET', path))
    const { a, b, ratio } = await alternate(
      rounds,
      async () => {
        const stop = startFlood(loud, dear)
        try {
          return await p99(quiet, list)
        } finally {
          await stop()
        }
      },
      () => p99(quiet, list),
    )
    return [
      {
        what: `A read by REST while another account floods it on ${LANES} connections, against a quiet gateway (p99)`,
        a: inMs(a),
        b: inMs(b),
        value: ratio,
        unit: '',
      },
    ]
  } finally {
    quiet.close()
    loud.close()
  }
}
