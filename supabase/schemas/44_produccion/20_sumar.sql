-- What an operation is worth, once it is written, and is worth no more when it is voided: then it counts as if it had
-- never been, in its own month. It reads the balances as the operation, or its void, has left them.

create function privado.sumar_produccion(operacion uuid, signo integer default 1) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  o public.operaciones;
  mes date;
begin
  select * into o from public.operaciones x where x.id = operacion;
  if o.tipo = 'anular' then
    perform privado.sumar_produccion(o.anula, -1);
    return;
  end if;
  mes := date_trunc('month', o.en at time zone 'America/Guayaquil')::date;
  insert into privado.produccion_cambios (empresa_id, medida, fecha, clave, detalle, n, kg, sale_kg)
  select o.empresa_id, t.medida, t.fecha, t.clave, t.detalle, sum(t.n), sum(t.kg), sum(t.sale)
  from (
    -- A lot is one less when nothing is left of it, and one more when all that is left was given back.
    select 'stock' as medida, 'infinity'::date as fecha, coalesce(l.centro_id::text, '') as clave, l.condicion as detalle,
      case when signo = 1 then -(s.kg = 0)::int else (s.kg = c.kg)::int end as n, -signo * c.kg as kg, 0.0 as sale
    from public.consumos c
    join public.lotes l on l.id = c.lote_id
    join privado.saldos s on s.lote_id = c.lote_id
    where c.operacion_id = o.id
    union all
    select 'stock', 'infinity', coalesce(l.centro_id::text, ''), l.condicion, signo, signo * p.kg, 0
    from public.productos p join public.lotes l on l.id = p.lote_id
    where p.operacion_id = o.id and not l.embarcado
    union all
    select 'embarcado', mes, '', '', signo, signo * p.kg, 0
    from public.productos p join public.lotes l on l.id = p.lote_id
    where p.operacion_id = o.id and l.embarcado
    union all
    select 'recibido', mes, coalesce(l.productor_id::text, ''), '', signo, signo * p.kg, 0
    from public.productos p join public.lotes l on l.id = p.lote_id
    where p.operacion_id = o.id and o.tipo = 'recibir'
    union all
    select o.tipo, mes, '', '', signo,
      signo * (select sum(c.kg) from public.consumos c where c.operacion_id = o.id),
      signo * (select sum(p.kg) from public.productos p where p.operacion_id = o.id)
    where o.tipo in ('fermentar', 'secar')
    union all
    select 'perdida', mes, p.causa, '', signo, signo * p.kg, 0
    from public.perdidas p where p.operacion_id = o.id
  ) as t
  group by 2, 3, 4, 5;
end
$$;
comment on function privado.sumar_produccion(uuid, integer) is
  'Lo que una operación suma a los indicadores de producción (1), o deja de sumar (-1).';

create function privado.plegar_produccion(tope integer default 50000) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  tomados bigint[];
begin
  select array_agg(t.id) into tomados from (
    select k.id from privado.produccion_cambios k order by k.id limit tope for update skip locked
  ) as t;
  -- In the order of the cells: two that fold at once never wait for each other crosswise.
  insert into privado.produccion_celdas as c (empresa_id, medida, fecha, clave, detalle, n, kg, sale_kg)
  select k.empresa_id, k.medida, k.fecha, k.clave, k.detalle, sum(k.n), sum(k.kg), sum(k.sale_kg)
  from privado.produccion_cambios k where k.id = any (tomados)
  group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
  on conflict (empresa_id, medida, fecha, clave, detalle) do update set n = c.n + excluded.n, kg = c.kg + excluded.kg,
    sale_kg = c.sale_kg + excluded.sale_kg;
  delete from privado.produccion_cambios k where k.id = any (tomados);
  return coalesce(cardinality(tomados), 0);
end
$$;
comment on function privado.plegar_produccion(integer) is
  'Suma a las celdas de producción lo que cambió y lo quita; da cuántos cambios plegó.';

revoke all on function privado.sumar_produccion(uuid, integer), privado.plegar_produccion(integer) from public;
grant execute on function privado.plegar_produccion(integer) to service_role;
