-- What a place had, what came, what left and what there is: of days in Guayaquil, by when it was done and not by when it
-- was told. What was voided was never done. What there was comes from all that was registered; what there is, from the
-- balances that are kept, less what came after: where both do not meet, diferencia_kg says by how much.

-- Every kilo that came to be at a place, or stopped being there. No place is the whole company, with what is on its way.
create function privado.movimientos_de(v_empresa bigint, v_centro bigint)
returns table (operacion_id uuid, tipo text, en timestamptz, kg numeric, humedad_pct numeric)
language plpgsql stable security definer rows 10000 set search_path = '' as $$
begin
  return query
    with suyos as materialized (
      select l.id, l.operacion_id, l.kg, l.humedad_pct from public.lotes l
      where l.empresa_id = v_empresa and not l.embarcado and (v_centro is null or l.centro_id = v_centro)
    ), vivas as materialized (
      select o.id, o.tipo, o.en from public.operaciones o
      where o.empresa_id = v_empresa and o.tipo <> 'anular'
        and not exists (select from public.operaciones v where v.anula = o.id)
    )
    select o.id, o.tipo, o.en, s.kg, s.humedad_pct from suyos s join vivas o on o.id = s.operacion_id
    union all
    select o.id, o.tipo, o.en, -c.kg, s.humedad_pct
    from suyos s join public.consumos c on c.lote_id = s.id join vivas o on o.id = c.operacion_id;
end
$$;
comment on function privado.movimientos_de(bigint, bigint) is
  'Los kilos que entraron en un centro, o salieron de él; sin centro, en los de toda la empresa y en camino.';

-- Of an operation at the place: what it took, less what it lost, sent elsewhere or shipped, it gave back. What an
-- inventory count found beyond the books came from nowhere.
create function privado.inventario(v_empresa bigint, v_centro bigint, inicio timestamptz, fin timestamptz) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  respuesta jsonb;
  queda constant numeric := coalesce((
    select sum(s.kg) from privado.saldos s join public.lotes l on l.id = s.lote_id
    where s.empresa_id = v_empresa and s.kg > 0 and not s.anulado and not l.embarcado
      and (v_centro is null or s.centro_id = v_centro)), 0);
begin
  with movimientos as materialized (select m.* from privado.movimientos_de(v_empresa, v_centro) as m),
  hechas as materialized (
    select m.operacion_id, m.tipo, -coalesce(sum(m.kg) filter (where m.kg < 0), 0) as toma,
      coalesce(sum(m.kg) filter (where m.kg > 0), 0) as da,
      -coalesce(sum(m.kg * (100 - m.humedad_pct)) filter (where m.kg < 0), 0) / 100 as toma_seca,
      coalesce(sum(m.kg * (100 - m.humedad_pct)) filter (where m.kg > 0), 0) / 100 as da_seca,
      count(*) filter (where m.humedad_pct is null) as sin_medir
    from movimientos m where m.en >= inicio and m.en < fin group by m.operacion_id, m.tipo
  ), repartidas as materialized (
    select h.*, h.toma = 0 as llega, coalesce(f.enviado, 0) as enviado, coalesce(f.embarcado, 0) as embarcado,
      coalesce(f.seca, 0) as fuera_seca, h.sin_medir + coalesce(f.sin_medir, 0) as no_medidos,
      case when h.toma = 0 then 0 else coalesce(
        (select sum(p.kg) from public.perdidas p where p.operacion_id = h.operacion_id), 0) end as perdido
    from hechas h left join lateral (
      select sum(l.kg) filter (where not l.embarcado) as enviado, sum(l.kg) filter (where l.embarcado) as embarcado,
        sum(l.kg * (100 - l.humedad_pct)) / 100 as seca, count(*) filter (where l.humedad_pct is null) as sin_medir
      from public.productos p join public.lotes l on l.id = p.lote_id
      where p.operacion_id = h.operacion_id and h.toma > 0
        and (l.embarcado or (v_centro is not null and l.centro_id is distinct from v_centro))
    ) as f on true
  ), cuadradas as materialized (
    select r.*, greatest(r.da + r.enviado + r.embarcado + r.perdido - r.toma, 0) as hallado from repartidas r
  ), antes as (
    select coalesce(sum(m.kg), 0) as kg, coalesce(sum(m.kg * (100 - m.humedad_pct)), 0) / 100 as seca,
      coalesce(sum(m.kg) filter (where m.humedad_pct is null), 0) as sin_medir
    from movimientos m where m.en < inicio
  ), despues as (
    select coalesce(sum(m.kg), 0) as kg from movimientos m where m.en >= fin
  ), sumas as (
    select coalesce(sum(c.da) filter (where c.llega and c.tipo = 'recibir'), 0) as recepcion,
      coalesce(sum(c.da) filter (where c.llega and c.tipo = 'trasladar'), 0) as traslado,
      coalesce(sum(c.da - c.hallado) filter (where not c.llega), 0) as dado,
      coalesce(sum(c.hallado) filter (where not c.llega), 0)
        + coalesce(sum(c.da) filter (where c.llega and c.tipo not in ('recibir', 'trasladar')), 0) as ajuste,
      coalesce(sum(c.embarcado), 0) as embarque, coalesce(sum(c.enviado), 0) as enviado,
      coalesce(sum(c.toma - c.perdido - c.enviado - c.embarcado) filter (where not c.llega), 0) as tomado,
      coalesce(sum(c.perdido), 0) as perdido,
      coalesce(sum(c.da_seca) filter (where c.llega), 0) as recibida_seca, coalesce(sum(c.fuera_seca), 0) as enviada_seca,
      coalesce(sum(c.toma_seca - c.da_seca - c.fuera_seca) filter (where not c.llega), 0) as perdida_seca,
      coalesce(sum(c.no_medidos), 0) as no_medidos
    from cuadradas c
  )
  select jsonb_build_object(
    'inicial_kg', a.kg,
    'entradas', jsonb_build_object('recepcion', s.recepcion, 'traslado', s.traslado, 'operacion', s.dado, 'ajuste', s.ajuste),
    'salidas', jsonb_build_object('embarque', s.embarque, 'traslado', s.enviado, 'operacion', s.tomado),
    'perdidas', coalesce((
      select jsonb_object_agg(t.causa, t.kg) from (
        select p.causa, sum(p.kg) as kg from cuadradas c join public.perdidas p on p.operacion_id = c.operacion_id
        where not c.llega group by p.causa) as t), '{}'),
    'perdidas_kg', s.perdido,
    'final_kg', queda - d.kg,
    'diferencia_kg', a.kg + s.recepcion + s.traslado + s.dado + s.ajuste - s.embarque - s.enviado - s.tomado - s.perdido
      - (queda - d.kg),
    'materia_seca', jsonb_build_object(
      'completa', s.no_medidos = 0 and a.sin_medir = 0,
      'inicial_kg', round(a.seca, 3), 'recibida_kg', round(s.recibida_seca, 3), 'enviada_kg', round(s.enviada_seca, 3),
      'perdida_kg', round(s.perdida_seca, 3),
      'final_kg', round(a.seca + s.recibida_seca - s.enviada_seca - s.perdida_seca, 3),
      'por_operacion', coalesce((
        select jsonb_agg(jsonb_build_object('tipo', t.tipo, 'entra_kg', round(t.entra, 3), 'sale_kg', round(t.sale, 3),
          'perdida_kg', round(t.entra - t.sale, 3)) order by t.tipo)
        from (
          select c.tipo, sum(c.toma_seca) as entra, sum(c.da_seca + c.fuera_seca) as sale
          from cuadradas c where not c.llega and c.no_medidos = 0 group by c.tipo) as t), '[]')))
  into respuesta
  from antes a cross join despues d cross join sumas s;
  return respuesta;
end
$$;
comment on function privado.inventario(bigint, bigint, timestamptz, timestamptz) is
  'Lo que un centro tenía, lo que llegó, salió y se perdió, y lo que hay.';

create function privado.pedir_inventario(v_centro bigint, v_desde date, v_hasta date) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  hasta constant date := coalesce(v_hasta, privado.hoy());
  desde constant date := coalesce(v_desde, date_trunc('month', hasta)::date);
  lugar public.centros;
  empresa bigint := privado.mi_empresa();
begin
  perform privado.exigir_cuenta();
  if v_centro is not null then
    select * into lugar from public.centros c where c.id = v_centro and (c.empresa_id = empresa or privado.es_admin());
    if not found then
      raise exception 'centro_no_existe' using errcode = 'PT404', detail = 'No existe ese centro.', hint = 'centro_id';
    end if;
    empresa := lugar.empresa_id;
  elsif empresa is null then
    raise exception 'centro_sin_decir' using errcode = 'PT422', detail = 'Diga en qué centro.', hint = 'centro_id';
  end if;
  -- The bounds first: of a day without end nothing is subtracted.
  if desde < '1990-01-01' or hasta > '2100-01-01' or desde > hasta or hasta - desde > 3660 then
    raise exception 'inventario_periodo_invalido' using errcode = 'PT422',
      detail = 'El período va de un día a otro posterior, y abarca diez años como máximo.', hint = 'desde';
  end if;
  return jsonb_build_object('centro', case when v_centro is not null then jsonb_build_object(
      'id', lugar.id, 'codigo', lugar.codigo, 'nombre', lugar.nombre) end, 'desde', desde, 'hasta', hasta)
    || privado.inventario(empresa, v_centro, desde::timestamp at time zone 'America/Guayaquil',
      (hasta + 1)::timestamp at time zone 'America/Guayaquil');
end
$$;
comment on function privado.pedir_inventario(bigint, date, date) is 'El inventario de un centro de la empresa de quien pregunta.';

create function public.inventario(centro_id bigint default null, desde date default null, hasta date default null) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
begin
  return privado.pedir_inventario(centro_id, desde, hasta);
end
$$;
comment on function public.inventario(bigint, date, date) is
  'Lo que un centro tenía al empezar un período, lo que llegó, salió y se perdió, y lo que hay: cuadra al gramo. Sin centro, toda la empresa.';

revoke all on function privado.movimientos_de(bigint, bigint),
  privado.inventario(bigint, bigint, timestamptz, timestamptz), privado.pedir_inventario(bigint, date, date) from public;
revoke all on function public.inventario(bigint, date, date) from public, anon, service_role;
grant execute on function privado.pedir_inventario(bigint, date, date), public.inventario(bigint, date, date) to authenticated;
