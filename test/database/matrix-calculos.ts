import type { Db } from './support.ts'
import { ACTIVOS, type Verb } from './who.ts'

/** A calculation that Ana kept. */
async function guardarUno(db: Db) {
  await db.client.query(
    `insert into public.calculos (empresa_id, usuario_id, tipo, entrada, resultado) values ($1, $2, 'fijacion', '{}', '{}')`,
    [db.mundo.empresas.agroarriba, db.mundo.usuarios.ana_agroarriba],
  )
}
const deAna = { params: (db: Db) => [db.mundo.usuarios.ana_agroarriba], antes: guardarUno }

/** Kept calculations: verb → who may. */
export const MATRIX_CALCULOS: Record<string, Record<string, Verb>> = {
  'public.calculos': {
    select: {
      pueden: ['ana_agroarriba', 'ada_admin'],
      sql: 'select * from public.calculos where usuario_id = $1',
      ...deAna,
    },
    insert: {
      pueden: ACTIVOS,
      sql: `insert into public.calculos (tipo, entrada, resultado) values ('fijacion', '{}', '{}')`,
    },
    'insert por otro': {
      pueden: [],
      sql: `insert into public.calculos (usuario_id, tipo, entrada, resultado) values ($1, 'fijacion', '{}', '{}')`,
      params: deAna.params,
    },
    update: {
      pueden: [],
      sql: `update public.calculos set resultado = '{"neto_a_pagar": 0}' where usuario_id = $1`,
      ...deAna,
    },
    delete: { pueden: [], sql: 'delete from public.calculos where usuario_id = $1', ...deAna },
  },
}
