-- The sums of the indicators: a cell per company, group (month, other party, quality), measure, date and role. The
-- measures are those of public.kpis_cambios; privado.plegar_kpis() brings them here.
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

alter table public.kpis_celdas enable row level security;
create policy select_propio on public.kpis_celdas for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));

revoke all on public.kpis_celdas from anon, authenticated, service_role;
grant select on public.kpis_celdas to authenticated;
