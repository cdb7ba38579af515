-- Why: whoever reads a contract reads all its columns, also by a filter, an order or Realtime, and an associated supplier
--   read what was agreed to be paid. The price goes to a table that the two who sign read, with the differential that
--   was agreed; a field of the same name stands in its place. The migration moves the prices there are.
-- Touches: privado.abrir_precio, privado.aplicar_fijacion, privado.aplicar_precio, privado.aportes_kpi,
--   privado.editar_contrato, privado.kpi_pieza, privado.piezas_kpi, privado.proteger_fijado, privado.proteger_precio,
--   privado.recalcular_kpis, privado.sumar_contratos, privado.sumar_fijacion, privado.sumar_lotes,
--   privado.sumar_precios, privado.tomar_precio, privado.validar_fijacion, public.contratos,
--   public.contratos_precios, public.contratos_precios_pkey, public.crear_contrato, public.diferencial_tm,
--   public.precio_fijado_tm.
-- Destructive: yes, public.contratos.precio_fijado_tm goes once its values are in public.contratos_precios; nothing is
--   lost. An app that wrote it, or read it with select=*, reads the field of the same name or writes the new table.

set check_function_bodies = off;
drop trigger _300_proteger_precio on public.contratos;
drop trigger _310_proteger_precio on public.contratos;
drop trigger _710_notificar_edicion on public.contratos;

alter table public.contratos
  drop constraint contratos_precio_fijado_tm_valido;

drop function
  public.crear_contrato(numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text);

create table public.contratos_precios (
  contrato_id bigint not null,
  precio_fijado_tm numeric,
  diferencial_tm numeric,
  actualizado_en timestamp with time zone not null default now(),
  constraint contratos_precios_diferencial_tm_valido
    check
    (((diferencial_tm >= ('-1000000'::integer)::numeric) AND (diferencial_tm <= (1000000)::numeric) AND
    (scale(diferencial_tm) <= 2))),
  constraint contratos_precios_pkey primary key (contrato_id),
  constraint contratos_precios_precio_fijado_tm_valido
    check
    (((precio_fijado_tm > (0)::numeric) AND (precio_fijado_tm <= (1000000)::numeric) AND (scale(precio_fijado_tm) <=
    4)))
);

-- Its foreign key comes after: no row waits to be checked while public.contratos changes.
insert into public.contratos_precios (contrato_id, precio_fijado_tm, actualizado_en)
select c.id, c.precio_fijado_tm, c.actualizado_en from public.contratos c order by c.id;

alter table public.contratos
  drop column precio_fijado_tm;

alter table public.contratos_precios
  enable row level security;

alter type privado.kpi_pieza add attribute precio numeric cascade;

create or replace function privado.abrir_precio()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  insert into public.contratos_precios (contrato_id, precio_fijado_tm, diferencial_tm) values (
    new.id, nullif(current_setting('privado.precio_acordado', true), '')::numeric,
    nullif(current_setting('privado.diferencial_acordado', true), '')::numeric);
  return null;
end
$function$;

create or replace function privado.aplicar_fijacion()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  codigo text;
begin
  -- The contract is written also when the average is the same: two transactions under repeatable read do not see each
  -- other's fixings, and only a write makes the second fail instead of passing the volume, or lowering it.
  perform set_config('privado.contrato_tocado', new.contrato_id::text, true);
  update public.contratos_precios p set precio_fijado_tm = privado.precio_promedio(p.contrato_id)
  where p.contrato_id = new.contrato_id;
  perform set_config('privado.contrato_tocado', '', true);
  update public.contratos c set actualizado_en = clock_timestamp() where c.id = new.contrato_id
  returning c.codigo into codigo;
  -- Suppliers read the conversation and the notices: neither tells how much nor at what price.
  insert into public.mensajes (contrato_id, tipo, texto) values (new.contrato_id, 'sistema', format(
    case tg_op when 'INSERT' then '%s registró una fijación de precio.' else '%s anuló una fijación de precio.' end,
    privado.quien()));
  perform privado.notificar(new.contrato_id, 'contrato', format(
    case tg_op when 'INSERT' then '%s registró una fijación de precio en %s.' else '%s anuló una fijación de precio en %s.' end,
    privado.quien(), codigo), jsonb_build_object('codigo', codigo, 'fijacion_id', new.id));
  return null;
end
$function$;

create or replace function privado.aplicar_precio()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato public.contratos;
begin
  if current_setting('privado.contrato_tocado', true) = new.contrato_id::text then
    return null;
  end if;
  update public.contratos c set actualizado_en = clock_timestamp() where c.id = new.contrato_id returning c.* into contrato;
  if pg_trigger_depth() = 1 then
    perform privado.notificar(new.contrato_id, 'contrato', format('%s editó el contrato %s.', privado.quien(), contrato.codigo),
      jsonb_build_object('codigo', contrato.codigo, 'estado', contrato.estado));
  end if;
  return null;
end
$function$;

create or replace function privado.aportes_kpi (
  piezas privado.kpi_pieza[],
  partes public.contratos_participantes[] default null::public.contratos_participantes[]
)
  returns table (
    empresa_id bigint,
    papel text,
    otra_id bigint,
    calidad text,
    medida text,
    fecha date,
    n bigint,
    cantidad numeric,
    inicial_qq numeric,
    humedad_qq numeric,
    usd numeric
  )
  language plpgsql
  set search_path to ''
  set plan_cache_mode to 'force_generic_plan'
  AS $function$
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
      select coalesce(x.entrega, x.abierto), 'contratado', x.volumen, 0, 0, 0 where x.es_contrato
      union all
      select date_trunc('year', x.abierto)::date, 'historial ' || x.estado, x.volumen, 0, 0, 0 where x.es_contrato
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
$function$;

create or replace function privado.editar_contrato (
  v_contrato bigint,
  cambios jsonb,
  v_version timestamp with time zone default null::timestamp with time zone,
  v_otra timestamp with time zone default null::timestamp with time zone,
  OUT contrato public.contratos,
  OUT precio_fijado_tm numeric,
  OUT diferencial_tm numeric
)
  returns SETOF record
  language plpgsql
  set search_path to ''
  AS $function$
#variable_conflict use_column
declare
  toca_precio constant boolean := cambios ?| '{precio_fijado_tm,diferencial_tm}';
  antes public.contratos;
  nuevo public.contratos;
  precio_al_final boolean;
begin
  if toca_precio then
    -- Before the contract: see privado.tomar_precio().
    perform from public.contratos_precios p where p.contrato_id = v_contrato for no key update;
  end if;
  select * into antes from public.contratos c
  where c.id = v_contrato and c.actualizado_en = coalesce(v_version, c.actualizado_en)
    and c.actualizado_en = coalesce(v_otra, c.actualizado_en)
  for no key update;
  if not found then
    return;
  end if;
  nuevo := jsonb_populate_record(antes, cambios);
  if nuevo is distinct from antes then
    perform set_config('privado.contrato_tocado', v_contrato::text, true);
  end if;
  -- First the price, so that one that loses it may become one to be fixed, or close; but one that was to be fixed, or
  -- closed, takes a price once it is not.
  precio_al_final := antes.estado = 'Cerrado' or (antes.modalidad_precio, nuevo.modalidad_precio) = ('por fijar', 'fijo');
  for paso in 1..2 loop
    if (paso = 2) = precio_al_final then
      if toca_precio then
        update public.contratos_precios p set
          precio_fijado_tm = case when cambios ? 'precio_fijado_tm'
            then (cambios ->> 'precio_fijado_tm')::numeric else p.precio_fijado_tm end,
          diferencial_tm = case when cambios ? 'diferencial_tm'
            then (cambios ->> 'diferencial_tm')::numeric else p.diferencial_tm end
        where p.contrato_id = v_contrato;
      end if;
    elsif nuevo is distinct from antes or not toca_precio then
      update public.contratos c set volumen_tm = nuevo.volumen_tm, fecha_firma = nuevo.fecha_firma,
        observaciones = nuevo.observaciones, estado = nuevo.estado, calidad = nuevo.calidad,
        fecha_entrega = nuevo.fecha_entrega, tolerancia_pct = nuevo.tolerancia_pct,
        modalidad_precio = nuevo.modalidad_precio, cierre = nuevo.cierre
      where c.id = v_contrato;
    end if;
  end loop;
  perform set_config('privado.contrato_tocado', '', true);
  return query
    select c, p.precio_fijado_tm, p.diferencial_tm
    from public.contratos c left join public.contratos_precios p on p.contrato_id = c.id where c.id = v_contrato;
end
$function$;

create or replace function privado.piezas_kpi (
  contratos bigint[],
  v_signo integer default 1
)
  returns privado.kpi_pieza[]
  language plpgsql
  set search_path to ''
  AS $function$
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
$function$;

create or replace function privado.proteger_fijado()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  fijadas constant numeric := privado.tm_fijadas(new.id);
begin
  if new.modalidad_precio = 'fijo' then
    if fijadas > 0 then
      raise exception 'contrato_con_fijaciones' using errcode = 'PT409',
        detail = 'Un contrato con fijaciones sigue siendo por fijar: primero se anulan.', hint = 'modalidad_precio';
    end if;
  elsif new.volumen_tm < fijadas then
    raise exception 'volumen_menor_que_fijado' using errcode = 'PT409',
      detail = 'El volumen no baja de lo que ya se fijó.', hint = 'volumen_tm';
  elsif old.modalidad_precio = 'fijo' and exists (
    select from public.contratos_precios p where p.contrato_id = new.id and p.precio_fijado_tm is not null) then
    raise exception 'precio_por_fijar' using errcode = 'PT409',
      detail = 'El precio de un contrato por fijar es el promedio de sus fijaciones: no se escribe.', hint = 'precio_fijado_tm';
  end if;
  return new;
end
$function$;

create or replace function privado.proteger_precio()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id, bloquear => tg_op = 'UPDATE');
begin
  if tg_op = 'UPDATE' and contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif contrato.modalidad_precio = 'por fijar'
    and new.precio_fijado_tm is distinct from privado.precio_promedio(contrato.id) then
    raise exception 'precio_por_fijar' using errcode = 'PT409',
      detail = 'El precio de un contrato por fijar es el promedio de sus fijaciones: no se escribe.', hint = 'precio_fijado_tm';
  end if;
  return new;
end
$function$;

create or replace function privado.recalcular_kpis()
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  tanda constant bigint := 20000;
  ultimo bigint;
  primero bigint := 0;
begin
  -- Nobody changes what is summed meanwhile; reading goes on.
  lock table public.contratos, public.contratos_precios, public.contratos_participantes, public.lotes_asociados,
    public.fijaciones, public.avances in share row exclusive mode;
  delete from public.kpis_cambios;
  delete from public.kpis_celdas;
  select max(c.id) into ultimo from public.contratos c;
  while primero <= ultimo loop
    perform privado.agregar_kpis(primero, primero + tanda - 1);
    primero := primero + tanda;
  end loop;
end
$function$;

create or replace function privado.sumar_contratos()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  cambiados bigint[];
begin
  select array_agg(n.id) into cambiados from nuevos n join viejos v on v.id = n.id
  where (n.volumen_tm, n.estado, n.calidad, n.fecha_entrega, n.fecha_firma, n.tolerancia_pct, n.modalidad_precio,
      n.eliminado_en)
    is distinct from (v.volumen_tm, v.estado, v.calidad, v.fecha_entrega, v.fecha_firma, v.tolerancia_pct,
      v.modalidad_precio, v.eliminado_en);
  if cambiados is null then
    return null;
  end if;
  perform privado.tomar_avances(cambiados);
  perform privado.anotar_kpis(array(
    select (s.signo, s.contrato, a, l, p.precio_fijado_tm)::privado.kpi_pieza
    from (
      select 1 as signo, n.id, n::public.contratos as contrato from nuevos n
      union all select -1, v.id, v::public.contratos from viejos v
    ) as s
    join public.avances a on a.contrato_id = s.id
    left join public.contratos_precios p on p.contrato_id = s.id
    cross join lateral (
      select null::public.lotes_asociados as l
      union all
      select l from public.lotes_asociados l where l.contrato_id = s.id and exists (
        select from nuevos n join viejos v on v.id = n.id
        where n.id = s.id and (n.calidad, n.eliminado_en) is distinct from (v.calidad, v.eliminado_en))
    ) as lotes
    where s.id = any (cambiados)));
  return null;
end
$function$;

create or replace function privado.sumar_fijacion()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  tm constant numeric := case when new.anulada_en is null then new.tm else 0 end
    - case when tg_op = 'UPDATE' and old.anulada_en is null then old.tm else 0 end;
  antes public.avances;
  ahora public.avances;
begin
  update public.avances a set tm_fijadas = a.tm_fijadas + tm where a.contrato_id = new.contrato_id returning a.* into ahora;
  antes := ahora;
  antes.tm_fijadas := ahora.tm_fijadas - tm;
  perform privado.anotar_kpis(array(
    select (s.signo, c, s.avance, null, null)::privado.kpi_pieza
    from (values (1, ahora), (-1, antes)) as s (signo, avance)
    join public.contratos c on c.id = new.contrato_id));
  return null;
end
$function$;

create or replace function privado.sumar_lotes()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  piezas privado.kpi_pieza[];
  cambios privado.kpi_pieza[];
begin
  if tg_op = 'UPDATE' then
    select array_agg((s.signo, null, null, s.lote, null)::privado.kpi_pieza) into cambios from (
      select 1 as signo, n::public.lotes_asociados as lote from nuevos n
      union all select -1, v::public.lotes_asociados from viejos v) as s;
  else
    select array_agg((1, null, null, n, null)::privado.kpi_pieza) into cambios from nuevos n;
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
    select (1, null, a, null, null)::privado.kpi_pieza as p from avance a
    union all
    select (-1, null, (a.contrato_id, a.lotes, a.recibido_qq - s.recibido, a.exportado_qq, a.tm_fijadas)::public.avances, null, null)::privado.kpi_pieza
    from avance a join suma s on s.id = a.contrato_id
  ) as t;
  -- A statement of its own, after the turn was taken: it sees what others did before.
  perform privado.anotar_kpis(array(
    select (z.signo, c, z.avance, z.lote, p.precio_fijado_tm)::privado.kpi_pieza
    from unnest(piezas || cambios) as z
    join public.contratos c on c.id = coalesce((z.lote).contrato_id, (z.avance).contrato_id)
    left join public.contratos_precios p on p.contrato_id = c.id));
  return null;
end
$function$;

create or replace function privado.sumar_precios()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  cambiados bigint[];
begin
  select array_agg(n.contrato_id) into cambiados from nuevos n join viejos v on v.contrato_id = n.contrato_id
  where n.precio_fijado_tm is distinct from v.precio_fijado_tm;
  if cambiados is null then
    return null;
  end if;
  perform privado.tomar_avances(cambiados);
  perform privado.anotar_kpis(array(
    select (s.signo, c, null, l, s.precio)::privado.kpi_pieza
    from (
      select 1 as signo, n.contrato_id, n.precio_fijado_tm as precio from nuevos n
      union all select -1, v.contrato_id, v.precio_fijado_tm from viejos v
    ) as s
    join public.contratos c on c.id = s.contrato_id
    join public.lotes_asociados l on l.contrato_id = s.contrato_id and l.exportado_en is not null
    where s.contrato_id = any (cambiados)));
  return null;
end
$function$;

create or replace function privado.tomar_precio (
  contrato bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform from public.contratos_precios p where p.contrato_id = contrato for no key update;
end
$function$;

create or replace function privado.validar_fijacion()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato public.contratos := privado.exigir_contrato(new.contrato_id);
begin
  perform privado.tomar_precio(contrato.id);
  contrato := privado.exigir_contrato(contrato.id, bloquear => true);
  if auth.uid() is not null and not privado.es_admin() and (
    privado.mi_rol() = 'proveedor' or privado.mi_empresa() not in (contrato.exportadora_id, contrato.contraparte_id)) then
    raise exception 'fijacion_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio que firma o un administrador fija precios.';
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  if tg_op = 'UPDATE' then
    if old.anulada_en is not null then
      raise exception 'fijacion_anulada' using errcode = 'PT409', detail = 'Esa fijación ya está anulada.';
    elsif new.motivo is null then
      raise exception 'fijacion_sin_motivo' using errcode = 'PT422',
        detail = 'Una fijación se anula diciendo por qué.', hint = 'motivo';
    end if;
    new.anulada_en := clock_timestamp();
    new.anulada_por := auth.uid();
    return new;
  end if;
  if contrato.modalidad_precio <> 'por fijar' then
    raise exception 'contrato_precio_fijo' using errcode = 'PT409', detail = 'El precio de este contrato no es por fijar.';
  elsif new.fecha > privado.hoy() then
    raise exception 'fijacion_futura' using errcode = 'PT422', detail = 'No se fija con fecha futura.', hint = 'fecha';
  elsif new.ny > 0 and new.ny + new.diferencial <= 0 then
    raise exception 'fijacion_sin_precio' using errcode = 'PT422',
      detail = 'Nueva York más el diferencial debe ser mayor que 0.', hint = 'diferencial';
  elsif privado.tm_fijadas(contrato.id) + new.tm > contrato.volumen_tm then
    raise exception 'fijacion_excede_volumen' using errcode = 'PT409',
      detail = 'Lo fijado pasaría del volumen del contrato.', hint = 'tm';
  end if;
  new.creado_por := coalesce(auth.uid(), new.creado_por);
  return new;
end
$function$;

create or replace function public.crear_contrato (
  volumen_tm numeric,
  contraparte_id bigint default null::bigint,
  exportadora_id bigint default null::bigint,
  precio_fijado_tm numeric default null::numeric,
  fecha_firma date default null::date,
  observaciones text default null::text,
  proveedores bigint[] default '{}'::bigint[],
  calidad text default null::text,
  fecha_entrega date default null::date,
  tolerancia_pct numeric default null::numeric,
  modalidad_precio text default null::text,
  cierre text default null::text,
  diferencial_tm numeric default null::numeric
)
  returns public.contratos
  language plpgsql
  set search_path to ''
  AS $function$
declare
  contrato public.contratos;
begin
  -- See privado.abrir_precio().
  perform set_config('privado.precio_acordado', coalesce(crear_contrato.precio_fijado_tm::text, ''), true),
    set_config('privado.diferencial_acordado', coalesce(crear_contrato.diferencial_tm::text, ''), true);
  insert into public.contratos (
    exportadora_id, contraparte_id, fecha_firma, volumen_tm, observaciones, calidad, fecha_entrega, tolerancia_pct,
    modalidad_precio, cierre
  )
  values (
    crear_contrato.exportadora_id, crear_contrato.contraparte_id, crear_contrato.fecha_firma,
    crear_contrato.volumen_tm, crear_contrato.observaciones, crear_contrato.calidad, crear_contrato.fecha_entrega,
    coalesce(crear_contrato.tolerancia_pct, 0), coalesce(crear_contrato.modalidad_precio, 'fijo'),
    coalesce(crear_contrato.cierre, 'al exportar los lotes')
  )
  returning * into contrato;
  perform set_config('privado.precio_acordado', '', true), set_config('privado.diferencial_acordado', '', true);

  insert into public.contratos_participantes (contrato_id, empresa_id)
  select distinct contrato.id, proveedor
  from unnest(proveedores) as proveedor
  -- The counterparty may be a supplier, and is party already.
  where proveedor is distinct from contrato.contraparte_id;
  return contrato;
end
$function$;

create or replace function public.diferencial_tm (
  contrato public.contratos
)
  returns numeric
  language plpgsql
  set search_path to ''
  AS $function$
begin
  return (select p.diferencial_tm from public.contratos_precios p where p.contrato_id = contrato.id);
end
$function$;

create or replace function public.precio_fijado_tm (
  contrato public.contratos
)
  returns numeric
  language plpgsql
  set search_path to ''
  AS $function$
begin
  return (select p.precio_fijado_tm from public.contratos_precios p where p.contrato_id = contrato.id);
end
$function$;

alter table public.contratos_precios
  add constraint contratos_precios_contrato_id_fkey foreign key (contrato_id) references public.contratos(id)
    on delete restrict;

create trigger _310_proteger_fijado
  before update on public.contratos
  for each row
  when
    (((('por fijar'::text = old.modalidad_precio) OR ('por fijar'::text = new.modalidad_precio)) AND
    ((old.modalidad_precio IS DISTINCT FROM new.modalidad_precio) OR (old.volumen_tm IS DISTINCT FROM
    new.volumen_tm))))
  execute function privado.proteger_fijado();

create trigger _510_abrir_precio
  after insert on public.contratos
  for each row
  execute function privado.abrir_precio();

create trigger _710_notificar_edicion after update on public.contratos
  for each row when (
    (old.volumen_tm, old.fecha_firma, old.observaciones, old.estado, old.calidad, old.fecha_entrega,
      old.tolerancia_pct, old.modalidad_precio, old.cierre)
      is distinct from (new.volumen_tm, new.fecha_firma, new.observaciones, new.estado, new.calidad, new.fecha_entrega,
      new.tolerancia_pct, new.modalidad_precio, new.cierre))
  execute function privado.avisar_de_contrato();

create trigger _000_limitar_cambios
  before update on public.contratos_precios
  for each row
  when ((CURRENT_USER = ANY (ARRAY['anon'::name, 'authenticated'::name])))
  execute function privado.limitar_filas();

create trigger _100_proteger_precio
  before update on public.contratos_precios
  for each row
  execute function privado.proteger_precio();

create trigger _110_proteger_precio
  before insert on public.contratos_precios
  for each row
  when ((new.precio_fijado_tm IS NOT NULL))
  execute function privado.proteger_precio();

create trigger _500_aplicar
  after update on public.contratos_precios
  for each row
  when
    (((old.precio_fijado_tm IS DISTINCT FROM new.precio_fijado_tm) OR (old.diferencial_tm IS DISTINCT FROM
    new.diferencial_tm)))
  execute function privado.aplicar_precio();

create trigger _810_sumar_cambio
  after update on public.contratos_precios referencing OLD table as viejos NEW table as nuevos
  for each STATEMENT
  execute function privado.sumar_precios();

create trigger _900_marcar_actualizado
  before update on public.contratos_precios
  for each row
  when ((old.* IS DISTINCT FROM new.*))
  execute function privado.marcar_actualizado();

create policy select_firmante on public.contratos_precios
  for select
  to authenticated
  using (((exists ( select
   from privado.mis_firmas m
  where (m.contrato_id = contratos_precios.contrato_id))) or ( select privado.es_admin() as es_admin)));

create policy update_firmante on public.contratos_precios
  for update
  to authenticated
  using
    ((( select privado.es_admin() as es_admin) or ((( select privado.mi_rol() as mi_rol) = ANY
    (ARRAY['exportadora'::text, 'centro_acopio'::text])) AND (exists ( select
   from privado.mis_firmas m
  where (m.contrato_id = contratos_precios.contrato_id))))));

alter publication supabase_realtime add table public.contratos_precios;
comment on column public.contratos_precios.diferencial_tm is 'Diferencial acordado sobre Nueva York, con su signo, en dólares por tonelada métrica: el de los contratos por fijar.';
comment on column public.contratos_precios.precio_fijado_tm is 'Precio, en dólares por tonelada métrica; de un contrato por fijar, el promedio de sus fijaciones.';
comment on function privado.abrir_precio() is 'Disparador: lo acordado sobre el precio de un contrato nuevo.';
comment on function privado.aplicar_precio() is 'Disparador: otro precio es otra versión del contrato, y se avisa.';

comment on function privado.editar_contrato(bigint, jsonb, timestamp with time zone, timestamp
  with time zone) is 'Cambia lo que se pide de un contrato y de su precio, si sigue en las versiones dadas; da cómo queda, o ninguna fila.';

comment on function privado.proteger_fijado() is 'Disparador: ni la modalidad ni el volumen de un contrato contradicen lo que se fijó de su precio.';
comment on function privado.proteger_precio() is 'Disparador: el precio por fijar es el de las fijaciones, y el de un contrato cerrado no cambia.';
comment on function privado.sumar_precios() is 'Disparador: lo que vale lo vendido a otro precio, menos lo que valía.';
comment on function privado.tomar_precio(bigint) is 'Toma el precio de un contrato hasta el fin de la transacción; siempre antes que el contrato.';

comment on function
  public.crear_contrato(numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text,
  numeric) is 'Crea un contrato entre la empresa del usuario y otra, con sus proveedores asociados.';

comment on function public.diferencial_tm(public.contratos) is 'Diferencial acordado sobre Nueva York, en dólares por tonelada métrica; null para quien no firma el contrato.';
comment on function public.precio_fijado_tm(public.contratos) is 'Precio del contrato, en dólares por tonelada métrica; null para quien no lo firma.';
comment on table public.contratos_precios is 'Precio acordado de cada contrato; lo leen las dos empresas que lo firman.';
comment on type privado.kpi_pieza is 'Un contrato con su avance, o uno de sus lotes con su precio, que se suma (1) o se resta (-1).';
revoke all on function privado.abrir_precio() from public;
revoke all on function privado.aplicar_precio() from public;
revoke all on function privado.editar_contrato(v_contrato bigint, cambios jsonb, v_version timestamp with time zone, v_otra timestamp with time zone, OUT contrato public.contratos, OUT precio_fijado_tm numeric, OUT diferencial_tm numeric) from public;
revoke all on function privado.proteger_fijado() from public;
revoke all on function privado.sumar_precios() from public;
revoke all on function privado.tomar_precio(contrato bigint) from public;
revoke all on function public.crear_contrato(volumen_tm numeric, contraparte_id bigint, exportadora_id bigint, precio_fijado_tm numeric, fecha_firma date, observaciones text, proveedores bigint[], calidad text, fecha_entrega date, tolerancia_pct numeric, modalidad_precio text, cierre text, diferencial_tm numeric) from public, anon, service_role;
revoke all on function public.diferencial_tm(contrato public.contratos) from public, anon;
revoke all on function public.precio_fijado_tm(contrato public.contratos) from public, anon;
revoke all on table public.contratos_precios from anon;
revoke all on table public.contratos_precios from authenticated, service_role;
grant select on table public.contratos_precios to authenticated, service_role;
grant update (diferencial_tm) on table public.contratos_precios to authenticated, service_role;
grant update (precio_fijado_tm) on table public.contratos_precios to authenticated, service_role;
grant execute on function privado.editar_contrato(v_contrato bigint, cambios jsonb, v_version timestamp with time zone, v_otra timestamp with time zone, OUT contrato public.contratos, OUT precio_fijado_tm numeric, OUT diferencial_tm numeric) to authenticated;
reset check_function_bodies;
