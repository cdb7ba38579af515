import { type Case, inMs } from '../lib/case.ts'
import { fillGraph, ORIGINS } from '../lib/grafo.ts'
import { alternate, percentile } from '../lib/measure.ts'
import type { Subject } from '../lib/subject.ts'

/** Milliseconds that 95 of a hundred containers do not exceed, each another one, one after another. */
function tracing(subject: Subject, containers: string[]): (times: number) => Promise<number> {
  let n = 0
  return async (times) => {
    const taken: number[] = []
    for (let turn = 0; turn < times; turn++) {
      const bytes = subject.ask('GET', `/lotes/${containers[n++ % containers.length]}/origen`)
      const started = performance.now()
      await subject.expect(200, bytes)
      taken.push(performance.now() - started)
    }
    return percentile(taken, 95)
  }
}

/**
 * GET /lotes/{lote}/origen of containers of 300 origins, among many lots and among few.
 * @param sizes lots in the small stack and in the large one.
 */
export const origen =
  ([few, many]: readonly [number, number], say: (line: string) => void): Case =>
  async ({ large, small }, { rounds, turnRequests }) => {
    const among = {
      many: tracing(large, await fillGraph(large, many, say)),
      few: tracing(small, await fillGraph(small, few, say)),
    }
    const times = Math.ceil(turnRequests / 4)
    const { a, b, ratio } = await alternate(
      rounds,
      () => among.many(times),
      () => among.few(times),
    )
    return [
      {
        what: `GET /lotes/{lote}/origen of a container of ${ORIGINS} origins among ${many} lots, p95`,
        a: inMs(a),
        b: '',
        value: a,
        unit: ' ms',
        target: { atMost: 20 },
      },
      {
        what: `The same against among ${few} lots, of p95`,
        a: inMs(a),
        b: inMs(b),
        value: ratio,
        unit: '',
        target: { atMost: 1.3 },
      },
    ]
  }
