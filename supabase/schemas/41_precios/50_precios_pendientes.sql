-- The price of the day comes from somebody else's server. One that jumps too far from the last known is as likely a
-- mistake as news: it waits here until an administrator confirms it.
create table public.precios_pendientes (
  id bigint generated always as identity primary key,
  fecha date not null,
  calidad text not null,
  mercado text not null,
  precio_tm numeric not null,
  diferencial numeric not null,
  fuente text not null,
  anterior_tm numeric not null,
  anterior_fecha date not null,
  estado text not null default 'pendiente',
  creado_en timestamptz not null default now(),
  resuelto_por uuid references public.usuarios (id) on delete set null,
  resuelto_en timestamptz,
  constraint precios_pendientes_fecha_key unique (calidad, mercado, fecha),
  constraint precios_pendientes_estado_valido check (estado in ('pendiente', 'confirmado', 'rechazado'))
);
comment on table public.precios_pendientes is
  'Precios del día que saltaron demasiado respecto del anterior: esperan que un administrador los confirme.';
create index precios_pendientes_resuelto_por_idx on public.precios_pendientes (resuelto_por);

alter table public.precios_pendientes enable row level security;
create policy select_admin on public.precios_pendientes for select to authenticated
  using ((select privado.es_admin()));

revoke all on public.precios_pendientes from anon, authenticated, service_role;
revoke all on sequence public.precios_pendientes_id_seq from anon, authenticated, service_role;
grant select on public.precios_pendientes to authenticated;
