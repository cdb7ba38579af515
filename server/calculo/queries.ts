import { page } from '../db/fragments.ts'
import type { Query } from '../db/types.ts'

/** $1 day or null for today, $2 kinds → that day, and its parameters of those kinds for the caller as JSON. */
export const parametrosDelDia: Query = {
  name: 'parametros_del_dia',
  text: `select dia.fecha::text as fecha, coalesce((
      select json_agg(row_to_json(p)) from public.parametros_vigentes(dia.fecha) as p where p.tipo = any ($2::text[])), '[]') as parametros
    from (select coalesce($1::date, (now() at time zone 'America/Guayaquil')::date) as fecha) as dia`,
}

/** $1 tipo, $2 fecha, $3 input, $4 ids of the parameters, $5 result, all three as JSON → its id. */
export const guardarCalculo: Query = {
  name: 'guardar_calculo',
  text: `insert into public.calculos (tipo, fecha, entrada, parametros, resultado)
    values ($1, $2::date, $3::jsonb, $4::jsonb, $5::jsonb) returning id as cuerpo`,
}

/** Columns of a calculation `k` of user `u`, in the order of the answer. */
const CALCULO = 'k.id, k.tipo, k.fecha, k.resultado, k.usuario_id, u.nombre as usuario, k.creado_en'
const CON_USUARIO = 'left join public.usuarios u on u.id = k.usuario_id'

/** The calculations of those that `quienes` lets the caller see, by an index of their own: an `or` would walk all. */
const ultimos = (quienes: string) => `(
  select * from public.calculos k
  where ${quienes} and ($2::bigint is null or k.id < $2) and ($3::text is null or k.tipo = $3)
    and ($4::date is null or k.creado_en >= $4::date::timestamp at time zone 'America/Guayaquil')
    and ($5::date is null or k.creado_en < ($5::date + 1)::timestamp at time zone 'America/Guayaquil')
  order by k.id desc limit $1 + 1)`

/** $1 limit, $2 id after which it goes on, $3 tipo, $4 and $5 first and last day it was made → a page, newest first. */
export const paginaCalculos: Query = {
  name: 'pagina_calculos',
  text: `select p.*, (select privado.mi_rol()) is not null as activo from (${page(
    `select ${CALCULO} from (
       ${ultimos('k.empresa_id = (select privado.mi_empresa()) and not (select privado.es_admin())')}
       union all ${ultimos('(select privado.es_admin())')}
     ) as k ${CON_USUARIO} order by k.id desc limit $1 + 1`,
    'r.id desc',
    '$1',
  )}) as p`,
}

/** $1 calculation → all of it. */
export const verCalculo: Query = {
  name: 'ver_calculo',
  text: `select row_to_json(calculo) as cuerpo from (
    select ${CALCULO}, k.entrada, k.parametros from public.calculos k ${CON_USUARIO} where k.id = $1::bigint) as calculo`,
}
