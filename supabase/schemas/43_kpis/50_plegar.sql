-- From changes to cells, by the task of every minute; and all the sums again from the tables, after a bulk load without
-- triggers or to repair.

create function privado.plegar_kpis(tope integer default 50000) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  tomados bigint[];
begin
  select array_agg(t.id) into tomados from (
    select k.id from public.kpis_cambios k order by k.id limit tope for update skip locked
  ) as t;
  -- In the order of the cells: two that fold at once never wait for each other crosswise.
  insert into public.kpis_celdas as c
    (empresa_id, grupo, medida, fecha, clave, papel, n, cantidad, inicial_qq, humedad_qq, usd)
  select k.empresa_id, g.grupo, k.medida, k.fecha, g.clave, k.papel,
    sum(k.n), sum(k.cantidad), sum(k.inicial_qq), sum(k.humedad_qq), sum(k.usd)
  from public.kpis_cambios k
  cross join lateral (values ('mes', ''), ('contraparte', k.otra_id::text), ('calidad', k.calidad)) as g (grupo, clave)
  where k.id = any (tomados) and (k.medida <> 'vence' or g.grupo = 'mes')
  group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
  on conflict (empresa_id, grupo, medida, fecha, clave, papel) do update set n = c.n + excluded.n,
    cantidad = c.cantidad + excluded.cantidad, inicial_qq = c.inicial_qq + excluded.inicial_qq,
    humedad_qq = c.humedad_qq + excluded.humedad_qq, usd = c.usd + excluded.usd;
  delete from public.kpis_cambios k where k.id = any (tomados);
  return coalesce(cardinality(tomados), 0);
end
$$;
comment on function privado.plegar_kpis(integer) is
  'Suma a las celdas lo que cambió y lo quita; da cuántos cambios plegó. Se puede llamar a cualquier hora.';
revoke all on function privado.plegar_kpis(integer) from public;
grant execute on function privado.plegar_kpis(integer) to service_role;

create function privado.agregar_kpis(desde bigint, hasta bigint) returns void
language plpgsql volatile security definer set search_path = '' set work_mem = '128MB' as $$
declare
  contratos bigint[];
begin
  select array_agg(c.id) into contratos from public.contratos c where c.id between desde and hasta;
  insert into public.avances as a (contrato_id, lotes, recibido_qq, exportado_qq, tm_fijadas)
  select c, coalesce(l.lotes, 0), coalesce(l.recibido, 0), coalesce(l.exportado, 0), coalesce(f.tm, 0)
  from unnest(contratos) as c
  left join (
    select x.contrato_id, count(*) as lotes, sum(x.peso_qq) filter (where x.estado <> 'En tránsito') as recibido,
      sum(x.peso_qq) filter (where x.estado = 'Exportado') as exportado
    from public.lotes_asociados x where x.contrato_id between desde and hasta group by 1
  ) as l on l.contrato_id = c
  left join (
    select y.contrato_id, sum(y.tm) as tm
    from public.fijaciones y where y.contrato_id between desde and hasta and y.anulada_en is null group by 1
  ) as f on f.contrato_id = c
  order by c
  on conflict (contrato_id) do update set lotes = excluded.lotes, recibido_qq = excluded.recibido_qq,
    exportado_qq = excluded.exportado_qq, tm_fijadas = excluded.tm_fijadas;
  -- Straight into the cells: of many contracts at once, most add to the same ones.
  insert into public.kpis_celdas as k
    (empresa_id, grupo, medida, fecha, clave, papel, n, cantidad, inicial_qq, humedad_qq, usd)
  select x.empresa_id, g.grupo, x.medida, x.fecha, g.clave, x.papel,
    sum(x.n), sum(x.cantidad), sum(x.inicial_qq), sum(x.humedad_qq), sum(x.usd)
  from privado.aportes_kpi(privado.piezas_kpi(contratos)) as x
  cross join lateral (values ('mes', ''), ('contraparte', x.otra_id::text), ('calidad', x.calidad)) as g (grupo, clave)
  where x.medida <> 'vence' or g.grupo = 'mes'
  group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
  on conflict (empresa_id, grupo, medida, fecha, clave, papel) do update set n = k.n + excluded.n,
    cantidad = k.cantidad + excluded.cantidad, inicial_qq = k.inicial_qq + excluded.inicial_qq,
    humedad_qq = k.humedad_qq + excluded.humedad_qq, usd = k.usd + excluded.usd;
end
$$;
comment on function privado.agregar_kpis(bigint, bigint) is
  'Suma a los indicadores los contratos de esos ids, cargados sin disparadores.';
revoke all on function privado.agregar_kpis(bigint, bigint) from public;

create function privado.recalcular_kpis() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  tanda constant bigint := 20000;
  ultimo bigint;
  primero bigint := 0;
begin
  -- Nobody changes what is summed meanwhile; reading goes on.
  lock table public.contratos, public.contratos_precios, public.contratos_participantes, public.lotes_asociados,
    public.fijaciones, public.avances in share row exclusive mode;
  delete from public.kpis_cambios;
  delete from public.kpis_celdas;
  loop
    select max(t.id) into ultimo from (
      select c.id from public.contratos c where c.id >= primero order by c.id limit tanda) as t;
    exit when ultimo is null;
    perform privado.agregar_kpis(primero, ultimo);
    primero := ultimo + 1;
  end loop;
end
$$;
comment on function privado.recalcular_kpis() is 'Hace de nuevo los avances y los indicadores, desde las tablas.';
revoke all on function privado.recalcular_kpis() from public;
