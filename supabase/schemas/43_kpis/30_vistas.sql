-- What an app reads of the indicators, under RLS: the sums of its company, to the moment, and the progress of each of
-- its contracts.

-- Due dates are summed by day alone, neither by party nor by quality.
create view public.kpis_totales with (security_invoker = true) as
select empresa_id, papel, grupo, clave, medida, fecha, sum(n)::bigint as n, sum(cantidad) as cantidad,
  sum(inicial_qq) as inicial_qq, sum(humedad_qq) as humedad_qq, sum(usd) as usd
from (
  select empresa_id, papel, grupo, clave, medida, fecha, n, cantidad, inicial_qq, humedad_qq, usd from public.kpis_celdas
  union all
  select k.empresa_id, k.papel, g.grupo, g.clave, k.medida, k.fecha, k.n, k.cantidad, k.inicial_qq, k.humedad_qq, k.usd
  from public.kpis_cambios k
  cross join lateral (values ('mes', ''), ('contraparte', k.otra_id::text), ('calidad', k.calidad)) as g (grupo, clave)
  where k.medida <> 'vence' or g.grupo = 'mes'
) as sumas
group by 1, 2, 3, 4, 5, 6;
comment on view public.kpis_totales is
  'Indicadores de la empresa del usuario, sumados por mes, por contraparte y por calidad, al momento.';
revoke all on public.kpis_totales from anon, authenticated, service_role;
grant select on public.kpis_totales to authenticated;

-- Progress of each contract. Under tolerance is delivered; over it, told apart.
create view public.kpis_contratos with (security_invoker = true) as
select c.id, c.codigo, c.exportadora_id, c.contraparte_id, c.calidad, c.estado, c.fecha_entrega, c.tolerancia_pct,
  c.volumen_tm as contratado_tm, a.lotes, t.entregado_tm, round(a.exportado_qq * 0.045359237, 4) as exportado_tm,
  greatest(c.volumen_tm - t.entregado_tm, 0) as pendiente_tm,
  round(100 * t.entregado_tm / c.volumen_tm, 2) as avance_pct,
  greatest(t.entregado_tm - round(c.volumen_tm * (1 + c.tolerancia_pct / 100), 4), 0) as sobre_tolerancia_tm,
  t.entregado_tm >= round(c.volumen_tm * (1 - c.tolerancia_pct / 100), 4) as entregado,
  case when c.estado <> 'Cerrado' and t.entregado_tm < round(c.volumen_tm * (1 - c.tolerancia_pct / 100), 4)
    then greatest(t.hoy - c.fecha_entrega, 0) end as dias_atraso
from public.contratos c
join public.avances a on a.contrato_id = c.id
cross join lateral (
  select round(a.recibido_qq * 0.045359237, 4) as entregado_tm, (now() at time zone 'America/Guayaquil')::date as hoy
) as t
where c.eliminado_en is null and c.propuesto_a is null and c.rechazado_en is null;
comment on view public.kpis_contratos is
  'Avance de cada contrato: contratado, entregado, pendiente, sobre la tolerancia y días de atraso.';
revoke all on public.kpis_contratos from anon, authenticated, service_role;
grant select on public.kpis_contratos to authenticated;
