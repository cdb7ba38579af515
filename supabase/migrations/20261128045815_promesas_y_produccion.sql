-- Why: a lot of a contract may promise kilos of a lot of its owner's graph, and follows its operations; and the
--   indicators of production are kept as operations happen. Old rows cite nothing and are written by hand, as ever.
-- Touches: privado.anotar_pasos, privado.citar_lote, privado.cuidar_cita, privado.devolver_promesas,
--   privado.estado_de_lote, privado.fila_lote, privado.kg_prometidos, privado.kpis_produccion,
--   privado.lotes_prometidos, privado.mover_asociados, privado.orden_de_estado, privado.origen_compartido,
--   privado.plegar_produccion, privado.produccion_cambios, privado.produccion_cambios_empresa_idx,
--   privado.produccion_cambios_id_seq, privado.produccion_cambios_pkey, privado.produccion_celdas,
--   privado.produccion_celdas_pkey, privado.promesas, privado.promesas_dadas, privado.promesas_lote_idx,
--   privado.promesas_movidas, privado.promesas_movidas_asociado_idx, privado.promesas_movidas_lote_idx,
--   privado.promesas_movidas_pkey, privado.promesas_pkey, privado.promesas_tomadas, privado.prometer_lote,
--   privado.seguir_promesas, privado.soltar_promesas, privado.sumar_produccion, privado.terminar_operacion,
--   privado.toca_cerrar, privado.tomar_contratos_de, privado.tomar_saldo, privado.validar_lote,
--   public.kpis_produccion, public.lotes_asociados, public.lotes_asociados_lote_idx, public.lotes_prometidos,
--   public.origen_compartido.
-- Destructive: no.

set check_function_bodies = off;
drop trigger _160_pesar_cambio on public.lotes_asociados;
drop trigger _300_avanzar_lote on public.lotes_asociados;

alter table public.lotes_asociados
  drop constraint lotes_asociados_peso_qq_valido;

create table privado.produccion_cambios (
  id bigint generated always as identity not null,
  empresa_id bigint not null,
  medida text collate pg_catalog."C" not null,
  fecha date not null,
  clave text collate pg_catalog."C" not null,
  detalle text collate pg_catalog."C" not null,
  n bigint not null,
  kg numeric not null,
  sale_kg numeric not null,
  constraint produccion_cambios_pkey primary key (id)
);

create table privado.produccion_celdas (
  empresa_id bigint not null,
  medida text collate pg_catalog."C" not null,
  fecha date not null,
  clave text collate pg_catalog."C" not null,
  detalle text collate pg_catalog."C" not null,
  n bigint not null,
  kg numeric not null,
  sale_kg numeric not null,
  constraint produccion_celdas_pkey primary key (empresa_id, medida, fecha, clave, detalle)
);

create table privado.promesas_movidas (
  operacion_id uuid not null,
  lote_id uuid not null,
  asociado_id bigint not null,
  kg numeric(14,3) not null,
  estado_antes text,
  constraint promesas_movidas_pkey primary key (operacion_id, lote_id, asociado_id)
);

create table privado.promesas (
  asociado_id bigint not null,
  lote_id uuid not null,
  kg numeric(14,3) not null,
  constraint promesas_kg_valido check ((kg > (0)::numeric)),
  constraint promesas_pkey primary key (asociado_id, lote_id)
);

alter table public.lotes_asociados
  add column lote_id uuid;

alter table public.lotes_asociados
  add column lote_kg numeric(14,3);

alter table public.lotes_asociados
  add column origen_compartido text not null default 'nada'::text;

create or replace function privado.anotar_pasos()
  returns trigger
  language plpgsql
  set search_path to ''
  AS $function$
declare
  ahora constant timestamptz := case tg_op when 'INSERT' then new.creado_en else clock_timestamp() end;
begin
  if tg_op = 'INSERT' then
    new.peso_inicial_qq := new.peso_qq;
    new.humedad_inicial := new.humedad;
  end if;
  -- A voided operation takes back the steps that came with it.
  if tg_op = 'UPDATE' and new.lote_id is not null then
    new.recibido_en := case when new.estado <> 'En tránsito' then new.recibido_en end;
    new.secado_en := case when new.estado in ('Secado', 'Exportado') then new.secado_en end;
    new.exportado_en := case when new.estado = 'Exportado' then new.exportado_en end;
  end if;
  -- What is there stays: only the owner of the table can have written it.
  if new.estado <> 'En tránsito' then
    new.recibido_en := coalesce(new.recibido_en, ahora);
  end if;
  if new.estado in ('Secado', 'Exportado') then
    new.secado_en := coalesce(new.secado_en, ahora);
  end if;
  if new.estado = 'Exportado' then
    new.exportado_en := coalesce(new.exportado_en, ahora);
  end if;
  return new;
end
$function$;

create or replace function privado.citar_lote()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  qq constant numeric := 45.359237;
  lote public.lotes;
  saldo privado.saldos;
  libre numeric;
begin
  select * into lote from public.lotes l where l.id = new.lote_id;
  if lote.id is null
    or (auth.uid() is not null and lote.empresa_id is distinct from privado.mi_empresa() and not privado.es_admin()) then
    raise exception 'lote_no_existe' using errcode = 'PT404', detail = 'No existe ese lote.', hint = 'lote_id';
  elsif auth.uid() is not null then
    perform privado.exigir_grafo();
  end if;
  -- Whoever it is that writes it, it is the owner who promises.
  if not exists (
    select from public.contratos_participantes p
    where p.contrato_id = new.contrato_id and p.empresa_id = lote.empresa_id and not p.pendiente
  ) then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  saldo := privado.tomar_saldo(lote.id);
  if saldo.anulado then
    raise exception 'lote_anulado' using errcode = 'PT409', detail = 'La operación que hizo ese lote fue anulada.', hint = 'lote_id';
  elsif saldo.retenido then
    raise exception 'lote_retenido' using errcode = 'PT409',
      detail = 'Ese lote está retenido: nadie lo consume hasta que se levante la retención.', hint = 'lote_id';
  elsif lote.embarcado then
    raise exception 'lote_embarcado' using errcode = 'PT409', detail = 'Ese lote ya se embarcó.', hint = 'lote_id';
  end if;
  perform privado.soltar_promesas(array[lote.id]);
  libre := saldo.kg - privado.kg_prometidos(lote.id);
  new.lote_kg := coalesce(new.lote_kg, round(new.peso_qq * qq, 3), libre);
  if new.lote_kg > libre or libre <= 0 then
    raise exception 'lote_sin_saldo_libre' using errcode = 'PT409',
      detail = 'De ese lote no quedan tantos kilos sin prometer.', hint = 'lote_kg';
  end if;
  new.peso_qq := coalesce(new.peso_qq, round(new.lote_kg / qq, 4));
  new.humedad := coalesce(new.humedad, lote.humedad_pct);
  -- Its last decimal is what rounding may add.
  if new.peso_qq > round(new.lote_kg / qq, 4) + 0.0001 then
    raise exception 'lote_excedido' using errcode = 'PT422',
      detail = 'Un lote no promete más peso ni más humedad que los que tiene.', hint = 'peso_qq';
  elsif new.humedad > lote.humedad_pct then
    raise exception 'lote_excedido' using errcode = 'PT422',
      detail = 'Un lote no promete más peso ni más humedad que los que tiene.', hint = 'humedad';
  elsif new.humedad is null then
    raise exception 'lote_sin_humedad' using errcode = 'PT422',
      detail = 'Ese lote no tiene humedad medida: dígala.', hint = 'humedad';
  elsif privado.orden_de_estado(new.estado) > privado.orden_de_estado(privado.estado_de_lote(lote)) then
    raise exception 'lote_del_grafo' using errcode = 'PT409',
      detail = 'A ese lote lo mueven las operaciones de su dueño.', hint = 'estado';
  end if;
  new.estado := privado.estado_de_lote(lote);
  return new;
end
$function$;

create or replace function privado.cuidar_cita()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if (new.peso_qq, new.humedad, new.estado) is distinct from (old.peso_qq, old.humedad, old.estado)
    -- What was released, when its contract closed, is written by hand again.
    and exists (select from privado.promesas p where p.asociado_id = new.id) then
    raise exception 'lote_del_grafo' using errcode = 'PT409',
      detail = 'A ese lote lo mueven las operaciones de su dueño.',
      hint = case when new.estado <> old.estado then 'estado' when new.peso_qq <> old.peso_qq then 'peso_qq' else 'humedad' end;
  elsif new.origen_compartido <> old.origen_compartido and auth.uid() is not null
    and not exists (select from public.lotes l where l.id = new.lote_id and l.empresa_id = privado.mi_empresa()) then
    raise exception 'origen_ajeno' using errcode = 'PT403',
      detail = 'Lo que se cuenta del origen de un lote lo dice su dueño.', hint = 'origen_compartido';
  end if;
  return new;
end
$function$;

create or replace function privado.devolver_promesas (
  v_operacion uuid
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  asociados bigint[];
begin
  select array_agg(distinct m.asociado_id) into asociados from privado.promesas_movidas m where m.operacion_id = v_operacion;
  if exists (
    select from public.productos p join privado.promesas x on x.lote_id = p.lote_id
    where p.operacion_id = v_operacion and not exists (
      select from privado.promesas_movidas m
      where m.operacion_id = v_operacion and (m.lote_id, m.asociado_id, m.kg) = (x.lote_id, x.asociado_id, x.kg))
  ) then
    raise exception 'producto_prometido' using errcode = 'PT409',
      detail = 'Lo que hizo esa operación se prometió después a un contrato.', hint = 'operacion';
  elsif asociados is null then
    return;
  end if;
  perform privado.tomar_contratos_de(asociados);
  if exists (
    select from public.lotes_asociados a join public.contratos c on c.id = a.contrato_id
    join public.operaciones o on o.id = v_operacion
    where a.id = any (asociados) and a.estado = 'Exportado' and c.estado = 'Cerrado' and c.eliminado_en is null
      and o.tipo = 'embarcar'
  ) then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  end if;
  -- Those whose contract no longer waits, or that were released meanwhile, get nothing back.
  select array_agg(a.id) into asociados
  from public.lotes_asociados a join public.contratos c on c.id = a.contrato_id
  where a.id = any (asociados) and c.estado <> 'Cerrado' and c.eliminado_en is null and c.rechazado_en is null
    and not exists (
      select from privado.promesas_movidas m where m.operacion_id = v_operacion and m.asociado_id = a.id and m.kg > 0
      and not exists (select from privado.promesas p where (p.asociado_id, p.lote_id) = (m.asociado_id, m.lote_id)));
  delete from privado.promesas p using public.productos x where x.operacion_id = v_operacion and p.lote_id = x.lote_id;
  insert into privado.promesas as p (asociado_id, lote_id, kg)
  select m.asociado_id, m.lote_id, -m.kg from privado.promesas_movidas m
  where m.operacion_id = v_operacion and m.kg < 0 and m.asociado_id = any (asociados)
  on conflict (asociado_id, lote_id) do update set kg = p.kg + excluded.kg;
  perform privado.mover_asociados(asociados, (
    select jsonb_object_agg(m.asociado_id, m.estado_antes) from privado.promesas_movidas m
    where m.operacion_id = v_operacion and m.kg < 0));
end
$function$;

create or replace function privado.estado_de_lote (
  lote public.lotes
)
  returns text
  language sql
  immutable
  set search_path to ''
  AS $function$
  select case when lote.embarcado then 'Exportado' when lote.centro_id is null then 'En tránsito'
    when lote.condicion in ('seco', 'transformado') then 'Secado' else 'Recibido' end
$function$;

create or replace function privado.fila_lote (
  l public.lotes_asociados,
  sal bytea
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"codigo_lote":' || privado.json_de(l.codigo_lote, sal)
    || ',"contrato_id":' || privado.json_de(l.contrato_id)
    || ',"creado_en":' || privado.json_de(l.creado_en)
    || ',"estado":' || privado.json_de(l.estado)
    || ',"exportado_en":' || privado.json_de(l.exportado_en)
    || ',"humedad":' || privado.json_de(l.humedad)
    || ',"humedad_inicial":' || privado.json_de(l.humedad_inicial)
    || ',"id":' || privado.json_de(l.id)
    || ',"lote_id":' || privado.json_de(l.lote_id)
    || ',"lote_kg":' || privado.json_de(l.lote_kg)
    || ',"origen_compartido":' || privado.json_de(l.origen_compartido)
    || ',"peso_inicial_qq":' || privado.json_de(l.peso_inicial_qq)
    || ',"peso_qq":' || privado.json_de(l.peso_qq)
    || ',"recibido_en":' || privado.json_de(l.recibido_en)
    || ',"secado_en":' || privado.json_de(l.secado_en) || '}';
end
$function$;

create or replace function privado.kg_prometidos (
  lote uuid
)
  returns numeric
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return coalesce((select sum(p.kg) from privado.promesas p where p.lote_id = lote), 0);
end
$function$;

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
    with sumas as materialized (
      select t.medida, t.fecha, t.clave, t.detalle, sum(t.n)::bigint as n, sum(t.kg) as kg, sum(t.sale_kg) as sale
      from (
        select k.medida, k.fecha, k.clave, k.detalle, k.n, k.kg, k.sale_kg from privado.produccion_celdas k
        where (k.empresa_id = empresa or (empresa is null and admin)) and (k.fecha = 'infinity' or k.fecha between inicio and fin)
        union all
        select k.medida, k.fecha, k.clave, k.detalle, k.n, k.kg, k.sale_kg from privado.produccion_cambios k
        where (k.empresa_id = empresa or (empresa is null and admin)) and (k.fecha = 'infinity' or k.fecha between inicio and fin)
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

create or replace function privado.lotes_prometidos (
  contrato bigint
)
  returns table (
    asociado_id bigint,
    codigo_lote text,
    estado text,
    lote text,
    kg numeric,
    condicion text,
    humedad_pct numeric,
    certificaciones text[],
    embarcado boolean,
    empresa_id bigint,
    origen_compartido text
  )
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
#variable_conflict use_column
declare
  c public.contratos;
  mia constant bigint := privado.mi_empresa();
begin
  select x.* into c from public.contratos x
  where x.id = contrato and x.eliminado_en is null and (privado.participa(x.id) or privado.es_admin());
  if c.id is null then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  end if;
  return query
  select a.id, a.codigo_lote, a.estado, l.codigo, p.kg, l.condicion, l.humedad_pct, l.certificaciones, l.embarcado,
    l.empresa_id, a.origen_compartido
  from public.lotes_asociados a
  join privado.promesas p on p.asociado_id = a.id
  join public.lotes l on l.id = p.lote_id
  where a.contrato_id = c.id and (privado.es_admin() or mia in (c.exportadora_id, c.contraparte_id, l.empresa_id))
  order by a.id, l.codigo;
end
$function$;

create or replace function privado.mover_asociados (
  asociados bigint[],
  antes jsonb default null::jsonb
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  qq constant numeric := 45.359237;
begin
  perform set_config('privado.siguiendo_promesas', 'on', true);
  with ahora as (
    select a.id, a.estado as viejo, coalesce(sum(p.kg), 0) as kg,
      coalesce(bool_and(p.lote_id = a.lote_id and p.kg = a.lote_kg), false) as intacto,
      round(sum(p.kg * l.humedad_pct) / nullif(sum(p.kg) filter (where l.humedad_pct is not null), 0), 2) as humedad,
      bool_and(l.humedad_pct is not null) as medida,
      coalesce(min(privado.orden_de_estado(privado.estado_de_lote(l))), 0) as orden,
      -- The same, wherever it is.
      coalesce(min(case when l.embarcado then 4 when l.condicion in ('seco', 'transformado') then 3 else 2 end), 0) as hecho
    from public.lotes_asociados a
    left join privado.promesas p on p.asociado_id = a.id
    left join public.lotes l on l.id = p.lote_id
    where a.id = any (asociados)
    group by a.id
  )
  update public.lotes_asociados a set
    peso_qq = case when n.intacto then a.peso_inicial_qq
      -- Who said less than its kilos goes on saying as much of them.
      when a.peso_inicial_qq <> round(a.lote_kg / qq, 4) then round(n.kg * a.peso_inicial_qq / a.lote_kg, 4)
      else round(n.kg / qq, 4) end,
    humedad = case when n.intacto then a.humedad_inicial when n.medida then greatest(n.humedad, 0.01) else a.humedad end,
    estado = (array['En tránsito', 'Recibido', 'Secado', 'Exportado'])[
      greatest(n.orden, case when antes is null then privado.orden_de_estado(n.viejo)
        else least(privado.orden_de_estado(antes ->> n.id::text), n.hecho) end, 1)]
  from ahora n where a.id = n.id;
  perform set_config('privado.siguiendo_promesas', '', true);
end
$function$;

create or replace function privado.orden_de_estado (
  estado text
)
  returns integer
  language sql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
  select array_position(array['En tránsito', 'Recibido', 'Secado', 'Exportado'], estado)
$function$;

create or replace function privado.origen_compartido (
  asociado bigint
)
  returns jsonb
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  a public.lotes_asociados;
  c public.contratos;
  dueno bigint;
begin
  select * into a from public.lotes_asociados x where x.id = asociado;
  dueno := (select l.empresa_id from public.lotes l where l.id = a.lote_id);
  if a.id is not null then
    -- Of a contract that is not the caller's, the answer is that of a lot that does not exist.
    select x.* into c from public.contratos x
    where x.id = a.contrato_id and x.eliminado_en is null and (privado.participa(x.id) or privado.es_admin());
  end if;
  if c.id is null or dueno is null
    or not (privado.es_admin() or privado.mi_empresa() in (c.exportadora_id, c.contraparte_id, dueno)) then
    raise exception 'lote_no_existe' using errcode = 'PT404', detail = 'No existe ese lote.', hint = 'asociado';
  end if;
  if a.origen_compartido = 'nada' then
    return jsonb_build_object('compartido', 'nada');
  end if;
  return (
    with origenes as materialized (
      select l.id, l.productor_id, l.centro_id, l.certificaciones, o.clase = 'recibido' and l.origen_conocido as conocido,
        sum(o.kg) as kg
      from privado.promesas p
      -- The kilos that are promised, to the gram, as those of the whole lot are.
      cross join lateral (
        select array_agg(r.lote_id order by r.lote_id, r.clase) as lotes, array_agg(r.clase order by r.lote_id, r.clase) as clases,
          array_agg(r.parte order by r.lote_id, r.clase) as partes
        from privado.origenes(p.lote_id) as r
      ) as j
      cross join lateral unnest(j.lotes, j.clases, privado.repartir(p.kg, j.partes)) as o (lote_id, clase, kg)
      join public.lotes l on l.id = o.lote_id
      where p.asociado_id = a.id
      group by 1, 2, 3, 4, 5
    ),
    total as (select coalesce(sum(kg), 0) as kg from origenes)
    select jsonb_build_object(
      'compartido', a.origen_compartido,
      'kg', total.kg,
      'productores', (select count(distinct o.productor_id) from origenes o),
      'origen_conocido_pct', round(100 * (select sum(o.kg) filter (where o.conocido) from origenes o) / nullif(total.kg, 0), 2),
      'centros', coalesce((
        select jsonb_agg(jsonb_build_object('centro', x.nombre, 'kg', x.kg) order by x.kg desc, x.nombre)
        from (select s.nombre, sum(o.kg) as kg from origenes o left join public.centros s on s.id = o.centro_id group by s.id) as x), '[]'),
      'certificaciones', coalesce((
        select jsonb_agg(jsonb_build_object('certificacion', x.nombre, 'kg', x.kg) order by x.kg desc, x.nombre)
        from (select u.nombre, sum(o.kg) as kg from origenes o cross join unnest(o.certificaciones) as u (nombre) group by 1) as x), '[]'))
      || case a.origen_compartido when 'productores' then jsonb_build_object('detalle', coalesce((
        select jsonb_agg(jsonb_build_object('productor', x.nombre, 'kg', x.kg) order by x.kg desc, x.nombre)
        from (select r.nombre, sum(o.kg) as kg from origenes o left join public.productores r on r.id = o.productor_id group by r.id) as x), '[]'))
      else '{}' end
    from total);
end
$function$;

create or replace function privado.plegar_produccion (
  tope integer default 50000
)
  returns bigint
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  tomados bigint[];
begin
  select array_agg(t.id) into tomados from (
    select k.id from privado.produccion_cambios k order by k.id limit tope for update skip locked
  ) as t;
  -- In the order of the cells: two that fold at once never wait for each other crosswise.
  insert into privado.produccion_celdas as c (empresa_id, medida, fecha, clave, detalle, n, kg, sale_kg)
  select k.empresa_id, k.medida, k.fecha, k.clave, k.detalle, sum(k.n), sum(k.kg), sum(k.sale_kg)
  from privado.produccion_cambios k where k.id = any (tomados)
  group by 1, 2, 3, 4, 5 order by 1, 2, 3, 4, 5
  on conflict (empresa_id, medida, fecha, clave, detalle) do update set n = c.n + excluded.n, kg = c.kg + excluded.kg,
    sale_kg = c.sale_kg + excluded.sale_kg;
  delete from privado.produccion_cambios k where k.id = any (tomados);
  return coalesce(cardinality(tomados), 0);
end
$function$;

create or replace function privado.promesas_dadas (
  v_operacion uuid
)
  returns table (
    lote_id uuid,
    asociado_id bigint,
    kg numeric
  )
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
#variable_conflict use_column
declare
  entra constant numeric := (select 1000 * sum(c.kg) from public.consumos c where c.operacion_id = v_operacion);
  sale constant numeric := (select 1000 * sum(p.kg) from public.productos p where p.operacion_id = v_operacion);
  base constant numeric := greatest(entra, sale);
begin
  return query
  with tomadas as (
    select m.asociado_id, -1000 * sum(m.kg) as g from privado.promesas_movidas m
    where m.operacion_id = v_operacion group by 1
  ), enteros as (
    select p.lote_id, t.asociado_id, 1000 * p.kg as caben, div(t.g * sale, base) as toca, div(t.g * 1000 * p.kg, base) as g
    from public.productos p cross join tomadas t where p.operacion_id = v_operacion
  ), faltan as (
    -- Both end to end, as lengths: a gram that is owed falls where there is one of room.
    select f.asociado_id, sum(f.n) over w - f.n as de, sum(f.n) over w as a
    from (select e.asociado_id, max(e.toca) - sum(e.g) as n from enteros e group by 1) as f
    window w as (order by f.asociado_id)
  ), sitios as (
    select s.lote_id, sum(s.n) over w - s.n as de, sum(s.n) over w as a
    from (select e.lote_id, max(e.caben) - sum(e.g) as n from enteros e group by 1) as s
    window w as (order by s.lote_id)
  )
  select e.lote_id, e.asociado_id, (e.g + greatest(least(f.a, s.a) - greatest(f.de, s.de), 0)) / 1000.0
  from enteros e
  join faltan f on f.asociado_id = e.asociado_id
  join sitios s on s.lote_id = e.lote_id
  where e.g + greatest(least(f.a, s.a) - greatest(f.de, s.de), 0) > 0;
end
$function$;

create or replace function privado.promesas_tomadas (
  v_operacion uuid
)
  returns table (
    lote_id uuid,
    asociado_id bigint,
    kg numeric
  )
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
#variable_conflict use_column
declare
  o public.operaciones;
begin
  select * into o from public.operaciones x where x.id = v_operacion;
  if o.tipo = 'embarcar' and exists (
    select from public.consumos c
    join privado.saldos s on s.lote_id = c.lote_id
    where c.operacion_id = v_operacion and c.kg > s.kg + c.kg - coalesce((
      select sum(p.kg) from privado.promesas p join public.lotes_asociados a on a.id = p.asociado_id
      where p.lote_id = c.lote_id and a.contrato_id is distinct from o.contrato_id), 0)
  ) then
    raise exception 'lote_prometido' using errcode = 'PT409',
      detail = 'Esos kilos están prometidos a otro contrato.', hint = 'entradas';
  end if;
  return query
  with candidatas as (
    select c.lote_id, p.asociado_id, 1000 * p.kg as g,
      1000 * sum(p.kg) over (partition by c.lote_id) as prometidos,
      -- The balance has given already what it gave.
      1000 * case o.tipo when 'embarcar' then c.kg
        else greatest(c.kg - greatest(s.kg + c.kg - t.todo, 0), 0) end as pedidos
    from public.consumos c
    join privado.saldos s on s.lote_id = c.lote_id
    join privado.promesas p on p.lote_id = c.lote_id
    join public.lotes_asociados a on a.id = p.asociado_id
    cross join lateral (select sum(x.kg) as todo from privado.promesas x where x.lote_id = c.lote_id) as t
    where c.operacion_id = v_operacion and (o.tipo <> 'embarcar' or a.contrato_id = o.contrato_id)
  ), enteros as (
    select k.lote_id, k.asociado_id, least(k.pedidos, k.prometidos) as tomados,
      div(k.g * least(k.pedidos, k.prometidos), k.prometidos) as g,
      mod(k.g * least(k.pedidos, k.prometidos), k.prometidos) as resto
    from candidatas k
  )
  select e.lote_id, e.asociado_id, (e.g + case when row_number() over w <= e.tomados - sum(e.g) over (partition by e.lote_id)
    then 1 else 0 end) / 1000.0
  from enteros e
  window w as (partition by e.lote_id order by e.resto desc, e.asociado_id);
end
$function$;

create or replace function privado.prometer_lote()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  insert into privado.promesas (asociado_id, lote_id, kg) values (new.id, new.lote_id, new.lote_kg);
  if privado.kg_prometidos(new.lote_id) > (select s.kg from privado.saldos s where s.lote_id = new.lote_id) then
    raise exception 'lote_sin_saldo_libre' using errcode = 'PT409',
      detail = 'De ese lote no quedan tantos kilos sin prometer.', hint = 'lote_kg';
  end if;
  return null;
end
$function$;

create or replace function privado.seguir_promesas (
  operacion uuid
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  que public.operaciones;
  lotes uuid[];
  asociados bigint[];
begin
  select * into que from public.operaciones o where o.id = operacion;
  if que.tipo = 'anular' then
    perform privado.devolver_promesas(que.anula);
    return;
  end if;
  select array_agg(c.lote_id), array_agg(distinct p.asociado_id) into lotes, asociados
  from public.consumos c join privado.promesas p on p.lote_id = c.lote_id where c.operacion_id = operacion;
  if lotes is null then
    return;
  end if;
  -- Before what is read of them: a contract that closes meanwhile waits for nothing any more.
  perform privado.tomar_contratos_de(asociados);
  perform privado.soltar_promesas(lotes);
  insert into privado.promesas_movidas (operacion_id, lote_id, asociado_id, kg, estado_antes)
  select operacion, t.lote_id, t.asociado_id, -t.kg, a.estado
  from privado.promesas_tomadas(operacion) as t join public.lotes_asociados a on a.id = t.asociado_id where t.kg > 0;
  if not found then
    return;
  end if;
  -- Each of them has a part in each product: a thousand by a thousand would hold everybody up.
  if (select count(distinct m.asociado_id) from privado.promesas_movidas m where m.operacion_id = operacion)
    * (select count(*) from public.productos p where p.operacion_id = operacion) > 20000 then
    raise exception 'promesas_demasiadas' using errcode = 'PT409',
      detail = 'Esa operación reparte lo prometido entre demasiados lotes: hágala en varias.', hint = 'salidas';
  end if;
  insert into privado.promesas_movidas (operacion_id, lote_id, asociado_id, kg)
  select operacion, d.lote_id, d.asociado_id, d.kg from privado.promesas_dadas(operacion) as d;
  delete from privado.promesas p using privado.promesas_movidas m
  where m.operacion_id = operacion and (p.lote_id, p.asociado_id) = (m.lote_id, m.asociado_id) and p.kg = -m.kg;
  update privado.promesas p set kg = p.kg + m.kg from privado.promesas_movidas m
  where m.operacion_id = operacion and m.kg < 0 and (p.lote_id, p.asociado_id) = (m.lote_id, m.asociado_id);
  insert into privado.promesas (asociado_id, lote_id, kg)
  select m.asociado_id, m.lote_id, m.kg from privado.promesas_movidas m where m.operacion_id = operacion and m.kg > 0;
  perform privado.mover_asociados(array(
    select distinct m.asociado_id from privado.promesas_movidas m where m.operacion_id = operacion));
end
$function$;

create or replace function privado.soltar_promesas (
  lotes uuid[]
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  delete from privado.promesas p
  using public.lotes_asociados a, public.contratos c, public.lotes l
  where p.lote_id = any (lotes) and a.id = p.asociado_id and c.id = a.contrato_id and l.id = p.lote_id
    and not l.embarcado
    and (c.estado = 'Cerrado' or c.eliminado_en is not null or c.rechazado_en is not null);
end
$function$;

create or replace function privado.sumar_produccion (
  operacion uuid,
  signo integer default 1
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  o public.operaciones;
  mes date;
begin
  select * into o from public.operaciones x where x.id = operacion;
  if o.tipo = 'anular' then
    perform privado.sumar_produccion(o.anula, -1);
    return;
  end if;
  mes := date_trunc('month', o.en at time zone 'America/Guayaquil')::date;
  insert into privado.produccion_cambios (empresa_id, medida, fecha, clave, detalle, n, kg, sale_kg)
  select o.empresa_id, t.medida, t.fecha, t.clave, t.detalle, sum(t.n), sum(t.kg), sum(t.sale)
  from (
    -- A lot is one less when nothing is left of it, and one more when all that is left was given back.
    select 'stock' as medida, 'infinity'::date as fecha, coalesce(l.centro_id::text, '') as clave, l.condicion as detalle,
      case when signo = 1 then -(s.kg = 0)::int else (s.kg = c.kg)::int end as n, -signo * c.kg as kg, 0.0 as sale
    from public.consumos c
    join public.lotes l on l.id = c.lote_id
    join privado.saldos s on s.lote_id = c.lote_id
    where c.operacion_id = o.id
    union all
    select 'stock', 'infinity', coalesce(l.centro_id::text, ''), l.condicion, signo, signo * p.kg, 0
    from public.productos p join public.lotes l on l.id = p.lote_id
    where p.operacion_id = o.id and not l.embarcado
    union all
    select 'embarcado', mes, '', '', signo, signo * p.kg, 0
    from public.productos p join public.lotes l on l.id = p.lote_id
    where p.operacion_id = o.id and l.embarcado
    union all
    select 'recibido', mes, coalesce(l.productor_id::text, ''), '', signo, signo * p.kg, 0
    from public.productos p join public.lotes l on l.id = p.lote_id
    where p.operacion_id = o.id and o.tipo = 'recibir'
    union all
    select o.tipo, mes, '', '', signo,
      signo * (select sum(c.kg) from public.consumos c where c.operacion_id = o.id),
      signo * (select sum(p.kg) from public.productos p where p.operacion_id = o.id)
    where o.tipo in ('fermentar', 'secar')
    union all
    select 'perdida', mes, p.causa, '', signo, signo * p.kg, 0
    from public.perdidas p where p.operacion_id = o.id
  ) as t
  group by 2, 3, 4, 5;
end
$function$;

create or replace function privado.terminar_operacion (
  v_operacion uuid,
  signo integer
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.seguir_promesas(v_operacion);
  perform privado.sumar_produccion(v_operacion);
  perform privado.encadenar_operacion(v_operacion);
end
$function$;

create or replace function privado.toca_cerrar (
  contrato public.contratos
)
  returns boolean
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return coalesce((
      -- What was lost whole, by operations of the graph, is waited for by nobody.
      select bool_and(l.estado = 'Exportado') from public.lotes_asociados l
      where l.contrato_id = contrato.id and l.peso_qq > 0
    ), false)
    and (contrato.cierre = 'al exportar los lotes' or privado.exportado_tm(contrato.id)
      >= round(contrato.volumen_tm * (1 - contrato.tolerancia_pct / 100), 4));
end
$function$;

create or replace function privado.tomar_contratos_de (
  asociados bigint[]
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform from public.contratos c
  where c.id in (select a.contrato_id from public.lotes_asociados a where a.id = any (asociados))
  order by c.id for no key update;
end
$function$;

create or replace function privado.tomar_saldo (
  lote uuid
)
  returns privado.saldos
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  saldo privado.saldos;
begin
  if coalesce(current_setting('privado.saldo_tomado', true), '') not in ('', lote::text) then
    perform from privado.saldos s where s.lote_id = lote for update nowait;
  end if;
  -- Written as it is: under repeatable read the second that promises fails, instead of not seeing the first.
  update privado.saldos s set kg = s.kg where s.lote_id = lote returning s.* into saldo;
  perform set_config('privado.saldo_tomado', lote::text, true);
  return saldo;
exception when lock_not_available then
  raise exception 'lote_ocupado' using errcode = 'PT409',
    detail = 'Otra operación está usando ese lote: vuelva a intentarlo.', hint = 'lote_id';
end
$function$;

create or replace function privado.validar_lote()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato public.contratos;
begin
  -- The operation that moves what was promised holds its contract already, and is its owner's also when that one is no
  -- longer party to it.
  if tg_op = 'UPDATE' and coalesce(current_setting('privado.siguiendo_promesas', true), '') = 'on' then
    return new;
  end if;
  -- Whether it closes, and what is summed of it: all who write its lots wait for each other.
  contrato := privado.exigir_contrato(new.contrato_id, bloquear => true);
  if auth.uid() is not null and privado.mi_rol() = 'proveedor' then
    raise exception 'lote_sin_permiso' using errcode = 'PT403',
      detail = 'Solo la exportadora, el centro de acopio o un administrador registra lotes.';
  end if;
  if tg_op = 'UPDATE' and new.origen_compartido <> old.origen_compartido
    and (new.peso_qq, new.humedad, new.estado) is not distinct from (old.peso_qq, old.humedad, old.estado) then
    -- What is told of its origin is no term: it is asked for most when all was shipped.
    return new;
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif contrato.propuesto_a is not null then
    raise exception 'contrato_propuesto' using errcode = 'PT409',
      detail = 'La otra parte no ha aceptado ese contrato: espere su respuesta.';
  end if;
  return new;
end
$function$;

create or replace function public.kpis_produccion (
  desde date default null::date,
  hasta date default null::date,
  empresa bigint default null::bigint
)
  returns json
  language sql
  stable
  set search_path to ''
  AS $function$
  select privado.kpis_produccion(desde, hasta, empresa)
$function$;

create or replace function public.lotes_prometidos (
  contrato bigint
)
  returns table (
    asociado_id bigint,
    codigo_lote text,
    estado text,
    lote text,
    kg numeric,
    condicion text,
    humedad_pct numeric,
    certificaciones text[],
    embarcado boolean,
    empresa_id bigint,
    origen_compartido text
  )
  language sql
  set search_path to ''
  AS $function$
  select * from privado.lotes_prometidos(contrato)
$function$;

create or replace function public.origen_compartido (
  asociado bigint
)
  returns jsonb
  language sql
  set search_path to ''
  AS $function$
  select privado.origen_compartido(asociado)
$function$;

alter table privado.promesas
  add constraint promesas_asociado_id_fkey foreign key (asociado_id) references public.lotes_asociados(id)
    on delete restrict;

alter table privado.promesas
  add constraint promesas_lote_id_fkey foreign key (lote_id) references public.lotes(id) on delete restrict;

alter table privado.promesas_movidas
  add constraint promesas_movidas_asociado_id_fkey foreign key (asociado_id) references public.lotes_asociados(id)
    on delete restrict;

alter table privado.promesas_movidas
  add constraint promesas_movidas_lote_id_fkey foreign key (lote_id) references public.lotes(id) on delete restrict;

alter table privado.promesas_movidas
  add constraint promesas_movidas_operacion_id_fkey foreign key (operacion_id) references public.operaciones(id)
    on delete restrict;

alter table public.lotes_asociados
  add constraint lotes_asociados_lote_id_fkey foreign key (lote_id) references public.lotes(id) on delete restrict;

alter table public.lotes_asociados
  add constraint lotes_asociados_lote_kg_valido
    check
    ((((lote_id IS NULL) = (lote_kg IS NULL)) AND (lote_kg > (0)::numeric) AND (lote_kg < (100000000)::numeric)));

alter table public.lotes_asociados
  add constraint lotes_asociados_origen_compartido_valido check (((origen_compartido = 'nada'::text) OR ((lote_id IS
    NOT NULL) AND (origen_compartido = ANY (ARRAY['resumen'::text, 'productores'::text])))));

alter table public.lotes_asociados
  add constraint lotes_asociados_peso_qq_valido
    check ((((peso_qq > (0)::numeric) OR ((peso_qq = (0)::numeric) AND (lote_id IS
    NOT NULL))) AND (peso_qq <= (1000000)::numeric) AND (scale(peso_qq) <= 4)));

create index produccion_cambios_empresa_idx on privado.produccion_cambios using btree (empresa_id);
create index promesas_lote_idx on privado.promesas using btree (lote_id) include (asociado_id, kg);
create index promesas_movidas_asociado_idx on privado.promesas_movidas using btree (asociado_id);
create index promesas_movidas_lote_idx on privado.promesas_movidas using btree (lote_id);
create index lotes_asociados_lote_idx on public.lotes_asociados using btree (lote_id);

create trigger _010_prometer
  after insert on public.lotes_asociados
  for each row
  when ((new.lote_id IS NOT NULL))
  execute function privado.prometer_lote();

create trigger _060_citar_lote
  before insert on public.lotes_asociados
  for each row
  when ((new.lote_id IS NOT NULL))
  execute function privado.citar_lote();

create trigger _120_solo_el_grafo
  before update on public.lotes_asociados
  for each row
  when (((new.lote_id IS
    NOT NULL) AND (CURRENT_USER = ANY (ARRAY['anon'::name, 'authenticated'::name, 'service_role'::name]))))
  execute function privado.cuidar_cita();

create trigger _160_pesar_cambio
  before update on public.lotes_asociados
  for each row
  when (((old.peso_qq IS DISTINCT FROM new.peso_qq) AND (new.lote_id IS NULL)))
  execute function privado.pesar_lote();

create trigger _300_avanzar_lote
  before update on public.lotes_asociados
  for each row
  when (((old.estado IS DISTINCT FROM new.estado) AND (new.lote_id IS NULL)))
  execute function privado.avanzar_lote();

comment on column public.lotes_asociados.lote_id is 'Lote del grafo que se promete; solo dice algo a la empresa que lo tiene.';
comment on column public.lotes_asociados.lote_kg is 'Kilos que se prometieron de ese lote.';
comment on column public.lotes_asociados.origen_compartido is 'Lo que su dueño cuenta de su origen a las partes que firman: nada, resumen o productores.';
comment on function privado.citar_lote() is 'Disparador: lo que un lote de un contrato promete de uno del grafo.';
comment on function privado.cuidar_cita() is 'Disparador: lo que de un lote del grafo no se escribe a mano.';
comment on function privado.devolver_promesas(uuid) is 'Devuelve lo prometido a los lotes de los que lo tomó una operación.';
comment on function privado.estado_de_lote(public.lotes) is 'En qué estado está lo que se promete de un lote.';
comment on function privado.kg_prometidos(uuid) is 'Kilos prometidos de un lote.';
comment on function privado.kpis_produccion(date, date, bigint) is 'Indicadores de producción de una empresa.';
comment on function privado.lotes_prometidos(bigint) is 'Lotes del grafo prometidos a un contrato.';
comment on function privado.mover_asociados(bigint[], jsonb) is 'Pone peso, humedad y estado de unos lotes asociados como lo que se les prometió.';
comment on function privado.orden_de_estado(text) is 'Los estados de un lote, en su orden.';
comment on function privado.origen_compartido(bigint) is 'Lo que se comparte del origen de un lote de un contrato.';
comment on function privado.plegar_produccion(integer) is 'Suma a las celdas de producción lo que cambió y lo quita; da cuántos cambios plegó.';
comment on function privado.promesas_dadas(uuid) is 'Cómo reparte una operación entre sus productos lo prometido que tomó.';
comment on function privado.promesas_tomadas(uuid) is 'Cuánto de lo prometido toma una operación de cada uno de sus lotes.';
comment on function privado.prometer_lote() is 'Disparador: los kilos que promete no son de nadie más.';
comment on function privado.seguir_promesas(uuid) is 'Lo prometido sigue a una operación: toma primero lo libre, y lo demás pasa en proporción a sus productos.';
comment on function privado.soltar_promesas(uuid[]) is 'Suelta lo que de unos lotes se prometió a contratos que ya no lo esperan.';
comment on function privado.sumar_produccion(uuid, integer) is 'Lo que una operación suma a los indicadores de producción (1), o deja de sumar (-1).';
comment on function privado.tomar_contratos_de(bigint[]) is 'Toma los contratos de unos lotes asociados.';
comment on function privado.tomar_saldo(uuid) is 'Toma el saldo de un lote hasta el fin de la transacción.';
comment on function public.kpis_produccion(date, date, bigint) is 'Existencias por centro y condición, rendimientos de fermentación y secado, pérdidas por causa y recepciones por productor, entre dos meses.';
comment on function public.lotes_prometidos(bigint) is 'Los lotes que se prometieron a un contrato, como están ahora: código, kilos, condición, humedad y certificaciones.';
comment on function public.origen_compartido(bigint) is 'Lo que el dueño de un lote prometido cuenta de su origen: nada, un resumen, o los productores con sus kilos.';
comment on table privado.produccion_cambios is 'Lo que cada operación suma a los indicadores de producción, hasta que se pliega.';
comment on table privado.produccion_celdas is 'Sumas de los indicadores de producción de cada empresa.';
comment on table privado.promesas is 'Kilos de cada lote que están prometidos a un contrato.';
comment on table privado.promesas_movidas is 'Cómo movió cada operación lo prometido.';
revoke all on function privado.citar_lote() from public;
revoke all on function privado.cuidar_cita() from public;
revoke all on function privado.devolver_promesas(v_operacion uuid) from public;
revoke all on function privado.estado_de_lote(lote public.lotes) from public;
revoke all on function privado.kg_prometidos(lote uuid) from public;
revoke all on function privado.kpis_produccion(desde date, hasta date, empresa bigint) from public;
revoke all on function privado.lotes_prometidos(contrato bigint) from public;
revoke all on function privado.mover_asociados(asociados bigint[], antes jsonb) from public;
revoke all on function privado.orden_de_estado(estado text) from public;
revoke all on function privado.origen_compartido(asociado bigint) from public;
revoke all on function privado.plegar_produccion(tope integer) from public;
revoke all on function privado.promesas_dadas(v_operacion uuid) from public;
revoke all on function privado.promesas_tomadas(v_operacion uuid) from public;
revoke all on function privado.prometer_lote() from public;
revoke all on function privado.seguir_promesas(operacion uuid) from public;
revoke all on function privado.soltar_promesas(lotes uuid[]) from public;
revoke all on function privado.sumar_produccion(operacion uuid, signo integer) from public;
revoke all on function privado.tomar_contratos_de(asociados bigint[]) from public;
revoke all on function privado.tomar_saldo(lote uuid) from public;
revoke all on function public.kpis_produccion(desde date, hasta date, empresa bigint) from public, anon, service_role;
revoke all on function public.lotes_prometidos(contrato bigint) from public, anon, service_role;
revoke all on function public.origen_compartido(asociado bigint) from public, anon, service_role;
grant insert (lote_id) on table public.lotes_asociados to authenticated, service_role;
grant insert (lote_kg) on table public.lotes_asociados to authenticated, service_role;
grant insert (origen_compartido), update (origen_compartido) on table public.lotes_asociados to authenticated, service_role;
grant execute on function privado.kpis_produccion(desde date, hasta date, empresa bigint) to authenticated;
grant execute on function privado.lotes_prometidos(contrato bigint) to authenticated;
grant execute on function privado.origen_compartido(asociado bigint) to authenticated;
grant execute on function privado.plegar_produccion(tope integer) to service_role;
grant execute on function public.kpis_produccion(desde date, hasta date, empresa bigint) to authenticated;
grant execute on function public.lotes_prometidos(contrato bigint) to authenticated;
grant execute on function public.origen_compartido(asociado bigint) to authenticated;
reset check_function_bodies;
