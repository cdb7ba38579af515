-- Why: what is fixed never passes what was contracted, also when fifty fix at once; and the price of a contract to be
-- fixed is the average of what was fixed, P = Σ(TMᵢ × (NYᵢ + difᵢ)) / ΣTMᵢ, to the cent, and nothing else.
-- Touches: triggers of public.fijaciones and of public.contratos. Destructive: no.
create function privado.tm_fijadas(contrato bigint) returns numeric
language plpgsql stable security definer set search_path = '' as $$
begin
  return (select coalesce(sum(f.tm), 0) from public.fijaciones f where f.contrato_id = contrato and f.anulada_en is null);
end
$$;
comment on function privado.tm_fijadas(bigint) is 'Toneladas fijadas de un contrato.';

create function privado.precio_promedio(contrato bigint) returns numeric
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select round(sum(f.tm * f.precio_tm) / sum(f.tm), 2) from public.fijaciones f
    where f.contrato_id = contrato and f.anulada_en is null
  );
end
$$;
comment on function privado.precio_promedio(bigint) is
  'Precio promedio de las fijaciones de un contrato, en dólares por tonelada con centavos; null si no tiene.';

-- The contract is taken before what is fixed is summed: whoever fixes waits for the others, and sees them.
create function privado.validar_fijacion() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id, bloquear => true);
begin
  if auth.uid() is not null and not privado.es_admin() and (
    privado.mi_rol() = 'proveedor' or privado.mi_empresa() not in (contrato.exportadora_id, contrato.contraparte_id)) then
    raise exception 'fijacion_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio que firma o un administrador fija precios.';
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  if tg_op = 'UPDATE' then
    if old.anulada_en is not null then
      raise exception 'fijacion_anulada' using errcode = 'PT409', detail = 'Esa fijación ya está anulada.';
    elsif new.motivo is null then
      raise exception 'fijacion_sin_motivo' using errcode = 'PT422',
        detail = 'Una fijación se anula diciendo por qué.', hint = 'motivo';
    end if;
    new.anulada_en := clock_timestamp();
    new.anulada_por := auth.uid();
    return new;
  end if;
  if contrato.modalidad_precio <> 'por fijar' then
    raise exception 'contrato_precio_fijo' using errcode = 'PT409', detail = 'El precio de este contrato no es por fijar.';
  elsif new.fecha > (now() at time zone 'America/Guayaquil')::date then
    raise exception 'fijacion_futura' using errcode = 'PT422', detail = 'No se fija con fecha futura.', hint = 'fecha';
  elsif new.ny > 0 and new.ny + new.diferencial <= 0 then
    raise exception 'fijacion_sin_precio' using errcode = 'PT422',
      detail = 'Nueva York más el diferencial debe ser mayor que 0.', hint = 'diferencial';
  elsif privado.tm_fijadas(contrato.id) + new.tm > contrato.volumen_tm then
    raise exception 'fijacion_excede_volumen' using errcode = 'PT409',
      detail = 'Lo fijado pasaría del volumen del contrato.', hint = 'tm';
  end if;
  new.creado_por := coalesce(auth.uid(), new.creado_por);
  return new;
end
$$;
comment on function privado.validar_fijacion() is 'Disparador: quién fija y anula, en qué contratos y cuánto.';

create function privado.aplicar_fijacion() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  codigo text;
begin
  -- Written also when the average is the same: two transactions under repeatable read do not see each other's
  -- fixings, and only a write makes the second fail instead of passing the volume.
  update public.contratos c set precio_fijado_tm = privado.precio_promedio(c.id) where c.id = new.contrato_id
  returning c.codigo into codigo;
  -- Suppliers read the conversation and the notices: neither tells how much nor at what price.
  insert into public.mensajes (contrato_id, tipo, texto) values (new.contrato_id, 'sistema', format(
    case tg_op when 'INSERT' then '%s registró una fijación de precio.' else '%s anuló una fijación de precio.' end,
    privado.quien()));
  perform privado.notificar(new.contrato_id, 'contrato', format(
    case tg_op when 'INSERT' then '%s registró una fijación de precio en %s.' else '%s anuló una fijación de precio en %s.' end,
    privado.quien(), codigo), jsonb_build_object('codigo', codigo, 'fijacion_id', new.id));
  return null;
end
$$;
comment on function privado.aplicar_fijacion() is 'Disparador: precio promedio del contrato; se cuenta y se avisa.';

create function privado.proteger_precio() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  -- Of a contract that is being created there is nothing.
  fijadas constant numeric := privado.tm_fijadas(new.id);
  promedio constant numeric := privado.precio_promedio(new.id);
begin
  if new.modalidad_precio = 'fijo' then
    if fijadas > 0 then
      raise exception 'contrato_con_fijaciones' using errcode = 'PT409',
        detail = 'Un contrato con fijaciones sigue siendo por fijar: primero se anulan.', hint = 'modalidad_precio';
    end if;
  elsif new.precio_fijado_tm is distinct from promedio then
    raise exception 'precio_por_fijar' using errcode = 'PT409',
      detail = 'El precio de un contrato por fijar es el promedio de sus fijaciones: no se escribe.', hint = 'precio_fijado_tm';
  elsif new.volumen_tm < fijadas then
    raise exception 'volumen_menor_que_fijado' using errcode = 'PT409',
      detail = 'El volumen no baja de lo que ya se fijó.', hint = 'volumen_tm';
  end if;
  return new;
end
$$;
comment on function privado.proteger_precio() is
  'Disparador: el precio por fijar es el de las fijaciones, y el volumen no baja de ellas.';
revoke all on function privado.tm_fijadas(bigint), privado.precio_promedio(bigint), privado.validar_fijacion(),
  privado.aplicar_fijacion(), privado.proteger_precio() from public;

create trigger _100_validar_fijacion before insert or update on public.fijaciones
  for each row execute function privado.validar_fijacion();
create trigger _500_aplicar after insert or update on public.fijaciones
  for each row execute function privado.aplicar_fijacion();
create trigger _300_proteger_precio before insert on public.contratos
  for each row when (new.modalidad_precio = 'por fijar' and new.precio_fijado_tm is not null)
  execute function privado.proteger_precio();
create trigger _310_proteger_precio before update on public.contratos
  for each row when (
    'por fijar' in (old.modalidad_precio, new.modalidad_precio)
    and (old.modalidad_precio, old.precio_fijado_tm, old.volumen_tm)
      is distinct from (new.modalidad_precio, new.precio_fijado_tm, new.volumen_tm))
  execute function privado.proteger_precio();
