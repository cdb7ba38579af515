-- Why: everything that moves an indicator moves its sums, in the same transaction: price, quality, volume, dates and
-- state of a contract, its lots, what is fixed, who is party to it, and its deletion. What a contract and a lot are
-- worth is said once, in anotar_kpis; a change emits what they are minus what they were.
-- Touches: creates the type and the functions that sum; triggers of contratos, contratos_participantes, lotes_asociados
-- and fijaciones; sums what there is. Destructive: no.
--
-- In order: whoever emits for a contract holds its row of avances until it commits, and reads the rest after it. So
-- of two that change the same contract, the second sees all that the first did.
create type privado.kpi_pieza as (
  signo integer, contrato public.contratos, avance public.avances, lote public.lotes_asociados
);
comment on type privado.kpi_pieza is 'Un contrato con su avance, o uno de sus lotes, que se suma (1) o se resta (-1).';

-- $2: for those parties alone; without it, for all who are party.
create function privado.anotar_kpis(piezas privado.kpi_pieza[], partes public.contratos_participantes[] default null)
returns void
language sql volatile set search_path = '' as $$
  insert into public.kpis_cambios
    (empresa_id, papel, otra_id, calidad, medida, fecha, n, cantidad, inicial_qq, humedad_qq, usd)
  select p.empresa_id, p.papel, case p.papel when 'exportadora' then c.contraparte_id else c.exportadora_id end,
    coalesce(c.calidad, ''), m.medida, m.fecha,
    sum(z.signo), sum(z.signo * m.cantidad), sum(z.signo * m.inicial), sum(z.signo * m.humedad), sum(z.signo * m.usd)
  from unnest(piezas) as z
  cross join lateral (select (z.contrato).*) as c
  cross join lateral (values
    ((z.lote).estado, 'infinity'::date, (z.lote).peso_qq, 0.0, 0.0, 0.0),
    (case when (z.lote).recibido_en is not null then 'entregado' end,
      date_trunc('month', (z.lote).recibido_en at time zone 'America/Guayaquil')::date,
      (z.lote).peso_qq, (z.lote).peso_inicial_qq, (z.lote).peso_qq * (z.lote).humedad, 0),
    (case when (z.lote).exportado_en is not null then case when c.precio_fijado_tm is null then 'sin_precio' else 'vendido' end end,
      date_trunc('month', (z.lote).exportado_en at time zone 'America/Guayaquil')::date,
      (z.lote).peso_qq, 0, 0, coalesce((z.lote).peso_qq * 0.045359237 * c.precio_fijado_tm, 0)),
    (case when (z.lote).id is null then c.estado end, 'infinity', c.volumen_tm, 0, 0, 0),
    (case when (z.lote).id is null then 'contratado' end,
      date_trunc('month', coalesce(c.fecha_entrega, c.fecha_firma, c.creado_en at time zone 'America/Guayaquil'))::date,
      c.volumen_tm, 0, 0, 0),
    (case when (z.lote).id is null and c.estado <> 'Cerrado' and c.modalidad_precio = 'por fijar' then 'abierta' end,
      'infinity', c.volumen_tm - (z.avance).tm_fijadas, 0, 0, 0),
    (case when (z.lote).id is null and c.estado <> 'Cerrado'
      and round((z.avance).recibido_qq * 0.045359237, 4) < round(c.volumen_tm * (1 - c.tolerancia_pct / 100), 4) then 'vence' end,
      c.fecha_entrega, c.volumen_tm - round((z.avance).recibido_qq * 0.045359237, 4), 0, 0, 0)
  ) as m (medida, fecha, cantidad, inicial, humedad, usd)
  join (
    select t.contrato_id, t.empresa_id, t.papel from public.contratos_participantes t
    where partes is null and t.contrato_id in (select (x.contrato).id from unnest(piezas) as x)
    union all select t.contrato_id, t.empresa_id, t.papel from unnest(partes) as t
  ) as p on p.contrato_id = c.id
  where c.eliminado_en is null and m.medida is not null and m.fecha is not null
    -- Prices and what is to be priced are of those who sign.
    and (p.papel <> 'proveedor' or m.medida not in ('vendido', 'sin_precio', 'abierta'))
  group by 1, 2, 3, 4, 5, 6
  having (sum(z.signo), sum(z.signo * m.cantidad), sum(z.signo * m.inicial), sum(z.signo * m.humedad), sum(z.signo * m.usd))
    is distinct from (0, 0, 0, 0, 0)
$$;
comment on function privado.anotar_kpis(privado.kpi_pieza[], public.contratos_participantes[]) is
  'Anota lo que unos contratos y lotes suman a los indicadores de sus partes, y lo que dejan de sumar.';

create function privado.tomar_avances(contratos bigint[]) returns setof public.avances
language sql volatile set search_path = '' as $$
  insert into public.avances as a (contrato_id) select distinct c from unnest(contratos) as c order by c
  on conflict (contrato_id) do update set lotes = a.lotes
  returning a.*
$$;
comment on function privado.tomar_avances(bigint[]) is 'Los avances de unos contratos, tomados hasta el fin de la transacción.';

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
