-- What the functions change of a contract and of its price, in one call: it moves one version, and is told once. From
-- the SDK each is an update of its own table; the same rules hold.

create function privado.editar_contrato(
  v_contrato bigint, cambios jsonb, v_version timestamptz default null, v_otra timestamptz default null,
  out contrato public.contratos, out precio_fijado_tm numeric, out diferencial_tm numeric
)
returns setof record
language plpgsql volatile security invoker set search_path = '' as $$
#variable_conflict use_column
declare
  toca_precio constant boolean := cambios ?| '{precio_fijado_tm,diferencial_tm}';
  antes public.contratos;
  nuevo public.contratos;
  precio_al_final boolean;
begin
  if toca_precio then
    -- Before the contract: see privado.tomar_precio().
    perform from public.contratos_precios p where p.contrato_id = v_contrato for no key update;
  end if;
  select * into antes from public.contratos c
  where c.id = v_contrato and c.actualizado_en = coalesce(v_version, c.actualizado_en)
    and c.actualizado_en = coalesce(v_otra, c.actualizado_en)
  for no key update;
  if not found then
    return;
  end if;
  nuevo := jsonb_populate_record(antes, cambios);
  if nuevo is distinct from antes then
    perform set_config('privado.contrato_tocado', v_contrato::text, true);
  end if;
  -- First the price, so that one that loses it may become one to be fixed, or close; but one that was to be fixed, or
  -- closed, takes a price once it is not.
  precio_al_final := antes.estado = 'Cerrado' or (antes.modalidad_precio, nuevo.modalidad_precio) = ('por fijar', 'fijo');
  for paso in 1..2 loop
    if (paso = 2) = precio_al_final then
      if toca_precio then
        update public.contratos_precios p set
          precio_fijado_tm = case when cambios ? 'precio_fijado_tm'
            then (cambios ->> 'precio_fijado_tm')::numeric else p.precio_fijado_tm end,
          diferencial_tm = case when cambios ? 'diferencial_tm'
            then (cambios ->> 'diferencial_tm')::numeric else p.diferencial_tm end
        where p.contrato_id = v_contrato;
      end if;
    elsif nuevo is distinct from antes or not toca_precio then
      update public.contratos c set volumen_tm = nuevo.volumen_tm, fecha_firma = nuevo.fecha_firma,
        observaciones = nuevo.observaciones, estado = nuevo.estado, calidad = nuevo.calidad,
        fecha_entrega = nuevo.fecha_entrega, tolerancia_pct = nuevo.tolerancia_pct,
        modalidad_precio = nuevo.modalidad_precio, cierre = nuevo.cierre
      where c.id = v_contrato;
    end if;
  end loop;
  perform set_config('privado.contrato_tocado', '', true);
  return query
    select c, p.precio_fijado_tm, p.diferencial_tm
    from public.contratos c left join public.contratos_precios p on p.contrato_id = c.id where c.id = v_contrato;
end
$$;
comment on function privado.editar_contrato(bigint, jsonb, timestamptz, timestamptz) is
  'Cambia lo que se pide de un contrato y de su precio, si sigue en las versiones dadas; da cómo queda, o ninguna fila.';
revoke all on function privado.editar_contrato(bigint, jsonb, timestamptz, timestamptz) from public;
grant execute on function privado.editar_contrato(bigint, jsonb, timestamptz, timestamptz) to authenticated;
