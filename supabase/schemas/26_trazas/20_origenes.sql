-- Where a lot comes from: the operations behind it, and how much of it each of its origins is.
--
-- A lot that was mixed and divided again and again has as many paths behind it as two to the power of its mixes, and few
-- lots: what is walked is the lots. Each operation is read once, level by level, and then the shares are made in one pass
-- over the operations, from the last to the first: when the turn of one comes, all that took from it has been counted.
-- Who asks has been let in before: nothing here looks at whose a lot is, and no edge leaves a company.

create type privado.arista as (
  operacion_id uuid,
  secuencia bigint,
  lote_id uuid,
  kg numeric,
  -- Backwards, the operation that made the lot; forwards, null.
  productora uuid,
  -- Goes into its operation, or comes out of it.
  entra boolean
);
comment on type privado.arista is 'Un lote que entra en una operación, o que sale de ella, con cuánto.';

-- 10,000 edges and 64 operations deep; the level that would pass them is not begun, and privado.origenes tells where.
create function privado.aristas_de_origen(v_lote uuid) returns setof privado.arista
language plpgsql stable security definer rows 1000 set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
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
$$;
comment on function privado.aristas_de_origen(uuid) is
  'Lo que entró en cada operación de la que viene un lote: hasta 10 000 entradas y 64 operaciones de fondo.';

-- Two weights go backwards. `parte` is of the lot that is asked about: what came in makes it up by the kilos that came
-- in, and what an inventory count found beyond them has no origin. `tomado` is of the kilos of each origin: what
-- came out of an operation carries all that went in, so a lot that was dried weighs less than what it took.
create function privado.origenes(v_lote uuid)
returns table (lote_id uuid, clase text, parte numeric, kg numeric, kg_origen numeric)
language plpgsql stable security definer rows 100 set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
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
$$;
comment on function privado.origenes(uuid) is
  'De qué lotes viene un lote: qué parte es de cada uno, sus kilos, y cuántos de los kilos de ese origen.';

revoke all on function privado.aristas_de_origen(uuid), privado.origenes(uuid) from public;
