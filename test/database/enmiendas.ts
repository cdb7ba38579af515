import type pg from 'pg'
import type { Db, Speaker } from './support.ts'
import type { Persona } from './world.ts'

/** Proposes other terms for the contract of the world. @returns the amendment. */
export const proponer = async (db: Db, cambios: object, nota: string | null = null) =>
  (
    await db.query('select * from public.proponer_enmienda($1, $2, $3)', [
      db.mundo.contrato.id,
      JSON.stringify(cambios),
      nota,
    ])
  )[0]!

/** Answers an amendment. @returns it as it is left. */
export const responder = async (db: Db, id: string, acepta: boolean | null, motivo: string | null = null) =>
  (await db.query('select * from public.responder_enmienda($1, $2, $3)', [id, acepta, motivo]))[0]!

export const retirar = async (db: Db, id: string) =>
  (await db.query('select * from public.retirar_enmienda($1)', [id]))[0]!

/** The terms of a contract as they are, and its versions, oldest first. */
export async function terminos(client: pg.ClientBase, contrato: string) {
  const { rows } = await client.query(
    'select privado.terminos(c) as ahora, c.estado from public.contratos c where c.id = $1',
    [contrato],
  )
  const versiones = await client.query(
    'select * from public.contratos_versiones where contrato_id = $1 order by n',
    [contrato],
  )
  return { ahora: rows[0]!.ahora, estado: rows[0]!.estado, versiones: versiones.rows }
}

/** Both sides agree on other terms: one proposes and the other accepts, and goes on speaking. */
export async function acordar(
  db: Db,
  cambios: object,
  propone: Persona = 'celia_centro',
  acepta: Persona = 'ana_agroarriba',
) {
  await db.como(propone)
  const { id } = await proponer(db, cambios)
  await db.como(acepta)
  await responder(db, id, true)
}

/** A contract of the same parties that the exporter has yet to activate takes the place of that of the world. */
export async function enRevision(db: Db, quien: Speaker) {
  const { agroarriba, finca } = db.mundo.empresas
  await db.como('celia_centro')
  const [contrato] = await db.query<{ id: string; codigo: string }>(
    'select id, codigo from public.crear_contrato(exportadora_id => $1, volumen_tm => 200)',
    [agroarriba],
  )
  db.mundo.contrato = contrato!
  await db.como('sistema')
  await db.client.query(
    'insert into public.contratos_participantes (contrato_id, empresa_id) values ($1, $2)',
    [db.mundo.contrato.id, finca],
  )
  await db.como(quien)
}
