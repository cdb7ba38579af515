-- Why: the indicators of a company of a hundred thousand lots are read in milliseconds, so they are summed when
-- things change, not when they are asked. A change only adds a row (no row is shared by two contracts: nobody waits);
-- every minute those rows are folded into cells. What is read is cells and what is not folded yet: always exact.
-- No foreign key: a company that is party to a contract cannot go, and each would be looked up at every change.
-- Touches: creates public.kpis_celdas, public.kpis_cambios and the view public.kpis_totales. Destructive: no.

-- medida: a state (of lots: quintals; of contracts: tons), with fecha infinity: what there is now; abierta (tons to be
-- fixed), too; contratado (tons), entregado, vendido and sin_precio (quintals), by the first day of their month in
-- Guayaquil; vence (tons not delivered), by the day they are due.
create table public.kpis_cambios (
  id bigint generated always as identity primary key,
  empresa_id bigint not null,
  papel text collate "C" not null,
  otra_id bigint not null,
  calidad text collate "C" not null,
  medida text collate "C" not null,
  fecha date not null,
  n bigint not null,
  cantidad numeric not null,
  inicial_qq numeric not null,
  humedad_qq numeric not null,
  usd numeric not null
);
comment on table public.kpis_cambios is 'Lo que cada cambio suma o resta a los indicadores de cada parte, hasta que se pliega.';
comment on column public.kpis_cambios.otra_id is 'La contraparte, para la exportadora; la exportadora, para las demás.';
comment on column public.kpis_cambios.inicial_qq is 'De lo entregado, su peso al registrarse.';
comment on column public.kpis_cambios.humedad_qq is 'De lo entregado, quintales por porcentaje de humedad.';
create index kpis_cambios_empresa_idx on public.kpis_cambios (empresa_id);

create table public.kpis_celdas (
  empresa_id bigint not null,
  grupo text collate "C" not null,
  medida text collate "C" not null,
  fecha date not null,
  clave text collate "C" not null,
  papel text collate "C" not null,
  n bigint not null,
  cantidad numeric not null,
  inicial_qq numeric not null,
  humedad_qq numeric not null,
  usd numeric not null,
  primary key (empresa_id, grupo, medida, fecha, clave, papel)
);
comment on table public.kpis_celdas is 'Sumas de los indicadores de cada parte, por mes, por contraparte y por calidad.';
comment on column public.kpis_celdas.clave is 'La otra empresa, o la calidad; vacía en las sumas por mes.';
-- An administrator reads those of all exporters.
create index kpis_celdas_exportadora_idx on public.kpis_celdas (grupo, medida, fecha) where papel = 'exportadora';

alter table public.kpis_cambios enable row level security;
alter table public.kpis_celdas enable row level security;
create policy select_propio on public.kpis_cambios for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));
create policy select_propio on public.kpis_celdas for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));
revoke all on public.kpis_cambios, public.kpis_celdas from anon, authenticated, service_role;
revoke all on sequence public.kpis_cambios_id_seq from anon, authenticated, service_role;
-- Not the id: it would count what others do.
grant select (empresa_id, papel, otra_id, calidad, medida, fecha, n, cantidad, inicial_qq, humedad_qq, usd)
  on public.kpis_cambios to authenticated;
grant select on public.kpis_celdas to authenticated;

create view public.kpis_totales with (security_invoker = true) as
select empresa_id, papel, grupo, clave, medida, fecha, sum(n)::bigint as n, sum(cantidad) as cantidad,
  sum(inicial_qq) as inicial_qq, sum(humedad_qq) as humedad_qq, sum(usd) as usd
from (
  select empresa_id, papel, grupo, clave, medida, fecha, n, cantidad, inicial_qq, humedad_qq, usd from public.kpis_celdas
  union all
  select k.empresa_id, k.papel, g.grupo, g.clave, k.medida, k.fecha, k.n, k.cantidad, k.inicial_qq, k.humedad_qq, k.usd
  from public.kpis_cambios k
  cross join lateral (values ('mes', ''), ('contraparte', k.otra_id::text), ('calidad', k.calidad)) as g (grupo, clave)
  where k.medida <> 'vence' or g.grupo = 'mes'
) as sumas
group by 1, 2, 3, 4, 5, 6;
comment on view public.kpis_totales is
  'Indicadores de la empresa del usuario, sumados por mes, por contraparte y por calidad, al momento.';
revoke all on public.kpis_totales from anon, authenticated, service_role;
grant select on public.kpis_totales to authenticated;

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
