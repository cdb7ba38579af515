-- What the functions change of a contract and of its price, in one call: it moves one version, and is told once. From
-- the SDK each is an update of its own table; the same rules hold. Of an Active contract, what both sides agreed on
-- becomes a proposal to the other, and the rest changes at once.

-- As its caller: the rules of both tables decide. It makes one version of the terms.
create function privado.escribir_terminos(antes public.contratos, cambios jsonb) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  toca_precio constant boolean := cambios ?| '{precio_fijado_tm,diferencial_tm}';
  nuevo constant public.contratos := jsonb_populate_record(antes, cambios);
  -- First the price, so that one that loses it may become one to be fixed, or close; but one that was to be fixed, or
  -- closed, takes a price once it is not.
  precio_al_final constant boolean := antes.estado = 'Cerrado'
    or (antes.modalidad_precio, nuevo.modalidad_precio) = ('por fijar', 'fijo');
begin
  perform set_config('privado.sin_version', 'on', true);
  if nuevo is distinct from antes then
    perform set_config('privado.contrato_tocado', antes.id::text, true);
  end if;
  for paso in 1..2 loop
    if (paso = 2) = precio_al_final then
      if toca_precio then
        update public.contratos_precios p set
          precio_fijado_tm = case when cambios ? 'precio_fijado_tm'
            then (cambios ->> 'precio_fijado_tm')::numeric else p.precio_fijado_tm end,
          diferencial_tm = case when cambios ? 'diferencial_tm'
            then (cambios ->> 'diferencial_tm')::numeric else p.diferencial_tm end
        where p.contrato_id = antes.id;
      end if;
    elsif nuevo is distinct from antes or not toca_precio then
      update public.contratos c set volumen_tm = nuevo.volumen_tm, fecha_firma = nuevo.fecha_firma,
        observaciones = nuevo.observaciones, estado = nuevo.estado, calidad = nuevo.calidad,
        fecha_entrega = nuevo.fecha_entrega, tolerancia_pct = nuevo.tolerancia_pct,
        modalidad_precio = nuevo.modalidad_precio, cierre = nuevo.cierre, dias_confirmacion = nuevo.dias_confirmacion
      where c.id = antes.id;
    end if;
  end loop;
  perform set_config('privado.contrato_tocado', '', true), set_config('privado.sin_version', '', true);
end
$$;
comment on function privado.escribir_terminos(public.contratos, jsonb) is
  'Escribe en un contrato y en su precio lo que cambia; quien llama los tiene tomados, y anota la versión.';

create function privado.editar_contrato(
  v_contrato bigint, cambios jsonb, v_version timestamptz default null, v_otra timestamptz default null,
  out contrato public.contratos, out precio_fijado_tm numeric, out diferencial_tm numeric, out enmienda public.enmiendas
)
returns setof record
language plpgsql volatile security invoker set search_path = '' as $$
#variable_conflict use_column
declare
  antes public.contratos;
  propuesta public.enmiendas;
begin
  if cambios ?| '{precio_fijado_tm,diferencial_tm}' then
    -- Before the contract: see privado.tomar_precio().
    perform from public.contratos_precios p where p.contrato_id = v_contrato for no key update;
  end if;
  select * into antes from public.contratos c
  where c.id = v_contrato and c.actualizado_en = coalesce(v_version, c.actualizado_en)
    and c.actualizado_en = coalesce(v_otra, c.actualizado_en)
  for no key update;
  if not found then
    return;
  elsif antes.estado = 'Activo' and auth.uid() is not null then
    perform privado.escribir_terminos(antes, cambios - privado.terminos_esenciales());
    propuesta := privado.proponer_edicion(v_contrato, cambios);
  else
    perform privado.escribir_terminos(antes, cambios);
    perform privado.versionar(v_contrato);
  end if;
  return query
    select c, p.precio_fijado_tm, p.diferencial_tm, propuesta
    from public.contratos c left join public.contratos_precios p on p.contrato_id = c.id where c.id = v_contrato;
end
$$;
comment on function privado.editar_contrato(bigint, jsonb, timestamptz, timestamptz) is
  'Cambia lo que se pide de un contrato, o lo propone a la otra parte; da cómo queda, o ninguna fila si es otra su versión.';

revoke all on function privado.escribir_terminos(public.contratos, jsonb),
  privado.editar_contrato(bigint, jsonb, timestamptz, timestamptz) from public;
grant execute on function privado.escribir_terminos(public.contratos, jsonb),
  privado.editar_contrato(bigint, jsonb, timestamptz, timestamptz) to authenticated;
