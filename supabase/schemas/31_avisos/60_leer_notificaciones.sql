-- The caller reads its notices, and is told how many are left.
create function privado.leer_notificaciones(v_ids bigint[]) returns int
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.exigir_cuenta();
  -- By contract: whoever writes in one waits only for its own notices, so nobody waits crosswise.
  update public.notificaciones n set leida_en = clock_timestamp()
  from (
    select x.id from public.notificaciones x
    where x.usuario_id = auth.uid() and x.leida_en is null and x.en_app and (v_ids is null or x.id = any (v_ids))
    order by x.contrato_id, x.id for update
  ) as suyas
  where n.id = suyas.id;
  return privado.avisos_sin_leer();
end
$$;
comment on function privado.leer_notificaciones(bigint[]) is 'Marca avisos propios como leídos; null son todos.';
revoke all on function privado.leer_notificaciones(bigint[]) from public;
grant execute on function privado.leer_notificaciones(bigint[]) to authenticated;

create function privado.avisos_sin_leer() returns int
language sql stable security definer set search_path = '' as $$
  select count(*)::int from (
    select from public.notificaciones n where n.usuario_id = auth.uid() and n.leida_en is null and n.en_app limit 100
  ) as nuevos
$$;
comment on function privado.avisos_sin_leer() is 'Avisos del usuario sin leer; 100 son 100 o más.';
revoke all on function privado.avisos_sin_leer() from public;
grant execute on function privado.avisos_sin_leer() to authenticated;

create function public.leer_notificaciones(ids bigint[] default null) returns int
language sql volatile security invoker set search_path = '' as $$
  select privado.leer_notificaciones(ids)
$$;
comment on function public.leer_notificaciones(bigint[]) is
  'Marca como leídos los avisos dados, o todos; da cuántos quedan sin leer (100 son 100 o más).';
revoke all on function public.leer_notificaciones(bigint[]) from public, anon, service_role;
grant execute on function public.leer_notificaciones(bigint[]) to authenticated;
