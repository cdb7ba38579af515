-- Whose device it is: of who registered it last. A lost phone, or one of who was switched off, is forgotten by a
-- trigger of public.usuarios; entering again registers it again.
create function privado.registrar_dispositivo(v_token text, v_plataforma text) returns public.dispositivos
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.dispositivos;
begin
  perform privado.exigir_cuenta();
  -- Another person's device: what waits for it was not for who holds it now.
  delete from public.dispositivos d where d.token = v_token and d.usuario_id <> auth.uid();
  insert into public.dispositivos as d (usuario_id, token, plataforma) values (auth.uid(), v_token, v_plataforma)
  on conflict (token) do update set visto_en = now(), plataforma = excluded.plataforma
    where d.usuario_id = excluded.usuario_id
  returning * into fila;
  if fila.id is null then
    raise exception 'dispositivo_en_disputa' using errcode = 'PT409',
      detail = 'Otra cuenta registró ese dispositivo a la vez: vuelva a intentarlo.', hint = 'token';
  end if;
  -- The oldest leave: nobody carries more than twenty.
  delete from public.dispositivos d where d.id in (
    select x.id from public.dispositivos x where x.usuario_id = auth.uid() order by x.visto_en desc, x.id desc offset 20);
  return fila;
end
$$;
comment on function privado.registrar_dispositivo(text, text) is 'El dispositivo es de quien llama, y de nadie más.';
revoke all on function privado.registrar_dispositivo(text, text) from public;
grant execute on function privado.registrar_dispositivo(text, text) to authenticated;

create function public.registrar_dispositivo(token text, plataforma text) returns public.dispositivos
language sql volatile security invoker set search_path = '' as $$
  select privado.registrar_dispositivo(token, plataforma)
$$;
comment on function public.registrar_dispositivo(text, text) is
  'Los avisos de quien llama llegan también a este dispositivo; de otra cuenta, deja de serlo.';
revoke all on function public.registrar_dispositivo(text, text) from public, anon, service_role;
grant execute on function public.registrar_dispositivo(text, text) to authenticated;
