-- Why: how much of a contract was delivered is asked of many contracts at once, and summing the lots of each is too
-- slow: the sum is kept, one row per contract. The row is also the turn of who changes what is summed of that contract
-- (see the indicators): it is written at every such change, so under repeatable read too nobody sums over what it
-- cannot see.
-- Touches: creates public.avances, for the contracts that there are too. Destructive: no.
create table public.avances (
  contrato_id bigint primary key references public.contratos (id) on delete restrict,
  lotes integer not null default 0,
  recibido_qq numeric not null default 0,
  exportado_qq numeric not null default 0,
  tm_fijadas numeric not null default 0
);
comment on table public.avances is 'Lo entregado y lo fijado de cada contrato; lo mantienen disparadores.';
comment on column public.avances.recibido_qq is 'Peso de los lotes que dejaron de estar En tránsito, en quintales.';
comment on column public.avances.tm_fijadas is 'Toneladas con precio fijado; las lee quien firma, en las fijaciones.';

alter table public.avances enable row level security;
create policy select_participante on public.avances for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = avances.contrato_id)
    or (select privado.es_admin())
  );
revoke all on public.avances from anon, authenticated, service_role;
-- What is fixed is no business of an associated supplier.
grant select (contrato_id, lotes, recibido_qq, exportado_qq) on public.avances to authenticated;

insert into public.avances (contrato_id, lotes, recibido_qq, exportado_qq)
select c.id, count(l.id), coalesce(sum(l.peso_qq) filter (where l.estado <> 'En tránsito'), 0),
  coalesce(sum(l.peso_qq) filter (where l.estado = 'Exportado'), 0)
from public.contratos c left join public.lotes_asociados l on l.contrato_id = c.id
group by c.id;

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
where c.eliminado_en is null;
comment on view public.kpis_contratos is
  'Avance de cada contrato: contratado, entregado, pendiente, sobre la tolerancia y días de atraso.';
revoke all on public.kpis_contratos from anon, authenticated, service_role;
grant select on public.kpis_contratos to authenticated;
