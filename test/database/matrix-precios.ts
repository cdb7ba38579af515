import type { Db } from './support.ts'
import { ACTIVOS, ADMIN, type Verb } from './who.ts'

const COMPRAN = ['ana_agroarriba'] as const

/** A parameter of Agroarriba, on a day of its own. */
async function fijarPropio(db: Db) {
  await db.client.query(
    `insert into public.parametros (empresa_id, tipo, valor, desde, hasta)
     values ($1, 'costo_qq', '{"usd": 15}', '2001-01-01', '2001-01-02')`,
    [db.mundo.empresas.agroarriba],
  )
}
/** One for everybody, that nobody used. */
async function fijarGlobal(db: Db) {
  await db.client.query(
    `insert into public.parametros (tipo, variante, valor, desde) values ('retencion', 'prueba_matriz', '{"porcentaje": 1}', '2001-01-01')`,
  )
}
/** A price of Agroarriba, and one for everybody. */
async function ponerPrecios(db: Db) {
  await db.client.query(
    `insert into public.precios_fob (empresa_id, fecha, calidad, precio_tm)
     values ($1, '2001-01-01', 'prueba_matriz', 3000), (null, '2001-01-01', 'prueba_matriz', 3100)`,
    [db.mundo.empresas.agroarriba],
  )
}
async function ponerPendiente(db: Db) {
  await db.client.query(
    `insert into public.precios_pendientes (fecha, calidad, mercado, precio_tm, diferencial, fuente, anterior_tm, anterior_fecha)
     values ('2001-01-02', 'prueba_matriz', 'NY', 6000, 0, 'x', 3100, '2001-01-01')`,
  )
}
const PENDIENTE = `calidad = 'prueba_matriz' and fecha = '2001-01-02'`
const PRECIO_PROPIO = `calidad = 'prueba_matriz' and empresa_id = $1`
const PRECIO_GLOBAL = `calidad = 'prueba_matriz' and empresa_id is null`
const PROPIO = `tipo = 'costo_qq' and empresa_id = $1`
const GLOBAL = `empresa_id is null and variante = 'prueba_matriz'`
const agroarriba = (db: Db) => [db.mundo.empresas.agroarriba]

/** Parameters and prices: what is for everybody and what is of one company; table → verb → who may. */
export const MATRIX_PRECIOS: Record<string, Record<string, Verb>> = {
  'public.parametros': {
    'select propio': {
      pueden: [...COMPRAN],
      sql: `select id from public.parametros where ${PROPIO}`,
      params: agroarriba,
      antes: fijarPropio,
    },
    'select global': {
      pueden: ACTIVOS,
      sql: `select id from public.parametros where ${GLOBAL}`,
      antes: fijarGlobal,
    },
    insert: {
      pueden: ['ana_agroarriba', 'celia_centro', 'rosa_rival', 'raul_centro_rival', 'ada_admin'],
      sql: `insert into public.parametros (tipo, valor, desde, hasta) values ('costo_qq', '{"usd": 15}', '2002-01-01', '2002-01-02')`,
    },
    'update propio': {
      pueden: [...COMPRAN],
      sql: `update public.parametros set valor = '{"usd": 16}' where ${PROPIO}`,
      params: agroarriba,
      antes: fijarPropio,
    },
    'update global': {
      pueden: ADMIN,
      sql: `update public.parametros set valor = '{"porcentaje": 2}' where ${GLOBAL}`,
      antes: fijarGlobal,
    },
    'delete propio': {
      pueden: [...COMPRAN],
      sql: `delete from public.parametros where ${PROPIO}`,
      params: agroarriba,
      antes: fijarPropio,
    },
    'delete global': {
      pueden: ADMIN,
      sql: `delete from public.parametros where ${GLOBAL}`,
      antes: fijarGlobal,
    },
  },
  'public.precios_fob': {
    'select propio': {
      pueden: [...COMPRAN],
      sql: `select * from public.precios_fob where ${PRECIO_PROPIO}`,
      params: agroarriba,
      antes: ponerPrecios,
    },
    'select global': {
      pueden: ACTIVOS,
      sql: `select * from public.precios_fob where ${PRECIO_GLOBAL}`,
      antes: ponerPrecios,
    },
    insert: {
      pueden: ACTIVOS,
      sql: `insert into public.precios_fob (fecha, calidad, precio_tm) values ('2001-01-03', 'prueba_matriz', 3000)`,
    },
    'update propio': {
      pueden: [...COMPRAN],
      sql: `update public.precios_fob set precio_tm = 3001 where ${PRECIO_PROPIO}`,
      params: agroarriba,
      antes: ponerPrecios,
    },
    'update global': {
      pueden: ADMIN,
      sql: `update public.precios_fob set precio_tm = 3001 where ${PRECIO_GLOBAL}`,
      antes: ponerPrecios,
    },
    'delete propio': {
      pueden: [...COMPRAN],
      sql: `delete from public.precios_fob where ${PRECIO_PROPIO}`,
      params: agroarriba,
      antes: ponerPrecios,
    },
    'delete global': {
      pueden: ADMIN,
      sql: `delete from public.precios_fob where ${PRECIO_GLOBAL}`,
      antes: ponerPrecios,
    },
  },
  'public.precios_pendientes': {
    select: {
      pueden: ADMIN,
      sql: `select * from public.precios_pendientes where ${PENDIENTE}`,
      antes: ponerPendiente,
    },
    insert: {
      pueden: [],
      sql: `insert into public.precios_pendientes (fecha, calidad, mercado, precio_tm, diferencial, fuente, anterior_tm, anterior_fecha)
        values ('2001-01-02', 'prueba_matriz', 'NY', 6000, 0, 'x', 3100, '2001-01-01')`,
    },
    update: {
      pueden: [],
      sql: `update public.precios_pendientes set precio_tm = 1 where ${PENDIENTE}`,
      antes: ponerPendiente,
    },
    delete: {
      pueden: [],
      sql: `delete from public.precios_pendientes where ${PENDIENTE}`,
      antes: ponerPendiente,
    },
    resolver: {
      pueden: ADMIN,
      sql: `select public.resolver_precio((select max(id) from public.precios_pendientes), true)`,
      antes: ponerPendiente,
    },
  },
}
