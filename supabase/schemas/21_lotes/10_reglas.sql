-- What holds of a lot whoever writes it: who may, how it is numbered, and that it only moves forward. Triggers of
-- public.lotes_asociados.

-- A code is compared without case and in NFC, as macOS does not write Peña, and keeps the spelling of the first.
create function privado.clave_lote(codigo text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select lower(normalize(btrim(codigo), NFC))
$$;
comment on function privado.clave_lote(text) is 'Código de un lote como se compara: sin mayúsculas y en NFC.';
revoke all on function privado.clave_lote(text) from public;
-- The index asks it at every write, and a search by code at every read.
grant execute on function privado.clave_lote(text) to authenticated, service_role;

create function privado.validar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  contrato public.contratos;
begin
  -- The operation that moves what was promised holds its contract already, and is its owner's also when that one is no
  -- longer party to it.
  if tg_op = 'UPDATE' and coalesce(current_setting('privado.siguiendo_promesas', true), '') = 'on' then
    return new;
  end if;
  -- Whether it closes, and what is summed of it: all who write its lots wait for each other.
  contrato := privado.exigir_contrato(new.contrato_id, bloquear => true);
  if auth.uid() is not null and privado.mi_rol() = 'proveedor' then
    raise exception 'lote_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio o un administrador registra lotes.';
  end if;
  if tg_op = 'UPDATE' and new.origen_compartido <> old.origen_compartido
    and (new.peso_qq, new.humedad, new.estado) is not distinct from (old.peso_qq, old.humedad, old.estado) then
    -- What is told of its origin is no term: it is asked for most when all was shipped.
    return new;
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif contrato.propuesto_a is not null then
    raise exception 'contrato_propuesto' using errcode = 'PT409',
      detail = 'La otra parte no ha aceptado ese contrato: espere su respuesta.';
  end if;
  return new;
end
$$;
comment on function privado.validar_lote() is 'Disparador: quién escribe lotes y en qué contratos.';

-- A lot has a least weight, the quintal in which the trade buys or what the parameter of the day says: without one, a
-- lot of 0.0001 qq that the other party registers and exports would close a contract of 100 TM. The parameter is of
-- everybody alone: a company's own would let it lower the rule.
create function privado.pesar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- What is no weight at all is the constraint's to refuse, save of a lot of the graph, which may come to nothing: it does
  -- not begin so, nor by hand. Of a day without a parameter it is a quintal.
  if (new.peso_qq > 0 or (new.peso_qq = 0 and new.lote_id is not null)) and new.peso_qq < coalesce((
    select (p.valor ->> 'qq')::numeric from public.parametros p
    where p.empresa_id is null and p.tipo = 'lote_minimo' and p.variante = ''
      and p.desde <= privado.hoy() and coalesce(p.hasta > privado.hoy(), true)
  ), 1) then
    raise exception 'lote_peso_minimo' using errcode = 'PT422',
      detail = 'Un lote no pesa menos que el mínimo: un quintal, o lo que diga el parámetro lote_minimo.', hint = 'peso_qq';
  end if;
  return new;
end
$$;
comment on function privado.pesar_lote() is 'Disparador: el peso mínimo de un lote.';

-- A contract is answered whole, with its lots, and each lot that is exported looks at all of them. Of a quintal each,
-- 5,000 lots are 226 TM; of a truck each, more than anybody ships.
create function privado.acotar_lotes() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Those that this same statement adds are not counted yet: what a request may bring is bounded elsewhere.
  if (select a.lotes from public.avances a where a.contrato_id = new.contrato_id) >= 5000 then
    raise exception 'contrato_demasiados_lotes' using errcode = 'PT409',
      detail = 'Un contrato tiene 5000 lotes como máximo.';
  end if;
  return new;
end
$$;
comment on function privado.acotar_lotes() is 'Disparador: cuántos lotes tiene un contrato como máximo.';

create function privado.numerar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  numero text;
begin
  new.codigo_lote := normalize(btrim(coalesce(new.codigo_lote, '')), NFC);
  if new.codigo_lote = '' then
    -- The contract is locked since _100_validar_lote: nobody else is numbering its lots.
    select (coalesce(max(substr(l.codigo_lote, 4)::numeric), 0) + 1)::text into numero
    from public.lotes_asociados l
    where l.contrato_id = new.contrato_id and l.codigo_lote ~* '^LT-[0-9]+$';
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

-- A step that is skipped was taken at the same instant as the one reached.
create function privado.anotar_pasos() returns trigger
language plpgsql set search_path = '' as $$
declare
  ahora constant timestamptz := case tg_op when 'INSERT' then new.creado_en else clock_timestamp() end;
begin
  if tg_op = 'INSERT' then
    new.peso_inicial_qq := new.peso_qq;
    new.humedad_inicial := new.humedad;
  end if;
  -- A voided operation takes back the steps that came with it.
  if tg_op = 'UPDATE' and new.lote_id is not null then
    new.recibido_en := case when new.estado <> 'En tránsito' then new.recibido_en end;
    new.secado_en := case when new.estado in ('Secado', 'Exportado') then new.secado_en end;
    new.exportado_en := case when new.estado = 'Exportado' then new.exportado_en end;
  end if;
  -- What is there stays: only the owner of the table can have written it.
  if new.estado <> 'En tránsito' then
    new.recibido_en := coalesce(new.recibido_en, ahora);
  end if;
  if new.estado in ('Secado', 'Exportado') then
    new.secado_en := coalesce(new.secado_en, ahora);
  end if;
  if new.estado = 'Exportado' then
    new.exportado_en := coalesce(new.exportado_en, ahora);
  end if;
  return new;
end
$$;
comment on function privado.anotar_pasos() is 'Disparador: con qué se registró un lote y cuándo dio cada paso.';

revoke all on function privado.validar_lote(), privado.pesar_lote(), privado.acotar_lotes(), privado.numerar_lote(),
  privado.avanzar_lote(), privado.anotar_pasos() from public;
