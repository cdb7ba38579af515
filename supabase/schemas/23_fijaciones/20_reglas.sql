-- What is fixed never passes what was contracted, also when fifty fix at once; and the price of a contract to be fixed
-- is the average of what was fixed, and nothing else (privado.proteger_precio() sees to it). Triggers of
-- public.fijaciones.

-- The price and the contract are taken, in this order, before what is fixed is summed: whoever fixes waits for the
-- others, and sees them. Whoever is not party to it waits for none.
create function privado.validar_fijacion() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato public.contratos := privado.exigir_contrato(new.contrato_id);
begin
  perform privado.tomar_precio(contrato.id);
  contrato := privado.exigir_contrato(contrato.id, bloquear => true);
  if auth.uid() is not null and not privado.es_admin() and (
    privado.mi_rol() = 'proveedor' or privado.mi_empresa() not in (contrato.exportadora_id, contrato.contraparte_id)) then
    raise exception 'fijacion_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio que firma o un administrador fija precios.';
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif contrato.propuesto_a is not null then
    raise exception 'contrato_propuesto' using errcode = 'PT409',
      detail = 'La otra parte no ha aceptado ese contrato: espere su respuesta.';
  end if;
  if tg_op = 'UPDATE' then
    if old.anulada_en is not null then
      raise exception 'fijacion_anulada' using errcode = 'PT409', detail = 'Esa fijación ya está anulada.';
    -- No client writes these: the other side confirmed it, or nobody did in time.
    elsif new.confirmada_en is distinct from old.confirmada_en or new.anulada_en is not null then
      return new;
    elsif old.confirmada_por is not null and auth.uid() is not null and not privado.es_admin() then
      raise exception 'fijacion_confirmada' using errcode = 'PT409',
        detail = 'La otra parte ya confirmó esa fijación: una sola no la anula.';
    elsif new.motivo is null then
      raise exception 'fijacion_sin_motivo' using errcode = 'PT422',
        detail = 'Una fijación se anula diciendo por qué.', hint = 'motivo';
    end if;
    new.anulada_en := clock_timestamp();
    new.anulada_por := auth.uid();
    return new;
  end if;
  perform privado.vencer_fijaciones(contrato.id);
  if contrato.modalidad_precio <> 'por fijar' then
    raise exception 'contrato_precio_fijo' using errcode = 'PT409', detail = 'El precio de este contrato no es por fijar.';
  elsif new.fecha > privado.hoy() then
    raise exception 'fijacion_futura' using errcode = 'PT422', detail = 'No se fija con fecha futura.', hint = 'fecha';
  elsif new.ny > 0 and new.ny + new.diferencial <= 0 then
    raise exception 'fijacion_sin_precio' using errcode = 'PT422',
      detail = 'Nueva York más el diferencial debe ser mayor que 0.', hint = 'diferencial';
  elsif auth.uid() is not null and new.diferencial <> (
    select p.diferencial_tm from public.contratos_precios p where p.contrato_id = contrato.id) then
    raise exception 'fijacion_otro_diferencial' using errcode = 'PT409',
      detail = 'El diferencial es el acordado en el contrato: otro se acuerda con una enmienda.', hint = 'diferencial';
  elsif privado.tm_fijadas(contrato.id) + new.tm > contrato.volumen_tm then
    raise exception 'fijacion_excede_volumen' using errcode = 'PT409',
      detail = 'Lo fijado pasaría del volumen del contrato.', hint = 'tm';
  end if;
  new.creado_por := coalesce(auth.uid(), new.creado_por);
  new.empresa_id := coalesce(privado.mi_parte(contrato), new.empresa_id);
  if contrato.dias_confirmacion = 0 or auth.uid() is null then
    new.confirmada_en := clock_timestamp();
  elsif new.empresa_id is null then
    raise exception 'fijacion_de_las_partes' using errcode = 'PT403',
      detail = 'En este contrato una parte fija y la otra confirma, nadie por ellas.';
  else
    new.vence_en := clock_timestamp() + contrato.dias_confirmacion * interval '1 day';
  end if;
  return new;
end
$$;
comment on function privado.validar_fijacion() is 'Disparador: quién fija y anula, en qué contratos y cuánto.';

create function privado.aplicar_fijacion() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  codigo text;
  hecho constant text := case
    when tg_op = 'INSERT' and new.confirmada_en is null then '%s registró una fijación de precio, por confirmar'
    when tg_op = 'INSERT' then '%s registró una fijación de precio'
    when new.anulada_en is null then '%s confirmó una fijación de precio'
    when new.confirmada_en is null and new.anulada_por is null and new.vence_en <= new.anulada_en
      then 'Una fijación de precio venció sin confirmar'
    else '%s anuló una fijación de precio' end;
begin
  -- The contract is written also when the average is the same: two transactions under repeatable read do not see each
  -- other's fixings, and only a write makes the second fail instead of passing the volume, or lowering it.
  perform set_config('privado.contrato_tocado', new.contrato_id::text, true);
  update public.contratos_precios p set precio_fijado_tm = privado.precio_promedio(p.contrato_id)
  where p.contrato_id = new.contrato_id;
  perform set_config('privado.contrato_tocado', '', true);
  update public.contratos c set actualizado_en = clock_timestamp() where c.id = new.contrato_id
  returning c.codigo into codigo;
  -- Suppliers read the conversation and the notices: neither tells how much nor at what price.
  insert into public.mensajes (contrato_id, tipo, texto) values (
    new.contrato_id, 'sistema', format(hecho || '.', privado.quien()));
  perform privado.notificar(new.contrato_id, 'contrato', format(hecho, privado.quien()) || format(' en %s.', codigo), jsonb_build_object('codigo', codigo, 'fijacion_id', new.id));
  return null;
end
$$;
comment on function privado.aplicar_fijacion() is 'Disparador: precio promedio del contrato; se cuenta y se avisa.';

create function privado.sumar_fijacion() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  tm constant numeric := case when new.anulada_en is null then new.tm else 0 end
    - case when tg_op = 'UPDATE' and old.anulada_en is null then old.tm else 0 end;
  antes public.avances;
  ahora public.avances;
begin
  update public.avances a set tm_fijadas = a.tm_fijadas + tm where a.contrato_id = new.contrato_id returning a.* into ahora;
  antes := ahora;
  antes.tm_fijadas := ahora.tm_fijadas - tm;
  perform privado.anotar_kpis(array(
    select (s.signo, c, s.avance, null, null)::privado.kpi_pieza
    from (values (1, ahora), (-1, antes)) as s (signo, avance)
    join public.contratos c on c.id = new.contrato_id));
  return null;
end
$$;
comment on function privado.sumar_fijacion() is 'Disparador: lo que una fijación deja de tener abierto su contrato.';

revoke all on function privado.validar_fijacion(), privado.aplicar_fijacion(), privado.sumar_fijacion() from public;
