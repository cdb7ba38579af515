-- The figures that calculations depend on (quintal, sack, yields, discounts, levies, limits of the norm) change by
-- resolution or by company: each is a row with the days it holds, and a past ticket is computed with those of its date.
-- Rows without empresa are for everybody and an administrator's to write; those of a company are seen by it alone,
-- administrators included.
create table public.parametros (
  id bigint generated always as identity primary key,
  empresa_id bigint references public.empresas (id) on delete restrict,
  tipo text not null,
  variante text not null default '',
  valor jsonb not null,
  desde date not null,
  hasta date,
  usado_hasta date,
  creado_por uuid references public.usuarios (id) on delete set null,
  creado_en timestamptz not null default now(),
  constraint parametros_tipo_valido check (tipo in (
    'quintal', 'saco', 'humedad_objetivo', 'rendimiento', 'descuento_calificacion', 'costo_qq', 'retencion',
    'norma_calidad', 'lote_minimo', 'limite_secado', 'limite_fermentado', 'rendimiento_hectarea')),
  constraint parametros_variante_valida check (privado.variante_valida(tipo, variante)),
  constraint parametros_valor_valido check (privado.parametro_valido(tipo, valor)),
  constraint parametros_desde_valido check (desde between '1990-01-01' and '2100-12-31'),
  constraint parametros_hasta_valido check (hasta > desde and hasta <= '2101-01-01'),
  -- The least weight of a lot is a rule of all: a company's own would let it lower it.
  constraint parametros_lote_minimo_valido check (tipo <> 'lote_minimo' or empresa_id is null),
  constraint parametros_desde_key exclude using gist (
    (coalesce(empresa_id, 0)) with =, tipo with =, variante with =, daterange(desde, hasta, '[)') with &&)
);
comment on table public.parametros is 'Cifras de los cálculos, con los días en que rigen; sin empresa rigen para todas.';
comment on column public.parametros.hasta is 'Primer día en que ya no rige.';
comment on column public.parametros.usado_hasta is
  'Último día para el que un cálculo guardado lo usó; desde entonces solo puede terminar después.';
create index parametros_vigencia_idx on public.parametros (empresa_id, tipo, variante, desde);
create index parametros_creado_por_idx on public.parametros (creado_por);

alter table public.parametros enable row level security;
create policy select_global_o_propio on public.parametros for select to authenticated
  using (
    (empresa_id is null and (select privado.mi_rol()) is not null) or empresa_id = (select privado.mi_empresa()));
create policy insert_propio on public.parametros for insert to authenticated
  with check (
    case when (select privado.es_admin()) then empresa_id is null
      else empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) <> 'proveedor' end);
create policy update_propio on public.parametros for update to authenticated
  using (
    case when (select privado.es_admin()) then empresa_id is null
      else empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) <> 'proveedor' end);
create policy delete_propio on public.parametros for delete to authenticated
  using (
    case when (select privado.es_admin()) then empresa_id is null
      else empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) <> 'proveedor' end);

-- usado_hasta of a row for everybody would tell a company that others calculate, and until when.
revoke all on public.parametros from anon, authenticated, service_role;
revoke all on sequence public.parametros_id_seq from anon, authenticated, service_role;
grant select (id, empresa_id, tipo, variante, valor, desde, hasta, creado_en),
  insert (tipo, variante, valor, desde, hasta), update (valor, desde, hasta), delete
  on public.parametros to authenticated;

-- A request of an app deletes, changes and adds so many rows at most.
create trigger _000_limitar_borrados before delete on public.parametros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.parametros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.parametros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Whose it is: of the writer's company, or of all if an administrator's.
create trigger _100_fijar_dueno before insert on public.parametros
  for each row execute function privado.fijar_dueno_parametro();
-- What a kept calculation used stays; it may only end later.
create trigger _200_proteger_usado before update of valor, desde, hasta or delete on public.parametros
  for each row execute function privado.proteger_parametro_usado();
-- The open one that held ends where the new one begins; two never hold at once.
create trigger _300_encadenar before insert or update of desde, hasta on public.parametros
  for each row execute function privado.encadenar_parametro();
-- Last, what is published, in its chain.
create trigger _990_encadenar after insert on public.parametros
  referencing new table as nuevas for each statement execute function privado.encadenar_parametros();
create trigger _990_encadenar_borrado after delete on public.parametros
  referencing old table as viejas for each statement execute function privado.encadenar_parametros();
create trigger _990_encadenar_cambio after update on public.parametros
  referencing old table as viejas new table as nuevas for each statement execute function privado.encadenar_parametros();
