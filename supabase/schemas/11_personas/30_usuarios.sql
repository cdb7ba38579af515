-- Who a signed-in person is: company, role and whether it is switched on. Only an administrator gives or changes them,
-- and nobody its own; who invited a colleague switches it on and off. A user with history (contracts, documents) cannot
-- be deleted from auth.users, only switched off.
create table public.usuarios (
  id uuid primary key references auth.users (id) on delete cascade,
  empresa_id bigint references public.empresas (id) on delete restrict,
  nombre text not null,
  rol text not null,
  activo boolean not null default true,
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  telefono text,
  idioma text not null default 'es',
  invitado_por uuid references public.usuarios (id) on delete set null,
  sesiones_cerradas_en timestamptz,
  constraint usuarios_nombre_valido check (privado.nombre_valido(nombre, 200)),
  constraint usuarios_rol_valido check (rol in ('exportadora', 'centro_acopio', 'proveedor', 'admin')),
  constraint usuarios_empresa_id_valida check (rol = 'admin' or empresa_id is not null),
  constraint usuarios_telefono_valido check (telefono ~ '^[+][1-9][0-9]{6,14}$'),
  constraint usuarios_idioma_valido check (idioma in ('es', 'en'))
);
comment on table public.usuarios is 'Perfil de cada usuario: su empresa, su rol y si está activo.';
comment on column public.usuarios.telefono is 'Con código de país: +593991234567.';
comment on column public.usuarios.sesiones_cerradas_en is
  'Desde entonces solo valen sus sesiones que Auth todavía guarda.';
create index usuarios_empresa_id_idx on public.usuarios (empresa_id);
create index usuarios_invitado_por_idx on public.usuarios (invitado_por);
-- Pages of a company's people, by name.
create index usuarios_nombre_idx on public.usuarios (lower(nombre), id);

alter table public.usuarios enable row level security;
create policy select_colega on public.usuarios for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));
create policy insert_admin on public.usuarios for insert to authenticated
  with check ((select privado.es_admin()));
create policy update_propio on public.usuarios for update to authenticated
  using (
    (id = (select auth.uid()) and (select privado.mi_rol()) is not null)
    or privado.responde_por(invitado_por, empresa_id, rol))
  with check (
    (id = (select auth.uid()) and (select privado.mi_rol()) is not null)
    or privado.responde_por(invitado_por, empresa_id, rol));

revoke all on public.usuarios from anon, authenticated, service_role;
grant select, insert (id, empresa_id, nombre, rol, activo),
  update (empresa_id, nombre, rol, activo, telefono, idioma) on public.usuarios to authenticated;
grant select, insert (id, empresa_id, nombre, rol, activo), update (empresa_id, nombre, rol, activo), delete
  on public.usuarios to service_role;

-- What an app writes in one request is bounded.
create trigger _000_limitar_borrados before delete on public.usuarios
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.usuarios
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.usuarios
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Nobody changes its own company, role or state.
create trigger _100_proteger_permisos before update on public.usuarios
  for each row
  when ((old.id, old.empresa_id, old.rol, old.activo) is distinct from (new.id, new.empresa_id, new.rol, new.activo))
  execute function privado.proteger_permisos();
-- Of a colleague whom it invited, one changes only whether it is active.
create trigger _110_proteger_ajeno before update on public.usuarios
  for each row when (
    (old.empresa_id, old.nombre, old.rol, old.telefono, old.idioma)
      is distinct from (new.empresa_id, new.nombre, new.rol, new.telefono, new.idioma))
  execute function privado.proteger_ajeno();
-- The role is the kind of the company, or admin.
create trigger _200_validar_rol before insert or update of rol, empresa_id on public.usuarios
  for each row execute function privado.validar_rol();
-- The version of the row.
create trigger _900_marcar_actualizado before update on public.usuarios
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();
-- What this transaction knows of its caller may be true no more.
create trigger _910_olvidar_usuario after insert or update or delete on public.usuarios
  for each statement execute function privado.olvidar_usuario();
-- What it may hear is asked again.
create trigger _920_reautorizar_canales
  after update of empresa_id, rol, activo, sesiones_cerradas_en or delete on public.usuarios
  for each statement execute function privado.reautorizar_canales();
-- Who was switched off, or closed its sessions, is told nothing more on its phone.
create trigger _930_olvidar_dispositivos after update on public.usuarios
  for each row when (
    (not new.activo and old.activo) or new.sesiones_cerradas_en is distinct from old.sesiones_cerradas_en)
  execute function privado.olvidar_dispositivos();
-- And last, the chain of its company tells what it may do.
create trigger _990_encadenar after insert or delete on public.usuarios
  for each row execute function privado.encadenar_usuario();
create trigger _990_encadenar_cambio after update on public.usuarios
  for each row when (
    (old.empresa_id, old.rol, old.activo, old.creado_en, old.invitado_por)
      is distinct from (new.empresa_id, new.rol, new.activo, new.creado_en, new.invitado_por))
  execute function privado.encadenar_usuario();
