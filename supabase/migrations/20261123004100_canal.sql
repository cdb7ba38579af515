-- Why: every contract has its channel, `contrato:<codigo>`, private: who is party to it hears and speaks there. A
-- message is broadcast to it whatever way its row came. A broadcast of a client may carry any event, so what counts
-- as said is the row; what the database sends carries meta.id.
-- Touches: a trigger of public.mensajes, policies of realtime.messages. Destructive: no.
create function privado.oye_canal(tema text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select from public.contratos c
    where tema like 'contrato:%' and c.codigo = substr(tema, 10) and c.eliminado_en is null
      and (privado.participa(c.id) or privado.es_admin())
  );
end
$$;
comment on function privado.oye_canal(text) is '¿Es el usuario parte del contrato de este canal?';
revoke all on function privado.oye_canal(text) from public;
grant execute on function privado.oye_canal(text) to authenticated;

create policy triboka_select_participante on realtime.messages for select to authenticated
  using (extension in ('broadcast', 'presence') and (select privado.oye_canal((select realtime.topic()))));
create policy triboka_insert_participante on realtime.messages for insert to authenticated
  with check (extension in ('broadcast', 'presence') and (select privado.oye_canal((select realtime.topic()))));

create function privado.difundir_mensaje() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
begin
  perform realtime.send(
    to_jsonb(new) || jsonb_build_object('contrato', codigo), 'mensaje', 'contrato:' || codigo, true);
  return null;
end
$$;
comment on function privado.difundir_mensaje() is 'Disparador: el mensaje llega al canal de su contrato.';
revoke all on function privado.difundir_mensaje() from public;

create trigger _500_difundir after insert on public.mensajes
  for each row execute function privado.difundir_mensaje();
