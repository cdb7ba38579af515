-- What may change in a contract and when. En revisión → Activo by the exporter; → Cerrado by itself when what its
-- closing asks is fulfilled, or by an administrator; Cerrado → Activo by a reopening that says why, or by an
-- administrator.

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
  if old.rechazado_en is not null and (old.eliminado_en, old.archivo_pdf) is not distinct from (new.eliminado_en, new.archivo_pdf) then
    raise exception 'contrato_rechazado' using errcode = 'PT409',
      detail = 'Ese contrato no se aceptó, o se retiró: ya no cambia.';
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

-- Who lowers the volume, or asks for less, has completed it: it closes then and there, if that is the exporter's doing.
create function privado.elegir_cierre() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  manda constant boolean := coalesce(privado.manda_en_contrato(new), false);
begin
  if not manda and (tg_op = 'INSERT' or old.cierre is distinct from new.cierre) then
    raise exception 'contrato_cierre_exportadora' using errcode = 'PT403',
      detail = 'Cómo se cierra un contrato lo elige su exportadora.', hint = 'cierre';
  end if;
  if tg_op = 'UPDATE' and manda and new.estado = old.estado and old.estado = 'Activo' and privado.toca_cerrar(new) then
    new.estado := 'Cerrado';
  end if;
  return new;
end
$$;
comment on function privado.elegir_cierre() is
  'Disparador: quién elige el cierre de un contrato, que se cierra si ya lo cumple.';

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
      -- Or the last yes, by privado.aceptar_contrato(): no client writes it.
      if not sin_limite and privado.mi_empresa() is distinct from new.exportadora_id
        and (new.exportadora_acepto_en is null or old.contraparte_acepto_en is not null or new.contraparte_acepto_en is null) then
        raise exception 'contrato_activa_exportadora' using errcode = 'PT403',
          detail = 'Solo la exportadora del contrato lo activa.', hint = 'estado';
      end if;
      new := privado.exigir_acuerdo(new);
      -- What shipped meanwhile did not close what nobody had agreed to.
      if privado.toca_cerrar(new) then
        new.estado := 'Cerrado';
        new.cerrado_en := clock_timestamp();
      end if;
    when new.estado = 'Cerrado' then
      -- By itself, whoever exported the last lot; by hand the other party would undo every reopening.
      if not sin_limite and not (
        privado.toca_cerrar(new) and (pg_trigger_depth() > 1 or coalesce(privado.manda_en_contrato(new), false))) then
        raise exception 'contrato_cierre_automatico' using errcode = 'PT403',
          detail = 'Un contrato se cierra solo, cuando se cumple su cierre.', hint = 'estado';
      end if;
      new := privado.exigir_acuerdo(new);
      new.cerrado_en := clock_timestamp();
    when paso = 'Cerrado → Activo' then
      -- Of this closing and no other: what was reopened once is not open for ever.
      if not sin_limite and privado.motivo_reapertura(new.id, old.cerrado_en) is null then
        raise exception 'contrato_reabre_admin' using errcode = 'PT403',
          detail = 'Un contrato cerrado se reabre diciendo por qué. Sin decirlo, solo un administrador.', hint = 'estado';
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

-- Neither leaves what was fixed of its price without a contract to be fixed, nor below it; and becomes one to be fixed
-- when it has no price of its own (public.contratos_precios guards the price itself, and takes the contract to do so).
create function privado.proteger_fijado() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  fijadas constant numeric := privado.tm_fijadas(new.id);
begin
  if new.modalidad_precio = 'fijo' then
    if fijadas > 0 then
      raise exception 'contrato_con_fijaciones' using errcode = 'PT409',
        detail = 'Un contrato con fijaciones sigue siendo por fijar: primero se anulan.', hint = 'modalidad_precio';
    end if;
  elsif new.volumen_tm < fijadas then
    raise exception 'volumen_menor_que_fijado' using errcode = 'PT409',
      detail = 'El volumen no baja de lo que ya se fijó.', hint = 'volumen_tm';
  elsif old.modalidad_precio = 'fijo' and exists (
    select from public.contratos_precios p where p.contrato_id = new.id and p.precio_fijado_tm is not null) then
    raise exception 'precio_por_fijar' using errcode = 'PT409',
      detail = 'El precio de un contrato por fijar es el promedio de sus fijaciones: no se escribe.', hint = 'precio_fijado_tm';
  end if;
  return new;
end
$$;
comment on function privado.proteger_fijado() is
  'Disparador: ni la modalidad ni el volumen de un contrato contradicen lo que se fijó de su precio.';

revoke all on function privado.proteger_contrato(), privado.elegir_cierre(), privado.cambiar_estado(),
  privado.proteger_fijado() from public;
