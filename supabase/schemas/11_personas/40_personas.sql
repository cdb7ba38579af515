-- What is asked of a person: its name when it acts, its e-mail, and to close its sessions for good: a token whose
-- session was closed is worth nothing, although it has not expired.

create function privado.quien() returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce((
    select u.nombre || coalesce(' (' || e.nombre || ')', '')
    from public.usuarios u left join public.empresas e on e.id = u.empresa_id where u.id = auth.uid()
  ), 'El sistema');
end
$$;
comment on function privado.quien() is 'Nombre y empresa de quien actúa, para los mensajes del sistema.';

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

revoke all on function privado.quien(), privado.correo(uuid), privado.cerrar_sesiones(uuid) from public;
revoke all on function public.cerrar_sesiones(uuid) from public, anon, service_role;
grant execute on function privado.correo(uuid), privado.cerrar_sesiones(uuid), public.cerrar_sesiones(uuid)
  to authenticated;
