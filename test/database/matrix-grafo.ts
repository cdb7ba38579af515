import { type Grafo, makeGrafo } from './grafo.ts'
import type { Db } from './support.ts'
import type { Verb } from './who.ts'

/** The last one that was made. */
let grafo: Grafo
async function conGrafo(db: Db) {
  grafo = await makeGrafo(db.client, db.mundo)
}
async function conRetencion(db: Db) {
  await conGrafo(db)
  await db.client.query(
    `insert into public.retenciones (lote_id, empresa_id, motivo) values ($1, $2, 'Por analizar')`,
    [grafo.recibido, db.mundo.empresas.agroarriba],
  )
}
async function conAjuste(db: Db) {
  await conGrafo(db)
  await db.client.query(
    `insert into public.ajustes (lote_id, empresa_id, kg_contado, saldo_kg, motivo) values ($1, $2, 59, 60, 'Conteo')`,
    [grafo.recibido, db.mundo.empresas.agroarriba],
  )
}

/** What the functions of the graph write, and nobody else: the owner and an administrator read it. */
function deNadie(tabla: string, columna: string, cual: () => unknown, antes: Verb['antes'] = conGrafo) {
  const params = () => [cual()]
  return {
    select: {
      pueden: ['ana_agroarriba', 'ada_admin'],
      sql: `select * from public.${tabla} where ${columna} = $1`,
      params,
      antes,
    },
    insert: { pueden: [], sql: `insert into public.${tabla} (${columna}) values ($1)`, params, antes },
    update: {
      pueden: [],
      sql: `update public.${tabla} set ${columna} = $1 where ${columna} = $1`,
      params,
      antes,
    },
    delete: { pueden: [], sql: `delete from public.${tabla} where ${columna} = $1`, params, antes },
  } satisfies Record<string, Verb>
}

/** Who keeps a graph of its own. */
const LLEVAN: Verb['pueden'] = ['ana_agroarriba', 'celia_centro', 'rosa_rival', 'raul_centro_rival']

/** The graph of lots: table → verb → who may. */
export const MATRIX_GRAFO: Record<string, Record<string, Verb>> = {
  'public.centros': {
    select: {
      pueden: ['ana_agroarriba', 'ada_admin'],
      sql: 'select * from public.centros where id = $1',
      params: () => [grafo.centro],
      antes: conGrafo,
    },
    insert: {
      pueden: LLEVAN,
      sql: `insert into public.centros (codigo, nombre, tipo) values ('NUEVO', 'Nuevo', 'acopio')`,
    },
    update: {
      pueden: ['ana_agroarriba'],
      sql: `update public.centros set nombre = 'Otro' where id = $1`,
      params: () => [grafo.centro],
      antes: conGrafo,
    },
    delete: {
      pueden: [],
      sql: 'delete from public.centros where id = $1',
      params: () => [grafo.centro],
      antes: conGrafo,
    },
  },
  'public.productores': {
    select: {
      pueden: ['ana_agroarriba'],
      sql: 'select * from public.productores where id = $1',
      params: () => [grafo.productor],
      antes: conGrafo,
    },
    insert: {
      pueden: LLEVAN,
      sql: `insert into public.productores (identificacion, nombre) values ('1710034065', 'Nueva')`,
    },
    update: {
      pueden: ['ana_agroarriba'],
      sql: `update public.productores set nombre = 'Otra' where id = $1`,
      params: () => [grafo.productor],
      antes: conGrafo,
    },
    delete: {
      pueden: [],
      sql: 'delete from public.productores where id = $1',
      params: () => [grafo.productor],
      antes: conGrafo,
    },
  },
  'public.operaciones': deNadie('operaciones', 'id', () => grafo.mezcla),
  'public.lotes': deNadie('lotes', 'id', () => grafo.recibido),
  'public.consumos': deNadie('consumos', 'operacion_id', () => grafo.mezcla),
  'public.productos': deNadie('productos', 'operacion_id', () => grafo.mezcla),
  'public.perdidas': deNadie('perdidas', 'operacion_id', () => grafo.mezcla),
  'public.retenciones': deNadie('retenciones', 'lote_id', () => grafo.recibido, conRetencion),
  'public.ajustes': deNadie('ajustes', 'lote_id', () => grafo.recibido, conAjuste),
}
