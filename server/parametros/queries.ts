import { page } from '../db/fragments.ts'
import type { Query } from '../db/types.ts'

/** Columns of a parameter `p`, in the order of the answer. */
const PARAMETRO =
  'p.id, p.tipo, p.variante, p.valor, p.desde, p.hasta, p.empresa_id is not null as propio, p.creado_en'

/** $1 limit, $2 id after which it goes on, $3 tipo, $4 day in which it holds, $5 own or not → a page, newest first. */
export const paginaParametros: Query = {
  name: 'pagina_parametros',
  text: `select p.*, (select privado.mi_rol()) is not null as activo from (${page(
    `select ${PARAMETRO} from public.parametros p
     where ($2::bigint is null or p.id < $2) and ($3::text is null or p.tipo = $3)
       and ($4::date is null or p.id in (select v.id from public.parametros_vigentes($4) as v))
       and ($5::boolean is null or (p.empresa_id is not null) = $5)
     order by p.id desc limit $1 + 1`,
    'r.id desc',
    '$1',
  )}) as p`,
}

/** $1 tipo, $2 variante, $3 valor, $4 desde, $5 hasta → the parameter. */
export const crearParametro: Query = {
  name: 'crear_parametro',
  text: `with p as (
    insert into public.parametros as p (tipo, variante, valor, desde, hasta) values ($1, $2, $3, $4, $5)
    returning ${PARAMETRO}
  ) select row_to_json(p) as cuerpo from p`,
}

/** $1 parameter, $2 what changes as JSON → the parameter. */
export const editarParametro: Query = {
  name: 'editar_parametro',
  text: `with p as (
    update public.parametros as p set valor = coalesce(cambios -> 'valor', p.valor),
      desde = coalesce((cambios ->> 'desde')::date, p.desde),
      hasta = case when cambios ? 'hasta' then (cambios ->> 'hasta')::date else p.hasta end
    from (select $2::jsonb as cambios) as edicion where p.id = $1::bigint returning ${PARAMETRO}
  ) select row_to_json(p) as cuerpo from p`,
}

/** $1 parameter → its id, once deleted. */
export const borrarParametro: Query = {
  name: 'borrar_parametro',
  text: 'delete from public.parametros where id = $1::bigint returning id as cuerpo',
}

/** $1 parameter → whether the caller sees it. */
export const accesoParametro: Query = {
  name: 'acceso_parametro',
  text: 'select exists (select from public.parametros where id = $1::bigint) as visible',
}
