-- The indicators in one call, from the SDK (rpc) and from the functions alike, under RLS: what a company reads is its
-- own. The figures are exact until each is rounded, once: weights to 4 decimals, money to 2.
create function public.kpis(
  desde date default null,
  hasta date default null,
  agrupar text default 'mes',
  dias integer default 15,
  empresa bigint default null
) returns json
language plpgsql stable security invoker set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
declare
  tm constant numeric := 0.045359237;
  hoy constant date := privado.hoy();
  fin constant date := date_trunc('month', coalesce(hasta, hoy))::date;
  inicio constant date := coalesce(date_trunc('month', desde)::date, fin - interval '11 months');
begin
  perform privado.exigir_cuenta();
  if inicio > fin or fin >= inicio + interval '120 months' then
    raise exception 'kpis_periodo_invalido' using errcode = 'PT422',
      detail = 'El período va de un mes a otro posterior, y abarca 120 meses como máximo.', hint = 'desde';
  elsif coalesce(agrupar, '') not in ('mes', 'contraparte', 'calidad') then
    raise exception 'kpis_grupo_invalido' using errcode = 'PT422',
      detail = 'Se agrupa por mes, contraparte o calidad.', hint = 'agrupar';
  elsif dias is null or dias not between 0 and 365 then
    raise exception 'kpis_dias_invalidos' using errcode = 'PT422', detail = 'De 0 a 365 días.', hint = 'dias';
  elsif not privado.es_admin() then
    if empresa <> privado.mi_empresa() then
      raise exception 'kpis_ajenos' using errcode = 'PT403',
        detail = 'Solo un administrador ve los indicadores de otra empresa.', hint = 'empresa';
    end if;
    empresa := privado.mi_empresa();
  end if;
  return (
    with celdas as materialized (
      -- Of all the companies, a contract counts once: by its exporter. One branch runs, never both.
      select k.clave, k.medida, k.fecha, k.n, k.cantidad, k.inicial_qq, k.humedad_qq, k.usd from public.kpis_totales k
      where empresa is not null and k.empresa_id = empresa and k.grupo = agrupar and (
        k.fecha = 'infinity' or (k.medida in ('contratado', 'entregado', 'vendido', 'sin_precio') and k.fecha between inicio and fin))
      union all
      select k.clave, k.medida, k.fecha, k.n, k.cantidad, k.inicial_qq, k.humedad_qq, k.usd from public.kpis_totales k
      where empresa is null and k.papel = 'exportadora' and k.grupo = agrupar and (
        k.fecha = 'infinity' or (k.medida in ('contratado', 'entregado', 'vendido', 'sin_precio') and k.fecha between inicio and fin))
    ),
    vencen as materialized (
      select k.fecha, k.n, k.cantidad from public.kpis_totales k
      where empresa is not null and k.empresa_id = empresa and k.grupo = 'mes' and k.medida = 'vence' and k.fecha <= hoy + dias
      union all
      select k.fecha, k.n, k.cantidad from public.kpis_totales k
      where empresa is null and k.papel = 'exportadora' and k.grupo = 'mes' and k.medida = 'vence' and k.fecha <= hoy + dias
    ),
    ahora as (
      select medida, sum(n)::bigint as n, sum(cantidad) as cantidad from celdas where fecha = 'infinity' group by 1
    ),
    llaves as (
      select case when agrupar <> 'mes' then clave when fecha < 'infinity' then to_char(fecha, 'YYYY-MM') end as llave, celdas.*
      from celdas
      union all
      select to_char(m, 'YYYY-MM'), '', '', m::date, 0, 0, 0, 0, 0
      from generate_series(inicio, fin, interval '1 month') as m where agrupar = 'mes'
    ),
    sumas as (
      select grouping(llave) = 1 as es_total, llave, bool_or(n <> 0) as tiene,
        coalesce(sum(cantidad) filter (where medida = 'contratado'), 0) as contratado,
        coalesce(sum(cantidad) filter (where medida = 'entregado'), 0) as entregado,
        coalesce(sum(inicial_qq), 0) as inicial, coalesce(sum(humedad_qq), 0) as humedad,
        coalesce(sum(cantidad) filter (where medida = 'vendido'), 0) as vendido, coalesce(sum(usd), 0) as usd,
        coalesce(sum(cantidad) filter (where medida = 'sin_precio'), 0) as sin_precio,
        coalesce(sum(cantidad) filter (where medida in ('En tránsito', 'Recibido', 'Secado')), 0) as stock,
        coalesce(sum(cantidad) filter (where medida = 'abierta'), 0) as abierta
      from llaves group by grouping sets ((llave), ())
    ),
    filas as (
      select coalesce(llave, '') as clave,
        case when es_total then null when agrupar = 'contraparte' then e.nombre when llave = '' then 'Sin calidad' else llave end as nombre,
        round(contratado, 4) as contratado_tm, round(entregado, 4) as entregado_qq, round(entregado * tm, 4) as entregado_tm,
        round(humedad / nullif(entregado, 0), 4) as humedad_promedio,
        round(100 * (inicial - entregado) / nullif(inicial, 0), 4) as merma_pct,
        round(vendido * tm, 4) as vendido_tm, round(usd, 2) as ventas_usd, round(sin_precio * tm, 4) as sin_precio_tm,
        -- What there is now is of no month.
        case when es_total or agrupar <> 'mes' then round(stock, 4) end as stock_qq,
        case when es_total or agrupar <> 'mes' then round(stock * tm, 4) end as stock_tm,
        case when es_total or agrupar <> 'mes' then round(abierta, 4) end as abierta_tm
      from sumas left join public.empresas e on e.id = case when agrupar = 'contraparte' then llave::bigint end
      where es_total or (llave is not null and (tiene or agrupar = 'mes'))
    ),
    total as (select f.* from filas f where f.nombre is null),
    grupos as (select f.* from filas f where f.nombre is not null)
    select json_build_object(
      'desde', to_char(inicio, 'YYYY-MM'), 'hasta', to_char(fin, 'YYYY-MM'), 'agrupar', agrupar, 'empresa', empresa,
      'stock', (
        select json_agg(json_build_object('estado', s.estado, 'lotes', coalesce(a.n, 0), 'qq', coalesce(round(a.cantidad, 4), 0),
          'tm', coalesce(round(a.cantidad * tm, 4), 0)) order by s.orden)
        from unnest('{En tránsito,Recibido,Secado,Exportado}'::text[]) with ordinality as s (estado, orden)
        left join ahora a on a.medida = s.estado),
      'contratos', json_build_object(
        'estados', (
          select json_agg(json_build_object('estado', s.estado, 'contratos', coalesce(a.n, 0),
            'tm', coalesce(round(a.cantidad, 4), 0)) order by s.orden)
          from unnest('{En revisión,Activo,Cerrado}'::text[]) with ordinality as s (estado, orden)
          left join ahora a on a.medida = s.estado),
        'borradores', (select json_build_object('contratos', coalesce(sum(n), 0)::bigint,
          'tm', coalesce(round(sum(cantidad), 4), 0)) from ahora where medida = 'borrador'),
        'por_vencer', (select json_build_object('dias', dias, 'contratos', coalesce(sum(n), 0)::bigint,
          'pendiente_tm', coalesce(round(sum(cantidad), 4), 0)) from vencen where fecha >= hoy),
        'atrasados', (select json_build_object('contratos', coalesce(sum(n), 0)::bigint,
          'pendiente_tm', coalesce(round(sum(cantidad), 4), 0)) from vencen where fecha < hoy)),
      'posicion_abierta', (select json_build_object('contratos', coalesce(sum(n), 0)::bigint,
        'tm', coalesce(round(sum(cantidad), 4), 0)) from ahora where medida = 'abierta'),
      'total', (select row_to_json(t) from total t),
      'grupos', coalesce((select json_agg(row_to_json(g) order by g.clave) from grupos g), '[]'),
      'series', (
        select json_agg(json_build_object('nombre', s.nombre, 'unidad', s.unidad, 'puntos', coalesce(s.puntos, '[]')))
        from (
          select 'Contratado' as nombre, 'TM' as unidad, json_agg(json_build_array(g.nombre, contratado_tm) order by clave) as puntos from grupos g
          union all select 'Entregado', 'TM', json_agg(json_build_array(g.nombre, entregado_tm) order by clave) from grupos g
          union all select 'Ventas', 'USD', json_agg(json_build_array(g.nombre, ventas_usd) order by clave) from grupos g
          union all select 'Humedad', '%', json_agg(json_build_array(g.nombre, humedad_promedio) order by clave) from grupos g
          union all select 'Merma', '%', json_agg(json_build_array(g.nombre, merma_pct) order by clave) from grupos g
        ) as s)
    )
  );
end
$$;
comment on function public.kpis(date, date, text, integer, bigint) is
  'Indicadores de la empresa del usuario entre dos meses; de un administrador, los de todas o los de una.';
revoke all on function public.kpis(date, date, text, integer, bigint) from public, anon, service_role;
grant execute on function public.kpis(date, date, text, integer, bigint) to authenticated;
