import type { Db } from './support.ts'
import { PARTES, type Verb } from './who.ts'

const contrato = (db: Db) => [db.mundo.contrato.id]

/** The contract as its last lot leaves it. */
const cerrar = (db: Db) =>
  db.client.query(`update public.lotes_asociados set estado = 'Exportado' where contrato_id = $1`, [
    db.mundo.contrato.id,
  ])

async function cerrarYReabrir(db: Db) {
  await cerrar(db)
  await db.client.query(
    `insert into public.contratos_reaperturas (contrato_id, motivo) values ($1, 'Falta')`,
    [db.mundo.contrato.id],
  )
}

/** Closing a contract and opening it again: table → verb → who may. */
export const MATRIX_CIERRE: Record<string, Record<string, Verb>> = {
  'public.contratos_reaperturas': {
    select: {
      pueden: PARTES,
      sql: 'select * from public.contratos_reaperturas where contrato_id = $1',
      params: contrato,
      antes: cerrarYReabrir,
    },
    insert: {
      pueden: ['ana_agroarriba', 'ada_admin'],
      sql: `insert into public.contratos_reaperturas (contrato_id, motivo) values ($1, 'Falta cacao')`,
      params: contrato,
      antes: async (db) => void (await cerrar(db)),
    },
    update: {
      pueden: [],
      sql: `update public.contratos_reaperturas set motivo = 'Otro' where contrato_id = $1`,
      params: contrato,
      antes: cerrarYReabrir,
    },
    delete: {
      pueden: [],
      sql: 'delete from public.contratos_reaperturas where contrato_id = $1',
      params: contrato,
      antes: cerrarYReabrir,
    },
  },
}
