// Random histories of operations, voids and late ones against a plain oracle in memory: who may do what, and what is left.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Consulta, nuevoCentro, registrar } from './grafo.ts'
import { type Db, withUserDb } from './support.ts'

interface Lote {
  id: string
  gramos: number
  de: number
  anulado: boolean
  embarcado: boolean
}
interface Operacion {
  id: string
  dia: number
  toma: [lote: number, gramos: number][]
  anulada: boolean
}

/** What the graph should hold, told in numbers of grams and days. */
class Oraculo {
  lotes: Lote[] = []
  operaciones: Operacion[] = []
  saldo(lote: number): number {
    const { gramos, anulado } = this.lotes[lote]!
    if (anulado) return 0
    const tomado = this.operaciones.flatMap(({ toma, anulada }) => (anulada ? [] : toma))
    return tomado.reduce((queda, [cual, cuanto]) => (cual === lote ? queda - cuanto : queda), gramos)
  }
  /** The key of the refusal, or nothing. */
  niega(toma: [number, number][], dia: number): string | undefined {
    for (const [lote, gramos] of toma) {
      const { anulado, embarcado } = this.lotes[lote]!
      if (anulado) return 'lote_anulado'
      if (embarcado) return 'lote_embarcado'
      if (gramos > this.saldo(lote)) return 'saldo_insuficiente'
    }
    if (toma.some(([lote]) => this.operaciones[this.lotes[lote]!.de]!.dia > dia))
      return 'operacion_antes_que_su_lote'
  }
  niegaAnular(cual: number): string | undefined {
    const { anulada } = this.operaciones[cual]!
    if (anulada) return 'operacion_ya_anulada'
    const hizo = this.lotes.flatMap(({ de }, n) => (de === cual ? [n] : []))
    const sigue = this.operaciones.some((o) => !o.anulada && o.toma.some(([lote]) => hizo.includes(lote)))
    if (sigue) return 'operacion_con_siguientes'
  }
}

const PASO = fc.record({
  tipo: fc.constantFrom('recibir', 'mezclar', 'dividir', 'embarcar', 'merma', 'anular'),
  uno: fc.nat(30),
  otro: fc.nat(30),
  gramos: fc.integer({ min: 1, max: 90_000 }),
  dia: fc.integer({ min: 1, max: 28 }),
})
type Paso = typeof PASO extends fc.Arbitrary<infer T> ? T : never

const kg = (gramos: number) => (gramos / 1000).toFixed(3)
const enDia = (dia: number) => `2026-03-${String(dia).padStart(2, '0')}T12:00:00Z`

async function dar(query: Consulta, oraculo: Oraculo, centro_id: string, paso: Paso): Promise<void> {
  const { tipo, uno, otro, gramos, dia } = paso
  const rechazo = (trying: Promise<unknown>) =>
    trying.then(
      () => undefined,
      (error) => error.message,
    )
  if (tipo === 'anular') {
    if (!oraculo.operaciones.length) return
    const cual = uno % oraculo.operaciones.length
    const espera = oraculo.niegaAnular(cual)
    const { id } = oraculo.operaciones[cual]!
    expect(await rechazo(query('select public.anular_operacion($1, $2)', [id, 'Azar']))).toBe(espera)
    if (espera) return
    oraculo.operaciones[cual]!.anulada = true
    for (const lote of oraculo.lotes) if (lote.de === cual) lote.anulado = true
    return
  }
  const { length } = oraculo.lotes
  if (tipo !== 'recibir' && length < 2) return
  const cuales =
    tipo === 'recibir' ? [] : tipo === 'mezclar' ? [uno % length, (uno + 1) % length] : [otro % length]
  const toma = cuales.map((lote): [number, number] => [lote, gramos])
  const total = gramos * Math.max(1, toma.length)
  if (tipo === 'dividir' && total < 2) return
  const partes =
    tipo === 'merma'
      ? []
      : tipo === 'dividir'
        ? [Math.floor(total / 2), total - Math.floor(total / 2)]
        : [total]
  const pedido = {
    en: enDia(dia),
    ...(tipo === 'recibir' && { centro_id }),
    entradas: toma.map(([lote, cuanto]) => ({ lote: oraculo.lotes[lote]!.id, kg: kg(cuanto) })),
    salidas: partes.map((parte) => ({ kg: kg(parte), ...(tipo === 'recibir' && { condicion: 'seco' }) })),
    perdidas: tipo === 'merma' ? [{ causa: 'polvo', kg: kg(total) }] : [],
  }
  const espera = oraculo.niega(toma, dia)
  let hecha: Awaited<ReturnType<typeof registrar>> | undefined
  const dicho = await rechazo(registrar(query, tipo, pedido).then((una) => (hecha = una)))
  expect([tipo, dicho]).toEqual([tipo, espera])
  if (!hecha) return
  const de = oraculo.operaciones.push({ id: hecha.operacion.id, dia, toma, anulada: false }) - 1
  for (const lote of hecha.lotes)
    oraculo.lotes.push({
      id: lote.id,
      gramos: Math.round(lote.kg * 1000),
      de,
      anulado: false,
      embarcado: tipo === 'embarcar',
    })
}

async function historia(db: Db, pasos: Paso[]) {
  await db.client.query('savepoint historia')
  const oraculo = new Oraculo()
  const centro = await nuevoCentro(db.query, 'H1')
  for (const paso of pasos) await dar(db.query, oraculo, centro, paso)
  for (const [n, { id }] of oraculo.lotes.entries()) {
    const [fila] = await db.query('select public.saldo_kg(l)::text as kg from public.lotes l where id = $1', [
      id,
    ])
    expect(fila!.kg).toBe(kg(oraculo.saldo(n)))
  }
  await db.client.query('rollback to savepoint historia')
}

test('cualquier historia deja los saldos, los rechazos y las anulaciones de un oráculo', () =>
  withUserDb('ana_agroarriba', async (db) => {
    await fc.assert(
      fc.asyncProperty(fc.array(PASO, { minLength: 10, maxLength: 40 }), (pasos) => historia(db, pasos)),
      { numRuns: 15 },
    )
  }))
