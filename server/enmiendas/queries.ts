import { byKey, list, page } from '../db/fragments.ts'
import type { Query } from '../db/types.ts'

/** Columns of an amendment `e`, in the order of the answer; one that nobody answered in time has lapsed by the clock. */
export const ENMIENDA = `e.n, e.de_version, e.cambios, e.nota,
  case when e.estado = 'propuesta' and e.vence_en <= now() then 'vencida' else e.estado end as estado,
  e.propuesta_por, e.propuesta_empresa, e.propuesta_en, e.vence_en, e.respondida_por, e.respondida_empresa,
  e.respondida_en, e.motivo`

/** $1 contract, $2 limit, $3 number after which all are older → a page of its amendments, newest first; no row without the contract. */
export const paginaEnmiendas = byKey(
  'pagina_enmiendas',
  (where) =>
    `select p.* from public.contratos c cross join lateral (${page(
      `select ${ENMIENDA} from public.enmiendas e
       where e.contrato_id = c.id and ($3::bigint is null or e.n < $3) order by e.n desc limit $2 + 1`,
      'r.n desc',
      '$2',
      'r.n',
    )}) as p where ${where}`,
)

/** $1 contract, $2 changes as JSON, $3 nota or null → the amendment. */
export const proponerEnmienda = byKey(
  'proponer_enmienda',
  (where) => `select row_to_json(enmienda) as cuerpo from (
    select ${ENMIENDA} from public.contratos c
    cross join lateral public.proponer_enmienda(c.id, $2::jsonb, $3) as e where ${where}
  ) as enmienda`,
)

const paso = (name: string, hecho: string) =>
  byKey(
    name,
    (where) => `select row_to_json(enmienda) as cuerpo from (
      select ${ENMIENDA} from public.contratos c join public.enmiendas x on x.contrato_id = c.id and x.n = $2::bigint
      cross join lateral ${hecho} as e where ${where}
    ) as enmienda`,
  )

/** $1 contract, $2 number of the amendment → it, accepted: its terms are those of the contract. */
export const aceptarEnmienda = paso('aceptar_enmienda', 'public.responder_enmienda(x.id, true)')
/** $1 contract, $2 number of the amendment, $3 motivo → it, refused. */
export const rechazarEnmienda = paso('rechazar_enmienda', 'public.responder_enmienda(x.id, false, $3)')
/** $1 contract, $2 number of the amendment → it, withdrawn. */
export const retirarEnmienda = paso('retirar_enmienda', 'public.retirar_enmienda(x.id)')

/** $1 contract, $2 number of the amendment → whether the caller may see it. */
export const accesoEnmienda = byKey(
  'acceso_enmienda',
  (
    where,
  ) => `select exists (select from public.enmiendas e where e.contrato_id = c.id and e.n = $2::bigint) as visible
    from public.contratos c where ${where}`,
)

/** $1 contract, $2 limit, $3 number after which all are older → a page of its versions, newest first; no row without the contract. */
export const paginaVersiones = byKey(
  'pagina_versiones',
  (where) =>
    `select p.* from public.contratos c cross join lateral (${page(
      `select v.n, v.terminos, v.origen, e.n as enmienda, v.propuesta_por, v.propuesta_empresa, v.propuesta_en,
         v.aceptada_por, v.aceptada_empresa, v.aceptada_en
       from public.contratos_versiones v left join public.enmiendas e on e.id = v.enmienda_id
       where v.contrato_id = c.id and ($3::bigint is null or v.n < $3) order by v.n desc limit $2 + 1`,
      'r.n desc',
      '$2',
      'r.n',
    )}) as p where ${where}`,
)

/** $1 contract, $2 and $3 two of its versions → in what they differ; no row where one of them is not there for the caller. */
export const diferenciaVersiones = byKey(
  'diferencia_versiones',
  (where) => `select json_build_object('de', antes.n, 'a', despues.n, 'diferencias',
      ${list('select d.campo, d.antes, d.despues from privado.diferencias(antes.terminos, despues.terminos) as d')}) as cuerpo
    from public.contratos c
    join public.contratos_versiones antes on antes.contrato_id = c.id and antes.n = $2::bigint
    join public.contratos_versiones despues on despues.contrato_id = c.id and despues.n = $3::bigint
    where ${where}`,
)

/** → how many lapsed that nobody answered in time; of the service role. Each a transaction: neither holds what it took for the other. */
export const vencerEnmiendas: Query = {
  name: 'vencer_enmiendas',
  text: 'select privado.vencer_enmiendas() as vencidas',
}
export const vencerFijaciones: Query = {
  name: 'vencer_fijaciones',
  text: 'select privado.vencer_fijaciones() as vencidas',
}
