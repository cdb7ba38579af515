-- The daily task takes the price of the day for everybody (service role); an administrator confirms or rejects the one
-- that waits.

-- Asked before asking the source: it is asked once a day, or until it answers.
create function privado.falta_precio(v_fecha date, v_calidad text, v_mercado text) returns boolean
language sql stable security definer set search_path = '' as $$
  select not exists (
    select from public.precios_fob p
    where p.empresa_id is null and p.calidad = v_calidad and p.mercado = v_mercado and p.fecha = v_fecha
  ) and not exists (
    select from public.precios_pendientes q
    where q.calidad = v_calidad and q.mercado = v_mercado and q.fecha = v_fecha)
$$;
comment on function privado.falta_precio(date, text, text) is
  '¿Falta el precio para todas de ese día, sin que otro espere o se haya rechazado?';
revoke all on function privado.falta_precio(date, text, text) from public;
grant execute on function privado.falta_precio(date, text, text) to service_role;

-- The differential is a company matter that the market does not quote: that of the last price goes on.
create function privado.tomar_precio(
  v_fecha date, v_calidad text, v_mercado text, v_precio numeric, v_fuente text, v_salto_maximo numeric
) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  anterior public.precios_fob;
  precio constant numeric := trim_scale(round(v_precio, 4));
  pendiente bigint;
begin
  -- Two processes that took it at once: the second finds it here.
  perform pg_advisory_xact_lock(hashtextextended(concat_ws(' ', 'precio', v_calidad, v_mercado), 0));
  if not privado.falta_precio(v_fecha, v_calidad, v_mercado) then
    return 'ya_estaba';
  end if;
  select * into anterior from public.precios_fob p
  where p.empresa_id is null and p.calidad = v_calidad and p.mercado = v_mercado and p.fecha < v_fecha
  order by p.fecha desc limit 1;
  if abs(precio - anterior.precio_tm) * 100 > v_salto_maximo * anterior.precio_tm
    or precio + coalesce(anterior.diferencial, 0) <= 0 then
    insert into public.precios_pendientes (
      fecha, calidad, mercado, precio_tm, diferencial, fuente, anterior_tm, anterior_fecha)
    values (
      v_fecha, v_calidad, v_mercado, precio, anterior.diferencial, v_fuente, anterior.precio_tm, anterior.fecha)
    returning id into pendiente;
    -- No figure in the text: it is for a locked screen too.
    perform privado.notificar_administradores('precio',
      format('El precio de %s en %s espera su confirmación.', v_calidad, v_mercado),
      jsonb_build_object('pendiente_id', pendiente));
    return 'pendiente';
  end if;
  insert into public.precios_fob (fecha, calidad, mercado, precio_tm, diferencial, fuente)
  values (v_fecha, v_calidad, v_mercado, precio, coalesce(anterior.diferencial, 0), v_fuente)
  -- An administrator may be writing it by hand at this moment.
  on conflict on constraint precios_fob_fecha_key do nothing;
  return case when found then 'tomado' else 'ya_estaba' end;
end
$$;
comment on function privado.tomar_precio(date, text, text, numeric, text, numeric) is
  'El precio del día para todas: tomado; pendiente, si salta más de ese por ciento; o ya_estaba.';
revoke all on function privado.tomar_precio(date, text, text, numeric, text, numeric) from public;
grant execute on function privado.tomar_precio(date, text, text, numeric, text, numeric) to service_role;

create function privado.resolver_precio(v_pendiente bigint, v_confirmar boolean) returns public.precios_pendientes
language plpgsql volatile security definer set search_path = '' as $$
declare
  fila public.precios_pendientes;
begin
  perform privado.exigir_cuenta();
  if not privado.es_admin() then
    raise exception 'precio_solo_admin' using errcode = 'PT403',
      detail = 'Solo un administrador confirma o rechaza precios pendientes.';
  end if;
  select * into fila from public.precios_pendientes q where q.id = v_pendiente for update;
  if fila.id is null then
    raise exception 'precio_pendiente_no_existe' using errcode = 'PT404', detail = 'No existe ese precio pendiente.';
  elsif fila.estado <> 'pendiente' then
    raise exception 'precio_pendiente_resuelto' using errcode = 'PT409',
      detail = 'Ese precio ya fue confirmado o rechazado.';
  end if;
  if v_confirmar then
    insert into public.precios_fob (fecha, calidad, mercado, precio_tm, diferencial, fuente)
    values (fila.fecha, fila.calidad, fila.mercado, fila.precio_tm, fila.diferencial, fila.fuente)
    on conflict on constraint precios_fob_fecha_key do nothing;
    if not found then
      raise exception 'precio_ya_existe' using errcode = 'PT409',
        detail = 'Ya hay un precio de esa calidad y mercado en esa fecha: edítelo, o rechace el pendiente.',
        hint = 'fecha';
    end if;
  end if;
  update public.precios_pendientes q
  set estado = case when v_confirmar then 'confirmado' else 'rechazado' end,
    resuelto_por = auth.uid(), resuelto_en = now()
  where q.id = v_pendiente returning * into fila;
  return fila;
end
$$;
comment on function privado.resolver_precio(bigint, boolean) is 'Confirma o rechaza un precio pendiente; administradores.';
revoke all on function privado.resolver_precio(bigint, boolean) from public;
grant execute on function privado.resolver_precio(bigint, boolean) to authenticated;

create function public.resolver_precio(pendiente bigint, confirmar boolean) returns public.precios_pendientes
language sql volatile security invoker set search_path = '' as $$
  select privado.resolver_precio(pendiente, confirmar)
$$;
comment on function public.resolver_precio(bigint, boolean) is
  'Un administrador confirma un precio pendiente, y rige para todas, o lo rechaza.';
revoke all on function public.resolver_precio(bigint, boolean) from public, anon, service_role;
grant execute on function public.resolver_precio(bigint, boolean) to authenticated;
