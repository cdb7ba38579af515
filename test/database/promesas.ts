// Lots of contracts that promise lots of the graph, for the tests that need them.
import { type Consulta, nuevoCentro, nuevoProductor, type Pedido, registrar } from './grafo.ts'
import type { Db } from './support.ts'
import { makeContrato } from './world.ts'

/** Kilos of a quintal. */
export const QQ = 45.359237

/** A lot of the exporter, received at a place of its own. */
export async function recibir(db: Db, kg: number, mas: Record<string, unknown> = {}) {
  const query: Consulta = db.query
  const [antes] = await db.query('select id from public.centros limit 1')
  const centro = (antes?.id as string | undefined) ?? (await nuevoCentro(query))
  const productor = await nuevoProductor(query)
  const hecha = await registrar(query, 'recibir', {
    centro_id: centro,
    salidas: [{ kg, condicion: 'seco', humedad_pct: 7, productor_id: Number(productor), ...mas }],
  })
  return hecha.lotes[0]!
}

/** A lot of the contract of the world, or of another. */
export const asociar = async (db: Db, datos: Record<string, unknown>) => {
  const fila = { contrato_id: db.mundo.contrato.id, ...datos }
  const columnas = Object.keys(fila)
  const [lote] = await db.query(
    `insert into public.lotes_asociados (${columnas}) values (${columnas.map((_, i) => `$${i + 1}`)}) returning *`,
    Object.values(fila),
  )
  return lote!
}

/** A lot of a contract as it is now. */
export const asociado = async (db: Db, id: string) =>
  (
    await db.query('select estado, peso_qq, humedad, lote_kg from public.lotes_asociados where id = $1', [id])
  )[0]!

/** What is promised of what, to each lot of a contract, by code of the lot of the graph. */
export const prometido = async (db: Db, contrato = db.mundo.contrato.id) =>
  (
    await db.query('select codigo_lote, lote, kg::float8 as kg from public.lotes_prometidos($1)', [contrato])
  ).map(({ codigo_lote, lote, kg }) => [codigo_lote, lote, kg])

/** An operation of whoever the connection is. */
export const hacer = (db: Db, tipo: string, pedido: Pedido) => registrar(db.query, tipo, pedido)

/** Another contract of the exporter with the same centre. */
export async function otroContrato(db: Db, quien: 'ana_agroarriba' = 'ana_agroarriba') {
  await db.como('sistema')
  const { id } = await makeContrato(db.client, db.mundo.empresas.agroarriba, db.mundo.empresas.centro, {
    estado: 'Activo',
  })
  await db.como(quien)
  return id
}
