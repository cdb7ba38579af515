import { byKey, page } from '../db/fragments.ts'
import type { Query } from '../db/types.ts'

const TESTIGO = 't.id, t.de_expediente, t.creado_por, t.empresa_id, t.creado_en, t.vence_en, t.revocado_en'

/** $1 contract, $2 hash of the token, $3 its salt, $4 until when or null → the token, and the code of its contract. */
export const crearTestigo = byKey(
  'crear_testigo',
  (where) => `select c.codigo, (select row_to_json(testigo) from (select ${TESTIGO}) as testigo) as cuerpo
    from public.contratos c
    cross join lateral privado.crear_testigo(c.id, $2::bytea, $3::bytea, $4::timestamptz) as t where ${where}`,
)

/** $1 contract, $2 limit, $3 id after which all are older → a page, newest first; no row without the contract. */
export const paginaTestigos = byKey(
  'pagina_testigos',
  (where) =>
    `select p.*, privado.muestras_de(c.id) as muestra from public.contratos c cross join lateral (${page(
      `select ${TESTIGO}, t.vistas, t.vistas_hoy from privado.testigos_de(c.id) t
     where $3::bigint is null or t.id < $3 order by t.id desc limit $2 + 1`,
      'r.id desc',
      '$2',
    )}) as p where ${where}`,
)

/** $1 contract, $2 token → its id, once revoked. */
export const revocarTestigo = byKey(
  'revocar_testigo',
  (where) =>
    `select privado.revocar_testigo(c.id, $2::bigint) as cuerpo from public.contratos c where ${where}`,
)

/** $1 contract, $2 what the caller's company lets be published → what each lets. */
export const elegirMuestra = byKey(
  'elegir_muestra',
  (where) =>
    `select privado.elegir_muestra(c.id, $2::text[]) as cuerpo from public.contratos c where ${where}`,
)

/** $1 code, $2 hash of the token, $3 number and $4 beginning of a seal, $5 hash of a file, or nulls → what the page shows. */
export const verTestigo: Query = {
  name: 'ver_testigo',
  text: 'select privado.ver_testigo($1, $2::bytea, $3::bigint, $4, $5) as cuerpo',
}

/** $1 code, $2 hash of the token, $3 hash of a file → whether it is of the contract; null for a token that is none. */
export const probarArchivo: Query = {
  name: 'probar_archivo',
  text: 'select privado.probar_archivo($1, $2::bytea, $3) as cuerpo',
}
