-- The indicators of production in one call, from the SDK and from the functions alike. A company reads its own; an
-- administrator those of one or of all, but not who delivers: producers are persons, and their buyer's alone.

create function privado.kpis_produccion(desde date, hasta date, empresa bigint) returns json
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
declare
  fin constant date := date_trunc('month', coalesce(hasta, privado.hoy()))::date;
  inicio constant date := coalesce(date_trunc('month', desde)::date, fin - interval '11 months');
  admin constant boolean := privado.es_admin();
begin
  perform privado.exigir_cuenta();
  if inicio > fin or fin >= inicio + interval '120 months' then
    raise exception 'kpis_periodo_invalido' using errcode = 'PT422',
      detail = 'El período va de un mes a otro posterior, y abarca 120 meses como máximo.', hint = 'desde';
  elsif not admin then
    if empresa <> privado.mi_empresa() then
      raise exception 'kpis_ajenos' using errcode = 'PT403',
        detail = 'Solo un administrador ve los indicadores de otra empresa.', hint = 'empresa';
    end if;
    empresa := privado.mi_empresa();
  end if;
  return (
    with todo as not materialized (
      select k.empresa_id, k.medida, k.fecha, k.clave, k.detalle, k.n, k.kg, k.sale_kg from privado.produccion_celdas k
      union all
      select k.empresa_id, k.medida, k.fecha, k.clave, k.detalle, k.n, k.kg, k.sale_kg from privado.produccion_cambios k
    ),
    sumas as materialized (
      select t.medida, t.fecha, t.clave, t.detalle, sum(t.n)::bigint as n, sum(t.kg) as kg, sum(t.sale_kg) as sale
      from (
        -- One branch runs, never both: in one condition, whoever asks would pass by the cells of all companies.
        select k.* from todo k where k.empresa_id = empresa and (k.fecha = 'infinity' or k.fecha between inicio and fin)
        union all
        select k.* from todo k
        where empresa is null and admin and (k.fecha = 'infinity' or k.fecha between inicio and fin)
      ) as t
      group by 1, 2, 3, 4 having (sum(t.n), sum(t.kg), sum(t.sale_kg)) is distinct from (0, 0, 0)
    ),
    meses as (
      select m::date as mes, u.medida, coalesce(sum(s.n), 0)::bigint as n, coalesce(sum(s.kg), 0) as kg, coalesce(sum(s.sale), 0) as sale
      from generate_series(inicio, fin, interval '1 month') as m
      cross join unnest('{fermentar,secar,perdida,recibido,embarcado}'::text[]) as u (medida)
      left join sumas s on s.medida = u.medida and s.fecha = m::date
      group by 1, 2
    ),
    partes as (
      select m.medida, sum(m.n)::bigint as n, sum(m.kg) as kg, sum(m.sale) as sale,
        json_agg(case m.medida
          when 'fermentar' then json_build_object('mes', to_char(m.mes, 'YYYY-MM'), 'operaciones', m.n, 'entra_kg', m.kg,
            'sale_kg', m.sale, 'factor', round(m.sale / nullif(m.kg, 0), 4))
          when 'secar' then json_build_object('mes', to_char(m.mes, 'YYYY-MM'), 'operaciones', m.n, 'entra_kg', m.kg,
            'sale_kg', m.sale, 'factor', round(m.sale / nullif(m.kg, 0), 4))
          when 'perdida' then json_build_object('mes', to_char(m.mes, 'YYYY-MM'), 'kg', m.kg)
          else json_build_object('mes', to_char(m.mes, 'YYYY-MM'), 'lotes', m.n, 'kg', m.kg) end order by m.mes) as meses
      from meses m group by 1
    )
    select json_build_object(
      'desde', to_char(inicio, 'YYYY-MM'), 'hasta', to_char(fin, 'YYYY-MM'), 'empresa', empresa,
      'stock', coalesce((
        select json_agg(json_build_object('centro_id', c.id, 'centro', c.nombre, 'condicion', s.detalle, 'lotes', s.n, 'kg', s.kg)
          order by c.nombre nulls first, c.id, s.detalle)
        from sumas s left join public.centros c on c.id = nullif(s.clave, '')::bigint where s.medida = 'stock'), '[]'),
      'fermentacion', (
        select json_build_object('operaciones', p.n, 'entra_kg', p.kg, 'sale_kg', p.sale,
          'factor', round(p.sale / nullif(p.kg, 0), 4), 'meses', p.meses) from partes p where p.medida = 'fermentar'),
      'secado', (
        select json_build_object('operaciones', p.n, 'entra_kg', p.kg, 'sale_kg', p.sale,
          'factor', round(p.sale / nullif(p.kg, 0), 4), 'meses', p.meses) from partes p where p.medida = 'secar'),
      'perdidas', (
        select json_build_object('kg', p.kg, 'causas', coalesce((
            select json_agg(json_build_object('causa', x.clave, 'kg', x.kg) order by x.kg desc, x.clave)
            from (select s.clave, sum(s.kg) as kg from sumas s where s.medida = 'perdida' group by 1) as x), '[]'),
          'meses', p.meses) from partes p where p.medida = 'perdida'),
      'recepciones', (
        select json_build_object('lotes', p.n, 'kg', p.kg, 'meses', p.meses,
          -- The five hundred that deliver most; null of whom the caller does not read.
          'productores', case when not admin then coalesce((
            select json_agg(json_build_object('productor_id', y.id, 'productor', y.nombre, 'lotes', y.n, 'kg', y.kg)
              order by y.kg desc, y.id)
            from (
              select r.id, r.nombre, sum(s.n)::bigint as n, sum(s.kg) as kg
              from sumas s left join public.productores r on r.id = nullif(s.clave, '')::bigint
              where s.medida = 'recibido' group by 1, 2 order by 4 desc, 1 limit 500) as y), '[]') end)
        from partes p where p.medida = 'recibido'),
      'embarques', (
        select json_build_object('lotes', p.n, 'kg', p.kg, 'meses', p.meses) from partes p where p.medida = 'embarcado'))
  );
end
$$;
comment on function privado.kpis_produccion(date, date, bigint) is 'Indicadores de producción de una empresa.';

create function public.kpis_produccion(desde date default null, hasta date default null, empresa bigint default null)
returns json
language sql stable security invoker set search_path = '' as $$
  select privado.kpis_produccion(desde, hasta, empresa)
$$;
comment on function public.kpis_produccion(date, date, bigint) is
  'Existencias por centro y condición, rendimientos de fermentación y secado, pérdidas por causa y recepciones por productor, entre dos meses.';

revoke all on function privado.kpis_produccion(date, date, bigint) from public;
revoke all on function public.kpis_produccion(date, date, bigint) from public, anon, service_role;
grant execute on function privado.kpis_produccion(date, date, bigint), public.kpis_produccion(date, date, bigint)
  to authenticated;
