// What a count found beyond the books has no origin, and no place lacks it: tracing both ways, and the inventory.
import { expect, test } from 'vitest'
import { conCasa, nuevoCentro, type Respuesta, registrar } from './grafo.ts'
import type { Db } from './support.ts'

/** Counted by Ana and confirmed by an administrator. @returns the lot that the count made. */
async function ajustar(db: Db, lote: string, kg: number): Promise<string> {
  const [propuesto] = await db.query('select public.proponer_ajuste($1, $2, $3) as id', [lote, kg, 'Conteo'])
  await db.como('ada_admin')
  const [fila] = await db.query('select public.confirmar_ajuste($1) as hecha', [propuesto!.id])
  await db.como('ana_agroarriba')
  return (fila!.hecha as Respuesta).lotes[0]!.id
}
interface Visto {
  lote: string
  clase: string
  estado?: string
  parte: number
  kg: number
  kg_origen: number
  origen_conocido?: boolean
}
const origen = async (db: Db, lote: string) => {
  const [fila] = await db.query('select public.origen_de_lote($1) as r', [lote])
  return (fila!.r as { origenes: Visto[] }).origenes
}
const destino = async (db: Db, lote: string) => {
  const [fila] = await db.query('select public.destino_de_lote($1) as r', [lote])
  return (fila!.r as { destinos: Visto[] }).destinos
}
const inventario = async (db: Db, centro: string | null) => {
  const [fila] = await db.query('select public.inventario($1) as r', [centro])
  return fila!.r
}

test('hacia atrás, lo que sobró es de origen desconocido, también después de mezclarlo', () =>
  conCasa(async (db, { recibir }) => {
    const [uno, otro] = [await recibir(100), await recibir(180)]
    const contado = await ajustar(db, uno.id, 120)
    expect(await origen(db, contado)).toMatchObject([
      { lote: uno.id, clase: 'recibido', parte: 0.833333333333, kg: 100, kg_origen: 100 },
      { lote: contado, clase: 'sin origen', parte: 0.166666666667, kg: 20, origen_conocido: false },
    ])
    const mezcla = await registrar(db.query, 'mezclar', {
      entradas: [{ lote: contado }, { lote: otro.id }],
    })
    expect(await origen(db, mezcla.lotes[0]!.id)).toMatchObject([
      { lote: otro.id, clase: 'recibido', parte: 0.6, kg: 180 },
      { lote: uno.id, clase: 'recibido', parte: 0.333333333333, kg: 100 },
      { lote: contado, clase: 'sin origen', parte: 0.066666666667, kg: 20 },
    ])
    expect(mezcla.lotes).toMatchObject([{ origen_conocido: false }])
  }))

test('hacia adelante, de lo que sobró nada es del lote: sus kilos siguen siendo los que eran', () =>
  conCasa(async (db, { recibir }) => {
    const uno = await recibir(100)
    const contado = await ajustar(db, uno.id, 120)
    expect(await destino(db, uno.id)).toMatchObject([
      { lote: contado, estado: 'en centro', parte: 1, kg: 100, kg_origen: 100 },
    ])
    const partes = await registrar(db.query, 'dividir', {
      entradas: [{ lote: contado }],
      salidas: [{ kg: 90 }, { kg: 30 }],
    })
    expect(await destino(db, uno.id)).toMatchObject([
      { lote: partes.lotes[0]!.id, parte: 0.75, kg: 75, kg_origen: 75 },
      { lote: partes.lotes[1]!.id, parte: 0.25, kg: 25, kg_origen: 25 },
    ])
    // From behind, each half is as known as the whole was.
    expect(await origen(db, partes.lotes[0]!.id)).toMatchObject([
      { lote: uno.id, kg: 75 },
      { lote: contado, clase: 'sin origen', kg: 15 },
    ])
  }))

test('un faltante está perdido, y lo demás es lo mismo con menos', () =>
  conCasa(async (db, { recibir }) => {
    const uno = await recibir(100)
    const contado = await ajustar(db, uno.id, 90)
    expect(await origen(db, contado)).toMatchObject([
      { lote: uno.id, clase: 'recibido', parte: 1, kg: 90, kg_origen: 100 },
    ])
  }))

test('el inventario cuadra con lo que sobró y con lo que faltó, en el centro y en camino', () =>
  conCasa(async (db, { centro, recibir }) => {
    await ajustar(db, (await recibir(100)).id, 120.5)
    await ajustar(db, (await recibir(50)).id, 47.25)
    expect(await inventario(db, centro)).toMatchObject({
      inicial_kg: 0,
      entradas: { recepcion: 150, ajuste: 20.5, operacion: 147.25 },
      salidas: { operacion: 147.25 },
      perdidas: { sin_explicar: 2.75 },
      ...{ final_kg: 167.75, diferencia_kg: 0 },
    })
    const salida = await registrar(db.query, 'trasladar', {
      ...{ entradas: [{ lote: (await recibir(10)).id }], fase: 'salida' },
      destino_id: await nuevoCentro(db.query, 'PTO'),
    })
    await ajustar(db, salida.lotes[0]!.id, 11)
    expect(await inventario(db, null)).toMatchObject({
      ...{ entradas: { ajuste: 21.5 }, final_kg: 178.75, diferencia_kg: 0 },
    })
    expect(await inventario(db, centro)).toMatchObject({ final_kg: 167.75, diferencia_kg: 0 })
  }))

test('un ajuste anulado no sobró ni faltó nunca', () =>
  conCasa(async (db, { centro, recibir }) => {
    const uno = await recibir(100)
    const contado = await ajustar(db, uno.id, 120)
    const [fila] = await db.query('select operacion_id from public.lotes where id = $1', [contado])
    await db.query('select public.anular_operacion($1, $2)', [fila!.operacion_id, 'Mal contado'])
    expect(await inventario(db, centro)).toMatchObject({
      ...{ entradas: { recepcion: 100, ajuste: 0 }, final_kg: 100, diferencia_kg: 0 },
    })
    expect(await destino(db, uno.id)).toMatchObject([{ lote: uno.id, parte: 1, kg: 100 }])
  }))

test('un saldo que no es lo que dicen las operaciones se ve en la diferencia', () =>
  conCasa(async (db, { centro, recibir }) => {
    const uno = await recibir(100)
    await registrar(db.query, 'embarcar', { entradas: [{ lote: uno.id, kg: 30 }] })
    await db.como('sistema')
    await db.query('update privado.saldos set kg = kg + 1.5 where lote_id = $1', [uno.id])
    await db.como('ana_agroarriba')
    expect(await inventario(db, centro)).toMatchObject({ final_kg: 71.5, diferencia_kg: -1.5 })
  }))
