-- Of a hundred thousand contracts, a page of those that are late, or over what was agreed, is found as a page of all of
-- them is: by a definer that asks itself who is party, in the order of their ids (see privado.contratos_filtrados).

create function privado.situacion(contrato public.contratos, recibido_qq numeric, dias integer) returns text
language plpgsql stable set search_path = '' as $$
declare
  hoy constant date := (now() at time zone 'America/Guayaquil')::date;
  entregado constant numeric := round(recibido_qq * 0.045359237, 4);
begin
  return case
    when entregado > round(contrato.volumen_tm * (1 + contrato.tolerancia_pct / 100), 4) then 'sobre tolerancia'
    when contrato.estado = 'Cerrado' then 'cerrado'
    when entregado >= round(contrato.volumen_tm * (1 - contrato.tolerancia_pct / 100), 4) then 'entregado'
    when contrato.fecha_entrega < hoy then 'atrasado'
    when contrato.fecha_entrega <= hoy + dias then 'por vencer'
    else 'en plazo'
  end;
end
$$;
comment on function privado.situacion(public.contratos, numeric, integer) is
  'Cómo va un contrato: sobre tolerancia, cerrado, entregado, atrasado, por vencer (en esos días) o en plazo.';

create function privado.contratos_por_avance(
  v_situacion text default null,
  v_dias integer default 15,
  v_estado text default null,
  v_empresa bigint default null,
  v_despues_de bigint default null,
  v_tope integer default 20
) returns setof bigint
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
declare
  siguiente constant bigint := coalesce(v_despues_de, 9223372036854775807);
begin
  if not privado.es_admin() then
    if v_empresa <> privado.mi_empresa() then
      raise exception 'kpis_ajenos' using errcode = 'PT403',
        detail = 'Solo un administrador ve los indicadores de otra empresa.', hint = 'empresa';
    end if;
    v_empresa := privado.mi_empresa();
  end if;
  if privado.es_admin() and v_empresa is null then
    return query
      select c.id from public.contratos c join public.avances a on a.contrato_id = c.id
      where c.eliminado_en is null and c.propuesto_a is null and c.rechazado_en is null and c.id < siguiente and (v_estado is null or c.estado = v_estado)
        and (v_situacion is null or privado.situacion(c, a.recibido_qq, v_dias) = v_situacion)
      order by c.id desc limit v_tope;
  else
    return query
      select p.contrato_id from public.contratos_participantes p
      join public.contratos c on c.id = p.contrato_id
      join public.avances a on a.contrato_id = p.contrato_id
      where p.empresa_id = v_empresa and not p.oculto and c.propuesto_a is null and c.rechazado_en is null
        and p.contrato_id < siguiente
        and (v_estado is null or c.estado = v_estado)
        and (v_situacion is null or privado.situacion(c, a.recibido_qq, v_dias) = v_situacion)
      order by p.contrato_id desc limit v_tope;
  end if;
end
$$;
comment on function privado.contratos_por_avance(text, integer, text, bigint, bigint, integer) is
  'Página de contratos del usuario por su avance, del último al primero.';
revoke all on function privado.situacion(public.contratos, numeric, integer),
  privado.contratos_por_avance(text, integer, text, bigint, bigint, integer) from public;
grant execute on function privado.situacion(public.contratos, numeric, integer),
  privado.contratos_por_avance(text, integer, text, bigint, bigint, integer) to authenticated;
