-- Why: everything that moves an indicator moves its sums, in the same transaction: price, quality, volume, dates and
-- state of a contract, its lots, what is fixed, who is party to it, and its deletion. What a contract and a lot are
-- worth is said once, in aportes_kpi; a change emits what they are minus what they were.
-- Touches: creates the type and the functions that sum; triggers of contratos, contratos_participantes, lotes_asociados
-- and fijaciones; sums what there is. Destructive: no.
--
-- The functions that do it are plpgsql, which keeps its plans for the whole connection: planning them costs more than
-- running them.
--
-- In order: whoever emits for a contract holds its row of avances until it commits, and reads the rest after it. So
-- of two that change the same contract, the second sees all that the first did.
create type privado.kpi_pieza as (
  signo integer, contrato public.contratos, avance public.avances, lote public.lotes_asociados
);
comment on type privado.kpi_pieza is 'Un contrato con su avance, o uno de sus lotes, que se suma (1) o se resta (-1).';

-- $2: for those parties alone; without it, for all who are party.
create function privado.aportes_kpi(piezas privado.kpi_pieza[], partes public.contratos_participantes[] default null)
returns table (
  empresa_id bigint, papel text, otra_id bigint, calidad text, medida text, fecha date,
  n bigint, cantidad numeric, inicial_qq numeric, humedad_qq numeric, usd numeric
)
language plpgsql volatile set search_path = '' set plan_cache_mode = 'force_generic_plan' as $$
#variable_conflict use_column
begin
  return query
  select p.empresa_id, p.papel, case p.papel when 'exportadora' then s.contraparte_id else s.exportadora_id end,
    coalesce(s.calidad, ''), s.medida, s.fecha, s.n, s.cantidad, s.inicial, s.humedad, s.usd
  from (
    select x.id, x.exportadora_id, x.contraparte_id, x.calidad, m.medida, m.fecha, sum(x.signo) as n,
      sum(x.signo * m.cantidad) as cantidad, sum(x.signo * m.inicial) as inicial,
      sum(x.signo * m.humedad) as humedad, sum(x.signo * m.usd) as usd
    from (
      -- Each field is taken out once: "offset 0" keeps it so.
      select z.signo, (z.lote).id is null as es_contrato, (z.contrato).id, (z.contrato).exportadora_id,
        (z.contrato).contraparte_id, (z.contrato).calidad, (z.contrato).precio_fijado_tm as precio,
        (z.contrato).estado, (z.contrato).modalidad_precio as modalidad, (z.contrato).volumen_tm as volumen,
        round((z.contrato).volumen_tm * (1 - (z.contrato).tolerancia_pct / 100), 4) as minimo, (z.contrato).fecha_entrega as entrega,
        coalesce((z.contrato).fecha_entrega, privado.fecha_contrato((z.contrato).fecha_firma, (z.contrato).creado_en)) as fecha,
        round((z.avance).recibido_qq * 0.045359237, 4) as recibido_tm, (z.avance).tm_fijadas,
        (z.lote).estado as paso, (z.lote).peso_qq as qq, (z.lote).peso_inicial_qq as inicial, (z.lote).humedad,
        ((z.lote).recibido_en at time zone 'America/Guayaquil')::date as recibido,
        ((z.lote).exportado_en at time zone 'America/Guayaquil')::date as exportado
      from unnest(piezas) as z
      where (z.contrato).eliminado_en is null
      offset 0
    ) as x
    cross join lateral (
      select 'infinity'::date, x.paso, x.qq, 0.0, 0.0, 0.0 where not x.es_contrato
      union all
      select x.recibido, 'entregado', x.qq, x.inicial, x.qq * x.humedad, 0 where x.recibido is not null
      union all
      select x.exportado, case when x.precio is null then 'sin_precio' else 'vendido' end, x.qq, 0, 0,
        coalesce(x.qq * 0.045359237 * x.precio, 0) where x.exportado is not null
      union all
      select 'infinity', x.estado, x.volumen, 0, 0, 0 where x.es_contrato
      union all
      select x.fecha, 'contratado', x.volumen, 0, 0, 0 where x.es_contrato
      union all
      select 'infinity', 'abierta', x.volumen - x.tm_fijadas, 0, 0, 0
      where x.es_contrato and x.estado <> 'Cerrado' and x.modalidad = 'por fijar'
      union all
      select x.entrega, 'vence', x.volumen - x.recibido_tm, 0, 0, 0
      where x.entrega is not null and x.es_contrato and x.estado <> 'Cerrado' and x.recibido_tm < x.minimo
    ) as d (dia, medida, cantidad, inicial, humedad, usd)
    cross join lateral (
      -- By months, but for what is due, which has its day.
      select d.medida, case when d.medida = 'vence' or d.dia = 'infinity' then d.dia else date_trunc('month', d.dia)::date end as fecha,
        d.cantidad, d.inicial, d.humedad, d.usd
    ) as m
    group by 1, 2, 3, 4, 5, 6
    having (sum(x.signo), sum(x.signo * m.cantidad), sum(x.signo * m.inicial), sum(x.signo * m.humedad), sum(x.signo * m.usd))
      is distinct from (0, 0, 0, 0, 0)
  ) as s
  -- Each looked up by its contract: the planner does not know how many they are.
  cross join lateral (
    select t.empresa_id, t.papel from public.contratos_participantes t where partes is null and t.contrato_id = s.id
    union all
    select t.empresa_id, t.papel from unnest(partes) as t where t.contrato_id = s.id
  ) as p
  -- Prices and what is to be priced are of those who sign.
  where p.papel <> 'proveedor' or s.medida not in ('vendido', 'sin_precio', 'abierta');
end
$$;
comment on function privado.aportes_kpi(privado.kpi_pieza[], public.contratos_participantes[]) is
  'Lo que unos contratos y lotes suman a los indicadores de sus partes, menos lo que dejan de sumar.';

create function privado.anotar_kpis(piezas privado.kpi_pieza[], partes public.contratos_participantes[] default null)
returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.kpis_cambios
    (empresa_id, papel, otra_id, calidad, medida, fecha, n, cantidad, inicial_qq, humedad_qq, usd)
  select * from privado.aportes_kpi(piezas, partes);
end
$$;
comment on function privado.anotar_kpis(privado.kpi_pieza[], public.contratos_participantes[]) is
  'Anota lo que cambió en los indicadores, para plegarlo después.';

create function privado.tomar_avances(contratos bigint[]) returns void
language plpgsql volatile set search_path = '' as $$
begin
  insert into public.avances as a (contrato_id) select distinct c from unnest(contratos) as c order by c
  on conflict (contrato_id) do update set lotes = a.lotes;
end
$$;
comment on function privado.tomar_avances(bigint[]) is 'Toma los avances de unos contratos hasta el fin de la transacción.';

create function privado.sumar_lotes() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  piezas privado.kpi_pieza[];
  cambios privado.kpi_pieza[];
begin
  if tg_op = 'UPDATE' then
    select array_agg((s.signo, null, null, s.lote)::privado.kpi_pieza) into cambios from (
      select 1 as signo, n::public.lotes_asociados as lote from nuevos n
      union all select -1, v::public.lotes_asociados from viejos v) as s;
  else
    select array_agg((1, null, null, n)::privado.kpi_pieza) into cambios from nuevos n;
  end if;
  with suma as (
    select (x.lote).contrato_id as id, sum(x.signo)::int as lotes,
      coalesce(sum(x.signo * (x.lote).peso_qq) filter (where (x.lote).estado <> 'En tránsito'), 0) as recibido,
      coalesce(sum(x.signo * (x.lote).peso_qq) filter (where (x.lote).estado = 'Exportado'), 0) as exportado
    from unnest(cambios) as x group by 1
  ),
  avance as (
    insert into public.avances as a (contrato_id, lotes, recibido_qq, exportado_qq)
    select s.id, s.lotes, s.recibido, s.exportado from suma s order by s.id
    on conflict (contrato_id) do update set lotes = a.lotes + excluded.lotes,
      recibido_qq = a.recibido_qq + excluded.recibido_qq, exportado_qq = a.exportado_qq + excluded.exportado_qq
    returning a.*
  )
  select array_agg(p) into piezas from (
    select (1, null, a, null)::privado.kpi_pieza as p from avance a
    union all
    select (-1, null, (a.contrato_id, a.lotes, a.recibido_qq - s.recibido, a.exportado_qq, a.tm_fijadas)::public.avances, null)::privado.kpi_pieza
    from avance a join suma s on s.id = a.contrato_id
  ) as t;
  -- A statement of its own, after the turn was taken: it sees what others did before.
  perform privado.anotar_kpis(array(
    select (z.signo, c, z.avance, z.lote)::privado.kpi_pieza
    from unnest(piezas || cambios) as z
    join public.contratos c on c.id = coalesce((z.lote).contrato_id, (z.avance).contrato_id)));
  return null;
end
$$;
comment on function privado.sumar_lotes() is 'Disparador: lo que unos lotes suman a los indicadores y al avance de sus contratos.';

create function privado.sumar_contratos() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  cambiados bigint[];
begin
  select array_agg(n.id) into cambiados from nuevos n join viejos v on v.id = n.id
  where (n.volumen_tm, n.precio_fijado_tm, n.estado, n.calidad, n.fecha_entrega, n.fecha_firma, n.tolerancia_pct,
      n.modalidad_precio, n.eliminado_en)
    is distinct from (v.volumen_tm, v.precio_fijado_tm, v.estado, v.calidad, v.fecha_entrega, v.fecha_firma,
      v.tolerancia_pct, v.modalidad_precio, v.eliminado_en);
  if cambiados is null then
    return null;
  end if;
  perform privado.tomar_avances(cambiados);
  perform privado.anotar_kpis(array(
    select (s.signo, s.contrato, a, l)::privado.kpi_pieza
    from (
      select 1 as signo, n.id, n::public.contratos as contrato from nuevos n
      union all select -1, v.id, v::public.contratos from viejos v
    ) as s
    join public.avances a on a.contrato_id = s.id
    cross join lateral (
      select null::public.lotes_asociados as l
      union all
      select l from public.lotes_asociados l where l.contrato_id = s.id and exists (
        select from nuevos n join viejos v on v.id = n.id
        where n.id = s.id and (n.calidad, n.precio_fijado_tm, n.eliminado_en)
          is distinct from (v.calidad, v.precio_fijado_tm, v.eliminado_en))
    ) as lotes
    where s.id = any (cambiados)));
  return null;
end
$$;
comment on function privado.sumar_contratos() is 'Disparador: lo que un contrato editado suma a los indicadores, menos lo que sumaba.';
