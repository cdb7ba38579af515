-- The rules of public.mensajes: who signs a message and when, that it stays as it was said, that its contract's channel
-- hears it and the other parties are told of it.

-- The contract is locked before the id is taken: in one contract, ids are in the order of the commits, also where a clock
-- is set back, so that whoever asks for what came after the last one it knows misses nothing.
create function privado.firmar_mensaje() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- What the system tells, it tells of what has just been allowed.
  if new.tipo = 'sistema' then
    perform from public.contratos c where c.id = new.contrato_id for no key update;
  else
    perform privado.exigir_contrato(new.contrato_id, bloquear => true);
  end if;
  new.id := privado.id_con_hora(nextval('public.mensajes_id_seq'), coalesce((
    select m.id from public.mensajes m where m.contrato_id = new.contrato_id order by m.id desc limit 1), 0));
  new.creado_en := clock_timestamp();
  new.texto := btrim(new.texto, E' \t\r\n');
  if new.tipo = 'sistema' then
    new.autor := 'Triboka';
  else
    select u.id, u.nombre, e.nombre into new.usuario_id, new.autor, new.empresa
    from public.usuarios u left join public.empresas e on e.id = u.empresa_id where u.id = auth.uid();
  end if;
  return new;
end
$$;
comment on function privado.firmar_mensaje() is 'Disparador: número, hora y autor de un mensaje.';
revoke all on function privado.firmar_mensaje() from public;

create function privado.conservar_mensaje() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'mensaje_inmutable' using errcode = 'PT409', detail = 'Un mensaje no se modifica ni se borra.';
end
$$;
comment on function privado.conservar_mensaje() is 'Disparador: los mensajes son evidencia.';
revoke all on function privado.conservar_mensaje() from public;

-- Whatever way its row came; of its contract the code, which is what names it outside. A broadcast of a client may
-- carry any event, so what counts as said is the row; what the database sends carries meta.id.
create function privado.difundir_mensaje() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
begin
  perform realtime.send(
    to_jsonb(new) - 'contrato_id' || jsonb_build_object('contrato', codigo), 'mensaje', 'contrato:' || codigo, true);
  return null;
end
$$;
comment on function privado.difundir_mensaje() is 'Disparador: el mensaje llega al canal de su contrato.';
revoke all on function privado.difundir_mensaje() from public;

create function privado.avisar_de_mensaje() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
begin
  perform privado.notificar(new.contrato_id, 'mensaje', format('Mensaje nuevo de %s en %s.', new.autor, codigo),
    jsonb_build_object('codigo', codigo, 'mensaje_id', new.id));
  return null;
end
$$;
comment on function privado.avisar_de_mensaje() is
  'Disparador: lo que alguien dice en la conversación, avisado a las otras partes.';
revoke all on function privado.avisar_de_mensaje() from public;
