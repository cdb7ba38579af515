-- Why: a buyer asks from which farmers a container comes, and a recall where the kilos of a lot went: both ways, to the gram.
-- Touches: privado.arista, privado.aristas_de_destino, privado.aristas_de_origen, privado.destino_de_lote,
--   privado.destinos, privado.exigir_lote, privado.lote_trazado, privado.operaciones_trazadas,
--   privado.origen_de_lote, privado.origenes, privado.repartir, public.destino_de_lote, public.origen_de_lote.
-- Destructive: no.

set check_function_bodies = off;

create type privado.arista as (
  operacion_id uuid,
  secuencia bigint,
  lote_id uuid,
  kg numeric,
  productora uuid,
  entra boolean
);

create or replace function privado.aristas_de_destino (
  v_lotes uuid[],
  tope integer,
  fondo integer
)
  returns SETOF privado.arista
  language plpgsql
  stable
  security definer
  set search_path to ''
  set plan_cache_mode to 'force_generic_plan'
  AS $function$
declare
  frente uuid[] := v_lotes;
  leidas uuid[] := '{}';
  entran privado.arista[];
  salen privado.arista[];
  nuevas uuid[];
  n int := 0;
begin
  for nivel in 1..fondo loop
    entran := array(
      select (c.operacion_id, o.secuencia, c.lote_id, c.kg, null, true)::privado.arista
      from public.consumos c join public.operaciones o on o.id = c.operacion_id
      where c.lote_id = any (frente) and not exists (select from public.operaciones v where v.anula = o.id)
      limit tope - n + 1);
    n := n + cardinality(entran);
    exit when n > tope;
    nuevas := array(select a.operacion_id from unnest(entran) as a except select l from unnest(leidas) as l);
    salen := array(
      select (p.operacion_id, o.secuencia, p.lote_id, p.kg, null, false)::privado.arista
      from public.operaciones o join public.productos p on p.operacion_id = o.id
      where o.id = any (nuevas)
      limit tope - n + 1);
    n := n + cardinality(salen);
    exit when n > tope;
    return query select a.* from unnest(entran) as a union all select a.* from unnest(salen) as a;
    leidas := leidas || nuevas;
    -- One that was asked about is followed already.
    frente := array(select a.lote_id from unnest(salen) as a except select l from unnest(v_lotes) as l);
    exit when frente = '{}';
  end loop;
  return query select null::uuid, null::bigint, f, null::numeric, null::uuid, false from unnest(frente) as f;
end
$function$;

create or replace function privado.aristas_de_origen (
  v_lote uuid
)
  returns SETOF privado.arista
  language plpgsql
  stable
  security definer
  set search_path to ''
  set plan_cache_mode to 'force_generic_plan'
  AS $function$
declare
  tope constant int := 10000;
  frente uuid[] := array(select p.operacion_id from public.productos p where p.lote_id = v_lote);
  leidas uuid[] := frente;
  aristas privado.arista[];
  n int := 0;
begin
  for nivel in 1..64 loop
    aristas := array(
      select (c.operacion_id, o.secuencia, c.lote_id, c.kg, p.operacion_id, true)::privado.arista
      from public.operaciones o
      join public.consumos c on c.operacion_id = o.id
      join public.productos p on p.lote_id = c.lote_id
      where o.id = any (frente)
      limit tope - n + 1);
    n := n + cardinality(aristas);
    exit when n > tope or cardinality(aristas) = 0;
    return query select a.* from unnest(aristas) as a;
    frente := array(select a.productora from unnest(aristas) as a except select l from unnest(leidas) as l);
    leidas := leidas || frente;
  end loop;
end
$function$;

create or replace function privado.destino_de_lote (
  v_lote uuid,
  detalle boolean
)
  returns jsonb
  language plpgsql
  stable
  security definer
  set search_path to ''
  set plan_cache_mode to 'force_generic_plan'
  AS $function$
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
$function$;

create or replace function privado.destinos (
  v_lotes uuid[],
  tope integer default 10000,
  fondo integer default 64
)
  returns table (
    lote_id uuid,
    operacion_id uuid,
    clase text,
    parte numeric,
    kg numeric,
    kg_origen numeric
  )
  language plpgsql
  stable
  security definer
  rows 100
  set search_path to ''
  set plan_cache_mode to 'force_generic_plan'
  AS $function$
declare
  fino constant int := 30;
  total constant numeric := (select sum(l.kg) from public.lotes l where l.id = any (v_lotes));
  actual bigint;
  a record;
  partes numeric[];
  leyes numeric[];
  kilos numeric[];
  restos numeric[];
  lotes uuid[];
  de_origen boolean[];
  sin_seguir boolean[];
  entrado numeric := 0;
  llevado numeric := 0;
  -- What was lost, by operation.
  p_operaciones uuid[] := '{}';
  p_partes numeric[] := '{}';
  p_kilos numeric[] := '{}';
begin
  for a in
    with aristas as materialized (select x.* from privado.aristas_de_destino(v_lotes, tope, fondo) as x),
    -- What is known of a lot: how much it was, and its place in the arrays.
    vistos as (
      select l.id, l.kg, true as pedido from public.lotes l where l.id = any (v_lotes)
      union all
      select x.lote_id, x.kg, false from aristas x where not x.entra and x.operacion_id is not null and x.lote_id <> all (v_lotes)
    ),
    numerados as materialized (select v.*, (row_number() over (order by v.id))::int as i from vistos v),
    pasos as materialized (
      select x.operacion_id, sum(x.kg) filter (where not x.entra) as sale, (
          select sum(c.kg) from public.consumos c where c.operacion_id = x.operacion_id) as entra
      from aristas x where x.operacion_id is not null group by x.operacion_id
    )
    select 0::bigint as secuencia, null::uuid as operacion_id, null::boolean as entra, n.id as lote_id, n.kg, n.i, n.pedido, null::numeric as toma,
      null::numeric as da, exists (select from aristas x where x.operacion_id is null and x.lote_id = n.id) as suelto
    from numerados n
    union all
    select x.secuencia, x.operacion_id, x.entra, x.lote_id, x.kg, n.i, n.pedido, s.entra, s.sale, false
    from aristas x join numerados n on n.id = x.lote_id join pasos s on s.operacion_id = x.operacion_id
    order by 1, 3 desc nulls first, 6
  loop
    if a.secuencia = 0 then
      lotes[a.i] := a.lote_id;
      kilos[a.i] := a.kg;
      restos[a.i] := a.kg;
      de_origen[a.i] := a.pedido;
      sin_seguir[a.i] := a.suelto;
      partes[a.i] := case when a.pedido then round(a.kg / total, fino) else 0 end;
      leyes[a.i] := case when a.pedido then 1 else 0 end;
      continue;
    end if;
    if a.secuencia is distinct from actual then
      actual := a.secuencia;
      entrado := 0;
      llevado := 0;
      if a.da is null then
        p_operaciones := p_operaciones || a.operacion_id;
        p_partes := p_partes || 0::numeric;
        p_kilos := p_kilos || 0::numeric;
      end if;
    end if;
    if a.entra then
      restos[a.i] := restos[a.i] - a.kg;
      entrado := round(entrado + partes[a.i] * a.kg / kilos[a.i], fino);
      llevado := round(llevado + leyes[a.i] * a.kg, fino);
      if a.da is null then
        p_partes[cardinality(p_partes)] := entrado;
        p_kilos[cardinality(p_kilos)] := llevado;
      end if;
    else
      partes[a.i] := round(partes[a.i] + entrado * a.kg / a.da, fino);
      if not de_origen[a.i] then
        leyes[a.i] := round(llevado / greatest(a.toma, a.da), fino);
      end if;
    end if;
  end loop;
  return query
    with finales as (
      select u.lote, null::uuid as operacion, u.suelto, u.de_total * u.resto / u.peso as de_total, u.ley * u.resto as llevan
      from unnest(lotes, partes, leyes, restos, kilos, sin_seguir) as u (lote, de_total, ley, resto, peso, suelto) where u.resto > 0
      union all
      select null, u.operacion, false, u.de_total, u.llevan from unnest(p_operaciones, p_partes, p_kilos) as u (operacion, de_total, llevan)
    ), juntos as (
      select array_agg(f.lote order by f.lote, f.operacion) as lotes, array_agg(f.operacion order by f.lote, f.operacion) as operaciones,
        array_agg(f.suelto order by f.lote, f.operacion) as sueltos, array_agg(f.de_total order by f.lote, f.operacion) as pesos,
        array_agg(f.llevan order by f.lote, f.operacion) as llevan, round(sum(f.llevan), 3) as llevado
      from finales f
    )
    select r.lote, coalesce(r.operacion, p.operacion_id),
      case when r.lote is null then 'perdido' when r.suelto then 'sin recorrer' when l.embarcado then 'embarcado' else 'en existencias' end,
      r.parte, r.llevan, r.kilos
    from juntos j
    cross join lateral unnest(j.lotes, j.operaciones, j.sueltos, privado.repartir(1, j.pesos, 12), privado.repartir(total, j.pesos),
      privado.repartir(j.llevado, j.llevan)) as r (lote, operacion, suelto, parte, kilos, llevan)
    left join public.lotes l on l.id = r.lote left join public.productos p on p.lote_id = r.lote;
end
$function$;

create or replace function privado.exigir_lote (
  v_lote uuid
)
  returns public.lotes
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
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
$function$;

create or replace function privado.lote_trazado (
  l public.lotes
)
  returns jsonb
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return jsonb_build_object('id', l.id, 'codigo', l.codigo, 'kg', l.kg, 'condicion', l.condicion, 'humedad_pct', l.humedad_pct,
    'embarcado', l.embarcado, 'anulado', exists (select from public.operaciones v where v.anula = l.operacion_id));
end
$function$;

create or replace function privado.operaciones_trazadas (
  ids uuid[]
)
  returns jsonb
  language plpgsql
  stable
  security definer
  set search_path to ''
  set plan_cache_mode to 'force_generic_plan'
  AS $function$
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
$function$;

create or replace function privado.origen_de_lote (
  v_lote uuid,
  detalle boolean
)
  returns jsonb
  language plpgsql
  stable
  security definer
  set search_path to ''
  set plan_cache_mode to 'force_generic_plan'
  AS $function$
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
      select a.operacion_id from privado.aristas_de_origen(v_lote) as a union
      select a.productora from privado.aristas_de_origen(v_lote) as a))) else '{}' end;
end
$function$;

create or replace function privado.origenes (
  v_lote uuid
)
  returns table (
    lote_id uuid,
    clase text,
    parte numeric,
    kg numeric,
    kg_origen numeric
  )
  language plpgsql
  stable
  security definer
  rows 100
  set search_path to ''
  set plan_cache_mode to 'force_generic_plan'
  AS $function$
declare
  -- Beyond the decimals that are told, so that a long chain of quotients does not reach them.
  fino constant int := 30;
  peso constant numeric := (select l.kg from public.lotes l where l.id = v_lote);
  partes numeric[] := '{1}';
  tomados numeric[] := array[peso];
  actual int := 0;
  a record;
  parte_por_kg numeric;
  tomado_por_kg numeric;
  -- What ends here, by lot.
  o_lotes uuid[] := '{}';
  o_partes numeric[] := '{}';
  o_tomados numeric[] := '{}';
  o_hallado boolean[] := '{}';
begin
  for a in
    with aristas as materialized (select x.* from privado.aristas_de_origen(v_lote) as x),
    pasos as materialized (
      select x.operacion_id, sum(x.kg) as entra, (row_number() over (order by max(x.secuencia) desc))::int as turno
      from aristas x group by x.operacion_id
    ),
    sumas as materialized (
      select s.operacion_id, s.turno, s.entra, t.sale, t.primero
      from pasos s cross join lateral (
        select sum(p.kg) as sale, (array_agg(p.lote_id order by p.lote_id))[1] as primero
        from public.productos p where p.operacion_id = s.operacion_id) as t
    )
    select s.turno, s.entra, s.sale, s.primero, x.lote_id, x.kg, d.turno as de
    from aristas x join sumas s on s.operacion_id = x.operacion_id left join pasos d on d.operacion_id = x.productora
    order by s.turno, x.lote_id
  loop
    if a.turno <> actual then
      actual := a.turno;
      parte_por_kg := round(coalesce(partes[actual], 0) / greatest(a.entra, a.sale), fino);
      tomado_por_kg := round(coalesce(tomados[actual], 0) / a.sale, fino);
      if a.sale > a.entra then
        o_lotes := o_lotes || a.primero;
        o_partes := o_partes || round((a.sale - a.entra) * parte_por_kg, fino);
        o_tomados := o_tomados || round((a.sale - a.entra) * tomado_por_kg, fino);
        o_hallado := o_hallado || true;
      end if;
    end if;
    if a.de is null then
      o_lotes := o_lotes || a.lote_id;
      o_partes := o_partes || round(a.kg * parte_por_kg, fino);
      o_tomados := o_tomados || round(a.kg * tomado_por_kg, fino);
      o_hallado := o_hallado || false;
    else
      partes[a.de] := round(coalesce(partes[a.de], 0) + a.kg * parte_por_kg, fino);
      tomados[a.de] := round(coalesce(tomados[a.de], 0) + a.kg * tomado_por_kg, fino);
    end if;
  end loop;
  if actual = 0 then
    o_lotes := array[v_lote];
    o_partes := '{1}';
    o_tomados := array[peso];
    o_hallado := '{false}';
  end if;
  return query
    with finales as (
      select u.lote, u.hallado, sum(u.de_lote) as de_lote, sum(u.tomado) as tomado
      from unnest(o_lotes, o_partes, o_tomados, o_hallado) as u (lote, de_lote, tomado, hallado) group by 1, 2
    ), juntos as (
      select array_agg(f.lote order by f.lote, f.hallado) as lotes, array_agg(f.hallado order by f.lote, f.hallado) as hallados,
        array_agg(f.de_lote order by f.lote, f.hallado) as pesos, array_agg(f.tomado order by f.lote, f.hallado) as tomados
      from finales f
    )
    select r.lote, case when r.hallado then 'sin origen' when o.tipo = 'recibir' then 'recibido'
        when exists (select from public.consumos c where c.operacion_id = o.id) then 'sin recorrer' else 'sin origen' end,
      r.parte, r.kilos, round(r.tomado, 3)
    from juntos j
    cross join lateral unnest(j.lotes, j.hallados, privado.repartir(1, j.pesos, 12), privado.repartir(peso, j.pesos), j.tomados)
      as r (lote, hallado, parte, kilos, tomado)
    join public.productos p on p.lote_id = r.lote join public.operaciones o on o.id = p.operacion_id;
end
$function$;

create or replace function privado.repartir (
  total numeric,
  pesos numeric[],
  decimales integer default 3
)
  returns numeric[]
  language sql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
  with exactas as (
    -- What a quotient leaves behind its last digits is no difference between two parts.
    select u.i, round(total * u.peso / nullif(sum(u.peso) over (), 0), decimales + 8) as parte
    from unnest(pesos) with ordinality as u (peso, i)
  ), cortadas as (
    select e.i, trunc(e.parte, decimales) as base,
      row_number() over (order by e.parte - trunc(e.parte, decimales) desc, e.i) as turno,
      (total - sum(trunc(e.parte, decimales)) over ()) * power(10::numeric, decimales) as faltan
    from exactas e
  )
  select coalesce(
    array_agg(round(c.base + case when c.turno <= c.faltan then power(10::numeric, -decimales) else 0 end, decimales) order by c.i), '{}')
  from cortadas c
$function$;

create or replace function public.destino_de_lote (
  lote uuid,
  detalle boolean default false
)
  returns jsonb
  language plpgsql
  stable
  set search_path to ''
  AS $function$
begin
  return privado.destino_de_lote(lote, detalle);
end
$function$;

create or replace function public.origen_de_lote (
  lote uuid,
  detalle boolean default false
)
  returns jsonb
  language plpgsql
  stable
  set search_path to ''
  AS $function$
begin
  return privado.origen_de_lote(lote, detalle);
end
$function$;

comment on function privado.aristas_de_destino(uuid[], integer, integer) is 'Lo que entró y salió de cada operación por la que pasaron unos lotes, y los lotes que no se siguieron.';
comment on function privado.aristas_de_origen(uuid) is 'Lo que entró en cada operación de la que viene un lote: hasta 10 000 entradas y 64 operaciones de fondo.';
comment on function privado.destino_de_lote(uuid, boolean) is 'Dónde está lo que fue de un lote de la empresa de quien pregunta.';
comment on function privado.destinos(uuid[], integer, integer) is 'Dónde está lo que fue de unos lotes: qué parte, cuántos de los kilos que hay ahí son suyos, y cuántos de los suyos.';
comment on function privado.exigir_lote(uuid) is 'El lote, si es de la empresa de quien pregunta; si no, lote_no_existe.';
comment on function privado.lote_trazado(public.lotes) is 'El lote por el que se pregunta, en lo que se responde de él.';
comment on function privado.operaciones_trazadas(uuid[]) is 'Unas operaciones con lo que entró, salió y se perdió en cada una.';
comment on function privado.origen_de_lote(uuid, boolean) is 'De dónde viene un lote de la empresa de quien pregunta.';
comment on function privado.origenes(uuid) is 'De qué lotes viene un lote: qué parte es de cada uno, sus kilos, y cuántos de los kilos de ese origen.';
comment on function privado.repartir(numeric, numeric[], integer) is 'Reparte un total en proporción a unos pesos, exacto en tantos decimales: lo que sobra va a los mayores restos.';
comment on function public.destino_de_lote(uuid, boolean) is 'Dónde está lo que fue de un lote: qué parte y cuántos kilos en cada lote, embarcados o perdidos; con detalle, las operaciones.';
comment on function public.origen_de_lote(uuid, boolean) is 'De dónde viene un lote: qué parte y cuántos kilos de cada lote recibido; con detalle, las operaciones por las que pasó.';
comment on type privado.arista is 'Un lote que entra en una operación, o que sale de ella, con cuánto.';
revoke all on function privado.aristas_de_destino(v_lotes uuid[], tope integer, fondo integer) from public;
revoke all on function privado.aristas_de_origen(v_lote uuid) from public;
revoke all on function privado.destino_de_lote(v_lote uuid, detalle boolean) from public;
revoke all on function privado.destinos(v_lotes uuid[], tope integer, fondo integer) from public;
revoke all on function privado.exigir_lote(v_lote uuid) from public;
revoke all on function privado.lote_trazado(l public.lotes) from public;
revoke all on function privado.operaciones_trazadas(ids uuid[]) from public;
revoke all on function privado.origen_de_lote(v_lote uuid, detalle boolean) from public;
revoke all on function privado.origenes(v_lote uuid) from public;
revoke all on function privado.repartir(total numeric, pesos numeric[], decimales integer) from public;
revoke all on function public.destino_de_lote(lote uuid, detalle boolean) from public, anon, service_role;
revoke all on function public.origen_de_lote(lote uuid, detalle boolean) from public, anon, service_role;
grant execute on function privado.destino_de_lote(v_lote uuid, detalle boolean) to authenticated;
grant execute on function privado.origen_de_lote(v_lote uuid, detalle boolean) to authenticated;
grant execute on function public.destino_de_lote(lote uuid, detalle boolean) to authenticated;
grant execute on function public.origen_de_lote(lote uuid, detalle boolean) to authenticated;
reset check_function_bodies;
