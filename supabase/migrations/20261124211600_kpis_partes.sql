-- Why: who becomes party to a contract sees it in its indicators, and who is taken off does not; what is fixed is open
-- no more. And the sums can be made again from the tables: for a bulk load without triggers, or to repair.
-- Touches: creates the functions that do so, and the triggers of all that is summed; sums what there is.
-- Destructive: no.
create function privado.piezas_kpi(contratos bigint[], v_signo integer default 1) returns privado.kpi_pieza[]
language plpgsql volatile set search_path = '' as $$
begin
  return array(
    select (v_signo, c, a, l)::privado.kpi_pieza
    from public.contratos c
    join public.avances a on a.contrato_id = c.id
    cross join lateral (
      select null::public.lotes_asociados as l
      union all select l from public.lotes_asociados l where l.contrato_id = c.id
    ) as lotes
    where c.id = any (contratos));
end
$$;
comment on function privado.piezas_kpi(bigint[], integer) is 'Unos contratos con todos sus lotes, para sumarlos o restarlos.';

create function privado.sumar_partes() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  partes public.contratos_participantes[];
  contratos bigint[];
begin
  if tg_op = 'DELETE' then
    select array_agg(v::public.contratos_participantes), array_agg(v.contrato_id) into partes, contratos from viejos v;
  else
    select array_agg(n::public.contratos_participantes), array_agg(n.contrato_id) into partes, contratos from nuevos n;
  end if;
  perform privado.tomar_avances(contratos);
  perform privado.anotar_kpis(privado.piezas_kpi(contratos, case tg_op when 'DELETE' then -1 else 1 end), partes);
  return null;
end
$$;
comment on function privado.sumar_partes() is 'Disparador: los indicadores de quien llega a un contrato y de quien se va.';

create function privado.sumar_fijacion() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  tm constant numeric := case when new.anulada_en is null then new.tm else 0 end
    - case when tg_op = 'UPDATE' and old.anulada_en is null then old.tm else 0 end;
  antes public.avances;
  ahora public.avances;
begin
  update public.avances a set tm_fijadas = a.tm_fijadas + tm where a.contrato_id = new.contrato_id returning a.* into ahora;
  antes := ahora;
  antes.tm_fijadas := ahora.tm_fijadas - tm;
  perform privado.anotar_kpis(array(
    select (s.signo, c, s.avance, null)::privado.kpi_pieza
    from (values (1, ahora), (-1, antes)) as s (signo, avance)
    join public.contratos c on c.id = new.contrato_id));
  return null;
end
$$;
comment on function privado.sumar_fijacion() is 'Disparador: lo que una fijación deja de tener abierto su contrato.';

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

create function privado.recalcular_kpis() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  tanda constant bigint := 20000;
  ultimo bigint;
  primero bigint := 0;
begin
  -- Nobody changes what is summed meanwhile; reading goes on.
  lock table public.contratos, public.contratos_participantes, public.lotes_asociados, public.fijaciones,
    public.avances in share row exclusive mode;
  delete from public.kpis_cambios;
  delete from public.kpis_celdas;
  select max(c.id) into ultimo from public.contratos c;
  while primero <= ultimo loop
    perform privado.agregar_kpis(primero, primero + tanda - 1);
    primero := primero + tanda;
  end loop;
end
$$;
comment on function privado.recalcular_kpis() is 'Hace de nuevo los avances y los indicadores, desde las tablas.';

revoke all on function privado.aportes_kpi(privado.kpi_pieza[], public.contratos_participantes[]),
  privado.anotar_kpis(privado.kpi_pieza[], public.contratos_participantes[]),
  privado.tomar_avances(bigint[]), privado.sumar_lotes(), privado.sumar_contratos(), privado.piezas_kpi(bigint[], integer),
  privado.sumar_partes(), privado.sumar_fijacion(), privado.agregar_kpis(bigint, bigint), privado.recalcular_kpis()
  from public;

select privado.recalcular_kpis();

create trigger _800_sumar after insert on public.lotes_asociados
  referencing new table as nuevos for each statement execute function privado.sumar_lotes();
create trigger _810_sumar_cambio after update on public.lotes_asociados
  referencing old table as viejos new table as nuevos for each statement execute function privado.sumar_lotes();
-- A contract that is born is summed with its parties.
create trigger _810_sumar_cambio after update on public.contratos
  referencing old table as viejos new table as nuevos for each statement execute function privado.sumar_contratos();
create trigger _800_sumar after insert on public.contratos_participantes
  referencing new table as nuevos for each statement execute function privado.sumar_partes();
create trigger _810_sumar_retiro after delete on public.contratos_participantes
  referencing old table as viejos for each statement execute function privado.sumar_partes();
create trigger _800_sumar after insert or update on public.fijaciones
  for each row execute function privado.sumar_fijacion();
