-- What was agreed on the price of a contract: who may change it, and what follows. Triggers of public.contratos_precios,
-- and the one of public.contratos that opens its row.
--
-- In order: whoever writes a price and its contract takes the row of the price first. A client that updates the price
-- holds that row before any trigger runs, and its triggers take the contract.

create function privado.tomar_precio(contrato bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from public.contratos_precios p where p.contrato_id = contrato for no key update;
end
$$;
comment on function privado.tomar_precio(bigint) is
  'Toma el precio de un contrato hasta el fin de la transacción; siempre antes que el contrato.';

-- What was agreed is told by crear_contrato, so that a new contract is one row here and no change of it. Nobody but SQL
-- of ours can write those settings, as is the case of request.jwt.claims.
create function privado.abrir_precio() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  insert into public.contratos_precios (contrato_id, precio_fijado_tm, diferencial_tm) values (
    new.id, nullif(current_setting('privado.precio_acordado', true), '')::numeric,
    nullif(current_setting('privado.diferencial_acordado', true), '')::numeric);
  return null;
end
$$;
comment on function privado.abrir_precio() is 'Disparador: lo acordado sobre el precio de un contrato nuevo.';

-- The price of a contract to be fixed is the average of what was fixed, P = Σ(TMᵢ × (NYᵢ + difᵢ)) / ΣTMᵢ, to the cent,
-- and nothing else. The contract is taken: nobody makes it one to be fixed, or closes it, meanwhile.
create function privado.proteger_precio() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id, bloquear => tg_op = 'UPDATE');
begin
  if tg_op = 'UPDATE' and contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif contrato.modalidad_precio = 'por fijar'
    and new.precio_fijado_tm is distinct from privado.precio_promedio(contrato.id) then
    raise exception 'precio_por_fijar' using errcode = 'PT409',
      detail = 'El precio de un contrato por fijar es el promedio de sus fijaciones: no se escribe.', hint = 'precio_fijado_tm';
  end if;
  return new;
end
$$;
comment on function privado.proteger_precio() is
  'Disparador: el precio por fijar es el de las fijaciones, y el de un contrato cerrado no cambia.';

-- The version of the contract moves, and its other parties are told that it was edited, without figures: suppliers read
-- those notices. Who changes the contract besides moves it, and tells it, once for both: it says so in
-- privado.contrato_tocado. A price that a trigger writes, or an amendment, is told by what
-- made it.
create function privado.aplicar_precio() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato public.contratos;
begin
  if current_setting('privado.contrato_tocado', true) = new.contrato_id::text then
    return null;
  end if;
  update public.contratos c set actualizado_en = clock_timestamp() where c.id = new.contrato_id returning c.* into contrato;
  if pg_trigger_depth() = 1 and coalesce(current_setting('privado.enmienda', true), '') = '' then
    perform privado.notificar(new.contrato_id, 'contrato', format('%s editó el contrato %s.', privado.quien(), contrato.codigo),
      jsonb_build_object('codigo', contrato.codigo, 'estado', contrato.estado));
  end if;
  return null;
end
$$;
comment on function privado.aplicar_precio() is 'Disparador: otro precio es otra versión del contrato, y se avisa.';

-- Whoever changes what is summed takes the row of avances first, and reads the rest after it. A price is of what was
-- sold.
create function privado.sumar_precios() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  cambiados bigint[];
begin
  select array_agg(n.contrato_id) into cambiados from nuevos n join viejos v on v.contrato_id = n.contrato_id
  where n.precio_fijado_tm is distinct from v.precio_fijado_tm;
  if cambiados is null then
    return null;
  end if;
  perform privado.tomar_avances(cambiados);
  perform privado.anotar_kpis(array(
    select (s.signo, c, null, l, s.precio)::privado.kpi_pieza
    from (
      select 1 as signo, n.contrato_id, n.precio_fijado_tm as precio from nuevos n
      union all select -1, v.contrato_id, v.precio_fijado_tm from viejos v
    ) as s
    join public.contratos c on c.id = s.contrato_id
    join public.lotes_asociados l on l.contrato_id = s.contrato_id and l.exportado_en is not null
    where s.contrato_id = any (cambiados)));
  return null;
end
$$;
comment on function privado.sumar_precios() is
  'Disparador: lo que vale lo vendido a otro precio, menos lo que valía.';

revoke all on function privado.tomar_precio(bigint), privado.abrir_precio(), privado.proteger_precio(),
  privado.aplicar_precio(), privado.sumar_precios() from public;
