-- The places of a company where cocoa is: what is nowhere is on its way, or has left.
create table public.centros (
  id bigint generated always as identity primary key,
  empresa_id bigint not null references public.empresas (id) on delete restrict,
  codigo text not null,
  nombre text not null,
  tipo text not null,
  activo boolean not null default true,
  creado_en timestamptz not null default now(),
  constraint centros_codigo_key unique (empresa_id, codigo),
  constraint centros_codigo_valido check (codigo ~ '^[A-Z0-9]{1,6}$'),
  constraint centros_nombre_valido check (privado.nombre_valido(nombre, 200)),
  constraint centros_tipo_valido check (tipo in ('acopio', 'secadero', 'bodega', 'planta', 'puerto'))
);
comment on table public.centros is 'Lugares de una empresa donde hay cacao: acopios, secaderos, bodegas, plantas y puertos.';

alter table public.centros enable row level security;
create policy select_propio on public.centros for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));
create policy insert_propio on public.centros for insert to authenticated
  with check (
    empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) in ('exportadora', 'centro_acopio'));
create policy update_propio on public.centros for update to authenticated
  using (
    empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) in ('exportadora', 'centro_acopio'))
  with check (
    empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) in ('exportadora', 'centro_acopio'));

revoke all on public.centros from anon, authenticated, service_role;
revoke all on sequence public.centros_id_seq from anon, authenticated, service_role;
grant select, insert (codigo, nombre, tipo), update (nombre, tipo, activo) on public.centros to authenticated;

-- A request of an app changes and adds so many rows at most.
create trigger _000_limitar_cambios before update on public.centros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.centros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Its id tells no count.
create trigger _050_poner_id before insert on public.centros
  for each row execute function privado.poner_id();
-- Whose it is.
create trigger _100_fijar_dueno before insert on public.centros
  for each row execute function privado.fijar_dueno_grafo();
-- Last, the chain of its company.
create trigger _990_encadenar after insert on public.centros
  for each row execute function privado.encadenar_centro();
create trigger _990_encadenar_cambio after update on public.centros
  for each row when (old.* is distinct from new.*) execute function privado.encadenar_centro();
