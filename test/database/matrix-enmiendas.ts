import type { Db } from './support.ts'
import { FIRMANTES, type Verb } from './who.ts'

const contrato = (db: Db) => [db.mundo.contrato.id]

/** An amendment that the centre proposes. */
async function proponer({ client, mundo }: Db) {
  const como = (claims: string) =>
    client.query(`select set_config('request.jwt.claims', $1, false)`, [claims])
  await como(JSON.stringify({ role: 'authenticated', sub: mundo.usuarios.celia_centro }))
  await client.query(`select public.proponer_enmienda($1, '{"volumen_tm": 250}')`, [mundo.contrato.id])
  await como('')
}

/** Amendments and versions of the terms: table → verb → who may. Only functions write them. */
export const MATRIX_ENMIENDAS: Record<string, Record<string, Verb>> = {
  'public.enmiendas': {
    select: {
      pueden: FIRMANTES,
      sql: 'select * from public.enmiendas where contrato_id = $1',
      params: contrato,
      antes: proponer,
    },
    insert: {
      pueden: [],
      sql: `insert into public.enmiendas (contrato_id, cambios) values ($1, '{"volumen_tm": "1"}')`,
      params: contrato,
    },
    update: {
      pueden: [],
      sql: `update public.enmiendas set estado = 'aceptada' where contrato_id = $1`,
      params: contrato,
      antes: proponer,
    },
    delete: {
      pueden: [],
      sql: 'delete from public.enmiendas where contrato_id = $1',
      params: contrato,
      antes: proponer,
    },
    proponer: {
      pueden: ['ana_agroarriba', 'celia_centro'],
      sql: `select public.proponer_enmienda($1, '{"volumen_tm": 250}')`,
      params: contrato,
    },
    responder: {
      pueden: ['ana_agroarriba'],
      sql: `select public.responder_enmienda(e.id, true) from public.enmiendas e where e.contrato_id = $1`,
      params: contrato,
      antes: proponer,
    },
    retirar: {
      pueden: ['celia_centro'],
      sql: `select public.retirar_enmienda(e.id) from public.enmiendas e where e.contrato_id = $1`,
      params: contrato,
      antes: proponer,
    },
  },
  'public.contratos_versiones': {
    select: {
      pueden: FIRMANTES,
      sql: 'select * from public.contratos_versiones where contrato_id = $1',
      params: contrato,
    },
    insert: {
      pueden: [],
      sql: `insert into public.contratos_versiones (contrato_id, n, terminos, origen, propuesta_en) values ($1, 2, '{}', 'edicion', '2026-01-01')`,
      params: contrato,
    },
    update: {
      pueden: [],
      sql: `update public.contratos_versiones set aceptada_en = '2026-01-01' where contrato_id = $1`,
      params: contrato,
    },
    delete: {
      pueden: [],
      sql: 'delete from public.contratos_versiones where contrato_id = $1',
      params: contrato,
    },
  },
}
