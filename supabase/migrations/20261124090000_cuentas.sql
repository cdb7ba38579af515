-- Why: people come by invitation, keep a profile of their own, are switched off by who brought them and close their
-- sessions for good: a token whose session was closed is worth nothing, although it has not expired. An account is
-- told what it lacks: a company, to be active, or a living session.
-- Touches: public.usuarios gets telefono, idioma, invitado_por and sesiones_cerradas_en; privado.mi_empresa() (one
-- lookup instead of a join, which costs two thirds), fijar_origen() and the policies of update. Reads and deletes
-- auth.sessions. Destructive: no.
alter table public.usuarios
  add column telefono text,
  add column idioma text not null default 'es',
  add column invitado_por uuid references public.usuarios (id) on delete set null,
  add column sesiones_cerradas_en timestamptz,
  add constraint usuarios_telefono_valido check (telefono ~ '^[+][1-9][0-9]{6,14}$'),
  add constraint usuarios_idioma_valido check (idioma in ('es', 'en'));
comment on column public.usuarios.telefono is 'Con código de país: +593991234567.';
comment on column public.usuarios.sesiones_cerradas_en is
  'Desde entonces solo valen sus sesiones que Auth todavía guarda.';
create index usuarios_invitado_por_idx on public.usuarios (invitado_por);
-- Pages of a company's people, by name.
create index usuarios_nombre_idx on public.usuarios (lower(nombre), id);

create or replace function privado.mi_empresa() returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare
  sesion constant text := coalesce(current_setting('request.jwt.claims', true), '')
    || coalesce(current_setting('request.jwt.claim.sub', true), '');
  yo record;
begin
  if current_setting('privado.usuario', true) is distinct from sesion then
    select u.rol, u.empresa_id, u.sesiones_cerradas_en into yo
    from public.usuarios u left join public.empresas e on e.id = u.empresa_id
    where u.id = auth.uid() and u.activo and coalesce(e.activo, true);
    if yo.sesiones_cerradas_en is not null and not exists (
      select from auth.sessions s where s.id::text = auth.jwt() ->> 'session_id' and s.user_id = auth.uid()
    ) then
      yo.rol := null;
      yo.empresa_id := null;
    end if;
    perform set_config('privado.usuario', sesion, true),
      set_config('privado.rol', coalesce(yo.rol, ''), true),
      set_config('privado.empresa', coalesce(yo.empresa_id::text, ''), true);
  end if;
  return nullif(current_setting('privado.empresa', true), '')::bigint;
end
$$;

create function privado.exigir_cuenta() returns void
language plpgsql stable security definer set search_path = '' as $$
declare
  cuenta record;
begin
  if privado.mi_rol() is not null then
    return;
  end if;
  select u.activo and coalesce(e.activo, true) as activa into cuenta
  from public.usuarios u left join public.empresas e on e.id = u.empresa_id where u.id = auth.uid();
  if cuenta is null then
    raise exception 'sin_empresa' using errcode = 'PT403',
      detail = 'Su cuenta todavía no tiene empresa: pida una invitación y ábrala con esta cuenta.';
  elsif cuenta.activa then
    raise exception 'sesion_cerrada' using errcode = 'PT401', detail = 'Esta sesión fue cerrada: vuelva a entrar.';
  end if;
  raise exception 'cuenta_sin_acceso' using errcode = 'PT403', detail = 'Su cuenta o su empresa no están activas.';
end
$$;
comment on function privado.exigir_cuenta() is 'Nada, si el usuario está activo; si no, el error que dice qué le falta.';

create or replace function privado.fijar_origen() returns trigger
language plpgsql set search_path = '' as $$
declare
  rol constant text := privado.mi_rol();
  empresa constant bigint := privado.mi_empresa();
begin
  if auth.uid() is null then
    return new;
  end if;
  perform privado.exigir_cuenta();
  if rol = 'proveedor' then
    raise exception 'contrato_sin_permiso' using errcode = 'PT403',
      detail = 'Solo una exportadora, un centro de acopio o un administrador crea contratos.';
  end if;
  new.creado_por := auth.uid();
  new.estado := case when rol = 'centro_acopio' then 'En revisión' else 'Activo' end;
  if rol = 'exportadora' then
    new.exportadora_id := coalesce(new.exportadora_id, empresa);
  elsif rol = 'centro_acopio' then
    new.contraparte_id := coalesce(new.contraparte_id, empresa);
  end if;
  if rol = 'exportadora' and new.exportadora_id <> empresa then
    raise exception 'contrato_ajeno' using errcode = 'PT403',
      detail = 'La exportadora del contrato es la empresa de quien lo crea.', hint = 'exportadora_id';
  elsif rol = 'centro_acopio' and new.contraparte_id <> empresa then
    raise exception 'contrato_ajeno' using errcode = 'PT403',
      detail = 'La contraparte del contrato es la empresa de quien lo crea.', hint = 'contraparte_id';
  end if;
  return new;
end
$$;

-- Who answers for an account: an administrator, or the colleague who invited it, who switches it on and off.
create function privado.responde_por(invitado_por uuid, empresa_id bigint, rol text) returns boolean
language sql stable set search_path = '' as $$
  select (select privado.es_admin())
    or (invitado_por = (select auth.uid()) and empresa_id = (select privado.mi_empresa()) and rol <> 'admin')
$$;
comment on function privado.responde_por(uuid, bigint, text) is
  '¿Es el usuario administrador, o quien invitó a ese colega?';

alter policy update_propio on public.usuarios
  using (
    (id = (select auth.uid()) and (select privado.mi_rol()) is not null)
    or privado.responde_por(invitado_por, empresa_id, rol))
  with check (
    (id = (select auth.uid()) and (select privado.mi_rol()) is not null)
    or privado.responde_por(invitado_por, empresa_id, rol));
grant update (telefono, idioma) on public.usuarios to authenticated;

create function privado.proteger_ajeno() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.id <> auth.uid() and not privado.es_admin() then
    raise exception 'usuario_ajeno' using errcode = 'PT403',
      detail = 'De un colega que invitó solo cambia si está activo.';
  end if;
  return new;
end
$$;
comment on function privado.proteger_ajeno() is 'Disparador: de otra persona, un colega solo cambia si está activa.';
create trigger _110_proteger_ajeno before update on public.usuarios
  for each row when (
    (old.empresa_id, old.nombre, old.rol, old.telefono, old.idioma)
      is distinct from (new.empresa_id, new.nombre, new.rol, new.telefono, new.idioma))
  execute function privado.proteger_ajeno();

create function privado.correo(usuario uuid) returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select a.email from auth.users a join public.usuarios u on u.id = a.id
    where a.id = usuario and (a.id = auth.uid() or u.empresa_id = privado.mi_empresa() or privado.es_admin())
  );
end
$$;
comment on function privado.correo(uuid) is 'Correo de un colega, o de cualquiera para un administrador.';

create function privado.cerrar_sesiones(usuario uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.exigir_cuenta();
  if not exists (
    select from public.usuarios u
    where u.id = usuario
      and (u.id = auth.uid() or u.empresa_id = privado.mi_empresa() or privado.es_admin())
  ) then
    raise exception 'usuario_no_existe' using errcode = 'PT404', detail = 'No existe ese usuario en su empresa.';
  end if;
  update public.usuarios u set sesiones_cerradas_en = now()
  where u.id = usuario and (u.id = auth.uid() or privado.responde_por(u.invitado_por, u.empresa_id, u.rol));
  if not found then
    raise exception 'sesiones_ajenas' using errcode = 'PT403',
      detail = 'Las sesiones de un colega las cierra quien lo invitó o un administrador.';
  end if;
  delete from auth.sessions s where s.user_id = usuario;
end
$$;
comment on function privado.cerrar_sesiones(uuid) is 'Cierra las sesiones de un usuario, en todos sus dispositivos.';

create function public.cerrar_sesiones(usuario_id uuid default auth.uid()) returns void
language sql volatile security invoker set search_path = '' as $$
  select privado.cerrar_sesiones(usuario_id)
$$;
comment on function public.cerrar_sesiones(uuid) is
  'Cierra todas las sesiones propias, o las de alguien por quien se responde: sus tokens dejan de valer.';

revoke all on function privado.exigir_cuenta(), privado.responde_por(uuid, bigint, text), privado.proteger_ajeno(),
  privado.correo(uuid), privado.cerrar_sesiones(uuid) from public;
revoke all on function public.cerrar_sesiones(uuid) from public, anon, service_role;
grant execute on function privado.exigir_cuenta(), privado.responde_por(uuid, bigint, text), privado.correo(uuid),
  privado.cerrar_sesiones(uuid), public.cerrar_sesiones(uuid) to authenticated;

drop trigger _920_reautorizar_canales on public.usuarios;
create trigger _920_reautorizar_canales
  after update of empresa_id, rol, activo, sesiones_cerradas_en or delete on public.usuarios
  for each statement execute function privado.reautorizar_canales();
