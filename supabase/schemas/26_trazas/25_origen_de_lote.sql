-- What a person asks of where a lot comes from, and what both ways share: whose the lot is, and the operations in full.

-- The lot, for who may see it; of another company's the answer is that of one that does not exist.
create function privado.exigir_lote(v_lote uuid) returns public.lotes
language plpgsql stable security definer set search_path = '' as $$
declare
  fila public.lotes;
begin
  perform privado.exigir_cuenta();
  select * into fila from public.lotes l
  where l.id = v_lote and (l.empresa_id = privado.mi_empresa() or privado.es_admin());
  if not found then
    raise exception 'lote_no_existe' using errcode = 'PT404', detail = 'No existe ese lote.';
  end if;
  return fila;
end
$$;
comment on function privado.exigir_lote(uuid) is 'El lote, si es de la empresa de quien pregunta; si no, lote_no_existe.';

create function privado.lote_trazado(l public.lotes) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  return jsonb_build_object('id', l.id, 'codigo', l.codigo, 'kg', l.kg, 'condicion', l.condicion, 'humedad_pct', l.humedad_pct,
    'embarcado', l.embarcado, 'anulado', exists (select from public.operaciones v where v.anula = l.operacion_id));
end
$$;
comment on function privado.lote_trazado(public.lotes) is 'El lote por el que se pregunta, en lo que se responde de él.';

-- In the order in which they were told, each with all that went in and came out of it.
create function privado.operaciones_trazadas(ids uuid[]) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
begin
  return coalesce((
    select jsonb_agg(jsonb_build_object(
      'operacion', o.id, 'tipo', o.tipo, 'en', o.en, 'centro_id', o.centro_id, 'destino_id', o.destino_id, 'fase', o.fase,
      'contrato', (select c.codigo from public.contratos c where c.id = o.contrato_id),
      'anulada', exists (select from public.operaciones v where v.anula = o.id),
      'entradas', coalesce((
        select jsonb_agg(jsonb_build_object('lote', c.lote_id, 'codigo', l.codigo, 'kg', c.kg) order by c.lote_id)
        from public.consumos c join public.lotes l on l.id = c.lote_id where c.operacion_id = o.id), '[]'),
      'salidas', coalesce((
        select jsonb_agg(jsonb_build_object('lote', p.lote_id, 'codigo', l.codigo, 'kg', p.kg) order by p.lote_id)
        from public.productos p join public.lotes l on l.id = p.lote_id where p.operacion_id = o.id), '[]'),
      'perdidas', coalesce((
        select jsonb_agg(jsonb_build_object('causa', p.causa, 'kg', p.kg) order by p.causa)
        from public.perdidas p where p.operacion_id = o.id), '[]')) order by o.secuencia)
    from public.operaciones o where o.id = any (ids)), '[]');
end
$$;
comment on function privado.operaciones_trazadas(uuid[]) is 'Unas operaciones con lo que entró, salió y se perdió en cada una.';

-- A producer is told by name to its own company alone.
create function privado.origen_de_lote(v_lote uuid, detalle boolean) returns jsonb
language plpgsql stable security definer set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
declare
  fila constant public.lotes := privado.exigir_lote(v_lote);
  propio constant boolean := fila.empresa_id is not distinct from privado.mi_empresa();
  hallados jsonb;
begin
  select jsonb_agg(jsonb_build_object(
      'lote', l.id, 'codigo', l.codigo, 'clase', t.clase, 'parte', trim_scale(t.parte), 'kg', t.kg, 'kg_origen', t.kg_origen,
      'kg_lote', l.kg, 'condicion', l.condicion, 'humedad_pct', l.humedad_pct, 'certificaciones', l.certificaciones,
      'origen_conocido', l.origen_conocido and t.clase <> 'sin origen', 'centro_id', l.centro_id, 'productor_id', l.productor_id,
      'productor', case when propio then p.nombre end, 'lote_externo', l.lote_externo, 'operacion', o.id, 'en', o.en)
    order by t.parte desc, t.lote_id, t.clase)
  into hallados
  from privado.origenes(v_lote) as t
  join public.lotes l on l.id = t.lote_id
  join public.operaciones o on o.id = l.operacion_id
  left join public.productores p on p.id = l.productor_id;
  return jsonb_build_object('lote', privado.lote_trazado(fila), 'origenes', hallados,
    'truncado', exists (select from jsonb_array_elements(hallados) as h where h ->> 'clase' = 'sin recorrer'))
    || case when detalle then jsonb_build_object('operaciones', privado.operaciones_trazadas(array(
      select fila.operacion_id union
      select unnest(array[a.operacion_id, a.productora]) from privado.aristas_de_origen(v_lote) as a))) else '{}' end;
end
$$;
comment on function privado.origen_de_lote(uuid, boolean) is 'De dónde viene un lote de la empresa de quien pregunta.';

create function public.origen_de_lote(lote uuid, detalle boolean default false) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
begin
  return privado.origen_de_lote(lote, detalle);
end
$$;
comment on function public.origen_de_lote(uuid, boolean) is
  'De dónde viene un lote: qué parte y cuántos kilos de cada lote recibido; con detalle, las operaciones por las que pasó.';

revoke all on function privado.exigir_lote(uuid), privado.lote_trazado(public.lotes), privado.operaciones_trazadas(uuid[]),
  privado.origen_de_lote(uuid, boolean) from public;
revoke all on function public.origen_de_lote(uuid, boolean) from public, anon, service_role;
grant execute on function privado.origen_de_lote(uuid, boolean), public.origen_de_lote(uuid, boolean) to authenticated;
