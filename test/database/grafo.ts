// The graph of lots, for the tests that need one: places, producers and operations as a person of a company registers
// them.
import { randomInt } from 'node:crypto'
import type pg from 'pg'
import { become, type Db, expectRaises, withUserDb } from './support.ts'
import type { Persona, World } from './world.ts'

/** A cédula that nobody has: its check digit is right. */
export function newCedula(): string {
  const digits = [...`${randomInt(1, 25)}`.padStart(2, '0'), ...`${randomInt(1e7)}`.padStart(7, '0')].map(
    Number,
  )
  // The third digit of a person is below 6.
  digits[2] = digits[2]! % 6
  const sum = digits.reduce((total, digit, i) => {
    const product = digit * (i % 2 ? 1 : 2)
    return total + (product > 9 ? product - 9 : product)
  }, 0)
  return [...digits, (10 - (sum % 10)) % 10].join('')
}

/** What a lot that comes out is told to be. */
export interface Salida {
  kg?: number | string
  condicion?: string
  humedad_pct?: number
  grado?: string
  variedad?: string
  producto?: string
  certificaciones?: string[]
  productor_id?: number
  lote_externo?: string
}

/** The named arguments of public.registrar_operacion. */
export interface Pedido {
  entradas?: { lote: string; kg?: number | string }[]
  salidas?: Salida[]
  perdidas?: { causa: string; kg: number | string }[]
  centro_id?: string
  destino_id?: string
  fase?: string
  contrato_id?: string
  en?: string
  motivo?: string
  id?: string
}

export interface Hecho {
  id: string
  codigo: string
  kg: number
  humedad_pct: number | null
  condicion: string
  centro_id: number | null
  certificaciones: string[]
  origen_conocido: boolean
  embarcado: boolean
  grado: string | null
}

export interface Respuesta {
  operacion: {
    id: string
    secuencia: number
    tipo: string
    en: string
    esperado_kg: number | null
    veredicto: string | null
    motivo: string | null
  }
  lotes: Hecho[]
  entradas: { lote: string; codigo: string; kg: number }[]
  perdidas: { causa: string; kg: number }[]
  avisos?: { clave: string; mensaje: string }[]
}

/** Anything that runs a statement and gives its rows. */
export type Consulta = (sql: string, params?: unknown[]) => Promise<Record<string, unknown>[]>

/** Registers an operation as whoever the connection is. */
export async function registrar(query: Consulta, tipo: string, pedido: Pedido = {}): Promise<Respuesta> {
  const names = Object.keys(pedido) as (keyof Pedido)[]
  const values = names.map((name) => {
    const value = pedido[name]
    return typeof value === 'object' ? JSON.stringify(value) : value
  })
  const args = ['tipo => $1', ...names.map((name, i) => `${name} => $${i + 2}`)].join(', ')
  const [row] = await query(`select public.registrar_operacion(${args}) as hecha`, [tipo, ...values])
  return row!.hecha as Respuesta
}

/** A place of the caller's company. */
export async function nuevoCentro(query: Consulta, codigo = 'AC1', tipo = 'acopio'): Promise<string> {
  const [row] = await query(
    'insert into public.centros (codigo, nombre, tipo) values ($1, $2, $3) returning id',
    [codigo, `Centro ${codigo}`, tipo],
  )
  return String(row!.id)
}

export async function nuevoProductor(query: Consulta, hectareas: number | null = null): Promise<string> {
  const [row] = await query(
    'insert into public.productores (identificacion, nombre, hectareas) values ($1, $2, $3) returning id',
    [newCedula(), 'Rosa Zambrano', hectareas],
  )
  return String(row!.id)
}

/** What is left of a lot, as its owner reads it. */
export async function saldoDe(query: Consulta, lote: string): Promise<number> {
  const [row] = await query('select public.saldo_kg(l) as kg from public.lotes l where l.id = $1', [lote])
  return Number(row?.kg)
}

/** The ids of a small graph of Agroarriba: a place, a producer, a lot of 100 kg that was received and one that was mixed. */
export interface Grafo {
  centro: string
  productor: string
  recibido: string
  mezclado: string
  mezcla: string
}

/** Makes one as somebody of a company, and goes on as the system. */
export async function makeGrafo(
  client: pg.ClientBase,
  mundo: World,
  quien: Persona = 'ana_agroarriba',
): Promise<Grafo> {
  // Who one is holds for a transaction: where none is open, it has its own.
  const { rows } = await client.query('select now() <> statement_timestamp() as abierta')
  const { abierta } = rows[0]
  if (!abierta) await client.query('begin')
  await become(client, quien, mundo)
  const query: Consulta = async (sql, params) => (await client.query(sql, params)).rows
  const centro = await nuevoCentro(query)
  const productor = await nuevoProductor(query)
  const recibir = (kg: number) =>
    registrar(query, 'recibir', {
      centro_id: centro,
      salidas: [{ kg, condicion: 'seco', humedad_pct: 7, productor_id: Number(productor) }],
    })
  const uno = await recibir(100)
  const otro = await recibir(50)
  const mezcla = await registrar(query, 'mezclar', {
    entradas: [{ lote: uno.lotes[0]!.id, kg: 40 }, { lote: otro.lotes[0]!.id }],
    perdidas: [{ causa: 'derrame', kg: 0.5 }],
    motivo: 'Se rompió un saco',
  })
  await become(client, 'sistema', mundo)
  if (!abierta) await client.query('commit')
  return {
    centro,
    productor,
    recibido: uno.lotes[0]!.id,
    mezclado: mezcla.lotes[0]!.id,
    mezcla: mezcla.operacion.id,
  }
}

/** Places, and a way to receive a lot of so many kilos. */
async function casa(db: Db) {
  const centro = await nuevoCentro(db.query)
  const recibir = async (
    kg: number,
    de: Partial<NonNullable<Pedido['salidas']>[0]> = {},
    mas: Pedido = {},
  ) => {
    const hecha = await registrar(db.query, 'recibir', {
      centro_id: centro,
      salidas: [{ kg, condicion: 'seco', humedad_pct: 7, ...de }],
      ...mas,
    })
    return hecha.lotes[0]!
  }
  const refuse = (tipo: string, pedido: Pedido, clave: string, code: string, campo?: string) =>
    expectRaises(registrar(db.query, tipo, pedido), clave, code, campo)
  return { centro, recibir, refuse }
}

export const conCasa = (work: (db: Db, c: Awaited<ReturnType<typeof casa>>) => Promise<void>) =>
  withUserDb('ana_agroarriba', async (db) => work(db, await casa(db)))
