-- Where a notice goes: to its person's channel, and to the queue of its devices. The new notices of a statement go out
-- together, one insert to each: by one row at a time, telling many people cost more than the change it tells of. A
-- burst, which is one row of each person again, goes row by row.

-- To the person's own channel, which only it may hear and nobody may speak on. The contract is in datos, by its code.
create function privado.difundir_notificaciones() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- What realtime.send does for one; as there, a channel that fails does not undo what it tells of.
  insert into realtime.messages (topic, event, payload, private, extension)
  select 'usuario:' || n.usuario_id, 'notificacion', to_jsonb(n) - '{usuario_id,contrato_id,en_app,push}'::text[], true, 'broadcast'
  from nuevas n where n.en_app;
  return null;
exception when others then
  raise warning 'ErrorSendingBroadcastMessage: %', sqlerrm;
  return null;
end
$$;
comment on function privado.difundir_notificaciones() is 'Disparador: los avisos llegan al canal de cada usuario.';
revoke all on function privado.difundir_notificaciones() from public;

create function privado.difundir_notificacion() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform realtime.send(to_jsonb(new) - '{usuario_id,contrato_id,en_app,push}'::text[], 'notificacion', 'usuario:' || new.usuario_id, true);
  return null;
end
$$;
comment on function privado.difundir_notificacion() is 'Disparador: el aviso llega al canal de su usuario.';
revoke all on function privado.difundir_notificacion() from public;

-- To the queue (32_push): a notice without contract goes under contract 0.
create function privado.encolar_pushes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into privado.push_cola (notificacion_id, dispositivo_id, contrato_id)
  select n.id, d.id, coalesce(n.contrato_id, 0)
  from nuevas n join public.dispositivos d on d.usuario_id = n.usuario_id
  where n.push order by d.id, n.id;
  if found then
    perform pg_notify('push', '');
  end if;
  return null;
end
$$;
comment on function privado.encolar_pushes() is
  'Disparador: los avisos esperan su envío a los dispositivos de cada usuario.';
revoke all on function privado.encolar_pushes() from public;

create function privado.encolar_push() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into privado.push_cola (notificacion_id, dispositivo_id, contrato_id)
  select new.id, d.id, coalesce(new.contrato_id, 0)
  from public.dispositivos d where d.usuario_id = new.usuario_id order by d.id
  on conflict do nothing;
  if found then
    perform pg_notify('push', '');
  end if;
  return null;
end
$$;
comment on function privado.encolar_push() is 'Disparador: el aviso espera su envío a los dispositivos de su usuario.';
revoke all on function privado.encolar_push() from public;
