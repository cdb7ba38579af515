-- How the queue is: whoever watches the system sees how many notices wait for the phone, and an administrator which
-- could not be sent.
create function privado.push_estado(out pendientes bigint, out muertas bigint)
language sql stable security definer set search_path = '' as $$
  select count(*) filter (where not q.muerta), count(*) filter (where q.muerta) from privado.push_cola q
$$;
comment on function privado.push_estado() is 'Cuántos avisos esperan su envío, y cuántos no se pudieron enviar.';
revoke all on function privado.push_estado() from public;
grant execute on function privado.push_estado() to service_role;

create function privado.push_muertas(tope int) returns table (
  id bigint, notificacion_id bigint, usuario_id uuid, plataforma text, intentos int, motivo text, creado_en timestamptz)
language plpgsql stable security definer set search_path = '' as $$
begin
  if not privado.es_admin() then
    raise exception 'push_solo_admin' using errcode = 'PT403',
      detail = 'Solo un administrador ve los envíos que fallaron.';
  end if;
  return query
  select q.id, q.notificacion_id, d.usuario_id, d.plataforma, q.intentos, q.motivo, q.creado_en
  from privado.push_cola q join public.dispositivos d on d.id = q.dispositivo_id
  where q.muerta order by q.id desc limit least(tope, 1000);
end
$$;
comment on function privado.push_muertas(int) is 'Los últimos envíos que no se pudieron hacer, con su motivo.';
revoke all on function privado.push_muertas(int) from public;
grant execute on function privado.push_muertas(int) to authenticated;

create function public.push_muertas(tope int default 100) returns table (
  id bigint, notificacion_id bigint, usuario_id uuid, plataforma text, intentos int, motivo text, creado_en timestamptz)
language sql stable security invoker set search_path = '' as $$
  select * from privado.push_muertas(tope)
$$;
comment on function public.push_muertas(int) is 'Los últimos envíos que no se pudieron hacer, con su motivo; administradores.';
revoke all on function public.push_muertas(int) from public, anon, service_role;
grant execute on function public.push_muertas(int) to authenticated;
