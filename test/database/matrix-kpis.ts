import type { Db } from './support.ts'
import { EDITORES, FIRMANTES, PARTES, type Verb } from './who.ts'

const contrato = (db: Db) => [db.mundo.contrato.id]
const exportadora = (db: Db) => [db.mundo.empresas.agroarriba]

async function porFijar(db: Db) {
  await db.client.query(
    `update public.contratos set modalidad_precio = 'por fijar' where id = $1`,
    contrato(db),
  )
}

/** A fixing of the contract, made by the system. */
async function conFijacion(db: Db) {
  await porFijar(db)
  await db.client.query(
    'insert into public.fijaciones (contrato_id, tm, ny, diferencial) values ($1, 10, 3000, -500)',
    contrato(db),
  )
}

async function plegar(db: Db) {
  await db.client.query('select privado.plegar_kpis()')
}

/** What nobody writes: triggers keep it. */
const deNadie = (tabla: string, columna: string): Record<string, Verb> => ({
  insert: { pueden: [], sql: `insert into public.${tabla} (${columna}) values (1)` },
  update: { pueden: [], sql: `update public.${tabla} set ${columna} = 1` },
  delete: { pueden: [], sql: `delete from public.${tabla}` },
})

/** Fixings and indicators: table → verb → who may. */
export const MATRIX_KPIS: Record<string, Record<string, Verb>> = {
  'public.fijaciones': {
    select: {
      pueden: FIRMANTES,
      sql: 'select * from public.fijaciones where contrato_id = $1',
      params: contrato,
      antes: conFijacion,
    },
    insert: {
      pueden: EDITORES,
      sql: 'insert into public.fijaciones (contrato_id, tm, ny, diferencial) values ($1, 1, 3000, -500)',
      params: contrato,
      antes: porFijar,
    },
    update: {
      pueden: EDITORES,
      sql: `update public.fijaciones set motivo = 'x' where contrato_id = $1`,
      params: contrato,
      antes: conFijacion,
    },
    delete: {
      pueden: [],
      sql: 'delete from public.fijaciones where contrato_id = $1',
      params: contrato,
      antes: conFijacion,
    },
  },
  'public.avances': {
    select: {
      pueden: PARTES,
      sql: 'select contrato_id, lotes, recibido_qq from public.avances where contrato_id = $1',
      params: contrato,
    },
    ...deNadie('avances', 'lotes'),
  },
  'public.kpis_contratos': {
    select: { pueden: PARTES, sql: 'select * from public.kpis_contratos where id = $1', params: contrato },
  },
  'public.kpis_cambios': {
    select: {
      pueden: ['ana_agroarriba', 'ada_admin'],
      sql: 'select empresa_id, medida, n from public.kpis_cambios where empresa_id = $1',
      params: exportadora,
    },
    ...deNadie('kpis_cambios', 'n'),
  },
  'public.kpis_celdas': {
    select: {
      pueden: ['ana_agroarriba', 'ada_admin'],
      sql: 'select * from public.kpis_celdas where empresa_id = $1',
      params: exportadora,
      antes: plegar,
    },
    ...deNadie('kpis_celdas', 'n'),
  },
  'public.kpis_totales': {
    select: {
      pueden: ['ana_agroarriba', 'ada_admin'],
      sql: 'select * from public.kpis_totales where empresa_id = $1',
      params: exportadora,
    },
  },
}
