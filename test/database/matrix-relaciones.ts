import type { Db } from './support.ts'
import type { Verb } from './who.ts'

const deAna = (db: Db) => [db.mundo.empresas.agroarriba, db.mundo.empresas.centro]

/** Who accepted whom: each side reads its own, and functions alone write. */
export const MATRIX_RELACIONES: Record<string, Record<string, Verb>> = {
  'public.relaciones': {
    select: {
      pueden: ['ana_agroarriba', 'celia_centro', 'ada_admin'],
      sql: 'select id, estado from public.relaciones where propone_id = $1 and con_id = $2',
      params: deAna,
    },
    insert: {
      pueden: [],
      sql: 'insert into public.relaciones (propone_id, con_id) values ($1, $2)',
      params: deAna,
    },
    update: {
      pueden: [],
      sql: `update public.relaciones set estado = 'aceptada' where propone_id = $1 and con_id = $2`,
      params: deAna,
    },
    delete: {
      pueden: [],
      sql: 'delete from public.relaciones where propone_id = $1 and con_id = $2',
      params: deAna,
    },
  },
}
