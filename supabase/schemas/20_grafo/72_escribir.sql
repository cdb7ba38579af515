-- How an operation is written: its row, the lots that it makes, the edges, the balances; then what follows from it, and
-- the chain of its company last.

create type privado.trabajo as (
  op public.operaciones, entradas privado.entrada[], salidas privado.salida[], perdidas privado.perdida[]);
comment on type privado.trabajo is 'Una operación antes de escribirse: qué entra, qué sale y qué se pierde.';

create function privado.escribir_operacion(t privado.trabajo) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  op constant public.operaciones := t.op;
  anio constant int := extract(year from privado.hoy());
  numero bigint;
begin
  -- A count of the company's own: one of all companies would tell each how much the others do. It is held until the end,
  -- so that the order of numbers is that in which things were done.
  insert into public.operaciones (
    id, secuencia, empresa_id, tipo, en, centro_id, destino_id, fase, contrato_id, usuario_id, segundo_usuario_id, motivo, anula,
    esperado_kg, veredicto, huella)
  overriding system value values (
    op.id, privado.siguiente_numero('operaciones ' || op.empresa_id, 0), op.empresa_id, op.tipo, op.en, op.centro_id, op.destino_id, op.fase, op.contrato_id, op.usuario_id,
    op.segundo_usuario_id, op.motivo, op.anula, op.esperado_kg, op.veredicto, op.huella);
  if cardinality(t.salidas) > 0 then
    -- The counter is held until the end: codes have no holes.
    numero := privado.siguiente_numero('lotes ' || op.empresa_id, anio, cardinality(t.salidas));
    with hechos as (
      insert into public.lotes (
        empresa_id, codigo, operacion_id, centro_id, producto, condicion, variedad, grado, certificaciones,
        origen_conocido, kg, humedad_pct, productor_id, lote_externo, embarcado)
      select op.empresa_id,
        'LO-' || anio || '-' || lpad((numero + s.n - 1)::text, greatest(6, length((numero + s.n - 1)::text)), '0'), op.id,
        s.centro_id, s.producto, s.condicion, s.variedad, s.grado, s.certificaciones, s.origen_conocido, s.kg,
        s.humedad_pct, s.productor_id, s.lote_externo, s.embarcado
      from unnest(t.salidas) with ordinality as s (
        kg, centro_id, condicion, humedad_pct, producto, variedad, grado, certificaciones, origen_conocido, productor_id,
        lote_externo, embarcado, n)
      order by s.n
      returning id, empresa_id, centro_id, condicion, kg, codigo
    ), nacidos as (
      insert into privado.saldos (lote_id, empresa_id, centro_id, condicion, kg)
      select h.id, h.empresa_id, h.centro_id, h.condicion, h.kg from hechos h
    )
    insert into public.productos (operacion_id, lote_id, empresa_id, kg)
    select op.id, h.id, h.empresa_id, h.kg from hechos h order by h.codigo;
  end if;
  if cardinality(t.entradas) > 0 then
    insert into public.consumos (operacion_id, lote_id, empresa_id, kg)
    select op.id, e.lote_id, op.empresa_id, e.kg from unnest(t.entradas) as e;
    update privado.saldos s set kg = s.kg - e.kg from unnest(t.entradas) as e where s.lote_id = e.lote_id;
  end if;
  insert into public.perdidas (operacion_id, causa, empresa_id, kg)
  select op.id, p.causa, op.empresa_id, p.kg from unnest(t.perdidas) as p where p.kg > 0;
end
$$;
comment on function privado.escribir_operacion(privado.trabajo) is
  'Escribe una operación, los lotes que hace, lo que consume y lo que pierde.';

create function privado.operacion_json(v_operacion uuid) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
begin
  return (
    select jsonb_build_object(
      'operacion', to_jsonb(o) - '{huella,empresa_id}'::text[],
      'entradas', coalesce((
        select jsonb_agg(jsonb_build_object('lote', c.lote_id, 'codigo', l.codigo, 'kg', c.kg) order by l.codigo)
        from public.consumos c join public.lotes l on l.id = c.lote_id where c.operacion_id = o.id), '[]'),
      'lotes', coalesce((
        select jsonb_agg(to_jsonb(l) - 'empresa_id' order by length(l.codigo), l.codigo)
        from public.productos p join public.lotes l on l.id = p.lote_id where p.operacion_id = o.id), '[]'),
      'perdidas', coalesce((
        select jsonb_agg(jsonb_build_object('causa', p.causa, 'kg', p.kg) order by p.causa)
        from public.perdidas p where p.operacion_id = o.id), '[]'))
    from public.operaciones o where o.id = v_operacion);
end
$$;
comment on function privado.operacion_json(uuid) is 'Una operación con lo que consumió, lo que hizo y lo que perdió.';

-- What follows from an operation that was just written, be it a void, before the chain is told: promises to contracts,
-- indicators. Whoever adds one adds it here.
create function privado.terminar_operacion(v_operacion uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.seguir_promesas(v_operacion);
  perform privado.sumar_produccion(v_operacion);
  perform privado.encadenar_operacion(v_operacion);
end
$$;
comment on function privado.terminar_operacion(uuid) is
  'Lo que sigue de una operación registrada, también de una anulación, y al final su evidencia.';

revoke all on function privado.escribir_operacion(privado.trabajo), privado.operacion_json(uuid), privado.terminar_operacion(uuid) from public;
