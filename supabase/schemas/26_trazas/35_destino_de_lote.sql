-- What a person asks of where a lot went: what is in which place, what left and for which contract, what was lost.

create function privado.destino_de_lote(v_lote uuid, detalle boolean) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
declare
  fila constant public.lotes := privado.exigir_lote(v_lote);
  pedido constant jsonb := privado.lote_trazado(fila);
  hallados jsonb;
begin
  select jsonb_agg(jsonb_build_object(
      'lote', l.id, 'codigo', l.codigo, 'clase', t.clase,
      'estado', case when pedido -> 'anulado' = 'true' then 'anulado' when t.clase <> 'en existencias' then t.clase
        when l.centro_id is null then 'en tránsito' else 'en centro' end,
      'parte', trim_scale(t.parte), 'kg', t.kg, 'kg_origen', t.kg_origen, 'saldo_kg', s.kg, 'condicion', l.condicion,
      'centro_id', l.centro_id, 'contrato', c.codigo, 'operacion', o.id, 'tipo', o.tipo, 'en', o.en)
    order by t.parte desc, t.lote_id, o.secuencia)
  into hallados
  from privado.destinos(array[v_lote]) as t
  join public.operaciones o on o.id = t.operacion_id
  left join public.lotes l on l.id = t.lote_id
  left join privado.saldos s on s.lote_id = t.lote_id
  left join public.contratos c on t.clase = 'embarcado' and c.id = o.contrato_id;
  return jsonb_build_object('lote', pedido, 'destinos', coalesce(hallados, '[]'),
    'truncado', exists (select from jsonb_array_elements(hallados) as h where h ->> 'clase' = 'sin recorrer'))
    || case when detalle then jsonb_build_object('operaciones', privado.operaciones_trazadas(array(
      select fila.operacion_id union
      select a.operacion_id from privado.aristas_de_destino(array[v_lote], 10000, 64) as a where a.operacion_id is not null)))
      else '{}' end;
end
$$;
comment on function privado.destino_de_lote(uuid, boolean) is 'Dónde está lo que fue de un lote de la empresa de quien pregunta.';

create function public.destino_de_lote(lote uuid, detalle boolean default false) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
begin
  return privado.destino_de_lote(lote, detalle);
end
$$;
comment on function public.destino_de_lote(uuid, boolean) is
  'Dónde está lo que fue de un lote: qué parte y cuántos kilos en cada lote, embarcados o perdidos; con detalle, las operaciones.';

revoke all on function privado.destino_de_lote(uuid, boolean) from public;
revoke all on function public.destino_de_lote(uuid, boolean) from public, anon, service_role;
grant execute on function privado.destino_de_lote(uuid, boolean), public.destino_de_lote(uuid, boolean) to authenticated;
