-- Why: a price "por fijar" is fixed in parts, each at what New York was that day. Each part is evidence of a price:
-- it is never edited; a mistake is annulled, with its reason, and stays. Whoever is only associated to a contract
-- (suppliers) sees none.
-- Touches: creates public.fijaciones. Its rules come in the next migration. Destructive: no.
create table public.fijaciones (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  tm numeric not null,
  ny numeric not null,
  diferencial numeric not null,
  precio_tm numeric not null generated always as (ny + diferencial) stored,
  fecha date not null default (now() at time zone 'America/Guayaquil')::date,
  creado_por uuid references public.usuarios (id) on delete restrict,
  creado_en timestamptz not null default now(),
  motivo text,
  anulada_en timestamptz,
  anulada_por uuid references public.usuarios (id) on delete restrict,
  constraint fijaciones_tm_valida check (tm > 0 and tm <= 1000000 and scale(tm) <= 4),
  constraint fijaciones_ny_valido check (ny > 0 and ny <= 1000000 and scale(ny) <= 2),
  constraint fijaciones_diferencial_valido check (
    diferencial >= -1000000 and diferencial <= 1000000 and scale(diferencial) <= 2),
  constraint fijaciones_precio_tm_valido check (precio_tm > 0 and precio_tm <= 1000000),
  constraint fijaciones_fecha_valida check (fecha between '1990-01-01' and '2100-12-31'),
  constraint fijaciones_motivo_valido check (motivo = btrim(motivo) and length(motivo) between 1 and 500),
  constraint fijaciones_anulacion_coherente check ((motivo is null) = (anulada_en is null))
);
comment on table public.fijaciones is 'Partes del volumen de un contrato por fijar, con su precio; no se editan: se anulan.';
comment on column public.fijaciones.tm is 'Toneladas métricas que se fijan.';
comment on column public.fijaciones.ny is 'Precio de Nueva York, en dólares por tonelada métrica.';
comment on column public.fijaciones.diferencial is 'Sobre Nueva York, con su signo, en dólares por tonelada métrica.';
comment on column public.fijaciones.motivo is 'Por qué se anuló.';
create index fijaciones_contrato_idx on public.fijaciones (contrato_id, id);
create index fijaciones_creado_por_idx on public.fijaciones (creado_por);
create index fijaciones_anulada_por_idx on public.fijaciones (anulada_por);

-- As mis_contratos, of those that its company signs.
create view privado.mis_firmas as
  select p.contrato_id from public.contratos_participantes p
  where p.empresa_id = (select privado.mi_empresa()) and not p.oculto and p.papel <> 'proveedor';
comment on view privado.mis_firmas is 'Contratos que firma la empresa del usuario.';
revoke all on privado.mis_firmas from public;
grant select on privado.mis_firmas to authenticated, service_role;

alter table public.fijaciones enable row level security;
create policy select_firmante on public.fijaciones for select to authenticated
  using (
    exists (select from privado.mis_firmas m where m.contrato_id = fijaciones.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_firmante on public.fijaciones for insert to authenticated
  with check (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and exists (
      select from privado.mis_firmas m where m.contrato_id = fijaciones.contrato_id))
  );
create policy update_firmante on public.fijaciones for update to authenticated
  using (
    (select privado.es_admin())
    or ((select privado.mi_rol()) in ('exportadora', 'centro_acopio') and exists (
      select from privado.mis_firmas m where m.contrato_id = fijaciones.contrato_id))
  );

revoke all on public.fijaciones from anon, authenticated, service_role;
revoke all on sequence public.fijaciones_id_seq from anon, authenticated, service_role;
grant select, insert (contrato_id, tm, ny, diferencial, fecha), update (motivo)
  on public.fijaciones to authenticated, service_role;
