-- Why: what may change in a contract and when. En revisión → Activo by the exporter; → Cerrado by itself when
-- every lot is exported, or by an administrator; Cerrado → Activo by an administrator only.
-- Touches: triggers of public.contratos and the function that marks one as deleted. Destructive: no.
create function privado.proteger_contrato() returns trigger
language plpgsql set search_path = '' as $$
begin
  if (old.id, old.codigo, old.exportadora_id, old.contraparte_id, old.creado_por, old.creado_en)
    is distinct from (new.id, new.codigo, new.exportadora_id, new.contraparte_id, new.creado_por, new.creado_en) then
    raise exception 'contrato_inmutable' using errcode = 'PT409',
      detail = 'El código, las partes y el origen de un contrato no cambian.';
  end if;
  if old.eliminado_en is not null and auth.uid() is not null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  -- Marking as deleted and noting the signed file are not edits; no client can write those columns.
  if old.estado = 'Cerrado' and new.estado = 'Cerrado'
    and (old.eliminado_en, old.archivo_pdf) is not distinct from (new.eliminado_en, new.archivo_pdf) then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  return new;
end
$$;
comment on function privado.proteger_contrato() is 'Disparador: lo que no cambia en un contrato.';

create function privado.lotes_exportados(contrato bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select coalesce(bool_and(l.estado = 'Exportado'), false)
    from public.lotes_asociados l where l.contrato_id = contrato
  );
end
$$;
comment on function privado.lotes_exportados(bigint) is '¿Tiene lotes el contrato y están todos exportados?';

create function privado.cambiar_estado() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  paso constant text := old.estado || ' → ' || new.estado;
  sin_limite constant boolean := auth.uid() is null or privado.es_admin();
begin
  case
    when new.estado is null or new.estado not in ('En revisión', 'Activo', 'Cerrado') then
      return new; -- the column's own constraints refuse it
    when paso = 'En revisión → Activo' then
      if not sin_limite and privado.mi_empresa() is distinct from new.exportadora_id then
        raise exception 'contrato_activa_exportadora' using errcode = 'PT403',
          detail = 'Solo la exportadora del contrato lo activa.', hint = 'estado';
      end if;
    when new.estado = 'Cerrado' then
      if not sin_limite and not privado.lotes_exportados(new.id) then
        raise exception 'contrato_cierre_automatico' using errcode = 'PT403',
          detail = 'Un contrato se cierra solo, cuando todos sus lotes están exportados.', hint = 'estado';
      end if;
      new.cerrado_en := clock_timestamp();
    when paso = 'Cerrado → Activo' then
      if not sin_limite then
        raise exception 'contrato_reabre_admin' using errcode = 'PT403',
          detail = 'Solo un administrador reabre un contrato cerrado.', hint = 'estado';
      end if;
      new.cerrado_en := null;
    else
      raise exception 'contrato_transicion_invalida' using errcode = 'PT409',
        detail = 'Un contrato no vuelve a revisión.', hint = 'estado';
  end case;
  return new;
end
$$;
comment on function privado.cambiar_estado() is 'Disparador: pasos permitidos entre estados de un contrato.';

create function privado.ocultar_participantes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.contratos_participantes set oculto = new.eliminado_en is not null where contrato_id = new.id;
  return null;
end
$$;
comment on function privado.ocultar_participantes() is 'Disparador: un contrato eliminado se oculta a sus partes.';

revoke all on function privado.proteger_contrato(), privado.lotes_exportados(bigint), privado.cambiar_estado(),
  privado.ocultar_participantes() from public;

create trigger _100_proteger_contrato before update on public.contratos
  for each row execute function privado.proteger_contrato();
create trigger _200_cambiar_estado before update on public.contratos
  for each row when (old.estado is distinct from new.estado) execute function privado.cambiar_estado();
create trigger _500_ocultar_participantes after update on public.contratos
  for each row when ((old.eliminado_en is null) <> (new.eliminado_en is null))
  execute function privado.ocultar_participantes();
create trigger _900_marcar_actualizado before update on public.contratos
  for each row when (old.* is distinct from new.*) execute function privado.marcar_actualizado();
