-- Why: policies and triggers ask who the caller is; the answer comes from public.usuarios at every statement,
-- never from the token, so that switching a user or a company off acts on the next request.
-- Touches: creates three helpers. They are plpgsql: it keeps their plans for the whole connection and binds
-- late, so that each table of the next migrations can stand beside its policies. auth.uid() is read into a
-- variable because it parses the token each time it is asked. Destructive: no.
create function privado.mi_empresa() returns bigint
language plpgsql stable security definer set search_path = '' as $$
declare
  yo constant uuid := auth.uid();
begin
  return (
    select u.empresa_id from public.usuarios u
    where u.id = yo and u.activo and (select e.activo from public.empresas e where e.id = u.empresa_id)
  );
end
$$;
comment on function privado.mi_empresa() is 'Empresa del usuario; null si él o su empresa no están activos.';

create function privado.mi_rol() returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  yo constant uuid := auth.uid();
begin
  return (
    select u.rol from public.usuarios u
    where u.id = yo and u.activo
      and coalesce((select e.activo from public.empresas e where e.id = u.empresa_id), true)
  );
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

revoke all on function privado.mi_empresa(), privado.mi_rol(), privado.es_admin() from public;
grant execute on function privado.mi_empresa(), privado.mi_rol(), privado.es_admin() to authenticated, service_role;
