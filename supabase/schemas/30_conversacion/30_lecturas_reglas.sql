-- The rules of public.lecturas: how far one may say to have read, and that it reads the notice too.
create function privado.avanzar_lectura() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  if tg_op = 'UPDATE' then
    new.contrato_id := old.contrato_id;
  end if;
  -- What has not been written cannot have been read.
  new.hasta := least(new.hasta, coalesce((
    select m.id from public.mensajes m where m.contrato_id = new.contrato_id order by m.id desc limit 1), 0));
  if tg_op = 'UPDATE' then
    new.hasta := greatest(new.hasta, old.hasta);
  end if;
  new.leido_en := clock_timestamp();
  return new;
end
$$;
comment on function privado.avanzar_lectura() is 'Disparador: una lectura solo avanza, y no más allá de lo escrito.';
revoke all on function privado.avanzar_lectura() from public;

-- Reading a conversation to its end reads its notice.
create function privado.leer_aviso() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.notificaciones n set leida_en = clock_timestamp()
  where n.usuario_id = new.usuario_id and n.contrato_id = new.contrato_id and n.tipo = 'mensaje'
    and n.leida_en is null and (n.datos ->> 'mensaje_id')::bigint <= new.hasta;
  return null;
end
$$;
comment on function privado.leer_aviso() is 'Disparador: leída la conversación, leído su aviso.';
revoke all on function privado.leer_aviso() from public;
