// Random histories of operations of every type, counts, voids and late ones against a plain oracle in memory: who may do
// what, and what is left.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nuevoCentro, type Pedido, type Respuesta, registrar, type Salida } from './grafo.ts'
import { AHORA, CONDICIONES, HUMEDADES, type Intento, Oraculo, SECO, secos } from './oraculo.ts'
import { type Db, withUserDb } from './support.ts'

const TIPOS = [
  ...[
    'recibir',
    'recibir',
    'recibir',
    'mezclar',
    'dividir',
    'fermentar',
    'secar',
    'clasificar',
    'transformar',
  ],
  ...['trasladar', 'trasladar', 'trasladar', 'trasladar', 'embarcar', 'merma', 'ajuste', 'anular'],
]
const PASO = fc.record({
  tipo: fc.constantFrom(...TIPOS),
  uno: fc.nat(30),
  otro: fc.nat(30),
  gramos: fc.oneof(fc.integer({ min: 1, max: 90_000 }), fc.integer({ min: 1, max: 5 })),
  fase: fc.constantFrom('salida' as const, 'salida' as const, 'llegada' as const, null),
  // What is not late is now.
  dia: fc.integer({ min: 1, max: 120 }).map((dia) => Math.min(dia, AHORA)),
})
type Paso = typeof PASO extends fc.Arbitrary<infer T> ? T : never

const kg = (gramos: number) => (gramos / 1000).toFixed(3)
const enGramos = (cosas: { kg: number }[]) => cosas.reduce((suma, una) => suma + Math.round(una.kg * 1000), 0)
const enDia = (dia: number) => `2026-03-${String(dia).padStart(2, '0')}T12:00:00Z`
const rechazo = (trying: Promise<unknown>) =>
  trying.then(
    () => undefined,
    (error) => error.message,
  )

interface Historia {
  db: Db
  oraculo: Oraculo
  centros: string[]
}

async function anular({ db, oraculo }: Historia, { uno }: Paso): Promise<void> {
  if (!oraculo.operaciones.length) return
  const cual = uno % oraculo.operaciones.length
  const espera = oraculo.niegaAnular(cual)
  const { id } = oraculo.operaciones[cual]!
  expect(await rechazo(db.query('select public.anular_operacion($1, $2)', [id, 'Azar']))).toBe(espera)
  if (espera) return
  oraculo.operaciones[cual]!.anulada = true
  for (const lote of oraculo.lotes) if (lote.de === cual) lote.anulado = true
}

/** Counted by one person and confirmed by another: more or less than the books say, or nothing. */
async function ajustar({ db, oraculo }: Historia, { uno, otro, gramos }: Paso): Promise<void> {
  if (!oraculo.lotes.length) return
  const cual = uno % oraculo.lotes.length
  const saldo = oraculo.saldo(cual)
  const contado = [0, saldo, saldo + gramos, Math.floor(saldo / 2)][otro % 4]!
  const espera = oraculo.niegaAjuste(cual, contado)
  const lote = oraculo.lotes[cual]!
  let id: unknown
  const propone = db
    .query('select public.proponer_ajuste($1, $2, $3) as id', [lote.id, kg(contado), 'Conteo'])
    .then(([fila]) => {
      id = fila!.id
    })
  expect(await rechazo(propone)).toBe(espera)
  if (espera) return
  await db.como('ada_admin')
  const [fila] = await db.query('select public.confirmar_ajuste($1) as hecha', [id])
  await db.como('ana_agroarriba')
  const hecha = fila!.hecha as Respuesta
  expect([enGramos(hecha.lotes), enGramos(hecha.perdidas)]).toEqual([contado, Math.max(saldo - contado, 0)])
  const toma: [number, number][] = [[cual, saldo]]
  const de = oraculo.operaciones.push({
    ...{ id: hecha.operacion.id, dia: AHORA, toma, anulada: false },
    // What was on its way goes on to where it was sent.
    destino: lote.centro === null ? oraculo.operaciones[lote.de]!.destino : null,
  })
  for (const { id } of hecha.lotes)
    oraculo.lotes.push({ ...lote, id, gramos: contado, de: de - 1, anulado: false, embarcado: false })
}

/** What comes out of so many grams of a lot, and what is said to be lost. */
function sale(tipo: string, total: number, humedad: number | null, otro: number): [Salida[], number] {
  const mitades = [Math.floor(total / 2), total - Math.floor(total / 2)]
  switch (tipo) {
    case 'recibir':
      return [[{ kg: kg(total), condicion: CONDICIONES[otro % 4]!, humedad_pct: HUMEDADES[otro % 4]! }], 0]
    case 'merma':
      return [[], total]
    case 'dividir':
      return [mitades.map((parte) => ({ kg: kg(parte) })), 0]
    case 'clasificar':
      return [[{ kg: kg(mitades[1]!), grado: 'ASE' }], mitades[0]!]
    case 'fermentar':
      return [[{ kg: kg(Math.max(1, Math.floor(total * 0.85))), humedad_pct: 50 }], 0]
    // Less than it should give, and never more.
    case 'secar': {
      const cabe = humedad === null ? Math.floor(total / 3) : secos(total, humedad) - (otro % 7)
      return [[{ kg: kg(Math.max(1, cabe)), humedad_pct: SECO }], 0]
    }
    default:
      return [[{ kg: kg(total) }], 0]
  }
}

/** One lot, or two to mix: three of four times of those of which something is left, there or on its way. */
function elegir(oraculo: Oraculo, { tipo, uno, otro, fase }: Paso): number[] {
  const todos = oraculo.lotes.map((_, n) => n)
  const queda = todos.filter((n) => {
    const { embarcado, centro } = oraculo.lotes[n]!
    const enCamino = tipo === 'trasladar' && fase === 'llegada'
    return !embarcado && oraculo.saldo(n) > 0 && (centro === null) === enCamino
  })
  const entre = otro % 4 && queda.length ? queda : todos
  const primero = entre[uno % entre.length]!
  if (tipo !== 'mezclar') return [primero]
  const { centro, condicion } = oraculo.lotes[primero]!
  const junto = entre.filter((n) => n !== primero && oraculo.lotes[n]!.centro === centro)
  const igual = junto.filter((n) => oraculo.lotes[n]!.condicion === condicion)
  const otros = [igual, junto, todos.filter((n) => n !== primero)].find((grupo) => grupo.length)!
  return [primero, otros[otro % otros.length]!]
}

async function dar(historia: Historia, paso: Paso): Promise<void> {
  const { db, oraculo, centros } = historia
  const { tipo, uno, otro, gramos, dia } = paso
  if (tipo === 'anular') return anular(historia, paso)
  if (tipo === 'ajuste') return ajustar(historia, paso)
  if (tipo !== 'recibir' && oraculo.lotes.length < 2) return
  const cuales = tipo === 'recibir' ? [] : elegir(oraculo, paso)
  // Three of four times no more than there is.
  const cabe = Math.floor(Math.min(...cuales.map((lote) => oraculo.saldo(lote))) / (1 + (uno % 2)))
  const cada = cuales.length && uno % 4 ? Math.max(1, Math.min(gramos, cabe)) : gramos
  const toma = cuales.map((lote): [number, number] => [lote, cada])
  const total = cada * Math.max(1, toma.length)
  if (tipo === 'dividir' && total < 2) return
  const fase = tipo === 'trasladar' ? paso.fase : null
  // What arrives says where, or goes where it was sent.
  const destino = tipo !== 'trasladar' || (fase === 'llegada' && uno % 2) ? null : uno % centros.length
  const intento: Intento = { tipo, toma, dia, fase, destino }
  const humedad = cuales.length ? oraculo.lotes[cuales[0]!]!.humedad : null
  const [salidas, pierde] = sale(tipo, total, humedad, otro)
  const pedido: Pedido = {
    ...(dia < AHORA && { en: enDia(dia) }),
    ...(tipo === 'recibir' && { centro_id: centros[uno % centros.length]! }),
    ...(fase && { fase }),
    ...(destino !== null && { destino_id: centros[destino]! }),
    entradas: toma.map(([lote, cuanto]) => ({ lote: oraculo.lotes[lote]!.id, kg: kg(cuanto) })),
    salidas,
    perdidas: pierde ? [{ causa: 'polvo', kg: kg(pierde) }] : [],
    motivo: 'Azar',
  }
  const espera = oraculo.niega(intento)
  let hecha: Respuesta | undefined
  const dicho = await rechazo(
    registrar(db.query, tipo, pedido).then((una) => {
      hecha = una
    }),
  )
  expect([tipo, dicho]).toEqual([tipo, espera])
  if (!hecha) return
  // To the gram, whatever the database computed of it.
  if (tipo !== 'recibir') expect(enGramos(hecha.lotes) + enGramos(hecha.perdidas)).toBe(total)
  if (tipo === 'secar' && humedad !== null)
    expect(Math.round(hecha.operacion.esperado_kg! * 1000)).toBe(secos(total, humedad))
  const adonde = oraculo.destinoDe(intento)
  const de = oraculo.operaciones.push({ id: hecha.operacion.id, dia, toma, anulada: false, destino: adonde })
  for (const lote of hecha.lotes) {
    const aqui = cuales.length ? oraculo.lotes[cuales[0]!]!.centro : uno % centros.length
    const centro = tipo === 'embarcar' || fase === 'salida' ? null : (adonde ?? aqui)
    expect(lote.centro_id).toBe(centro === null ? null : Number(centros[centro]))
    oraculo.lotes.push({
      ...{ id: lote.id, gramos: Math.round(lote.kg * 1000), de: de - 1, anulado: false, centro },
      embarcado: tipo === 'embarcar',
      condicion: CONDICIONES.indexOf(lote.condicion),
      humedad: lote.humedad_pct,
    })
  }
}

async function correr(db: Db, pasos: Paso[]) {
  await db.client.query('savepoint historia')
  const centros = [await nuevoCentro(db.query, 'H1'), await nuevoCentro(db.query, 'H2')]
  const oraculo = new Oraculo()
  for (const paso of pasos) await dar({ db, oraculo, centros }, paso)
  for (const [n, { id }] of oraculo.lotes.entries()) {
    const [fila] = await db.query('select public.saldo_kg(l)::text as kg from public.lotes l where id = $1', [
      id,
    ])
    expect(fila!.kg).toBe(kg(oraculo.saldo(n)))
  }
  const [junto] = await db.query(`select public.inventario(null, '2026-03-01') as r`)
  expect(junto!.r).toMatchObject({ diferencia_kg: 0 })
  await db.client.query('rollback to savepoint historia')
}

test(
  'cualquier historia deja los saldos, los rechazos y las anulaciones de un oráculo',
  () =>
    withUserDb('ana_agroarriba', async (db) => {
      await fc.assert(
        fc.asyncProperty(fc.array(PASO, { minLength: 40, maxLength: 80 }), (pasos) => correr(db, pasos)),
        { numRuns: 30 },
      )
    }),
  60_000,
)
