-- What an account lacks to be let in, and who answers for it.

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

-- Who answers for an account: an administrator, or the colleague who invited it, who switches it on and off.
create function privado.responde_por(invitado_por uuid, empresa_id bigint, rol text) returns boolean
language sql stable set search_path = '' as $$
  select (select privado.es_admin())
    or (invitado_por = (select auth.uid()) and empresa_id = (select privado.mi_empresa()) and rol <> 'admin')
$$;
comment on function privado.responde_por(uuid, bigint, text) is
  '¿Es el usuario administrador, o quien invitó a ese colega?';

revoke all on function privado.exigir_cuenta(), privado.responde_por(uuid, bigint, text) from public;
grant execute on function privado.exigir_cuenta(), privado.responde_por(uuid, bigint, text) to authenticated;
