-- Who the caller is: policies and triggers ask it; the answer comes from public.usuarios in every transaction, never
-- from the token, so that switching a user or a company off acts on the next request.
--
-- One request asks ten times over, so the first answer is kept in settings of the transaction, under the claims it was
-- given for (compared as text: reading them costs more than the rest); a change to a profile or a company forgets it
-- (see the triggers of both tables). Nobody but SQL of ours can write those settings, as is the case of
-- request.jwt.claims. They are plpgsql: it keeps their plans for the whole connection and binds late, so that policies
-- stand before the tables that answer them. The lookup is made with what plpgsql evaluates by itself (an `if` with a
-- subquery, a perform or a nested call each start an executor): half of what it would cost; and a role that is known
-- already is read from its setting, not by way of another function.

-- Trigger of public.usuarios and public.empresas.
create function privado.olvidar_usuario() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform set_config('privado.usuario', '', true), set_config('privado.rol', '', true),
    set_config('privado.empresa', '', true);
  return null;
end
$$;
comment on function privado.olvidar_usuario() is 'Disparador: el perfil guardado en la transacción deja de valer.';

-- Of who closed its sessions, only the token of a session that Auth still keeps is worth something.
create function privado.mi_empresa() returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare
  sesion constant text := coalesce(current_setting('request.jwt.claims', true), '')
    || coalesce(current_setting('request.jwt.claim.sub', true), '');
  yo uuid;
  v_rol text;
  v_empresa bigint;
  v_cerradas timestamptz;
  guardado text;
begin
  if current_setting('privado.usuario', true) is distinct from sesion then
    yo := auth.uid();
    select u.rol, u.empresa_id, u.sesiones_cerradas_en into v_rol, v_empresa, v_cerradas
    from public.usuarios u left join public.empresas e on e.id = u.empresa_id
    where u.id = yo and u.activo and coalesce(e.activo, true);
    if v_cerradas is not null then
      if not exists (
        select from auth.sessions s where s.id::text = auth.jwt() ->> 'session_id' and s.user_id = yo
      ) then
        v_rol := null;
        v_empresa := null;
      end if;
    end if;
    guardado := set_config('privado.usuario', sesion, true) || set_config('privado.rol', coalesce(v_rol, ''), true)
      || set_config('privado.empresa', coalesce(v_empresa::text, ''), true);
  end if;
  return nullif(current_setting('privado.empresa', true), '')::bigint;
end
$$;
comment on function privado.mi_empresa() is 'Empresa del usuario; null si él o su empresa no están activos.';

create function privado.mi_rol() returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  if current_setting('privado.usuario', true) is distinct from
    coalesce(current_setting('request.jwt.claims', true), '')
      || coalesce(current_setting('request.jwt.claim.sub', true), '') then
    perform privado.mi_empresa();
  end if;
  return nullif(current_setting('privado.rol', true), '');
end
$$;
comment on function privado.mi_rol() is 'Rol del usuario; null si él o su empresa no están activos.';

create function privado.es_admin() returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  if current_setting('privado.usuario', true) is distinct from
    coalesce(current_setting('request.jwt.claims', true), '')
      || coalesce(current_setting('request.jwt.claim.sub', true), '') then
    perform privado.mi_empresa();
  end if;
  return coalesce(current_setting('privado.rol', true) = 'admin', false);
end
$$;
comment on function privado.es_admin() is '¿Es el usuario un administrador activo?';

revoke all on function privado.olvidar_usuario(), privado.mi_empresa(), privado.mi_rol(), privado.es_admin()
  from public;
grant execute on function privado.mi_empresa(), privado.mi_rol(), privado.es_admin() to authenticated, service_role;
