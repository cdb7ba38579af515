-- Kilos are shared out to the gram, and their sum is what there was: each part is cut, and the grams that are left go to
-- those that lost most by it (largest remainder); of equals, to the first. 100 kg over three equal parts are 33.334,
-- 33.333 and 33.333.
create function privado.repartir(total numeric, pesos numeric[], decimales int default 3) returns numeric[]
language sql immutable parallel safe set search_path = '' as $$
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
$$;
comment on function privado.repartir(numeric, numeric[], int) is
  'Reparte un total en proporción a unos pesos, exacto en tantos decimales: lo que sobra va a los mayores restos.';
revoke all on function privado.repartir(numeric, numeric[], int) from public;
