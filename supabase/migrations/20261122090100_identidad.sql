-- Why: policies and triggers ask who the caller is; the answer comes from public.usuarios in every transaction,
-- never from the token, so that switching a user or a company off acts on the next request.
-- Touches: creates the helpers that every policy calls. One request asks them ten times over, so the first
-- answer is kept in settings of the transaction, under the claims it was given for (compared as text: reading
-- them costs more than the rest); a change to a profile or a company forgets it (see the triggers of both
-- tables). Nobody but SQL of ours can write those settings, as is the case of request.jwt.claims. They are
-- plpgsql: it keeps their plans for the whole connection and binds late, so that each table of the next
-- migrations can stand beside its policies. Destructive: no.
create function privado.olvidar_usuario() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform set_config('privado.usuario', '', true), set_config('privado.rol', '', true),
    set_config('privado.empresa', '', true);
  return null;
end
$$;
comment on function privado.olvidar_usuario() is 'Disparador: el perfil guardado en la transacción deja de valer.';

create function privado.mi_empresa() returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare
  sesion constant text := coalesce(current_setting('request.jwt.claims', true), '')
    || coalesce(current_setting('request.jwt.claim.sub', true), '');
begin
  if current_setting('privado.usuario', true) is distinct from sesion then
    perform set_config('privado.usuario', sesion, true),
      set_config('privado.rol', coalesce(u.rol, ''), true),
      set_config('privado.empresa', coalesce(u.empresa_id::text, ''), true)
    from (values (auth.uid())) as yo (id)
    left join (public.usuarios u left join public.empresas e on e.id = u.empresa_id)
      on u.id = yo.id and u.activo and coalesce(e.activo, true);
  end if;
  return nullif(current_setting('privado.empresa', true), '')::bigint;
end
$$;
comment on function privado.mi_empresa() is 'Empresa del usuario; null si él o su empresa no están activos.';

create function privado.mi_rol() returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  perform privado.mi_empresa();
  return nullif(current_setting('privado.rol', true), '');
end
$$;
comment on function privado.mi_rol() is 'Rol del usuario; null si él o su empresa no están activos.';

create function privado.es_admin() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(privado.mi_rol() = 'admin', false);
end
$$;
comment on function privado.es_admin() is '¿Es el usuario un administrador activo?';

revoke all on function privado.olvidar_usuario(), privado.mi_empresa(), privado.mi_rol(), privado.es_admin()
  from public;
grant execute on function privado.mi_empresa(), privado.mi_rol(), privado.es_admin() to authenticated, service_role;
