-- A contract that was proposed becomes one: both have said yes, or it is closed for good.

-- No state but review without both; the exporter's own step to Activo is its yes.
create function privado.exigir_acuerdo(contrato public.contratos) returns public.contratos
language plpgsql volatile security definer set search_path = '' as $$
begin
  if auth.uid() is null then
    contrato.exportadora_acepto_en := coalesce(contrato.exportadora_acepto_en, clock_timestamp());
    contrato.contraparte_acepto_en := coalesce(contrato.contraparte_acepto_en, clock_timestamp());
    contrato.propuesto_a := null;
    return contrato;
  elsif contrato.propuesto_a is not null then
    raise exception 'contrato_propuesto' using errcode = 'PT409',
      detail = 'La otra parte no ha aceptado ese contrato: espere su respuesta.';
  end if;
  if contrato.estado = 'Activo' and privado.mi_empresa() = contrato.exportadora_id and not privado.es_admin() then
    contrato.exportadora_acepto_en := coalesce(contrato.exportadora_acepto_en, clock_timestamp());
  end if;
  if contrato.contraparte_acepto_en is null then
    raise exception 'falta_que_acepte_la_contraparte' using errcode = 'PT409',
      detail = 'La contraparte no ha aceptado los términos como están: los acepta ella, y el contrato queda Activo.';
  elsif contrato.exportadora_acepto_en is null then
    raise exception 'falta_que_acepte_la_exportadora' using errcode = 'PT409',
      detail = 'La exportadora no ha aceptado los términos como están: los acepta ella, y el contrato queda Activo.';
  end if;
  return contrato;
end
$$;
comment on function privado.exigir_acuerdo(public.contratos) is
  'El contrato, si las dos partes aceptaron sus términos como están; si no, el error que dice cuál falta.';

-- Of who accepts the contract, or the relation that carries it. Related suppliers that waited for it join with it.
create function privado.abrir_contrato(v_contrato bigint, v_empresa bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  c public.contratos;
begin
  select * into c from public.contratos x where x.id = v_contrato for no key update;
  if c.id is null or c.eliminado_en is not null or c.rechazado_en is not null or c.estado = 'Cerrado' then
    return;
  end if;
  if v_empresa = any (c.propuesto_a) then
    update public.contratos x set propuesto_a = nullif(array_remove(x.propuesto_a, v_empresa), '{}') where x.id = c.id
    returning * into c;
  end if;
  update public.contratos_participantes p set pendiente = false, oculto = false
  where p.contrato_id = c.id and p.empresa_id = v_empresa and p.pendiente;
  if c.propuesto_a is null then
    update public.contratos_participantes p set pendiente = false, oculto = false
    where p.contrato_id = c.id and p.papel = 'proveedor' and p.pendiente
      and (privado.relacionadas(p.empresa_id, c.exportadora_id) or privado.relacionadas(p.empresa_id, c.contraparte_id))
      and not exists (
        select from public.relaciones r where r.contrato_id = c.id and r.con_id = p.empresa_id and r.estado = 'propuesta');
  end if;
end
$$;
comment on function privado.abrir_contrato(bigint, bigint) is 'Una empresa es parte, desde ahora, del contrato que se le propuso.';

create function privado.cerrar_propuesta(v_contrato bigint, v_como text, v_motivo text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  update public.contratos c set rechazado_en = clock_timestamp(), rechazado_como = v_como,
    rechazo_motivo = v_motivo
  where c.id = v_contrato;
  insert into public.mensajes (contrato_id, tipo, texto) values (v_contrato, 'sistema', case v_como
    when 'rechazado' then format('%s no aceptó el contrato: %s', privado.quien(), v_motivo)
    else format('%s retiró el contrato.', privado.quien()) end);
  perform privado.notificar(v_contrato, 'contrato', format(
    case v_como when 'rechazado' then '%s no aceptó el contrato %s.' else '%s retiró el contrato %s.' end,
    privado.quien(), c.codigo), jsonb_build_object('codigo', c.codigo, 'estado', c.estado, 'rechazado', v_como))
  from public.contratos c where c.id = v_contrato;
end
$$;
comment on function privado.cerrar_propuesta(bigint, text, text) is
  'Un contrato que no se aceptó, o se retiró: se queda En revisión y no recibe nada más.';

-- Who was asked says no: the contract ends if it was to sign it, and goes on without it if it was a supplier.
create function privado.rechazar_por(v_contrato bigint, v_empresa bigint, v_motivo text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.contratos_participantes p
  where p.contrato_id = v_contrato and p.empresa_id = v_empresa and p.pendiente and p.papel = 'proveedor';
  if exists (
    select from public.contratos c
    where c.id = v_contrato and v_empresa in (c.exportadora_id, c.contraparte_id) and c.rechazado_en is null
      and c.eliminado_en is null
  ) then
    perform privado.cerrar_propuesta(v_contrato, 'rechazado', v_motivo);
  end if;
end
$$;
comment on function privado.rechazar_por(bigint, bigint, text) is 'Una empresa no acepta ser parte de un contrato.';

-- Who asked asks no more.
create function privado.retirar_por(v_contrato bigint, v_empresa bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  delete from public.contratos_participantes p
  where p.contrato_id = v_contrato and p.empresa_id = v_empresa and p.pendiente and p.papel = 'proveedor';
  if exists (
    select from public.contratos c
    where c.id = v_contrato and v_empresa = any (c.propuesto_a) and c.rechazado_en is null and c.eliminado_en is null
  ) then
    perform privado.cerrar_propuesta(v_contrato, 'retirado', null);
  end if;
end
$$;
comment on function privado.retirar_por(bigint, bigint) is 'Ya no se pregunta a una empresa si es parte de un contrato.';

-- After an administrator's contract, which nobody proposed to the other. Who blocked the other since stays apart from it.
create function privado.relacionar(v_una bigint, v_otra bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if privado.relacionadas(v_una, v_otra) or privado.bloqueo(v_una, v_otra) or privado.bloqueo(v_otra, v_una) then
    return;
  end if;
  update public.relaciones r set estado = 'aceptada', con_id = r.para_id, respondida_por = auth.uid(),
    respondida_en = clock_timestamp()
  where r.estado = 'propuesta' and r.para_id is not null and least(r.propone_id, r.para_id) = least(v_una, v_otra)
    and greatest(r.propone_id, r.para_id) = greatest(v_una, v_otra);
  if not found then
    insert into public.relaciones (propone_id, con_id, para_id, estado, respondida_por, respondida_en)
    values (v_una, v_otra, v_otra, 'aceptada', auth.uid(), clock_timestamp());
  end if;
end
$$;
comment on function privado.relacionar(bigint, bigint) is 'Dos empresas que aceptaron un mismo contrato se aceptaron.';

revoke all on function privado.exigir_acuerdo(public.contratos), privado.abrir_contrato(bigint, bigint),
  privado.cerrar_propuesta(bigint, text, text), privado.rechazar_por(bigint, bigint, text),
  privado.retirar_por(bigint, bigint), privado.relacionar(bigint, bigint) from public;
