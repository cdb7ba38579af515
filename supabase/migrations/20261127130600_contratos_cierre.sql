-- Why: a contract of 200 TM that ships in parts was closed for good by its first lot. The exporter chooses how it
-- closes: when its lots are all exported (the rule until now, and the default), or when they are and besides make up
-- the volume, less its tolerance. Whoever closes it, all are told how much of the volume was exported.
-- Touches: public.contratos gets `cierre`; public.crear_contrato takes it (it is dropped and made again with the same
-- rules); the rule of closing, its message and its notice; privado.lotes_exportados goes. Destructive: no.
alter table public.contratos
  add column cierre text not null default 'al exportar los lotes',
  add constraint contratos_cierre_valido check (cierre in ('al exportar los lotes', 'al completar el volumen'));
comment on column public.contratos.cierre is
  'Cuándo se cierra solo: al exportar los lotes, o cuando además completan el volumen, menos su tolerancia.';
grant insert (cierre), update (cierre) on public.contratos to authenticated, service_role;

create function privado.exportado_tm(contrato bigint) returns numeric
language plpgsql stable security definer set search_path = '' as $$
begin
  -- Not what avances keeps: a statement that exports lots sums there at its end, and closes before.
  return (
    select round(coalesce(sum(l.peso_qq), 0) * 0.045359237, 4)
    from public.lotes_asociados l where l.contrato_id = contrato and l.estado = 'Exportado'
  );
end
$$;
comment on function privado.exportado_tm(bigint) is 'Toneladas exportadas de un contrato.';

create function privado.exportado_en_palabras(contrato public.contratos) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  exportado constant numeric := privado.exportado_tm(contrato.id);
begin
  return format('%s de %s TM exportadas (%s %%)', trim_scale(exportado), trim_scale(contrato.volumen_tm),
    trim_scale(round(100 * exportado / contrato.volumen_tm, 2)));
end
$$;
comment on function privado.exportado_en_palabras(public.contratos) is 'Cuánto de su volumen se exportó, para decirlo.';

create function privado.toca_cerrar(contrato public.contratos) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce((
      select bool_and(l.estado = 'Exportado') from public.lotes_asociados l where l.contrato_id = contrato.id
    ), false)
    and (contrato.cierre = 'al exportar los lotes' or privado.exportado_tm(contrato.id)
      >= round(contrato.volumen_tm * (1 - contrato.tolerancia_pct / 100), 4));
end
$$;
comment on function privado.toca_cerrar(public.contratos) is
  '¿Tiene lotes, están todos exportados y, si su cierre lo pide, completan el volumen?';

create or replace function privado.cerrar_contrato() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- Writes the row even when nothing changes: under repeatable read two transactions that export the last two
  -- lots do not see each other, and only a write makes the second fail instead of leaving the contract open.
  update public.contratos set estado = estado where id = new.contrato_id and estado <> 'Cerrado';
  update public.contratos c set estado = 'Cerrado'
  where c.id = new.contrato_id and c.estado <> 'Cerrado' and privado.toca_cerrar(c);
  return null;
end
$$;
comment on function privado.cerrar_contrato() is
  'Disparador: el contrato se cierra cuando un lote exportado cumple lo que dice su cierre.';

-- What its exporter, an administrator or the system may do with the state of a contract, and nobody else.
create function privado.manda_en_contrato(contrato public.contratos) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return auth.uid() is null or privado.es_admin()
    or (privado.mi_rol() = 'exportadora' and privado.mi_empresa() = contrato.exportadora_id);
end
$$;
comment on function privado.manda_en_contrato(public.contratos) is
  '¿Es quien actúa de la exportadora del contrato, un administrador o el sistema?';

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
  if tg_op = 'UPDATE' and manda and new.estado = old.estado and old.estado <> 'Cerrado' and privado.toca_cerrar(new) then
    new.estado := 'Cerrado';
  end if;
  return new;
end
$$;
comment on function privado.elegir_cierre() is
  'Disparador: quién elige el cierre de un contrato, que se cierra si ya lo cumple.';
create trigger _250_elegir_cierre before insert on public.contratos
  for each row when (new.cierre <> 'al exportar los lotes') execute function privado.elegir_cierre();
-- Before _200_cambiar_estado, which dates the closing.
create trigger _150_elegir_cierre before update on public.contratos
  for each row when (
    old.cierre is distinct from new.cierre
    or (new.cierre = 'al completar el volumen'
      and (old.volumen_tm, old.tolerancia_pct) is distinct from (new.volumen_tm, new.tolerancia_pct)))
  execute function privado.elegir_cierre();

create or replace function privado.cambiar_estado() returns trigger
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
      -- By itself, whoever exported the last lot; by hand the other party would undo every reopening.
      if not sin_limite and not (
        privado.toca_cerrar(new) and (pg_trigger_depth() > 1 or coalesce(privado.manda_en_contrato(new), false))) then
        raise exception 'contrato_cierre_automatico' using errcode = 'PT403',
          detail = 'Un contrato se cierra solo, cuando se cumple su cierre.', hint = 'estado';
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
drop function privado.lotes_exportados(bigint);

create or replace function privado.contar_contrato() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into public.mensajes (contrato_id, tipo, texto) values (
    new.id, 'sistema',
    case when tg_op = 'INSERT' then format('%s abrió el contrato %s.', privado.quien(), new.codigo)
      when new.estado = 'Cerrado' then format('El contrato quedó Cerrado con %s: lo último fue de %s.',
        privado.exportado_en_palabras(new), privado.quien())
      else format('%s pasó el contrato a %s.', privado.quien(), new.estado) end
  );
  return null;
end
$$;

drop function public.crear_contrato(numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text);
create function public.crear_contrato(
  volumen_tm numeric,
  contraparte_id bigint default null,
  exportadora_id bigint default null,
  precio_fijado_tm numeric default null,
  fecha_firma date default null,
  observaciones text default null,
  proveedores bigint[] default '{}',
  calidad text default null,
  fecha_entrega date default null,
  tolerancia_pct numeric default null,
  modalidad_precio text default null,
  cierre text default null
) returns public.contratos
language plpgsql volatile security invoker set search_path = '' as $$
declare
  contrato public.contratos;
begin
  insert into public.contratos (
    exportadora_id, contraparte_id, fecha_firma, volumen_tm, precio_fijado_tm, observaciones, calidad, fecha_entrega,
    tolerancia_pct, modalidad_precio, cierre
  )
  values (
    crear_contrato.exportadora_id, crear_contrato.contraparte_id, crear_contrato.fecha_firma,
    crear_contrato.volumen_tm, crear_contrato.precio_fijado_tm, crear_contrato.observaciones,
    crear_contrato.calidad, crear_contrato.fecha_entrega, coalesce(crear_contrato.tolerancia_pct, 0),
    coalesce(crear_contrato.modalidad_precio, 'fijo'), coalesce(crear_contrato.cierre, 'al exportar los lotes')
  )
  returning * into contrato;

  insert into public.contratos_participantes (contrato_id, empresa_id)
  select distinct contrato.id, proveedor
  from unnest(proveedores) as proveedor
  -- The counterparty may be a supplier, and is party already.
  where proveedor is distinct from contrato.contraparte_id;
  return contrato;
end
$$;
comment on function public.crear_contrato(
  numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text) is
  'Crea un contrato entre la empresa del usuario y otra, con sus proveedores asociados.';
revoke all on function public.crear_contrato(
  numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text)
  from public, anon, service_role;
grant execute on function public.crear_contrato(
  numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text) to authenticated;

drop trigger _710_notificar_edicion on public.contratos;
create trigger _710_notificar_edicion after update on public.contratos
  for each row when (
    (old.volumen_tm, old.fecha_firma, old.observaciones, old.estado, old.calidad, old.fecha_entrega,
      old.tolerancia_pct, old.modalidad_precio, old.cierre)
      is distinct from (new.volumen_tm, new.fecha_firma, new.observaciones, new.estado, new.calidad, new.fecha_entrega,
      new.tolerancia_pct, new.modalidad_precio, new.cierre)
    or (old.precio_fijado_tm is distinct from new.precio_fijado_tm and pg_trigger_depth() = 0))
  execute function privado.notificar_cambio();

create or replace function privado.notificar_cambio() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_contrato bigint;
  v_codigo text;
  v_empresa bigint;
begin
  if tg_table_name = 'contratos' then
    v_contrato := new.id;
  elsif tg_op = 'DELETE' then
    v_contrato := old.contrato_id;
  else
    v_contrato := new.contrato_id;
  end if;
  select c.codigo into v_codigo from public.contratos c where c.id = v_contrato;
  case tg_table_name
    when 'mensajes' then
      perform privado.notificar(v_contrato, 'mensaje', format('Mensaje nuevo de %s en %s.', new.autor, v_codigo),
        jsonb_build_object('codigo', v_codigo, 'mensaje_id', new.id));
    when 'contratos' then
      perform privado.notificar(v_contrato, 'contrato',
        case when tg_op = 'INSERT' then format('%s abrió el contrato %s.', privado.quien(), v_codigo)
          when old.estado <> new.estado then format('El contrato %s pasó a %s.', v_codigo, new.estado)
          else format('%s editó el contrato %s.', privado.quien(), v_codigo) end,
        -- How much was exported goes beside the text, which a locked screen shows.
        jsonb_build_object('codigo', v_codigo, 'estado', new.estado)
          || case when tg_op = 'UPDATE' and old.estado <> new.estado and new.estado = 'Cerrado'
            then jsonb_build_object('exportado_tm', privado.exportado_tm(new.id), 'volumen_tm', new.volumen_tm)
            else '{}' end);
    when 'documentos_contrato' then
      perform privado.notificar(v_contrato, 'documento', format('%s subió un documento a %s.', privado.quien(), v_codigo),
        jsonb_build_object('codigo', v_codigo, 'documento_id', new.id, 'tipo', new.tipo));
    when 'lotes_asociados' then
      perform privado.notificar(v_contrato, 'lote',
        case when tg_op = 'INSERT'
          then format('%s asoció el lote %s a %s.', privado.quien(), new.codigo_lote, v_codigo)
          else format('El lote %s de %s pasó a %s.', new.codigo_lote, v_codigo, new.estado) end,
        jsonb_build_object('codigo', v_codigo, 'lote_id', new.id, 'estado', new.estado));
    when 'contratos_participantes' then
      if tg_op = 'DELETE' then
        v_empresa := old.empresa_id;
      else
        v_empresa := new.empresa_id;
      end if;
      perform privado.notificar(v_contrato, 'participante',
        format(case tg_op when 'INSERT' then '%s asoció a %s al contrato %s.' else '%s retiró a %s del contrato %s.' end,
          privado.quien(), (select e.nombre from public.empresas e where e.id = v_empresa), v_codigo),
        jsonb_build_object('codigo', v_codigo, 'empresa_id', v_empresa), v_empresa);
  end case;
  return null;
end
$$;

revoke all on function privado.exportado_tm(bigint), privado.exportado_en_palabras(public.contratos),
  privado.toca_cerrar(public.contratos), privado.manda_en_contrato(public.contratos), privado.elegir_cierre() from public;
