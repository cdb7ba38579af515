import { type Case, inMs } from '../lib/case.ts'
import { alternate, latency } from '../lib/measure.ts'
import type { Subject } from '../lib/subject.ts'

interface Page {
  contratos: { codigo: string }[]
  siguiente: string | null
}

/** Walks the list by its cursors, to nine tenths of what the user sees. */
async function deepCursor(subject: Subject): Promise<{ cursor: string; depth: number }> {
  const cursors: string[] = []
  for (let cursor = ''; ; ) {
    const page: Page = JSON.parse(
      (
        await subject.expect(200, subject.ask('GET', `/contratos?limite=100${cursor && `&cursor=${cursor}`}`))
      ).toString(),
    )
    if (!page.siguiente) break
    cursor = encodeURIComponent(page.siguiente)
    cursors.push(cursor)
  }
  const index = Math.floor(cursors.length * 0.9)
  return { cursor: cursors[index]!, depth: (index + 1) * 100 }
}

/** A page deep in the list, against the first page. */
export const deepPage: Case = async ({ large }, { rounds, turnRequests }) => {
  const { cursor, depth } = await deepCursor(large)
  const [deep, first] = [large.ask('GET', `/contratos?cursor=${cursor}`), large.ask('GET', '/contratos')]
  const { a, b, ratio } = await alternate(
    rounds,
    () => latency(turnRequests, () => large.expect(200, deep)),
    () => latency(turnRequests, () => large.expect(200, first)),
  )
  return [
    {
      what: `GET /contratos, the page after row ${depth} against the first`,
      a: inMs(a),
      b: inMs(b),
      value: ratio,
      unit: '',
      target: { atMost: 1.2 },
    },
  ]
}
