import { page } from '../db/fragments.ts'
import { namedQuery } from '../db/named-query.ts'
import type { Query } from '../db/types.ts'

/** → the relation, as its proposer sees it. */
export const proponerRelacion = namedQuery(
  'proponer_relacion',
  ['empresa_id', 'ruc', 'correo'],
  (p) => `select public.proponer_relacion(${p.empresa_id}::bigint, ${p.ruc}, ${p.correo}) as cuerpo`,
)

/** $1 relation, $2 whether it is accepted, $3 why not → the relation. */
export const responderRelacion: Query = {
  name: 'responder_relacion',
  text: 'select public.responder_relacion($1::bigint, $2::boolean, $3) as cuerpo',
}

/** $1 relation, $2 why or null → the relation. */
export const terminarRelacion: Query = {
  name: 'terminar_relacion',
  text: 'select public.terminar_relacion($1::bigint, $2) as cuerpo',
}

/** $1 company. */
export const bloquearEmpresa: Query = {
  name: 'bloquear_empresa',
  text: 'select public.bloquear_empresa($1::bigint)',
}
export const desbloquearEmpresa: Query = {
  name: 'desbloquear_empresa',
  text: 'select public.desbloquear_empresa($1::bigint)',
}

/** A page, newest first. */
export const paginaRelaciones = namedQuery('pagina_relaciones', ['estado', 'despues_de', 'limite'], (p) =>
  page(
    `select x.* from public.mis_relaciones(${p.estado}, ${p.despues_de}::bigint, ${p.limite}::int + 1) as j
     cross join lateral json_to_record(j) as x(id bigint, estado text, propia boolean, propone json, con json, ruc text,
       correo text, contrato_id bigint, motivo text, propuesta_en text, respondida_en text, terminada_en text)`,
    'r.id desc',
    p.limite,
  ),
)

/** A page of the contracts that wait for the caller's company, newest first. */
export const paginaPropuestas = namedQuery('pagina_propuestas', ['despues_de', 'limite'], (p) =>
  page(
    `select contrato_id as id, codigo, exportadora, contraparte, papel, propone, propuesto_en
     from public.mis_propuestas(${p.despues_de}::bigint, ${p.limite}::int + 1)`,
    'r.id desc',
    p.limite,
  ),
)
