-- A price "por fijar" is fixed in parts, each at what New York was that day. Each part is evidence of a price: it is
-- never edited; a mistake is annulled, with its reason, and stays. Whoever is only associated to a contract (suppliers)
-- sees none.
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
  empresa_id bigint references public.empresas (id) on delete restrict,
  vence_en timestamptz,
  confirmada_en timestamptz,
  confirmada_por uuid references public.usuarios (id) on delete restrict,
  constraint fijaciones_tm_valida check (tm > 0 and tm <= 1000000 and scale(tm) <= 4),
  constraint fijaciones_ny_valido check (ny > 0 and ny <= 1000000 and scale(ny) <= 2),
  constraint fijaciones_diferencial_valido check (
    diferencial >= -1000000 and diferencial <= 1000000 and scale(diferencial) <= 2),
  constraint fijaciones_precio_tm_valido check (precio_tm > 0 and precio_tm <= 1000000),
  constraint fijaciones_fecha_valida check (fecha between '1990-01-01' and '2100-12-31'),
  constraint fijaciones_motivo_valido check (
    motivo = btrim(motivo) and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false)),
  constraint fijaciones_anulacion_coherente check ((motivo is null) = (anulada_en is null)),
  constraint fijaciones_confirmacion_coherente check (confirmada_en is not null or vence_en is not null)
);
comment on table public.fijaciones is 'Partes del volumen de un contrato por fijar, con su precio; no se editan: se anulan.';
comment on column public.fijaciones.tm is 'Toneladas métricas que se fijan.';
comment on column public.fijaciones.ny is 'Precio de Nueva York, en dólares por tonelada métrica.';
comment on column public.fijaciones.diferencial is 'Sobre Nueva York, con su signo, en dólares por tonelada métrica.';
comment on column public.fijaciones.motivo is 'Por qué se anuló.';
comment on column public.fijaciones.empresa_id is 'La parte que fijó; null si no fue ninguna.';
comment on column public.fijaciones.vence_en is
  'Hasta cuándo la confirma la otra parte: después se anula; null si su contrato no lo pide.';
comment on column public.fijaciones.confirmada_en is 'Desde cuándo cuenta en el precio; null mientras está por confirmar.';
comment on column public.fijaciones.confirmada_por is 'Quien la confirmó por la otra parte.';

create index fijaciones_contrato_idx on public.fijaciones (contrato_id, id);
create index fijaciones_creado_por_idx on public.fijaciones (creado_por);
create index fijaciones_anulada_por_idx on public.fijaciones (anulada_por);
create index fijaciones_empresa_idx on public.fijaciones (empresa_id);
create index fijaciones_confirmada_por_idx on public.fijaciones (confirmada_por);
-- Those that lapse.
create index fijaciones_vence_idx on public.fijaciones (vence_en) where confirmada_en is null and anulada_en is null;

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
-- To write its reason annuls it; nothing else of it changes.
grant select, insert (contrato_id, tm, ny, diferencial, fecha), update (motivo)
  on public.fijaciones to authenticated, service_role;

-- Before each row.
-- What a client writes in one request is bounded, changes apart from new rows.
create trigger _000_limitar_cambios before update on public.fijaciones
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.fijaciones
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Its id tells no count.
create trigger _050_poner_id before insert on public.fijaciones
  for each row execute function privado.poner_id();
-- Who fixes and annuls, in which contracts and how much; takes the contract.
create trigger _100_validar_fijacion before insert or update on public.fijaciones
  for each row execute function privado.validar_fijacion();

-- After each row.
-- The price of the contract is the average of what is fixed; it is told in the conversation, and to each person.
create trigger _500_aplicar after insert or update on public.fijaciones
  for each row execute function privado.aplicar_fijacion();
-- What its contract has open no more, in its progress and the indicators.
create trigger _800_sumar after insert or update on public.fijaciones
  for each row execute function privado.sumar_fijacion();

-- After the statement.
-- Last, with the head of the chain held as short as can be, what was fixed or annulled.
create trigger _990_encadenar after insert on public.fijaciones
  referencing new table as nuevos for each statement execute function privado.encadenar_fijaciones();
create trigger _990_encadenar_cambio after update on public.fijaciones
  referencing old table as viejos new table as nuevos for each statement execute function privado.encadenar_fijaciones();
