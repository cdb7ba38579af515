-- Why: whoever leaves a contract, or is switched off, stops hearing its channel at once, not when its token is
-- renewed. Realtime asks the policies when a channel is joined; the embedded server asks them again when it hears
-- the notification realtime_reauthorize: its payload is the topic, or nothing for all of them. Another Realtime
-- ignores it and asks at the next renewal of the token. Who is added needs no notice: it joins when it wants.
-- Touches: contratos_participantes, usuarios and empresas get a trigger each. Destructive: no.
create function privado.reautorizar_canal() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_notify('realtime_reauthorize', 'contrato:' || c.codigo)
  from public.contratos c where c.id = old.contrato_id;
  return null;
end
$$;
comment on function privado.reautorizar_canal() is 'Disparador: cambió quién oye el canal de un contrato.';

create function privado.reautorizar_canales() returns trigger
language plpgsql set search_path = '' as $$
begin
  perform pg_notify('realtime_reauthorize', '');
  return null;
end
$$;
comment on function privado.reautorizar_canales() is 'Disparador: cambió lo que alguien puede oír en cualquier canal.';
revoke all on function privado.reautorizar_canal(), privado.reautorizar_canales() from public;

create trigger _920_reautorizar_canal after update or delete on public.contratos_participantes
  for each row execute function privado.reautorizar_canal();
create trigger _920_reautorizar_canales after update of empresa_id, rol, activo or delete on public.usuarios
  for each statement execute function privado.reautorizar_canales();
create trigger _920_reautorizar_canales after update of activo on public.empresas
  for each statement execute function privado.reautorizar_canales();
