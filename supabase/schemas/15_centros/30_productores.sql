-- The farmers whose cocoa a company receives. They are its suppliers, and persons: nobody else reads them, not even an
-- administrator.
create table public.productores (
  id bigint generated always as identity primary key,
  empresa_id bigint not null references public.empresas (id) on delete restrict,
  identificacion text not null,
  nombre text not null,
  telefono text,
  correo text,
  hectareas numeric(10, 2),
  activo boolean not null default true,
  creado_en timestamptz not null default now(),
  constraint productores_identificacion_key unique (empresa_id, identificacion),
  -- What public.lotes refers to: a producer of that same company.
  constraint productores_empresa_id_key unique (empresa_id, id),
  constraint productores_identificacion_valida check (
    privado.cedula_valida(identificacion) or privado.ruc_valido(identificacion)),
  constraint productores_nombre_valido check (privado.nombre_valido(nombre, 200)),
  constraint productores_telefono_valido check (telefono ~ '^[+][1-9][0-9]{6,14}$'),
  constraint productores_correo_valido check (
    correo = lower(correo) and length(correo) <= 254 and correo ~ '^[^@[:space:]]+@[^@[:space:].]+([.][^@[:space:].]+)+$'),
  constraint productores_hectareas_valida check (hectareas > 0 and hectareas <= 100000)
);
comment on table public.productores is 'Productores a quienes una empresa compra cacao; solo ella los ve.';
comment on column public.productores.identificacion is 'Cédula o RUC.';
comment on column public.productores.hectareas is 'Superficie de cacao, para juzgar si lo que entrega es verosímil.';

alter table public.productores enable row level security;
create policy select_propio on public.productores for select to authenticated
  using (empresa_id = (select privado.mi_empresa()));
create policy insert_propio on public.productores for insert to authenticated
  with check (
    empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) in ('exportadora', 'centro_acopio'));
create policy update_propio on public.productores for update to authenticated
  using (
    empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) in ('exportadora', 'centro_acopio'))
  with check (
    empresa_id = (select privado.mi_empresa()) and (select privado.mi_rol()) in ('exportadora', 'centro_acopio'));

revoke all on public.productores from anon, authenticated, service_role;
revoke all on sequence public.productores_id_seq from anon, authenticated, service_role;
grant select, insert (identificacion, nombre, telefono, correo, hectareas),
  update (nombre, telefono, correo, hectareas, activo) on public.productores to authenticated;

-- A request of an app changes and adds so many rows at most.
create trigger _000_limitar_cambios before update on public.productores
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.productores
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Its id tells no count.
create trigger _050_poner_id before insert on public.productores
  for each row execute function privado.poner_id();
-- Whose it is.
create trigger _100_fijar_dueno before insert on public.productores
  for each row execute function privado.fijar_dueno_grafo();
-- Last, the chain of its company.
create trigger _990_encadenar after insert on public.productores
  for each row execute function privado.encadenar_productor();
create trigger _990_encadenar_cambio after update on public.productores
  for each row when (old.* is distinct from new.*) execute function privado.encadenar_productor();
