-- The indicators of a company of a hundred thousand lots are read in milliseconds, so they are summed when things change,
-- not when they are asked. A change only adds a row here (no row is shared by two contracts: nobody waits); every minute
-- those rows are folded into the cells of public.kpis_celdas. What is read is cells and what is not folded yet: always
-- exact. No foreign key: a company that is party to a contract cannot go, and each would be looked up at every change.

-- medida: a state (of lots: quintals; of contracts: tons), with fecha infinity: what there is now; abierta (tons to be
-- fixed) and borrador (tons proposed that the other side has not accepted), too; contratado (tons), entregado, vendido and sin_precio (quintals), by the first day of their month in
-- Guayaquil; vence (tons not delivered), by the day they are due; historial and the state (tons), by the first day of
-- the year that the contract is of.
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

alter table public.kpis_cambios enable row level security;
create policy select_propio on public.kpis_cambios for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));

revoke all on public.kpis_cambios from anon, authenticated, service_role;
revoke all on sequence public.kpis_cambios_id_seq from anon, authenticated, service_role;
-- Not the id: it would count what others do.
grant select (empresa_id, papel, otra_id, calidad, medida, fecha, n, cantidad, inicial_qq, humedad_qq, usd)
  on public.kpis_cambios to authenticated;
