-- Why: pages and indicators of the graph pass by nobody else's rows, an administrator's page of operations leaves none
--   out, and a lot of a contract that was released is moved by hand as any other. Old rows stay as they are.
-- Touches: privado.kpis_produccion, privado.lotes_pagina, privado.operaciones_pagina, privado.origen_de_lote,
--   privado.pedir_inventario, privado.pesar_lote, public.lotes_asociados.
-- Destructive: no.

set check_function_bodies = off;
drop trigger _160_pesar_cambio on public.lotes_asociados;
drop trigger _300_avanzar_lote on public.lotes_asociados;
drop function privado.operaciones_pagina(integer, bigint, bigint, text, bigint, text, date, date);

create or replace function privado.kpis_produccion (
  desde date,
  hasta date,
  empresa bigint
)
  returns json
  language plpgsql
  stable
  security definer
  set search_path to ''
  set plan_cache_mode to 'force_generic_plan'
  AS $function$
declare
  fin constant date := date_trunc('month', coalesce(hasta, privado.hoy()))::date;
  inicio constant date := coalesce(date_trunc('month', desde)::date, fin - interval '11 months');
  admin constant boolean := privado.es_admin();
begin
  perform privado.exigir_cuenta();
  if inicio > fin or fin >= inicio + interval '120 months' then
    raise exception 'kpis_periodo_invalido' using errcode = 'PT422',
      detail = 'El período va de un mes a otro posterior, y abarca 120 meses como máximo.', hint = 'desde';
  elsif not admin then
    if empresa <> privado.mi_empresa() then
      raise exception 'kpis_ajenos' using errcode = 'PT403',
        detail = 'Solo un administrador ve los indicadores de otra empresa.', hint = 'empresa';
    end if;
    empresa := privado.mi_empresa();
  end if;
  return (
    with todo as not materialized (
      select k.empresa_id, k.medida, k.fecha, k.clave, k.detalle, k.n, k.kg, k.sale_kg from privado.produccion_celdas k
      union all
      select k.empresa_id, k.medida, k.fecha, k.clave, k.detalle, k.n, k.kg, k.sale_kg from privado.produccion_cambios k
    ),
    sumas as materialized (
      select t.medida, t.fecha, t.clave, t.detalle, sum(t.n)::bigint as n, sum(t.kg) as kg, sum(t.sale_kg) as sale
      from (
        -- One branch runs, never both: in one condition, whoever asks would pass by the cells of all companies.
        select k.* from todo k where k.empresa_id = empresa and (k.fecha = 'infinity' or k.fecha between inicio and fin)
        union all
        select k.* from todo k
        where empresa is null and admin and (k.fecha = 'infinity' or k.fecha between inicio and fin)
      ) as t
      group by 1, 2, 3, 4 having (sum(t.n), sum(t.kg), sum(t.sale_kg)) is distinct from (0, 0, 0)
    ),
    meses as (
      select m::date as mes, u.medida, coalesce(sum(s.n), 0)::bigint as n, coalesce(sum(s.kg), 0) as kg, coalesce(sum(s.sale), 0) as sale
      from generate_series(inicio, fin, interval '1 month') as m
      cross join unnest('{fermentar,secar,perdida,recibido,embarcado}'::text[]) as u (medida)
      left join sumas s on s.medida = u.medida and s.fecha = m::date
      group by 1, 2
    ),
    partes as (
      select m.medida, sum(m.n)::bigint as n, sum(m.kg) as kg, sum(m.sale) as sale,
        json_agg(case m.medida
          when 'fermentar' then json_build_object('mes', to_char(m.mes, 'YYYY-MM'), 'operaciones', m.n, 'entra_kg', m.kg,
            'sale_kg', m.sale, 'factor', round(m.sale / nullif(m.kg, 0), 4))
          when 'secar' then json_build_object('mes', to_char(m.mes, 'YYYY-MM'), 'operaciones', m.n, 'entra_kg', m.kg,
            'sale_kg', m.sale, 'factor', round(m.sale / nullif(m.kg, 0), 4))
          when 'perdida' then json_build_object('mes', to_char(m.mes, 'YYYY-MM'), 'kg', m.kg)
          else json_build_object('mes', to_char(m.mes, 'YYYY-MM'), 'lotes', m.n, 'kg', m.kg) end order by m.mes) as meses
      from meses m group by 1
    )
    select json_build_object(
      'desde', to_char(inicio, 'YYYY-MM'), 'hasta', to_char(fin, 'YYYY-MM'), 'empresa', empresa,
      'stock', coalesce((
        select json_agg(json_build_object('centro_id', c.id, 'centro', c.nombre, 'condicion', s.detalle, 'lotes', s.n, 'kg', s.kg)
          order by c.nombre nulls first, c.id, s.detalle)
        from sumas s left join public.centros c on c.id = nullif(s.clave, '')::bigint where s.medida = 'stock'), '[]'),
      'fermentacion', (
        select json_build_object('operaciones', p.n, 'entra_kg', p.kg, 'sale_kg', p.sale,
          'factor', round(p.sale / nullif(p.kg, 0), 4), 'meses', p.meses) from partes p where p.medida = 'fermentar'),
      'secado', (
        select json_build_object('operaciones', p.n, 'entra_kg', p.kg, 'sale_kg', p.sale,
          'factor', round(p.sale / nullif(p.kg, 0), 4), 'meses', p.meses) from partes p where p.medida = 'secar'),
      'perdidas', (
        select json_build_object('kg', p.kg, 'causas', coalesce((
            select json_agg(json_build_object('causa', x.clave, 'kg', x.kg) order by x.kg desc, x.clave)
            from (select s.clave, sum(s.kg) as kg from sumas s where s.medida = 'perdida' group by 1) as x), '[]'),
          'meses', p.meses) from partes p where p.medida = 'perdida'),
      'recepciones', (
        select json_build_object('lotes', p.n, 'kg', p.kg, 'meses', p.meses,
          -- The five hundred that deliver most; null of whom the caller does not read.
          'productores', case when not admin then coalesce((
            select json_agg(json_build_object('productor_id', y.id, 'productor', y.nombre, 'lotes', y.n, 'kg', y.kg)
              order by y.kg desc, y.id)
            from (
              select r.id, r.nombre, sum(s.n)::bigint as n, sum(s.kg) as kg
              from sumas s left join public.productores r on r.id = nullif(s.clave, '')::bigint
              where s.medida = 'recibido' group by 1, 2 order by 4 desc, 1 limit 500) as y), '[]') end)
        from partes p where p.medida = 'recibido'),
      'embarques', (
        select json_build_object('lotes', p.n, 'kg', p.kg, 'meses', p.meses) from partes p where p.medida = 'embarcado'))
  );
end
$function$;

create or replace function privado.lotes_pagina (
  v_limite integer,
  v_despues uuid,
  v_empresa bigint,
  v_centro bigint,
  v_condicion text,
  v_con_saldo boolean,
  v_retenido boolean,
  v_productor bigint,
  v_codigo text,
  v_certificacion text,
  v_desde date,
  v_hasta date
)
  returns SETOF uuid
  language plpgsql
  stable
  security definer
  set search_path to ''
  set plan_cache_mode to 'force_custom_plan'
  AS $function$
declare
  de constant bigint := privado.empresa_del_grafo(v_empresa);
  -- Few of the lots that a company ever had: found first, for a page that looks for them passes by all the others.
  existentes constant uuid[] := case when v_con_saldo then array(
    select s.lote_id from privado.saldos s
    where (de is null or s.empresa_id = de) and s.kg > 0 and (v_centro is null or s.centro_id = v_centro)
      and (v_condicion is null or s.condicion = v_condicion)) end;
  retenidos constant uuid[] := case when v_retenido then array(
    select r.lote_id from public.retenciones r where (de is null or r.empresa_id = de) and r.levantada_en is null) end;
begin
  return query
    select l.id
    from public.lotes l
    where (de is null or l.empresa_id = de)
      and (v_despues is null or l.id < v_despues)
      and (v_centro is null or l.centro_id = v_centro)
      and (v_condicion is null or l.condicion = v_condicion)
      and (existentes is null or l.id = any (existentes))
      and (retenidos is null or l.id = any (retenidos))
      -- Values of each lot, and no joins: those are walked in the order of their ids with the rows of all companies.
      and (coalesce(v_con_saldo, true) or (select s.kg = 0 from privado.saldos s where s.lote_id = l.id))
      and (coalesce(v_retenido, true) or (select not s.retenido from privado.saldos s where s.lote_id = l.id))
      and (v_productor is null or l.productor_id = v_productor)
      and (v_codigo is null or starts_with(l.codigo, v_codigo))
      and (v_certificacion is null or v_certificacion = any (l.certificaciones))
      and (coalesce(v_desde, v_hasta) is null or (
        select (v_desde is null or o.en >= v_desde::timestamp at time zone 'America/Guayaquil')
          and (v_hasta is null or o.en < (v_hasta + 1)::timestamp at time zone 'America/Guayaquil')
        from public.operaciones o where o.id = l.operacion_id))
    order by l.id desc
    limit v_limite;
end
$function$;

create or replace function privado.operaciones_pagina (
  v_limite integer,
  v_despues uuid,
  v_empresa bigint,
  v_tipo text,
  v_centro bigint,
  v_lote text,
  v_desde date,
  v_hasta date
)
  returns SETOF uuid
  language plpgsql
  stable
  security definer
  set search_path to ''
  set plan_cache_mode to 'force_custom_plan'
  AS $function$
declare
  de constant bigint := privado.empresa_del_grafo(v_empresa);
  ultima constant bigint := (
    select o.secuencia from public.operaciones o where o.id = v_despues and (de is null or o.empresa_id = de));
  lote uuid;
  suyas uuid[];
begin
  if v_lote ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    lote := v_lote;
  elsif v_lote is not null then
    select l.id into lote from public.lotes l where l.empresa_id = de and l.codigo = v_lote;
    if lote is null then
      return;
    end if;
  end if;
  -- Before, as what a lot has of its own: in a condition all operations would be tried against it.
  if lote is not null then
    suyas := array(
      select c.operacion_id from public.consumos c where c.lote_id = lote
      union all
      select p.operacion_id from public.productos p where p.lote_id = lote);
  end if;
  return query
    select o.id
    from public.operaciones o
    where (de is null or o.empresa_id = de)
      and (v_despues is null or (o.secuencia, o.id) < (ultima, v_despues))
      and (v_tipo is null or o.tipo = v_tipo)
      and (v_centro is null or o.centro_id = v_centro or o.destino_id = v_centro)
      and (suyas is null or o.id = any (suyas))
      and (v_desde is null or o.en >= v_desde::timestamp at time zone 'America/Guayaquil')
      and (v_hasta is null or o.en < (v_hasta + 1)::timestamp at time zone 'America/Guayaquil')
    order by o.secuencia desc, o.id desc
    limit v_limite;
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
      select unnest(array[a.operacion_id, a.productora]) from privado.aristas_de_origen(v_lote) as a))) else '{}' end;
end
$function$;

create or replace function privado.pedir_inventario (
  v_centro bigint,
  v_desde date,
  v_hasta date
)
  returns jsonb
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
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
$function$;

create or replace function privado.pesar_lote()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  -- What is no weight at all is the constraint's to refuse, save of a lot of the graph, which may come to nothing: it does
  -- not begin so, nor by hand. Of a day without a parameter it is a quintal.
  if (new.peso_qq > 0 or (new.peso_qq = 0 and new.lote_id is not null)) and new.peso_qq < coalesce((
    select (p.valor ->> 'qq')::numeric from public.parametros p
    where p.empresa_id is null and p.tipo = 'lote_minimo' and p.variante = ''
      and p.desde <= privado.hoy() and coalesce(p.hasta > privado.hoy(), true)
  ), 1) then
    raise exception 'lote_peso_minimo' using errcode = 'PT422',
      detail = 'Un lote no pesa menos que el mínimo: un quintal, o lo que diga el parámetro lote_minimo.', hint = 'peso_qq';
  end if;
  return new;
end
$function$;

create trigger _160_pesar_cambio
  before update on public.lotes_asociados
  for each row
  when
    (((old.peso_qq IS DISTINCT FROM new.peso_qq) AND ((new.lote_id IS NULL) OR (CURRENT_USER = ANY
    (ARRAY['anon'::name, 'authenticated'::name, 'service_role'::name])))))
  execute function privado.pesar_lote();

create trigger _300_avanzar_lote
  before update on public.lotes_asociados
  for each row
  when
    (((old.estado IS DISTINCT FROM new.estado) AND ((new.lote_id IS NULL) OR (CURRENT_USER = ANY (ARRAY['anon'::name,
    'authenticated'::name, 'service_role'::name])))))
  execute function privado.avanzar_lote();

comment on function privado.operaciones_pagina(integer, uuid, bigint, text, bigint, text, date, date) is
  'Operaciones de una página, la última registrada primero.';

revoke all on function privado.operaciones_pagina(v_limite integer, v_despues uuid, v_empresa bigint, v_tipo text, v_centro bigint, v_lote text, v_desde date, v_hasta date) from public;
grant execute on function privado.operaciones_pagina(v_limite integer, v_despues uuid, v_empresa bigint, v_tipo text, v_centro bigint, v_lote text, v_desde date, v_hasta date) to authenticated;
reset check_function_bodies;
