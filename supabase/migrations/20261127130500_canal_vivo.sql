-- Why: whoever was party to a contract could broadcast on its channel an event `mensaje` with somebody else's name, and
-- only the missing meta.id told (the REST batch of another Realtime even takes one from the client). Realtime shows a
-- policy the topic and the extension of what a client wants to send, never its event, and asks once per channel: an
-- event cannot be refused, a topic can. So the topics on which the database speaks, `contrato:<codigo>` and
-- `usuario:<id>`, hear no client's broadcast; presence stays on the first. What clients tell one another (who is
-- writing) goes over a topic beside it, `contrato:<codigo>:vivo`, that the same people join.
-- Touches: the policy of insert of realtime.messages, oye_canal() and reautorizar_canal(). Destructive: no; an app that
-- broadcasts on `contrato:<codigo>` is no longer heard there.
create or replace function privado.oye_canal(tema text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  if tema like 'usuario:%' then
    return tema = 'usuario:' || auth.uid() and privado.mi_rol() is not null;
  end if;
  return exists (
    select from public.contratos c
    where tema like 'contrato:%' and c.codigo = regexp_replace(substr(tema, 10), ':vivo$', '')
      and c.eliminado_en is null and (privado.participa(c.id) or privado.es_admin())
  );
end
$$;
comment on function privado.oye_canal(text) is
  '¿Oye el usuario este canal: el suyo, o uno de los dos de un contrato del que es parte?';

alter policy triboka_insert_participante on realtime.messages
  with check (
    case extension
      when 'broadcast' then (select realtime.topic()) like 'contrato:%:vivo'
      when 'presence' then (select realtime.topic()) like 'contrato:%'
      else false
    end
    and (select privado.oye_canal((select realtime.topic()))));

create or replace function privado.reautorizar_canal() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_notify('realtime_reauthorize', 'contrato:' || c.codigo || canal.sufijo)
  from public.contratos c cross join (values (''), (':vivo')) as canal (sufijo) where c.id = old.contrato_id;
  return null;
end
$$;
comment on function privado.reautorizar_canal() is 'Disparador: cambió quién oye los canales de un contrato.';
