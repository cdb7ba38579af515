// What was held while it was on its way: it arrives, for the truck had left, and stays held where it comes to.
import { expect, test } from 'vitest'
import { type Consulta, conCasa, nuevoCentro, registrar, saldoDe } from './grafo.ts'
import { type Db, expectRaises } from './support.ts'

const retener = (query: Consulta, lote: string) =>
  query('select public.retener_lote($1, $2)', [lote, 'Por analizar cadmio'])
const levantar = (query: Consulta, lote: string) =>
  query('select public.levantar_retencion($1, $2)', [lote, 'Dentro de norma'])
const retenciones = (db: Db, lote: string) =>
  db.query(
    `select motivo, creada_por is not null as dicha, levantada_en is not null as levantada
     from public.retenciones where lote_id = $1`,
    [lote],
  )

/** A lot that left for another place, and was held on its way. */
async function enCamino(db: Db, lote: string, kg = 100) {
  const destino_id = await nuevoCentro(db.query, 'PTO')
  const salida = await registrar(db.query, 'trasladar', {
    ...{ entradas: [{ lote, kg }], destino_id, fase: 'salida' },
  })
  const camino = salida.lotes[0]!.id
  await retener(db.query, camino)
  return { camino, destino_id }
}
const llega = (query: Consulta, lote: string, kg?: number) =>
  registrar(query, 'trasladar', { entradas: [{ lote, ...(kg && { kg }) }], fase: 'llegada' })

test('llega, y el lote que llega queda retenido por lo mismo hasta que se levante', () =>
  conCasa(async (db, { recibir, refuse }) => {
    const { camino, destino_id } = await enCamino(db, (await recibir(100)).id)
    // Nothing else may be done with it meanwhile.
    await refuse('merma', { entradas: [{ lote: camino }] }, 'lote_retenido', 'PT409', 'entradas[0].lote')
    const { lotes, operacion } = await llega(db.query, camino)
    const llegado = lotes[0]!
    expect(llegado).toMatchObject({ kg: 100, centro_id: Number(destino_id) })
    const vigente = { motivo: 'Por analizar cadmio', dicha: true, levantada: false }
    expect(await retenciones(db, llegado.id)).toEqual([vigente])
    // It went on with the cocoa: of the one that left nothing is held.
    expect(await retenciones(db, camino)).toEqual([{ ...vigente, levantada: true }])
    const embarcar = { entradas: [{ lote: llegado.id }] }
    await refuse('embarcar', embarcar, 'lote_retenido', 'PT409', 'entradas[0].lote')
    await refuse('trasladar', { ...embarcar, destino_id }, 'lote_retenido', 'PT409', 'entradas[0].lote')
    await expectRaises(
      db.query('select public.anular_operacion($1, $2)', [operacion.id, 'Mal contada']),
      ...(['lote_retenido', 'PT409', 'operacion'] as const),
    )
    await levantar(db.query, llegado.id)
    await registrar(db.query, 'embarcar', embarcar)
  }))

test('si llega una parte, la otra sigue retenida en camino; anulada la llegada, vuelve a lo retenido', () =>
  conCasa(async (db, { recibir }) => {
    const { camino } = await enCamino(db, (await recibir(100)).id)
    const parte = await llega(db.query, camino, 40)
    expect(await retenciones(db, camino)).toMatchObject([{ levantada: false }])
    await levantar(db.query, parte.lotes[0]!.id)
    await db.query('select public.anular_operacion($1, $2)', [parte.operacion.id, 'Mal contada'])
    expect(await saldoDe(db.query, camino)).toBe(100)
    const resto = await llega(db.query, camino)
    expect(await retenciones(db, resto.lotes[0]!.id)).toMatchObject([{ levantada: false }])
  }))

test('cada retención que tenía pasa con él: la propia y las de otros motivos', () =>
  conCasa(async (db, { recibir }) => {
    const { camino } = await enCamino(db, (await recibir(100)).id)
    await db.como('sistema')
    await db.query(
      `insert into public.retenciones (lote_id, empresa_id, motivo, retiro_id)
       select id, empresa_id, 'Retiro', '01900000-0000-7000-8000-000000000001' from public.lotes where id = $1`,
      [camino],
    )
    await db.como('ana_agroarriba')
    const { lotes } = await llega(db.query, camino)
    await levantar(db.query, lotes[0]!.id)
    // That of a recall is lifted with it, and not by hand.
    await expectRaises(
      registrar(db.query, 'embarcar', { entradas: [{ lote: lotes[0]!.id }] }),
      ...(['lote_retenido', 'PT409', 'entradas[0].lote'] as const),
    )
  }))

test('lo que no está retenido llega como antes', () =>
  conCasa(async (db, { recibir }) => {
    const { camino } = await enCamino(db, (await recibir(100)).id)
    await levantar(db.query, camino)
    const { lotes } = await llega(db.query, camino)
    expect(await retenciones(db, lotes[0]!.id)).toEqual([])
  }))
