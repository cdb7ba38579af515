-- Why: lots are numbered per contract, only move forward, and close their contract when the last is exported,
-- whoever writes them.
-- Touches: triggers of public.lotes_asociados. Destructive: no.
create function privado.validar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  -- A new lot and an export both decide whether the contract closes: they wait for each other.
  contrato constant public.contratos := privado.exigir_contrato(
    new.contrato_id, bloquear => tg_op = 'INSERT' or new.estado = 'Exportado');
begin
  if auth.uid() is not null and privado.mi_rol() = 'proveedor' then
    raise exception 'lote_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio o un administrador registra lotes.';
  end if;
  if contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  return new;
end
$$;
comment on function privado.validar_lote() is 'Disparador: quién escribe lotes y en qué contratos.';

create function privado.numerar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  numero text;
begin
  new.codigo_lote := btrim(coalesce(new.codigo_lote, ''));
  if new.codigo_lote = '' then
    -- The contract is locked since _100_validar_lote: nobody else is numbering its lots.
    select (coalesce(max(substr(l.codigo_lote, 4)::numeric), 0) + 1)::text into numero
    from public.lotes_asociados l
    where l.contrato_id = new.contrato_id and l.codigo_lote ~ '^LT-[0-9]+$';
    new.codigo_lote := 'LT-' || lpad(numero, greatest(4, length(numero)), '0');
  end if;
  return new;
end
$$;
comment on function privado.numerar_lote() is 'Disparador: LT-0001… por contrato cuando no se da un código.';

create function privado.avanzar_lote() returns trigger
language plpgsql set search_path = '' as $$
declare
  pasos constant text[] := array['En tránsito', 'Recibido', 'Secado', 'Exportado'];
begin
  if array_position(pasos, new.estado) < array_position(pasos, old.estado) then
    raise exception 'lote_no_retrocede' using errcode = 'PT409',
      detail = 'Un lote solo avanza: En tránsito, Recibido, Secado, Exportado.', hint = 'estado';
  end if;
  return new;
end
$$;
comment on function privado.avanzar_lote() is 'Disparador: un lote solo avanza de estado.';

create function privado.cerrar_contrato() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Writes the row even when nothing changes: under repeatable read two transactions that export the last two
  -- lots do not see each other, and only a write makes the second fail instead of leaving the contract open.
  update public.contratos set estado = estado where id = new.contrato_id and estado <> 'Cerrado';
  update public.contratos set estado = 'Cerrado'
  where id = new.contrato_id and estado <> 'Cerrado' and privado.lotes_exportados(id);
  return null;
end
$$;
comment on function privado.cerrar_contrato() is
  'Disparador: el contrato se cierra cuando todos sus lotes están exportados.';

revoke all on function privado.validar_lote(), privado.numerar_lote(), privado.avanzar_lote(),
  privado.cerrar_contrato() from public;

create trigger _100_validar_lote before insert or update on public.lotes_asociados
  for each row execute function privado.validar_lote();
create trigger _200_numerar_lote before insert on public.lotes_asociados
  for each row execute function privado.numerar_lote();
create trigger _300_avanzar_lote before update on public.lotes_asociados
  for each row when (old.estado is distinct from new.estado) execute function privado.avanzar_lote();
create trigger _500_cerrar_contrato after insert or update of estado on public.lotes_asociados
  for each row when (new.estado = 'Exportado') execute function privado.cerrar_contrato();
create trigger _900_marcar_actualizado before update on public.lotes_asociados
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();
