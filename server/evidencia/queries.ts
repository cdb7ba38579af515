import { byKey } from '../db/fragments.ts'

/** $1 contract → its id, if the caller sees it. */
export const idDeContrato = byKey(
  'id_de_contrato',
  (where) => `select c.id, c.codigo from public.contratos c where ${where}`,
)

/** $1 contract, $2 n after which it goes on, $3 how many → evidences of its chain. */
export const EVIDENCIAS = {
  name: 'evidencias_contrato',
  text: `select n, to_char(en at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as en, tipo, actor, objeto, canonico,
      previo, hash
    from privado.evidencias_contrato($1::bigint, $2::bigint, $3::int)`,
}

/** $1 contract → what in its rows and messages is not what its chain told. */
export const DISCREPANCIAS = {
  name: 'discrepancias_contrato',
  text: 'select objeto, falla, campos from privado.discrepancias_contrato($1::bigint)',
}

/** $1 contracts → their papers whose bytes, when they were last read, were not those whose hash the chain tells. */
export const PAPELES = {
  name: 'evidencias_papeles',
  text: `select contrato_id as cadena, 'documento/' || id as objeto,
      case verificacion when 'alterado' then 'otros bytes' else 'sin archivo' end as falla, '{}'::text[] as campos
    from public.documentos_contrato
    where contrato_id = any ($1::bigint[]) and verificacion in ('alterado', 'sin archivo')
      and huella_de in ('subida', 'revision')
    order by id`,
}

/** $1 contract → its head, what of it is under the newest signed root, and the proof. */
export const ANCLA = {
  name: 'ancla_contrato',
  text: `select cabeza_n, cabeza_hash, n, hash, i, tamano, nota, prueba from privado.ancla_contrato($1::bigint)`,
}
