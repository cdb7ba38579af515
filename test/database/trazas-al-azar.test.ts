// Shares in random graphs, both ways, against what a plain map of each lot says.
import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { nuevoCentro, registrar } from './grafo.ts'
import { type Db, withUserDb } from './support.ts'

interface Lote {
  id: string
  gramos: number
  /** Of each lot that was received, which part of this one it is. */
  hecho: Map<string, number>
}
const kilos = (gramos: number) => (gramos / 1000).toFixed(3)

/** What is taken makes what comes out, by weight. */
function mezcla(tomados: { lote: Lote; gramos: number }[]): Map<string, number> {
  const total = tomados.reduce((suma, { gramos }) => suma + gramos, 0)
  const hecho = new Map<string, number>()
  for (const { lote, gramos } of tomados)
    for (const [origen, parte] of lote.hecho)
      hecho.set(origen, (hecho.get(origen) ?? 0) + (parte * gramos) / total)
  return hecho
}

async function historia(db: Db, pasos: number): Promise<{ lotes: Lote[]; recibidos: Lote[] }> {
  const query = (sql: string, params?: unknown[]) => db.query(sql, params)
  const centro = await nuevoCentro(query)
  const lotes: Lote[] = []
  const recibidos: Lote[] = []
  for (let i = 0; i < pasos; i++) {
    const vivos = lotes.filter(({ gramos }) => gramos > 10)
    const tipo = vivos.length < 4 ? 'recibir' : ['recibir', 'mezclar', 'mezclar', 'dividir'][randomInt(4)]!
    if (tipo === 'recibir') {
      const gramos = randomInt(1000, 900_000)
      const salidas = [{ kg: kilos(gramos), condicion: 'seco' }]
      const [hecho] = (await registrar(query, tipo, { centro_id: centro, salidas })).lotes
      lotes.push({ id: hecho!.id, gramos, hecho: new Map([[hecho!.id, 1]]) })
      recibidos.push(lotes.at(-1)!)
      continue
    }
    const cuantos = tipo === 'mezclar' ? randomInt(2, 5) : 1
    const tomados = Array.from({ length: cuantos }, () => vivos.splice(randomInt(vivos.length), 1)[0]!).map(
      (lote) => ({ lote, gramos: randomInt(2) ? lote.gramos : randomInt(5, lote.gramos) }),
    )
    const total = tomados.reduce((suma, { gramos }) => suma + gramos, 0)
    const corte = randomInt(1, total)
    const partes = tipo === 'mezclar' ? [total] : [corte, total - corte]
    const hecha = await registrar(query, tipo, {
      entradas: tomados.map(({ lote, gramos }) => ({ lote: lote.id, kg: kilos(gramos) })),
      salidas: partes.map((gramos) => ({ kg: kilos(gramos) })),
    })
    const hecho = mezcla(tomados)
    // One that is voided gives everything back, and made nothing.
    if (randomInt(6) === 0) {
      await db.query(`select public.anular_operacion($1, 'Mal contada')`, [hecha.operacion.id])
      continue
    }
    for (const { lote, gramos } of tomados) lote.gramos -= gramos
    for (const [n, { id }] of hecha.lotes.entries()) lotes.push({ id, gramos: partes[n]!, hecho })
  }
  return { lotes, recibidos }
}

test.each([1, 2, 3])('historia %i: partes y kilos son los del mapa, y suman exacto', () =>
  withUserDb('ana_agroarriba', async (db) => {
    const { lotes, recibidos } = await historia(db, 50)
    for (const lote of lotes) {
      const [row] = await db.query('select public.origen_de_lote($1) as r', [lote.id])
      const { origenes, lote: visto } = row!.r as {
        lote: { kg: number }
        origenes: { lote: string; parte: number; kg: number }[]
      }
      expect(origenes.map((o) => o.lote).sort()).toEqual([...lote.hecho.keys()].sort())
      for (const { lote: de, parte } of origenes) expect(parte).toBeCloseTo(lote.hecho.get(de)!, 9)
      expect(origenes.reduce((suma, { kg }) => suma + Math.round(kg * 1000), 0)).toBe(
        Math.round(visto.kg * 1000),
      )
    }
    for (const recibido of recibidos) {
      const [row] = await db.query('select public.destino_de_lote($1) as r', [recibido.id])
      const { destinos, lote: visto } = row!.r as {
        lote: { kg: number }
        destinos: { lote: string; kg: number; kg_origen: number }[]
      }
      const tienen = lotes.filter((l) => l.gramos > 0 && l.hecho.has(recibido.id))
      expect(destinos.map((d) => d.lote).sort()).toEqual(tienen.map(({ id }) => id).sort())
      for (const { lote: en, kg } of destinos) {
        const lote = tienen.find(({ id }) => id === en)!
        expect(Math.abs(kg * 1000 - lote.gramos * lote.hecho.get(recibido.id)!)).toBeLessThan(1.001)
      }
      const suma = destinos.reduce((total, { kg_origen }) => total + Math.round(kg_origen * 1000), 0)
      expect(suma).toBe(Math.round(visto.kg * 1000))
    }
  }),
)
