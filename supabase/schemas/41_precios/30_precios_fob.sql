-- What cocoa is worth each day, per quality and market, with the signed differential beside it. Prices for everybody are
-- an administrator's (or the daily task's); each company keeps its own, which nobody else sees.
create table public.precios_fob (
  id bigint generated always as identity primary key,
  fecha date not null,
  calidad text not null,
  mercado text not null default 'NY',
  precio_tm numeric not null,
  diferencial numeric not null default 0,
  fuente text not null default 'manual',
  empresa_id bigint references public.empresas (id) on delete restrict,
  creado_por uuid references public.usuarios (id) on delete set null,
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  constraint precios_fob_fecha_valida check (fecha between '1990-01-01' and '2100-12-31'),
  constraint precios_fob_calidad_valida check (privado.nombre_valido(calidad, 40)),
  constraint precios_fob_mercado_valido check (mercado ~ '^[A-Z][A-Z0-9_.-]{0,19}$'),
  constraint precios_fob_precio_tm_valido check (
    precio_tm > 0 and precio_tm <= 1000000 and min_scale(precio_tm) <= 4),
  constraint precios_fob_diferencial_valido check (
    abs(diferencial) <= 1000000 and min_scale(diferencial) <= 4 and (precio_tm <= 0 or precio_tm + diferencial > 0)),
  constraint precios_fob_fuente_valida check (privado.nombre_valido(fuente, 200)),
  -- It also finds the price in force.
  constraint precios_fob_fecha_key unique nulls not distinct (empresa_id, calidad, mercado, fecha)
);
comment on table public.precios_fob is 'Precios por día, calidad y mercado; sin empresa son de todas.';
comment on column public.precios_fob.mercado is 'NY es el cacao de ICE Nueva York (CC).';
comment on column public.precios_fob.precio_tm is 'Precio del mercado, USD por tonelada métrica.';
comment on column public.precios_fob.diferencial is 'Con signo, USD por tonelada métrica: FOB = precio_tm + diferencial.';
-- A series, of everybody's and of one company's.
create index precios_fob_serie_idx on public.precios_fob (empresa_id, fecha, id);
create index precios_fob_creado_por_idx on public.precios_fob (creado_por);

alter table public.precios_fob enable row level security;
create policy select_global_o_propio on public.precios_fob for select to authenticated
  using (
    (empresa_id is null and (select privado.mi_rol()) is not null) or empresa_id = (select privado.mi_empresa()));
create policy insert_propio on public.precios_fob for insert to authenticated
  with check (
    case when (select privado.es_admin()) then empresa_id is null else empresa_id = (select privado.mi_empresa()) end);
create policy update_propio on public.precios_fob for update to authenticated
  using (
    case when (select privado.es_admin()) then empresa_id is null else empresa_id = (select privado.mi_empresa()) end);
create policy delete_propio on public.precios_fob for delete to authenticated
  using (
    case when (select privado.es_admin()) then empresa_id is null else empresa_id = (select privado.mi_empresa()) end);

revoke all on public.precios_fob from anon, authenticated, service_role;
revoke all on sequence public.precios_fob_id_seq from anon, authenticated, service_role;
-- An upsert of the SDK writes the columns of the key as well.
grant select, insert (fecha, calidad, mercado, precio_tm, diferencial, fuente),
  update (fecha, calidad, mercado, precio_tm, diferencial, fuente), delete on public.precios_fob to authenticated;

-- Its id tells no count.
create trigger _050_poner_id before insert on public.precios_fob
  for each row execute function privado.poner_id();
-- Rows of a request are not limited here: a price list of 20,000 lines comes in by the function that imports it, as its
-- caller, and its owner erases it at once.
--
-- Those who write prices of one owner take turns.
create trigger _050_turno before insert or update or delete on public.precios_fob
  for each statement execute function privado.turno_precios();
-- Whose it is: of the writer's company, or of all if an administrator's.
create trigger _100_fijar_dueno before insert on public.precios_fob
  for each row execute function privado.fijar_dueno_precio();
-- When it was last changed.
create trigger _900_marcar_actualizado before update on public.precios_fob
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();
-- The pairs of quality and market of the owner are counted, and bounded.
create trigger _800_contar after insert on public.precios_fob
  referencing new table as nuevas for each statement execute function privado.contar_precios();
create trigger _810_contar_cambio after update on public.precios_fob
  referencing old table as viejas new table as nuevas for each statement execute function privado.contar_precios();
create trigger _820_contar_borrado after delete on public.precios_fob
  referencing old table as viejas for each statement execute function privado.contar_precios();
-- Last, what is published, in its chain.
create trigger _990_encadenar after insert on public.precios_fob
  referencing new table as nuevas for each statement execute function privado.encadenar_precios();
create trigger _990_encadenar_borrado after delete on public.precios_fob
  referencing old table as viejas for each statement execute function privado.encadenar_precios();
create trigger _990_encadenar_cambio after update on public.precios_fob
  referencing old table as viejas new table as nuevas for each statement execute function privado.encadenar_precios();
