-- Everything that moves an indicator moves its sums, in the same transaction: price, quality, volume, dates and state of
-- a contract, its lots, what is fixed, who is party to it, and its deletion (the triggers sumar_* of those tables, each
-- beside its table). What a contract and a lot are worth is said once, in aportes_kpi; a change emits what they are
-- minus what they were.
--
-- The functions that do it are plpgsql, which keeps its plans for the whole connection: planning them costs more than
-- running them.
--
-- In order: whoever emits for a contract holds its row of public.avances until it commits, and reads the rest after it.
-- So of two that change the same contract, the second sees all that the first did.
create type privado.kpi_pieza as (
  signo integer, contrato public.contratos, avance public.avances, lote public.lotes_asociados, precio numeric
);
comment on type privado.kpi_pieza is
  'Un contrato con su avance, o uno de sus lotes con su precio, que se suma (1) o se resta (-1).';

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
        (z.contrato).contraparte_id, (z.contrato).calidad, z.precio,
        (z.contrato).estado, (z.contrato).modalidad_precio as modalidad, (z.contrato).volumen_tm as volumen,
        round((z.contrato).volumen_tm * (1 - (z.contrato).tolerancia_pct / 100), 4) as minimo, (z.contrato).fecha_entrega as entrega,
        case when (z.lote).id is null then privado.fecha_contrato((z.contrato).fecha_firma, (z.contrato).creado_en) end as abierto,
        (z.contrato).propuesto_a is not null as es_borrador,
        round((z.avance).recibido_qq * 0.045359237, 4) as recibido_tm, (z.avance).tm_fijadas,
        (z.lote).estado as paso, (z.lote).peso_qq as qq, (z.lote).peso_inicial_qq as inicial, (z.lote).humedad,
        ((z.lote).recibido_en at time zone 'America/Guayaquil')::date as recibido,
        ((z.lote).exportado_en at time zone 'America/Guayaquil')::date as exportado
      from unnest(piezas) as z
      where (z.contrato).eliminado_en is null and (z.contrato).rechazado_en is null
      offset 0
    ) as x
    cross join lateral (
      -- What the other side has not accepted is a draft, and counts as nothing else.
      select 'infinity'::date, 'borrador', x.volumen, 0.0, 0.0, 0.0 where x.es_contrato and x.es_borrador
      union all
      select 'infinity', x.paso, x.qq, 0, 0, 0 where not x.es_contrato
      union all
      select x.recibido, 'entregado', x.qq, x.inicial, x.qq * x.humedad, 0 where x.recibido is not null
      union all
      select x.exportado, case when x.precio is null then 'sin_precio' else 'vendido' end, x.qq, 0, 0,
        coalesce(x.qq * 0.045359237 * x.precio, 0) where x.exportado is not null
      union all
      select 'infinity', x.estado, x.volumen, 0, 0, 0 where x.es_contrato and not x.es_borrador
      union all
      select coalesce(x.entrega, x.abierto), 'contratado', x.volumen, 0, 0, 0 where x.es_contrato and not x.es_borrador
      union all
      select date_trunc('year', x.abierto)::date, 'historial ' || x.estado, x.volumen, 0, 0, 0
      where x.es_contrato and not x.es_borrador
      union all
      select 'infinity', 'abierta', x.volumen - x.tm_fijadas, 0, 0, 0
      where x.es_contrato and not x.es_borrador and x.estado <> 'Cerrado' and x.modalidad = 'por fijar'
      union all
      select x.entrega, 'vence', x.volumen - x.recibido_tm, 0, 0, 0
      where x.entrega is not null and x.es_contrato and not x.es_borrador and x.estado <> 'Cerrado' and x.recibido_tm < x.minimo
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
    select t.empresa_id, t.papel from public.contratos_participantes t where partes is null and t.contrato_id = s.id and not t.pendiente
    union all
    select t.empresa_id, t.papel from unnest(partes) as t where t.contrato_id = s.id
  ) as p
  -- Prices and what is to be priced are of those who sign.
  where p.papel <> 'proveedor' or s.medida not in ('vendido', 'sin_precio', 'abierta');
end
$$;
comment on function privado.aportes_kpi(privado.kpi_pieza[], public.contratos_participantes[]) is
  'Lo que unos contratos y lotes suman a los indicadores de sus partes, menos lo que dejan de sumar.';
revoke all on function privado.aportes_kpi(privado.kpi_pieza[], public.contratos_participantes[]) from public;

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
revoke all on function privado.anotar_kpis(privado.kpi_pieza[], public.contratos_participantes[]) from public;

create function privado.piezas_kpi(contratos bigint[], v_signo integer default 1) returns privado.kpi_pieza[]
language plpgsql volatile set search_path = '' as $$
begin
  return array(
    select (v_signo, c, a, l, p.precio_fijado_tm)::privado.kpi_pieza
    from public.contratos c
    join public.avances a on a.contrato_id = c.id
    left join public.contratos_precios p on p.contrato_id = c.id
    cross join lateral (
      select null::public.lotes_asociados as l
      union all select l from public.lotes_asociados l where l.contrato_id = c.id
    ) as lotes
    where c.id = any (contratos));
end
$$;
comment on function privado.piezas_kpi(bigint[], integer) is 'Unos contratos con todos sus lotes, para sumarlos o restarlos.';
revoke all on function privado.piezas_kpi(bigint[], integer) from public;
