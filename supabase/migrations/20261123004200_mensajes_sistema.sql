-- Why: what happens to a contract is told in its conversation: who opened it, its states, its papers, its lots and
-- its suppliers. The first message opens the channel.
-- Touches: triggers of contratos, contratos_participantes, documentos_contrato and lotes_asociados. Destructive: no.
create function privado.quien() returns text
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce((
    select u.nombre || coalesce(' (' || e.nombre || ')', '')
    from public.usuarios u left join public.empresas e on e.id = u.empresa_id where u.id = auth.uid()
  ), 'El sistema');
end
$$;
comment on function privado.quien() is 'Nombre y empresa de quien actúa, para los mensajes del sistema.';

create function privado.contar_contrato() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.mensajes (contrato_id, tipo, texto) values (
    new.id, 'sistema',
    case when tg_op = 'INSERT' then format('%s abrió el contrato %s.', privado.quien(), new.codigo)
      when new.estado = 'Cerrado' then format('El contrato quedó Cerrado: lo último fue de %s.', privado.quien())
      else format('%s pasó el contrato a %s.', privado.quien(), new.estado) end
  );
  return null;
end
$$;
comment on function privado.contar_contrato() is 'Disparador: apertura y estados de un contrato, en su conversación.';

create function privado.contar_participante() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.mensajes (contrato_id, tipo, texto)
  select new.contrato_id, 'sistema', format('%s asoció a %s al contrato.', privado.quien(), e.nombre)
  from public.empresas e where e.id = new.empresa_id;
  return null;
end
$$;
comment on function privado.contar_participante() is 'Disparador: proveedores asociados, en la conversación.';

create function privado.contar_documento() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.mensajes (contrato_id, tipo, texto, documento_id)
  values (new.contrato_id, 'sistema', format('%s subió %s.', privado.quien(), new.nombre_archivo), new.id);
  return null;
end
$$;
comment on function privado.contar_documento() is 'Disparador: documentos nuevos, en la conversación.';

create function privado.contar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.mensajes (contrato_id, tipo, texto, lote_id) values (
    new.contrato_id, 'sistema',
    case when tg_op = 'INSERT'
      then format('%s registró el lote %s: %s qq, %s %% de humedad.', privado.quien(), new.codigo_lote, new.peso_qq, new.humedad)
      else format('%s pasó el lote %s a %s.', privado.quien(), new.codigo_lote, new.estado) end,
    new.id
  );
  return null;
end
$$;
comment on function privado.contar_lote() is 'Disparador: lotes nuevos y sus estados, en la conversación.';
revoke all on function privado.quien(), privado.contar_contrato(), privado.contar_participante(),
  privado.contar_documento(), privado.contar_lote() from public;

-- Before the other rules of the same row act: a contract that closes with its last lot is told after the lot.
create trigger _050_contar after insert on public.contratos
  for each row execute function privado.contar_contrato();
create trigger _060_contar_estado after update on public.contratos
  for each row when (old.estado is distinct from new.estado) execute function privado.contar_contrato();
create trigger _600_contar after insert on public.contratos_participantes
  for each row when (new.papel = 'proveedor') execute function privado.contar_participante();
create trigger _600_contar after insert on public.documentos_contrato
  for each row execute function privado.contar_documento();
create trigger _050_contar after insert on public.lotes_asociados
  for each row execute function privado.contar_lote();
create trigger _060_contar_estado after update on public.lotes_asociados
  for each row when (old.estado is distinct from new.estado) execute function privado.contar_lote();
