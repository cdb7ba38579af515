-- Where lots went, as 20_origenes.sql and the other way: their edges forwards, level by level, and one pass from the
-- first operation to the last. An operation that was voided took nothing.

-- As many edges as is said: what is asked to be read has a limit, what is recalled has a higher one. The lots
-- that were reached and not followed come last, without operation.
create function privado.aristas_de_destino(v_lotes uuid[], tope int, fondo int) returns setof privado.arista
language plpgsql stable security definer rows 1000 set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
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
$$;
comment on function privado.aristas_de_destino(uuid[], int, int) is
  'Lo que entró y salió de cada operación por la que pasaron unos lotes, y los lotes que no se siguieron.';

-- Two weights go forwards. `parte` is of the kilos asked about: an operation passes all that it took on to its products.
-- `ley` is of each lot: how much of a kilo of it comes from them; one that was asked about is theirs whole.
create function privado.destinos(v_lotes uuid[], tope int default 10000, fondo int default 64)
returns table (lote_id uuid, operacion_id uuid, clase text, parte numeric, kg numeric, kg_origen numeric)
language plpgsql stable security definer rows 100 set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
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
$$;
comment on function privado.destinos(uuid[], int, int) is
  'Dónde está lo que fue de unos lotes: qué parte, cuántos de los kilos que hay ahí son suyos, y cuántos de los suyos.';

revoke all on function privado.aristas_de_destino(uuid[], int, int), privado.destinos(uuid[], int, int) from public;
