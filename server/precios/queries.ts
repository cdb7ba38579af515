import { page } from '../db/fragments.ts'
import { namedQuery } from '../db/named-query.ts'
import type { Query } from '../db/types.ts'

/** Columns of a price `p`, in the order of the answer. */
const PRECIO = `p.id, p.fecha, p.calidad, p.mercado, p.precio_tm, p.diferencial, p.precio_tm + p.diferencial as fob_tm,
  p.fuente, case when p.empresa_id is null then 'global' else 'propio' end as ambito, p.creado_en, p.actualizado_en`

const conAcceso = (consulta: string) =>
  `select p.*, (select privado.mi_rol()) is not null as activo from (${consulta}) as p`

/** Of a day, or null for today → a page of the prices in force, by quality and market. */
export const paginaVigentes = namedQuery(
  'pagina_precios_vigentes',
  ['limite', 'despues_de', 'fecha', 'calidad', 'mercado', 'ambito'],
  (p) =>
    conAcceso(
      page(
        `select * from (select ${PRECIO} from privado.precios_pagina(${p.limite} + 1, ${p.despues_de}, ${p.fecha}::date, ${p.calidad},
         ${p.mercado}, ${p.ambito}) as p) as v
       order by v.calidad, v.mercado, v.ambito limit ${p.limite} + 1`,
        'r.calidad, r.mercado, r.ambito',
        p.limite,
      ),
    ),
)

/** → a page of the series, the last day first. */
export const paginaSerie = namedQuery(
  'pagina_precios_serie',
  ['limite', 'despues_de_fecha', 'despues_de_id', 'desde', 'hasta', 'calidad', 'mercado', 'ambito'],
  (p) =>
    conAcceso(
      page(
        `select ${PRECIO} from privado.precios_serie(${p.limite} + 1, ${p.despues_de_fecha}, ${p.despues_de_id}, ${p.desde}, ${p.hasta},
         ${p.calidad}, ${p.mercado}, ${p.ambito}) as p
       order by p.fecha desc, p.id desc limit ${p.limite} + 1`,
        'r.fecha desc, r.id desc',
        p.limite,
        `r.fecha || '_' || r.id`,
      ),
    ),
)

/** → the price. */
export const crearPrecio = namedQuery(
  'crear_precio',
  ['fecha', 'calidad', 'mercado', 'precio_tm', 'diferencial', 'fuente'],
  (p) => `with p as (
    insert into public.precios_fob as p (fecha, calidad, mercado, precio_tm, diferencial, fuente)
    values (${p.fecha}, ${p.calidad}, ${p.mercado}, ${p.precio_tm}, ${p.diferencial}, ${p.fuente}) returning ${PRECIO}
  ) select row_to_json(p) as cuerpo from p`,
)

/** $1 price, $2 precio_tm, $3 diferencial, $4 fuente (null leaves what there is) → the price. */
export const editarPrecio: Query = {
  name: 'editar_precio',
  text: `with p as (
    update public.precios_fob as p set precio_tm = coalesce($2::numeric, p.precio_tm),
      diferencial = coalesce($3::numeric, p.diferencial), fuente = coalesce($4, p.fuente)
    where p.id = $1::bigint returning ${PRECIO}
  ) select row_to_json(p) as cuerpo from p`,
}

/** $1 price → its id, once deleted. */
export const borrarPrecio: Query = {
  name: 'borrar_precio',
  text: 'delete from public.precios_fob where id = $1::bigint returning id as cuerpo',
}

/** $1 price → whether the caller sees it. */
export const accesoPrecio: Query = {
  name: 'acceso_precio',
  text: 'select exists (select from public.precios_fob where id = $1::bigint) as visible',
}

/** $1 JSON array of prices with their `linea` and `turno`, the order to write them in → of each line, what became of it. */
export const importarPrecios: Query = {
  name: 'importar_precios',
  text: `with datos as (
    select * from jsonb_to_recordset($1::jsonb) as d (
      linea int, turno int, fecha date, calidad text, mercado text, precio_tm numeric, diferencial numeric, fuente text)
  ), hechos as (
    insert into public.precios_fob as p (fecha, calidad, mercado, precio_tm, diferencial, fuente)
    select d.fecha, d.calidad, d.mercado, d.precio_tm, d.diferencial, d.fuente
    from datos d order by d.turno
    on conflict on constraint precios_fob_fecha_key do update
      set precio_tm = excluded.precio_tm, diferencial = excluded.diferencial, fuente = excluded.fuente
      where (p.precio_tm, p.diferencial, p.fuente) is distinct from (excluded.precio_tm, excluded.diferencial, excluded.fuente)
    -- A row that was there before has been locked by this transaction.
    returning p.fecha, p.calidad, p.mercado, p.xmax = 0 as es_nuevo
  )
  select d.linea, case when h.es_nuevo then 'creado' when not h.es_nuevo then 'actualizado' else 'sin_cambio' end as estado
  from datos d left join hechos h using (fecha, calidad, mercado)`,
}

/** Columns of a pending price `q`, in the order of the answer. */
const PENDIENTE = `q.id, q.fecha, q.calidad, q.mercado, q.precio_tm, q.diferencial, q.fuente, q.anterior_tm, q.anterior_fecha,
  round((q.precio_tm - q.anterior_tm) * 100 / q.anterior_tm, 2) as salto, q.estado, q.creado_en, q.resuelto_en`

/** $1 limit, $2 id after which it goes on → a page of the prices that waited, newest first. */
export const paginaPendientes: Query = {
  name: 'pagina_precios_pendientes',
  text: `select p.*, (select privado.es_admin()) as activo from (${page(
    `select ${PENDIENTE} from public.precios_pendientes q where $2::bigint is null or q.id < $2
     order by q.id desc limit $1 + 1`,
    'r.id desc',
    '$1',
  )}) as p`,
}

/** $1 pending price, $2 whether it is confirmed → the pending price. */
export const resolverPrecio: Query = {
  name: 'resolver_precio',
  text: `select row_to_json(pendiente) as cuerpo
    from (select ${PENDIENTE} from public.resolver_precio($1::bigint, $2::boolean) as q) as pendiente`,
}
