import type { Db, Speaker } from './support.ts'
import { ACTIVOS, PARTES, type Verb } from './who.ts'

const contrato = (db: Db) => [db.mundo.contrato.id]
const usuario = (db: Db, quien: Speaker) => db.mundo.usuarios[quien as keyof typeof db.mundo.usuarios]

/** A mark of whoever is about to touch it; only who has a profile can have one. */
async function marcar(db: Db, quien: Speaker) {
  if (usuario(db, quien))
    await db.client.query('insert into public.lecturas (contrato_id, usuario_id, hasta) values ($1, $2, 0)', [
      db.mundo.contrato.id,
      usuario(db, quien),
    ])
}

const tema = (db: Db) => `contrato:${db.mundo.contrato.codigo}`

/** The channel that Realtime asks about, with a broadcast in it. */
async function abrirCanal(db: Db) {
  await db.client.query(`select set_config('realtime.topic', $1, true)`, [tema(db)])
  await db.client.query(`insert into realtime.messages (topic, extension) values ($1, 'broadcast')`, [
    tema(db),
  ])
}

/** The conversation of a contract: table → verb → who may. */
export const MATRIX_CONVERSACION: Record<string, Record<string, Verb>> = {
  'public.mensajes': {
    select: {
      pueden: PARTES,
      sql: 'select * from public.mensajes where contrato_id = $1',
      params: contrato,
    },
    insert: {
      pueden: PARTES,
      sql: `insert into public.mensajes (contrato_id, texto) values ($1, 'Hola') returning id`,
      params: contrato,
    },
    update: {
      pueden: [],
      sql: `update public.mensajes set texto = 'otro' where contrato_id = $1`,
      params: contrato,
    },
    delete: { pueden: [], sql: 'delete from public.mensajes where contrato_id = $1', params: contrato },
  },
  'public.lecturas': {
    select: {
      pueden: ACTIVOS,
      sql: 'select * from public.lecturas where contrato_id = $1',
      params: contrato,
      antes: marcar,
    },
    insert: {
      pueden: PARTES,
      sql: 'insert into public.lecturas (contrato_id, hasta) values ($1, 1)',
      params: contrato,
    },
    update: {
      pueden: PARTES,
      sql: 'update public.lecturas set hasta = 1 where contrato_id = $1',
      params: contrato,
      antes: marcar,
    },
    delete: { pueden: [], sql: 'delete from public.lecturas where contrato_id = $1', params: contrato },
  },
  'realtime.messages': {
    select: {
      pueden: PARTES,
      sql: 'select * from realtime.messages where topic = $1',
      params: (db) => [tema(db)],
      antes: abrirCanal,
    },
    insert: {
      pueden: PARTES,
      sql: `insert into realtime.messages (topic, extension) values ($1, 'presence')`,
      params: (db) => [tema(db)],
      antes: abrirCanal,
    },
  },
}
