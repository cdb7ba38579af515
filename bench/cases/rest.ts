import { type Case, perSecond } from '../lib/case.ts'
import { alternate, throughput } from '../lib/measure.ts'
import { LANES } from '../lib/subject.ts'

/** The same work through /rest/v1, as an app with the SDK asks for it, and through the function that does it. */
export const rest: Case = async ({ large }, { rounds, turnMs }) => {
  const codes = large.codes.slice(0, 1000)
  const pick = (requests: Buffer[]) => (n: number) => requests[n % requests.length]!
  const compare = async (
    what: string,
    target: number,
    [status, viaRest]: [number, (n: number) => Buffer],
    [statusOfFunction, viaFunction]: [number, (n: number) => Buffer],
  ) => {
    const { a, b, ratio } = await alternate(
      rounds,
      () => throughput(LANES, turnMs, (n) => large.expectRest(status, viaRest(n))),
      () => throughput(LANES, turnMs, (n) => large.expect(statusOfFunction, viaFunction(n))),
    )
    return {
      ...{ what, a: perSecond(a), b: perSecond(b), value: ratio, unit: '' as const },
      target: { atLeast: target },
    }
  }

  const whole = 'select=*,documentos_contrato(*),lotes_asociados(*)'
  const contract = await compare(
    'A contract with its documents and lots: /rest/v1, against GET /contratos/{codigo}',
    0.6,
    [200, pick(codes.map((code) => large.askRest('GET', `/contratos?codigo=eq.${code}&${whole}`)))],
    [200, pick(codes.map((code) => large.ask('GET', `/contratos/${code}`)))],
  )
  const list = await compare(
    'The first 20 contracts: /rest/v1, against GET /contratos',
    0.7,
    [200, pick([large.askRest('GET', '/contratos?select=*&order=id.desc&limit=20')])],
    [200, pick([large.ask('GET', '/contratos?limite=20')])],
  )
  const ids = await large.bare({ name: 'bench_ids', text: IDS }, [codes])
  const lot = (n: number) => ({ codigo_lote: `B-${Date.now()}-${n}`, peso_qq: 1, humedad: 7 })
  let made = 0
  const byRest = (headers: Record<string, string>) => () => {
    const n = made++
    const row = { contrato_id: Number(ids.rows[n % ids.rows.length].id), ...lot(n) }
    return large.askRest('POST', '/lotes_asociados?select=*', JSON.stringify(row), headers)
  }
  const byFunction = () => {
    const n = made++
    const { codigo } = ids.rows[n % ids.rows.length]
    return large.ask('POST', `/contratos/${codigo}/lote`, JSON.stringify(lot(n)))
  }
  const prefer = 'return=representation'
  const insert = await compare(
    'A lot that is told back: POST /rest/v1/lotes_asociados, against POST /contratos/{codigo}/lote',
    0.7,
    [201, byRest({ prefer })],
    [201, byFunction],
  )
  const single = await compare(
    'the same as one object, .insert().select().single(), against POST /contratos/{codigo}/lote',
    0.7,
    [201, byRest({ prefer, accept: 'application/vnd.pgrst.object+json' })],
    [201, byFunction],
  )
  return [contract, list, insert, single]
}

/** Contracts that take lots, of those. */
const IDS = `select c.id, c.codigo from public.contratos c where c.codigo = any($1) and c.estado = 'Activo'`
