-- Why: who a signed-in person is: company, role and whether it is switched on. Only an administrator gives
-- or changes them, and nobody its own.
-- Touches: creates public.usuarios. A user with history (contracts, documents) cannot be deleted from
-- auth.users, only switched off. Destructive: no.
create table public.usuarios (
  id uuid primary key references auth.users (id) on delete cascade,
  empresa_id bigint references public.empresas (id) on delete restrict,
  nombre text not null,
  rol text not null,
  activo boolean not null default true,
  creado_en timestamptz not null default now(),
  actualizado_en timestamptz not null default now(),
  constraint usuarios_nombre_valido check (nombre = btrim(nombre) and length(nombre) between 1 and 200),
  constraint usuarios_rol_valido check (rol in ('exportadora', 'centro_acopio', 'proveedor', 'admin')),
  constraint usuarios_empresa_id_valida check (rol = 'admin' or empresa_id is not null)
);
comment on table public.usuarios is 'Perfil de cada usuario: su empresa, su rol y si está activo.';
create index usuarios_empresa_id_idx on public.usuarios (empresa_id);

alter table public.usuarios enable row level security;
create policy select_colega on public.usuarios for select to authenticated
  using (empresa_id = (select privado.mi_empresa()) or (select privado.es_admin()));
create policy insert_admin on public.usuarios for insert to authenticated
  with check ((select privado.es_admin()));
create policy update_propio on public.usuarios for update to authenticated
  using ((id = (select auth.uid()) and (select privado.mi_rol()) is not null) or (select privado.es_admin()))
  with check ((id = (select auth.uid()) and (select privado.mi_rol()) is not null) or (select privado.es_admin()));

revoke all on public.usuarios from anon, authenticated, service_role;
grant select, insert (id, empresa_id, nombre, rol, activo), update (empresa_id, nombre, rol, activo)
  on public.usuarios to authenticated;
grant select, insert (id, empresa_id, nombre, rol, activo), update (empresa_id, nombre, rol, activo), delete
  on public.usuarios to service_role;

create function privado.proteger_permisos() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.id = auth.uid() then
    raise exception 'usuario_permisos_propios' using errcode = 'PT403',
      detail = 'Nadie cambia su propia empresa, su rol ni su estado.';
  end if;
  return new;
end
$$;
comment on function privado.proteger_permisos() is 'Disparador: nadie cambia sus propios permisos.';

create function privado.validar_rol() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if new.rol <> 'admin' and new.rol <> (select e.tipo from public.empresas e where e.id = new.empresa_id) then
    raise exception 'usuario_rol_invalido' using errcode = 'PT422',
      detail = 'El rol de un usuario es el tipo de su empresa, o admin.', hint = 'rol';
  end if;
  return new;
end
$$;
comment on function privado.validar_rol() is 'Disparador: el rol corresponde al tipo de la empresa.';
revoke all on function privado.proteger_permisos(), privado.validar_rol() from public;

create trigger _100_proteger_permisos before update on public.usuarios
  for each row
  when ((old.id, old.empresa_id, old.rol, old.activo) is distinct from (new.id, new.empresa_id, new.rol, new.activo))
  execute function privado.proteger_permisos();
create trigger _200_validar_rol before insert or update of rol, empresa_id on public.usuarios
  for each row execute function privado.validar_rol();
create trigger _900_marcar_actualizado before update on public.usuarios
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();
create trigger _910_olvidar_usuario after insert or update or delete on public.usuarios
  for each statement execute function privado.olvidar_usuario();
