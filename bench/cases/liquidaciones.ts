import * as v from 'valibot'
import { CALCULADORAS } from '../../server/calculo/calculadoras.ts'
import type { Parametro } from '../../server/calculo/parametros.ts'
import { type Case, perSecond } from '../lib/case.ts'
import { median } from '../lib/measure.ts'

const { entrada: schema, calcular } = CALCULADORAS.liquidacion
/** Of the turn's time, so many are done before the clock is looked at. */
const BATCH = 100

const entrada = (n: number) => ({
  recepcion: {
    bruto: 1000 + (n % 977),
    sacos: 15,
    tara_por_saco: 0.5,
    impurezas: 1.5,
    humedad: 8 + (n % 50),
  },
  precio_qq: `${80 + (n % 400)}.58`,
  primas: [{ concepto: 'Certificado', usd_qq: 2 }],
  descuentos: [{ concepto: 'Transporte', usd: 5 }],
  retenciones: ['renta_productor', 'agrocalidad'],
  anticipos: [{ concepto: 'Adelanto', usd: 100 }],
})

/** How many liquidations a second one process calculates, with the parameters that its database has for everybody. */
export const liquidaciones: Case = async ({ small }, { rounds, turnMs }) => {
  const { rows } = await small.bare(
    { name: 'bench_parametros', text: 'select json_agg(p) as todos from public.parametros_vigentes() as p' },
    [],
  )
  const parametros: Parametro[] = JSON.parse(rows[0].todos)
  const turn = () => {
    const started = performance.now()
    let done = 0
    while (performance.now() - started < turnMs)
      for (let n = 0; n < BATCH; n++) calcular(v.parse(schema, entrada(done++)), parametros)
    return (done / (performance.now() - started)) * 1000
  }
  // The first turn does not count: the code is compiled in it.
  turn()
  const each = median(Array.from({ length: rounds }, turn))
  return [
    {
      what: 'Liquidations of a reception with 6 lines, in process: check, calculate and write out each step',
      a: perSecond(each),
      b: '',
      value: each,
      unit: '',
      target: { atLeast: 10_000 },
    },
  ]
}
