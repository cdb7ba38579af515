-- The private channels: who hears and who speaks on them. Realtime asks these policies when a channel is joined, and
-- again when a token is renewed; that somebody stops hearing at once is said by the triggers reautorizar_canal of
-- contratos_participantes, and reautorizar_canales of usuarios and empresas.
--
--   contrato:<codigo>        what the database tells of the contract, and the presence of who is looking at it
--   contrato:<codigo>:vivo   what clients tell one another (who is writing); the same people join it
--   usuario:<id>             a person's notices, which only it hears
create function privado.oye_canal(tema text) returns boolean
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
revoke all on function privado.oye_canal(text) from public;
grant execute on function privado.oye_canal(text) to authenticated;

create policy triboka_select_participante on realtime.messages for select to authenticated
  using (extension in ('broadcast', 'presence') and (select privado.oye_canal((select realtime.topic()))));

-- Realtime shows a policy the topic and the extension of what a client wants to send, never its event, and asks once
-- per channel: an event `mensaje` with somebody else's name cannot be refused, a topic can. So the topics on which the
-- database speaks hear no client's broadcast.
create policy triboka_insert_participante on realtime.messages for insert to authenticated
  with check (
    case extension
      when 'broadcast' then (select realtime.topic()) like 'contrato:%:vivo'
      when 'presence' then (select realtime.topic()) like 'contrato:%'
      else false
    end
    and (select privado.oye_canal((select realtime.topic()))));
