-- Why: what both sides agreed on changes by an amendment that the other side accepts, every version of the terms stays,
--   and a fixing may wait for the other side to confirm it.
-- Touches: contratos (dias_confirmacion; its triggers), contratos_precios (its triggers), fijaciones (who fixed, until when
--   it is confirmed; old ones are firm), new enmiendas and contratos_versiones (a first version of each old contract),
--   crear_contrato and editar_contrato (dias_confirmacion).
-- Destructive: no.

set check_function_bodies = off;
drop trigger _710_notificar_edicion on public.contratos;
drop function privado.editar_contrato(bigint, jsonb, timestamp with time zone, timestamp with time zone);

drop function
  public.crear_contrato(numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text,
  numeric);

create table public.contratos_versiones (
  contrato_id bigint not null,
  n integer not null,
  terminos jsonb not null,
  origen text not null,
  enmienda_id bigint,
  propuesta_por uuid,
  propuesta_empresa bigint,
  propuesta_en timestamp with time zone not null,
  aceptada_por uuid,
  aceptada_empresa bigint,
  aceptada_en timestamp with time zone,
  constraint contratos_versiones_enmienda_coherente check (((origen = 'enmienda'::text) = (enmienda_id IS
    NOT NULL))),
  constraint contratos_versiones_n_valido check ((n > 0)),
  constraint contratos_versiones_origen_valido
    check
    ((origen = ANY (ARRAY['creacion'::text, 'edicion'::text, 'enmienda'::text, 'sistema'::text, 'migracion'::text]))),
  constraint contratos_versiones_pkey primary key (contrato_id, n)
);

alter table public.contratos_versiones
  enable row level security;

create table public.enmiendas (
  id bigint generated always as identity not null,
  contrato_id bigint not null,
  n integer not null,
  de_version integer not null,
  cambios jsonb not null,
  nota text,
  estado text not null default 'propuesta'::text,
  propuesta_por uuid not null,
  propuesta_empresa bigint not null,
  propuesta_en timestamp with time zone not null default clock_timestamp(),
  vence_en timestamp with time zone not null default (clock_timestamp() + '30 days'::interval),
  respondida_por uuid,
  respondida_empresa bigint,
  respondida_en timestamp with time zone,
  motivo text,
  constraint enmiendas_cambios_validos
    check (((jsonb_typeof(cambios) = 'object'::text) AND (cambios <> '{}'::jsonb))),
  constraint enmiendas_contrato_key unique (id, contrato_id),
  constraint enmiendas_estado_valido
    check
    ((estado = ANY (ARRAY['propuesta'::text, 'aceptada'::text, 'rechazada'::text, 'retirada'::text,
    'vencida'::text]))),
  constraint enmiendas_n_key unique (contrato_id, n),
  constraint enmiendas_pkey primary key (id),
  constraint enmiendas_respuesta_coherente check (((estado = 'propuesta'::text) = (respondida_en IS NULL))),
  constraint enmiendas_motivo_valido check (
    motivo = btrim(motivo, E' \t\r\n') and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false)),
  constraint enmiendas_nota_valida check (
    nota = btrim(nota, E' \t\r\n') and length(nota) between 1 and 500 and privado.es_texto_limpio(nota, false))
);

alter table public.enmiendas
  enable row level security;

alter table public.contratos
  add column dias_confirmacion smallint not null default 0;

alter table public.fijaciones
  add column empresa_id bigint;

alter table public.fijaciones
  add column vence_en timestamp with time zone;

alter table public.fijaciones
  add column confirmada_en timestamp with time zone;

alter table public.fijaciones
  add column confirmada_por uuid;

create or replace function privado.aceptar_versiones()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  update public.contratos_versiones v
  set aceptada_en = privado.acordado_en(ahora::public.contratos), aceptada_por = auth.uid(),
    aceptada_empresa = privado.mi_parte(ahora::public.contratos)
  from nuevos ahora join viejos antes on antes.id = ahora.id
  where privado.acordado_en(ahora::public.contratos) is not null and privado.acordado_en(antes::public.contratos) is null
    and v.contrato_id = ahora.id and v.n = privado.version_vigente(ahora.id) and v.aceptada_en is null;
  return null;
end
$function$;

create or replace function privado.acordado_en (
  contrato public.contratos
)
  returns timestamp with time zone
  language plpgsql
  stable
  set search_path to ''
  AS $function$
begin
  return case when contrato.estado <> 'En revisión' then clock_timestamp() end;
end
$function$;

create or replace function privado.anotar_versiones()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  cambiados bigint[];
  cambiado bigint;
begin
  if current_setting('privado.sin_version', true) = 'on' then
    return null;
  elsif tg_op = 'INSERT' then
    select array_agg(n.id order by n.id) into cambiados from nuevos n;
  else
    select array_agg(n.id order by n.id) into cambiados from nuevos n join viejos v on v.id = n.id
    where (n.volumen_tm, n.modalidad_precio, n.calidad, n.fecha_entrega, n.tolerancia_pct, n.cierre, n.dias_confirmacion)
      is distinct from (v.volumen_tm, v.modalidad_precio, v.calidad, v.fecha_entrega, v.tolerancia_pct, v.cierre,
        v.dias_confirmacion);
  end if;
  foreach cambiado in array coalesce(cambiados, '{}') loop
    perform privado.versionar(cambiado);
  end loop;
  return null;
end
$function$;

create or replace function privado.anotar_versiones_de_precio()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  cambiado bigint;
begin
  if current_setting('privado.sin_version', true) = 'on' then
    return null;
  end if;
  for cambiado in
    select n.contrato_id from nuevos n join viejos v on v.contrato_id = n.contrato_id
    join public.contratos c on c.id = n.contrato_id
    where n.diferencial_tm is distinct from v.diferencial_tm
      or (c.modalidad_precio = 'fijo' and n.precio_fijado_tm is distinct from v.precio_fijado_tm)
    order by 1
  loop
    perform privado.versionar(cambiado);
  end loop;
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
  hecho constant text := case
    when tg_op = 'INSERT' and new.confirmada_en is null then '%s registró una fijación de precio, por confirmar'
    when tg_op = 'INSERT' then '%s registró una fijación de precio'
    when new.anulada_en is null then '%s confirmó una fijación de precio'
    when new.confirmada_en is null and new.anulada_por is null and new.vence_en <= new.anulada_en
      then 'Una fijación de precio venció sin confirmar'
    else '%s anuló una fijación de precio' end;
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
  insert into public.mensajes (contrato_id, tipo, texto) values (
    new.contrato_id, 'sistema', format(hecho || '.', privado.quien()));
  perform privado.notificar(new.contrato_id, 'contrato', format(hecho, privado.quien()) || format(' en %s.', codigo), jsonb_build_object('codigo', codigo, 'fijacion_id', new.id));
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
  if pg_trigger_depth() = 1 and coalesce(current_setting('privado.enmienda', true), '') = '' then
    perform privado.notificar(new.contrato_id, 'contrato', format('%s editó el contrato %s.', privado.quien(), contrato.codigo),
      jsonb_build_object('codigo', contrato.codigo, 'estado', contrato.estado));
  end if;
  return null;
end
$function$;

create or replace function privado.aplicar_terminos (
  contrato public.contratos,
  cambios jsonb,
  v_enmienda bigint
)
  returns void
  language plpgsql
  set search_path to ''
  AS $function$
declare
  nuevo constant public.contratos := jsonb_populate_record(contrato, cambios);
begin
  perform set_config('privado.enmienda', v_enmienda::text, true);
  perform privado.escribir_terminos(contrato, cambios);
  perform privado.exigir_entregado(contrato, nuevo);
  perform set_config('privado.enmienda', '', true);
end
$function$;

create or replace function privado.cambios_de (
  contrato public.contratos,
  cambios jsonb
)
  returns jsonb
  language plpgsql
  stable
  set search_path to ''
  AS $function$
declare
  antes constant jsonb := privado.terminos(contrato);
  despues jsonb := antes || cambios;
begin
  if despues ->> 'modalidad_precio' = 'por fijar' and (not cambios ? 'precio_fijado_tm'
    or (cambios ->> 'precio_fijado_tm')::numeric is not distinct from privado.precio_promedio(contrato.id)) then
    despues := despues || '{"precio_fijado_tm": null}';
  end if;
  return (select jsonb_object_agg(d.campo, d.despues) from privado.diferencias(antes, despues) as d);
end
$function$;

create or replace function privado.conservar_enmienda()
  returns trigger
  language plpgsql
  set search_path to ''
  AS $function$
begin
  if tg_op = 'UPDATE' and old.estado = 'propuesta' and new.estado <> 'propuesta' then
    old.estado := new.estado;
    old.motivo := new.motivo;
    old.respondida_por := new.respondida_por;
    old.respondida_empresa := new.respondida_empresa;
    old.respondida_en := new.respondida_en;
    if old is not distinct from new then
      return new;
    end if;
  end if;
  raise exception 'enmienda_inmutable' using errcode = 'PT409',
    detail = 'Una enmienda no se modifica ni se borra: se responde una vez.';
end
$function$;

create or replace function privado.conservar_version()
  returns trigger
  language plpgsql
  set search_path to ''
  AS $function$
begin
  if tg_op = 'UPDATE' and old.aceptada_en is null and new.aceptada_en is not null then
    old.aceptada_por := new.aceptada_por;
    old.aceptada_empresa := new.aceptada_empresa;
    old.aceptada_en := new.aceptada_en;
    if old is not distinct from new then
      return new;
    end if;
  end if;
  raise exception 'version_inmutable' using errcode = 'PT409',
    detail = 'Una versión de los términos no se modifica ni se borra.';
end
$function$;

create or replace function privado.contar_enmienda()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
  hecho constant text := case new.estado
    when 'propuesta' then format('%s propuso la enmienda %s', privado.quien(), new.n)
    when 'aceptada' then format('%s aceptó la enmienda %s', privado.quien(), new.n)
    when 'rechazada' then format('%s rechazó la enmienda %s', privado.quien(), new.n)
    when 'retirada' then format('%s retiró la enmienda %s', privado.quien(), new.n)
    else format('La enmienda %s venció sin respuesta', new.n) end;
begin
  insert into public.mensajes (contrato_id, tipo, texto) values (new.contrato_id, 'sistema', hecho || '.');
  perform privado.notificar(new.contrato_id, 'contrato', format('%s en %s.', hecho, codigo),
    jsonb_build_object('codigo', codigo, 'enmienda', new.n, 'estado_enmienda', new.estado));
  return null;
end
$function$;

create or replace function privado.diferencias (
  v_antes jsonb,
  v_despues jsonb
)
  returns table (
    campo text,
    antes jsonb,
    despues jsonb
  )
  language sql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
  select t.campo, v_antes -> t.campo, v_despues -> t.campo
  from unnest(privado.terminos_esenciales()) with ordinality as t (campo, orden)
  where case when t.campo in ('volumen_tm', 'precio_fijado_tm', 'diferencial_tm', 'tolerancia_pct')
    then (v_antes ->> t.campo)::numeric is distinct from (v_despues ->> t.campo)::numeric
    else v_antes ->> t.campo is distinct from v_despues ->> t.campo end
  order by t.orden
$function$;

create or replace function privado.editar_contrato (
  v_contrato bigint,
  cambios jsonb,
  v_version timestamp with time zone default null::timestamp with time zone,
  v_otra timestamp with time zone default null::timestamp with time zone,
  OUT contrato public.contratos,
  OUT precio_fijado_tm numeric,
  OUT diferencial_tm numeric,
  OUT enmienda public.enmiendas
)
  returns SETOF record
  language plpgsql
  set search_path to ''
  AS $function$
#variable_conflict use_column
declare
  antes public.contratos;
  propuesta public.enmiendas;
begin
  if cambios ?| '{precio_fijado_tm,diferencial_tm}' then
    -- Before the contract: see privado.tomar_precio().
    perform from public.contratos_precios p where p.contrato_id = v_contrato for no key update;
  end if;
  select * into antes from public.contratos c
  where c.id = v_contrato and c.actualizado_en = coalesce(v_version, c.actualizado_en)
    and c.actualizado_en = coalesce(v_otra, c.actualizado_en)
  for no key update;
  if not found then
    return;
  elsif antes.estado = 'Activo' and auth.uid() is not null then
    perform privado.escribir_terminos(antes, cambios - privado.terminos_esenciales());
    propuesta := privado.proponer_edicion(v_contrato, cambios);
  else
    perform privado.escribir_terminos(antes, cambios);
    perform privado.versionar(v_contrato);
  end if;
  return query
    select c, p.precio_fijado_tm, p.diferencial_tm, propuesta
    from public.contratos c left join public.contratos_precios p on p.contrato_id = c.id where c.id = v_contrato;
end
$function$;

create or replace function privado.ensayar_terminos (
  contrato public.contratos,
  cambios jsonb
)
  returns void
  language plpgsql
  set search_path to ''
  AS $function$
declare
  columna text;
  restriccion text;
begin
  perform privado.aplicar_terminos(contrato, cambios, 0);
  raise sqlstate 'TRENS';
exception
  when sqlstate 'TRENS' then
    return;
  when check_violation or not_null_violation then
    get stacked diagnostics columna = column_name, restriccion = constraint_name;
    raise exception 'termino_invalido' using errcode = 'PT422', detail = 'Ese valor no sirve para ese término.',
      hint = coalesce(nullif(columna, ''), substring(restriccion from '^contratos_(?:precios_)?(.+)_valid[oa]s?$'), 'cambios');
end
$function$;

create or replace function privado.escribir_terminos (
  antes public.contratos,
  cambios jsonb
)
  returns void
  language plpgsql
  set search_path to ''
  AS $function$
declare
  toca_precio constant boolean := cambios ?| '{precio_fijado_tm,diferencial_tm}';
  nuevo constant public.contratos := jsonb_populate_record(antes, cambios);
  -- First the price, so that one that loses it may become one to be fixed, or close; but one that was to be fixed, or
  -- closed, takes a price once it is not.
  precio_al_final constant boolean := antes.estado = 'Cerrado'
    or (antes.modalidad_precio, nuevo.modalidad_precio) = ('por fijar', 'fijo');
begin
  perform set_config('privado.sin_version', 'on', true);
  if nuevo is distinct from antes then
    perform set_config('privado.contrato_tocado', antes.id::text, true);
  end if;
  for paso in 1..2 loop
    if (paso = 2) = precio_al_final then
      if toca_precio then
        update public.contratos_precios p set
          precio_fijado_tm = case when cambios ? 'precio_fijado_tm'
            then (cambios ->> 'precio_fijado_tm')::numeric else p.precio_fijado_tm end,
          diferencial_tm = case when cambios ? 'diferencial_tm'
            then (cambios ->> 'diferencial_tm')::numeric else p.diferencial_tm end
        where p.contrato_id = antes.id;
      end if;
    elsif nuevo is distinct from antes or not toca_precio then
      update public.contratos c set volumen_tm = nuevo.volumen_tm, fecha_firma = nuevo.fecha_firma,
        observaciones = nuevo.observaciones, estado = nuevo.estado, calidad = nuevo.calidad,
        fecha_entrega = nuevo.fecha_entrega, tolerancia_pct = nuevo.tolerancia_pct,
        modalidad_precio = nuevo.modalidad_precio, cierre = nuevo.cierre, dias_confirmacion = nuevo.dias_confirmacion
      where c.id = antes.id;
    end if;
  end loop;
  perform set_config('privado.contrato_tocado', '', true), set_config('privado.sin_version', '', true);
end
$function$;

create or replace function privado.exigir_enmienda()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  raise exception 'contrato_cambia_por_enmienda' using errcode = 'PT409',
    detail = 'Los términos de un contrato Activo cambian por una enmienda que acepte la otra parte.',
    hint = (select d.campo from privado.diferencias(to_jsonb(old), to_jsonb(new)) as d limit 1);
end
$function$;

create or replace function privado.exigir_enmienda_abierta (
  v_id bigint
)
  returns public.enmiendas
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  enmienda public.enmiendas;
begin
  perform privado.exigir_cuenta();
  select e.* into enmienda from public.enmiendas e
  where e.id = v_id and (
    exists (select from privado.mis_firmas m where m.contrato_id = e.contrato_id) or privado.es_admin());
  if enmienda.id is null then
    raise exception 'enmienda_no_existe' using errcode = 'PT404', detail = 'No existe esa enmienda en el contrato.';
  end if;
  perform privado.exigir_parte(privado.tomar_terminos(enmienda.contrato_id));
  select e.* into enmienda from public.enmiendas e where e.id = v_id;
  if enmienda.estado <> 'propuesta' then
    raise exception 'enmienda_respondida' using errcode = 'PT409', detail = 'Esa enmienda ya no espera respuesta.';
  elsif enmienda.vence_en <= clock_timestamp() then
    raise exception 'enmienda_vencida' using errcode = 'PT409',
      detail = 'Esa enmienda venció sin respuesta: se propone otra.';
  end if;
  return enmienda;
end
$function$;

create or replace function privado.exigir_enmienda_de_precio()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  campo constant text := case when old.precio_fijado_tm is distinct from new.precio_fijado_tm
    then 'precio_fijado_tm' else 'diferencial_tm' end;
begin
  if exists (select from public.contratos c where c.id = new.contrato_id and c.estado = 'Activo') then
    raise exception 'contrato_cambia_por_enmienda' using errcode = 'PT409',
      detail = 'Los términos de un contrato Activo cambian por una enmienda que acepte la otra parte.', hint = campo;
  end if;
  return new;
end
$function$;

create or replace function privado.exigir_entregado (
  antes public.contratos,
  despues public.contratos
)
  returns void
  language plpgsql
  stable
  set search_path to ''
  AS $function$
declare
  entregado constant numeric := round(
    (select a.recibido_qq from public.avances a where a.contrato_id = antes.id) * 0.045359237, 4);
  cabia constant numeric := round(antes.volumen_tm * (1 + antes.tolerancia_pct / 100), 4);
  cabe constant numeric := round(despues.volumen_tm * (1 + despues.tolerancia_pct / 100), 4);
begin
  if cabe < cabia and cabe < entregado then
    raise exception 'volumen_menor_que_entregado' using errcode = 'PT409',
      detail = 'El volumen, con su tolerancia, no baja de lo que ya se entregó.',
      hint = case when despues.volumen_tm < antes.volumen_tm then 'volumen_tm' else 'tolerancia_pct' end;
  end if;
end
$function$;

create or replace function privado.exigir_parte (
  contrato public.contratos
)
  returns void
  language plpgsql
  stable
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_cuenta();
  if privado.mi_parte(contrato) is null then
    raise exception 'enmienda_de_las_partes' using errcode = 'PT403',
      detail = 'Una enmienda la propone una de las dos partes que firman y la acepta la otra, nadie por ellas.';
  end if;
end
$function$;

create or replace function privado.fila_contrato (
  c public.contratos,
  sal bytea
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"archivo_pdf":' || privado.json_de(c.archivo_pdf)
    || ',"calidad":' || privado.json_de(c.calidad)
    || ',"cerrado_en":' || privado.json_de(c.cerrado_en)
    || ',"cierre":' || privado.json_de(c.cierre)
    || ',"codigo":' || privado.json_de(c.codigo)
    || ',"contraparte_id":' || privado.json_de(c.contraparte_id)
    || ',"creado_en":' || privado.json_de(c.creado_en)
    || ',"creado_por":' || privado.json_de(c.creado_por)
    || ',"dias_confirmacion":' || privado.json_de(c.dias_confirmacion::bigint)
    || ',"eliminado_en":' || privado.json_de(c.eliminado_en)
    || ',"estado":' || privado.json_de(c.estado)
    || ',"exportadora_id":' || privado.json_de(c.exportadora_id)
    || ',"fecha_entrega":' || privado.json_de(c.fecha_entrega)
    || ',"fecha_firma":' || privado.json_de(c.fecha_firma)
    || ',"id":' || privado.json_de(c.id)
    || ',"modalidad_precio":' || privado.json_de(c.modalidad_precio)
    || ',"observaciones":' || privado.json_de(c.observaciones, sal)
    || ',"tolerancia_pct":' || privado.json_de(c.tolerancia_pct)
    || ',"volumen_tm":' || privado.json_de(c.volumen_tm) || '}';
end
$function$;

create or replace function privado.fila_fijacion (
  f public.fijaciones,
  sal bytea
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"anulada_en":' || privado.json_de(f.anulada_en)
    || ',"anulada_por":' || privado.json_de(f.anulada_por)
    || ',"confirmada_en":' || privado.json_de(f.confirmada_en)
    || ',"confirmada_por":' || privado.json_de(f.confirmada_por)
    || ',"contrato_id":' || privado.json_de(f.contrato_id)
    || ',"creado_en":' || privado.json_de(f.creado_en)
    || ',"creado_por":' || privado.json_de(f.creado_por)
    || ',"diferencial":' || privado.json_de(f.diferencial)
    || ',"empresa_id":' || privado.json_de(f.empresa_id)
    || ',"fecha":' || privado.json_de(f.fecha)
    || ',"id":' || privado.json_de(f.id)
    || ',"motivo":' || privado.json_de(f.motivo, sal)
    || ',"ny":' || privado.json_de(f.ny)
    || ',"precio_tm":' || privado.json_de(f.precio_tm)
    || ',"tm":' || privado.json_de(f.tm)
    || ',"vence_en":' || privado.json_de(f.vence_en) || '}';
end
$function$;

create or replace function privado.leer_cambios (
  cambios jsonb
)
  returns jsonb
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
declare
  termino record;
  leidos jsonb := '{}';
begin
  if jsonb_typeof(cambios) is distinct from 'object' then
    raise exception 'enmienda_sin_cambios' using errcode = 'PT422',
      detail = 'Una enmienda dice qué términos cambian, y a qué.', hint = 'cambios';
  end if;
  for termino in select e.key as campo, e.value as valor, e.value #>> '{}' as texto from jsonb_each(cambios) as e loop
    if termino.campo <> all (privado.terminos_esenciales()) then
      raise exception 'termino_desconocido' using errcode = 'PT422',
        detail = 'Ese no es un término esencial del contrato.',
        hint = case when termino.campo ~ '^[a-z_]{1,40}$' then termino.campo else 'cambios' end;
    elsif jsonb_typeof(termino.valor) = 'null' then
      null;
    elsif not (case
      when termino.campo in ('volumen_tm', 'precio_fijado_tm', 'diferencial_tm', 'tolerancia_pct') then
        jsonb_typeof(termino.valor) in ('string', 'number') and termino.texto ~ '^-?[0-9]{1,15}(\.[0-9]{1,15})?$'
      when termino.campo = 'dias_confirmacion' then
        jsonb_typeof(termino.valor) in ('string', 'number') and termino.texto ~ '^[0-9]{1,3}$'
      when termino.campo = 'fecha_entrega' then
        jsonb_typeof(termino.valor) = 'string' and termino.texto ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
          and pg_input_is_valid(termino.texto, 'date')
      else jsonb_typeof(termino.valor) = 'string'
    end) then
      raise exception 'termino_invalido' using errcode = 'PT422', detail = 'Ese valor no sirve para ese término.',
        hint = termino.campo;
    end if;
    leidos := leidos || jsonb_build_object(termino.campo, case
      when termino.texto is null then 'null'
      when termino.campo = 'dias_confirmacion' then to_jsonb(termino.texto::int)
      else to_jsonb(termino.texto) end);
  end loop;
  return leidos;
end
$function$;

create or replace function privado.manda_en_contrato (
  contrato public.contratos
)
  returns boolean
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return auth.uid() is null or privado.es_admin() or coalesce(current_setting('privado.enmienda', true), '') <> ''
    or (privado.mi_rol() = 'exportadora' and privado.mi_empresa() = contrato.exportadora_id);
end
$function$;

create or replace function privado.mi_parte (
  contrato public.contratos
)
  returns bigint
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return case when privado.mi_rol() <> 'admin'
    and privado.mi_empresa() = any (array[contrato.exportadora_id, contrato.contraparte_id]) then privado.mi_empresa() end;
end
$function$;

create or replace function privado.precio_promedio (
  contrato bigint
)
  returns numeric
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return (
    select round(sum(f.tm * f.precio_tm) / sum(f.tm), 2) from public.fijaciones f
    where f.contrato_id = contrato and f.anulada_en is null and f.confirmada_en is not null
  );
end
$function$;

create or replace function privado.proponer_edicion (
  v_contrato bigint,
  v_cambios jsonb
)
  returns public.enmiendas
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato constant public.contratos := privado.exigir_contrato(v_contrato);
  terminos constant jsonb := privado.leer_cambios(coalesce((
    select jsonb_object_agg(e.key, e.value) from jsonb_each(v_cambios) as e
    where e.key = any (privado.terminos_esenciales())), '{}'));
begin
  if privado.cambios_de(contrato, terminos) is not null then
    return privado.proponer_enmienda(v_contrato, terminos, null);
  end if;
  return null;
end
$function$;

create or replace function privado.proponer_enmienda (
  v_contrato bigint,
  v_cambios jsonb,
  v_nota text
)
  returns public.enmiendas
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato constant public.contratos := privado.tomar_terminos(v_contrato);
  cambios jsonb;
  propuesta public.enmiendas;
begin
  perform privado.exigir_parte(contrato);
  if contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif contrato.estado <> 'Activo' then
    raise exception 'enmienda_en_revision' using errcode = 'PT409',
      detail = 'En revisión los términos se editan. Las enmiendas son de un contrato Activo.';
  end if;
  perform privado.vencer_enmiendas(contrato.id);
  if exists (select from public.enmiendas e where e.contrato_id = contrato.id and e.estado = 'propuesta') then
    raise exception 'enmienda_pendiente' using errcode = 'PT409',
      detail = 'Ya hay una enmienda sin responder: se responde o se retira antes de proponer otra.';
  end if;
  cambios := privado.cambios_de(contrato, privado.leer_cambios(v_cambios));
  if cambios is null then
    raise exception 'enmienda_sin_cambios' using errcode = 'PT422',
      detail = 'Una enmienda dice qué términos cambian, y a qué.', hint = 'cambios';
  end if;
  perform privado.ensayar_terminos(contrato, cambios);
  insert into public.enmiendas (contrato_id, n, de_version, cambios, nota, propuesta_por, propuesta_empresa)
  values (
    contrato.id, (select coalesce(max(e.n), 0) + 1 from public.enmiendas e where e.contrato_id = contrato.id),
    privado.version_vigente(contrato.id), cambios, nullif(btrim(v_nota, E' \t\r\n'), ''), auth.uid(),
    privado.mi_parte(contrato))
  returning * into propuesta;
  return propuesta;
end
$function$;

create or replace function privado.responder_enmienda (
  v_id bigint,
  v_acepta boolean,
  v_motivo text
)
  returns public.enmiendas
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  enmienda public.enmiendas := privado.exigir_enmienda_abierta(v_id);
  contrato constant public.contratos := privado.exigir_contrato(enmienda.contrato_id);
begin
  if enmienda.propuesta_empresa = privado.mi_empresa() then
    raise exception 'enmienda_propia' using errcode = 'PT403', detail = 'Una enmienda la responde la otra parte.';
  elsif v_acepta is null then
    raise exception 'enmienda_sin_respuesta' using errcode = 'PT422', detail = 'Diga si la acepta o no.', hint = 'acepta';
  elsif not v_acepta and coalesce(btrim(v_motivo, E' \t\r\n'), '') = '' then
    raise exception 'enmienda_sin_motivo' using errcode = 'PT422',
      detail = 'Una enmienda se rechaza diciendo por qué.', hint = 'motivo';
  elsif v_acepta and contrato.estado <> 'Activo' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif v_acepta and enmienda.de_version <> privado.version_vigente(contrato.id) then
    raise exception 'enmienda_de_otra_version' using errcode = 'PT409',
      detail = 'Los términos cambiaron después de que se propuso: se retira y se propone otra.';
  end if;
  update public.enmiendas e
  set estado = case when v_acepta then 'aceptada' else 'rechazada' end, respondida_por = auth.uid(),
    respondida_empresa = privado.mi_empresa(), respondida_en = clock_timestamp(),
    motivo = case when not v_acepta then btrim(v_motivo, E' \t\r\n') end
  where e.id = v_id returning * into enmienda;
  if v_acepta then
    perform privado.aplicar_terminos(contrato, enmienda.cambios, v_id);
    perform privado.versionar(contrato.id, v_id);
  end if;
  return enmienda;
end
$function$;

create or replace function privado.responder_fijacion (
  v_id bigint,
  v_acepta boolean,
  v_motivo text
)
  returns public.fijaciones
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  fijacion public.fijaciones;
  contrato public.contratos;
begin
  perform privado.exigir_cuenta();
  select f.* into fijacion from public.fijaciones f
  where f.id = v_id and (
    exists (select from privado.mis_firmas m where m.contrato_id = f.contrato_id) or privado.es_admin());
  if fijacion.id is null then
    raise exception 'fijacion_no_existe' using errcode = 'PT404', detail = 'No existe esa fijación en el contrato.';
  end if;
  contrato := privado.tomar_terminos(fijacion.contrato_id);
  select f.* into fijacion from public.fijaciones f where f.id = v_id;
  if fijacion.empresa_id = privado.mi_parte(contrato) or privado.mi_parte(contrato) is null then
    raise exception 'fijacion_de_las_partes' using errcode = 'PT403',
      detail = 'En este contrato una parte fija y la otra confirma, nadie por ellas.';
  elsif contrato.estado = 'Cerrado' then
    raise exception 'contrato_cerrado' using errcode = 'PT409', detail = 'Un contrato cerrado no se edita.';
  elsif fijacion.anulada_en is not null then
    raise exception 'fijacion_anulada' using errcode = 'PT409', detail = 'Esa fijación ya está anulada.';
  elsif fijacion.confirmada_en is not null then
    raise exception 'fijacion_firme' using errcode = 'PT409', detail = 'Esa fijación no espera confirmación.';
  elsif fijacion.vence_en <= clock_timestamp() then
    raise exception 'fijacion_vencida' using errcode = 'PT409', detail = 'Esa fijación venció sin confirmar: se fija otra vez.';
  elsif v_acepta is null then
    raise exception 'fijacion_sin_respuesta' using errcode = 'PT422', detail = 'Diga si la confirma o no.', hint = 'acepta';
  elsif v_acepta then
    update public.fijaciones f set confirmada_en = clock_timestamp(), confirmada_por = auth.uid()
    where f.id = v_id returning * into fijacion;
  else
    update public.fijaciones f set motivo = nullif(btrim(v_motivo, E' \t\r\n'), '') where f.id = v_id returning * into fijacion;
  end if;
  return fijacion;
end
$function$;

create or replace function privado.retirar_enmienda (
  v_id bigint
)
  returns public.enmiendas
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  enmienda public.enmiendas := privado.exigir_enmienda_abierta(v_id);
begin
  if enmienda.propuesta_empresa <> privado.mi_empresa() then
    raise exception 'enmienda_ajena' using errcode = 'PT403', detail = 'Una enmienda la retira la parte que la propuso.';
  end if;
  update public.enmiendas e
  set estado = 'retirada', respondida_por = auth.uid(), respondida_empresa = privado.mi_empresa(),
    respondida_en = clock_timestamp()
  where e.id = v_id returning * into enmienda;
  return enmienda;
end
$function$;

create or replace function privado.terminos (
  contrato public.contratos
)
  returns jsonb
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
declare
  precio public.contratos_precios;
begin
  select * into precio from public.contratos_precios p where p.contrato_id = contrato.id;
  return jsonb_build_object(
    'volumen_tm', contrato.volumen_tm::text,
    'precio_fijado_tm', case when contrato.modalidad_precio = 'fijo' then precio.precio_fijado_tm::text end,
    'diferencial_tm', precio.diferencial_tm::text,
    'modalidad_precio', contrato.modalidad_precio,
    'calidad', contrato.calidad,
    'fecha_entrega', contrato.fecha_entrega,
    'tolerancia_pct', contrato.tolerancia_pct::text,
    'cierre', contrato.cierre,
    'dias_confirmacion', contrato.dias_confirmacion);
end
$function$;

create or replace function privado.terminos_esenciales()
  returns text[]
  language sql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
  select '{volumen_tm,precio_fijado_tm,diferencial_tm,modalidad_precio,calidad,fecha_entrega,tolerancia_pct,cierre,dias_confirmacion}'::text[]
$function$;

create or replace function privado.tomar_terminos (
  v_contrato bigint
)
  returns public.contratos
  language plpgsql
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_contrato(v_contrato);
  perform privado.tomar_precio(v_contrato);
  return privado.exigir_contrato(v_contrato, bloquear => true);
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
    -- No client writes these: the other side confirmed it, or nobody did in time.
    elsif new.confirmada_en is distinct from old.confirmada_en or new.anulada_en is not null then
      return new;
    elsif old.confirmada_por is not null and auth.uid() is not null and not privado.es_admin() then
      raise exception 'fijacion_confirmada' using errcode = 'PT409',
        detail = 'La otra parte ya confirmó esa fijación: una sola no la anula.';
    elsif new.motivo is null then
      raise exception 'fijacion_sin_motivo' using errcode = 'PT422',
        detail = 'Una fijación se anula diciendo por qué.', hint = 'motivo';
    end if;
    new.anulada_en := clock_timestamp();
    new.anulada_por := auth.uid();
    return new;
  end if;
  perform privado.vencer_fijaciones(contrato.id);
  if contrato.modalidad_precio <> 'por fijar' then
    raise exception 'contrato_precio_fijo' using errcode = 'PT409', detail = 'El precio de este contrato no es por fijar.';
  elsif new.fecha > privado.hoy() then
    raise exception 'fijacion_futura' using errcode = 'PT422', detail = 'No se fija con fecha futura.', hint = 'fecha';
  elsif new.ny > 0 and new.ny + new.diferencial <= 0 then
    raise exception 'fijacion_sin_precio' using errcode = 'PT422',
      detail = 'Nueva York más el diferencial debe ser mayor que 0.', hint = 'diferencial';
  elsif auth.uid() is not null and new.diferencial <> (
    select p.diferencial_tm from public.contratos_precios p where p.contrato_id = contrato.id) then
    raise exception 'fijacion_otro_diferencial' using errcode = 'PT409',
      detail = 'El diferencial es el acordado en el contrato: otro se acuerda con una enmienda.', hint = 'diferencial';
  elsif privado.tm_fijadas(contrato.id) + new.tm > contrato.volumen_tm then
    raise exception 'fijacion_excede_volumen' using errcode = 'PT409',
      detail = 'Lo fijado pasaría del volumen del contrato.', hint = 'tm';
  end if;
  new.creado_por := coalesce(auth.uid(), new.creado_por);
  new.empresa_id := coalesce(privado.mi_parte(contrato), new.empresa_id);
  if contrato.dias_confirmacion = 0 or auth.uid() is null then
    new.confirmada_en := clock_timestamp();
  elsif new.empresa_id is null then
    raise exception 'fijacion_de_las_partes' using errcode = 'PT403',
      detail = 'En este contrato una parte fija y la otra confirma, nadie por ellas.';
  else
    new.vence_en := clock_timestamp() + contrato.dias_confirmacion * interval '1 day';
  end if;
  return new;
end
$function$;

create or replace function privado.vencer_enmiendas (
  v_contrato bigint default null::bigint
)
  returns integer
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  vieja public.enmiendas;
  vencidas integer := 0;
begin
  for vieja in
    select * from public.enmiendas e
    where e.estado = 'propuesta' and e.vence_en <= clock_timestamp() and e.contrato_id = coalesce(v_contrato, e.contrato_id)
    order by e.contrato_id limit 500
  loop
    perform from public.contratos c where c.id = vieja.contrato_id for no key update;
    update public.enmiendas e set estado = 'vencida', respondida_en = clock_timestamp()
    where e.id = vieja.id and e.estado = 'propuesta';
    vencidas := vencidas + found::int;
  end loop;
  return vencidas;
end
$function$;

create or replace function privado.vencer_fijaciones (
  v_contrato bigint default null::bigint
)
  returns integer
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  vieja public.fijaciones;
  vencidas integer := 0;
begin
  for vieja in
    -- Of a closed contract nothing changes, until it is reopened.
    select f.* from public.fijaciones f
    join public.contratos c on c.id = f.contrato_id and c.estado <> 'Cerrado' and c.eliminado_en is null
    where f.confirmada_en is null and f.anulada_en is null and f.vence_en <= clock_timestamp()
      and f.contrato_id = coalesce(v_contrato, f.contrato_id)
    order by f.contrato_id, f.id limit 500
  loop
    perform privado.tomar_precio(vieja.contrato_id);
    perform from public.contratos c where c.id = vieja.contrato_id for no key update;
    update public.fijaciones f set motivo = 'Venció sin confirmar.', anulada_en = clock_timestamp()
    where f.id = vieja.id and f.confirmada_en is null and f.anulada_en is null;
    vencidas := vencidas + found::int;
  end loop;
  return vencidas;
end
$function$;

create or replace function privado.version_vigente (
  contrato bigint
)
  returns integer
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  return (select max(v.n) from public.contratos_versiones v where v.contrato_id = contrato);
end
$function$;

create or replace function privado.versionar (
  v_contrato bigint,
  v_enmienda bigint default null::bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato public.contratos;
  anterior public.contratos_versiones;
  enmienda public.enmiendas;
  nueva public.contratos_versiones;
begin
  select * into contrato from public.contratos c where c.id = v_contrato for no key update;
  select * into anterior from public.contratos_versiones v where v.contrato_id = v_contrato order by v.n desc limit 1;
  nueva.terminos := privado.terminos(contrato);
  if not exists (select from privado.diferencias(anterior.terminos, nueva.terminos)) then
    return;
  end if;
  nueva.n := coalesce(anterior.n, 0) + 1;
  nueva.propuesta_por := auth.uid();
  nueva.propuesta_empresa := privado.mi_parte(contrato);
  nueva.propuesta_en := clock_timestamp();
  nueva.aceptada_en := privado.acordado_en(contrato);
  nueva.origen := case when nueva.n = 1 then 'creacion' when auth.uid() is null then 'sistema' else 'edicion' end;
  if v_enmienda is not null then
    select * into enmienda from public.enmiendas e where e.id = v_enmienda;
    nueva.origen := 'enmienda';
    nueva.propuesta_por := enmienda.propuesta_por;
    nueva.propuesta_empresa := enmienda.propuesta_empresa;
    nueva.propuesta_en := enmienda.propuesta_en;
    nueva.aceptada_por := enmienda.respondida_por;
    nueva.aceptada_empresa := enmienda.respondida_empresa;
    nueva.aceptada_en := enmienda.respondida_en;
  end if;
  insert into public.contratos_versiones (contrato_id, n, terminos, origen, enmienda_id, propuesta_por, propuesta_empresa,
    propuesta_en, aceptada_por, aceptada_empresa, aceptada_en)
  values (v_contrato, nueva.n, nueva.terminos, nueva.origen, v_enmienda, nueva.propuesta_por, nueva.propuesta_empresa,
    nueva.propuesta_en, nueva.aceptada_por, nueva.aceptada_empresa, nueva.aceptada_en);
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
  diferencial_tm numeric default null::numeric,
  dias_confirmacion integer default null::integer
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
    modalidad_precio, cierre, dias_confirmacion
  )
  values (
    crear_contrato.exportadora_id, crear_contrato.contraparte_id, crear_contrato.fecha_firma,
    crear_contrato.volumen_tm, crear_contrato.observaciones, crear_contrato.calidad, crear_contrato.fecha_entrega,
    coalesce(crear_contrato.tolerancia_pct, 0), coalesce(crear_contrato.modalidad_precio, 'fijo'),
    coalesce(crear_contrato.cierre, 'al exportar los lotes'), coalesce(crear_contrato.dias_confirmacion, 0)
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

create or replace function public.proponer_enmienda (
  contrato_id bigint,
  cambios jsonb,
  nota text default null::text
)
  returns public.enmiendas
  language sql
  set search_path to ''
  AS $function$
  select privado.proponer_enmienda(contrato_id, cambios, nota)
$function$;

create or replace function public.responder_enmienda (
  id bigint,
  acepta boolean,
  motivo text default null::text
)
  returns public.enmiendas
  language sql
  set search_path to ''
  AS $function$
  select privado.responder_enmienda(id, acepta, motivo)
$function$;

create or replace function public.responder_fijacion (
  id bigint,
  acepta boolean,
  motivo text default null::text
)
  returns public.fijaciones
  language sql
  set search_path to ''
  AS $function$
  select privado.responder_fijacion(id, acepta, motivo)
$function$;

create or replace function public.retirar_enmienda (
  id bigint
)
  returns public.enmiendas
  language sql
  set search_path to ''
  AS $function$
  select privado.retirar_enmienda(id)
$function$;

alter table public.contratos
  add constraint contratos_dias_confirmacion_valido check (((dias_confirmacion >= 0) AND (dias_confirmacion <= 60)));

alter table public.contratos_versiones
  add constraint contratos_versiones_aceptada_por_fkey foreign key (aceptada_por) references public.usuarios(id)
    on delete restrict;

alter table public.contratos_versiones
  add constraint contratos_versiones_contrato_id_fkey foreign key (contrato_id) references public.contratos(id)
    on delete restrict;

alter table public.contratos_versiones
  add constraint contratos_versiones_propuesta_por_fkey foreign key (propuesta_por) references public.usuarios(id)
    on delete restrict;

alter table public.enmiendas
  add constraint enmiendas_contrato_id_fkey foreign key (contrato_id) references public.contratos(id)
    on delete restrict;

alter table public.contratos_versiones
  add constraint contratos_versiones_enmienda_fkey foreign key (enmienda_id, contrato_id)
    references public.enmiendas(id, contrato_id) on delete restrict;

alter table public.enmiendas
  add constraint enmiendas_de_version_fkey foreign key (contrato_id, de_version)
    references public.contratos_versiones(contrato_id, n) on delete restrict;

alter table public.enmiendas
  add constraint enmiendas_propuesta_empresa_fkey foreign key (propuesta_empresa) references public.empresas(id)
    on delete restrict;

alter table public.enmiendas
  add constraint enmiendas_propuesta_por_fkey foreign key (propuesta_por) references public.usuarios(id)
    on delete restrict;

alter table public.enmiendas
  add constraint enmiendas_respondida_empresa_fkey foreign key (respondida_empresa) references public.empresas(id)
    on delete restrict;

alter table public.enmiendas
  add constraint enmiendas_respondida_por_fkey foreign key (respondida_por) references public.usuarios(id)
    on delete restrict;

-- Old fixings are firm from when they were made. By their rules a fixing is not edited: they step aside.
alter table public.fijaciones disable trigger user;
update public.fijaciones f set confirmada_en = f.creado_en, empresa_id = (
  select u.empresa_id from public.usuarios u join public.contratos c on c.id = f.contrato_id
  where u.id = f.creado_por and u.rol <> 'admin' and u.empresa_id in (c.exportadora_id, c.contraparte_id));
alter table public.fijaciones enable trigger user;

alter table public.fijaciones
  add constraint fijaciones_confirmacion_coherente check (((confirmada_en IS NOT NULL) OR (vence_en IS NOT NULL)));

alter table public.fijaciones
  add constraint fijaciones_confirmada_por_fkey foreign key (confirmada_por) references public.usuarios(id)
    on delete restrict;

alter table public.fijaciones
  add constraint fijaciones_empresa_id_fkey foreign key (empresa_id) references public.empresas(id)
    on delete restrict;

create index contratos_versiones_aceptada_por_idx on public.contratos_versiones using btree (aceptada_por);
create index contratos_versiones_enmienda_idx on public.contratos_versiones using btree (enmienda_id, contrato_id);
create index contratos_versiones_propuesta_por_idx on public.contratos_versiones using btree (propuesta_por);

create unique index enmiendas_abierta_key on public.enmiendas using btree (contrato_id)
  where (estado = 'propuesta'::text);

create index enmiendas_de_version_idx on public.enmiendas using btree (contrato_id, de_version);
create index enmiendas_propuesta_empresa_idx on public.enmiendas using btree (propuesta_empresa);
create index enmiendas_propuesta_por_idx on public.enmiendas using btree (propuesta_por);
create index enmiendas_respondida_empresa_idx on public.enmiendas using btree (respondida_empresa);
create index enmiendas_respondida_por_idx on public.enmiendas using btree (respondida_por);

create index enmiendas_vence_idx on public.enmiendas using btree (vence_en)
  where (estado = 'propuesta'::text);

create index fijaciones_confirmada_por_idx on public.fijaciones using btree (confirmada_por);
create index fijaciones_empresa_idx on public.fijaciones using btree (empresa_id);

create index fijaciones_vence_idx on public.fijaciones using btree (vence_en)
  where ((confirmada_en is null) AND (anulada_en is null));

create trigger _130_exigir_enmienda before update on public.contratos
  for each row when (
    current_user in ('anon', 'authenticated') and old.estado <> 'En revisión'
    and (old.volumen_tm, old.modalidad_precio, old.calidad, old.fecha_entrega, old.tolerancia_pct, old.cierre,
      old.dias_confirmacion)
      is distinct from (new.volumen_tm, new.modalidad_precio, new.calidad, new.fecha_entrega, new.tolerancia_pct, new.cierre,
      new.dias_confirmacion))
  execute function privado.exigir_enmienda();

create trigger _710_notificar_edicion after update on public.contratos
  for each row when (old.estado <> new.estado or coalesce(current_setting('privado.enmienda', true), '') = '' and
    (old.volumen_tm, old.fecha_firma, old.observaciones, old.calidad, old.fecha_entrega, old.tolerancia_pct,
      old.modalidad_precio, old.cierre, old.dias_confirmacion)
      is distinct from (new.volumen_tm, new.fecha_firma, new.observaciones, new.calidad, new.fecha_entrega,
      new.tolerancia_pct, new.modalidad_precio, new.cierre, new.dias_confirmacion))
  execute function privado.avisar_de_contrato();

create trigger _820_anotar_version
  after insert on public.contratos referencing NEW table as nuevos
  for each STATEMENT
  execute function privado.anotar_versiones();

create trigger _830_anotar_cambio
  after update on public.contratos referencing OLD table as viejos NEW table as nuevos
  for each STATEMENT
  execute function privado.anotar_versiones();

create trigger _840_aceptar_version
  after update on public.contratos referencing OLD table as viejos NEW table as nuevos
  for each STATEMENT
  execute function privado.aceptar_versiones();

create trigger _130_exigir_enmienda
  before update on public.contratos_precios
  for each row
  when
    (((CURRENT_USER = ANY (ARRAY['anon'::name, 'authenticated'::name])) AND ((old.precio_fijado_tm IS DISTINCT FROM
    new.precio_fijado_tm) OR (old.diferencial_tm IS DISTINCT FROM new.diferencial_tm))))
  execute function privado.exigir_enmienda_de_precio();

create trigger _830_anotar_cambio
  after update on public.contratos_precios referencing OLD table as viejos NEW table as nuevos
  for each STATEMENT
  execute function privado.anotar_versiones_de_precio();

create trigger _100_conservar
  before delete or update on public.contratos_versiones
  for each row
  execute function privado.conservar_version();

create trigger _110_conservar_todas
  before truncate on public.contratos_versiones
  for each STATEMENT
  execute function privado.conservar_version();

create trigger _100_conservar
  before delete or update on public.enmiendas
  for each row
  execute function privado.conservar_enmienda();

create trigger _110_conservar_todas
  before truncate on public.enmiendas
  for each STATEMENT
  execute function privado.conservar_enmienda();

create trigger _500_contar
  after insert or update on public.enmiendas
  for each row
  execute function privado.contar_enmienda();

create policy select_firmante on public.contratos_versiones
  for select
  to authenticated
  using (((exists ( select
   from privado.mis_firmas m
  where (m.contrato_id = contratos_versiones.contrato_id))) or ( select privado.es_admin() as es_admin)));

create policy select_firmante on public.enmiendas
  for select
  to authenticated
  using (((exists ( select
   from privado.mis_firmas m
  where (m.contrato_id = enmiendas.contrato_id))) or ( select privado.es_admin() as es_admin)));

alter publication supabase_realtime add table public.enmiendas;
comment on column public.contratos.dias_confirmacion is 'Días que tiene la otra parte para confirmar una fijación; con 0, vale en el acto.';
comment on column public.contratos_versiones.aceptada_por is 'Quien dijo que sí por la otra parte; null si lo dijo de antemano, al aceptar la relación.';
comment on column public.contratos_versiones.n is 'De 1 en adelante, sin huecos: la mayor es la vigente.';
comment on column public.contratos_versiones.propuesta_empresa is 'La parte por la que lo hizo; null si por ninguna.';
comment on column public.contratos_versiones.propuesta_por is 'Null: el sistema, o no consta quién.';
comment on column public.contratos_versiones.terminos is 'Los términos enteros, con sus decimales como texto.';
comment on column public.enmiendas.cambios is 'Lo que cambia y a qué, con sus decimales como texto.';
comment on column public.enmiendas.de_version is 'La versión de los términos sobre la que se propuso.';
comment on column public.enmiendas.motivo is 'Por qué se rechazó.';
comment on column public.enmiendas.n is 'De 1 en adelante en cada contrato.';
comment on column public.enmiendas.vence_en is 'Hasta cuándo se acepta: después, aunque nadie la haya marcado, no vale.';
comment on column public.fijaciones.confirmada_en is 'Desde cuándo cuenta en el precio; null mientras está por confirmar.';
comment on column public.fijaciones.confirmada_por is 'Quien la confirmó por la otra parte.';
comment on column public.fijaciones.empresa_id is 'La parte que fijó; null si no fue ninguna.';
comment on column public.fijaciones.vence_en is 'Hasta cuándo la confirma la otra parte: después se anula; null si su contrato no lo pide.';
comment on function privado.aceptar_versiones() is 'Disparador: acordado un contrato, lo está la versión vigente de sus términos.';
comment on function privado.acordado_en(public.contratos) is 'Cuándo quedaron de acuerdo las dos partes con los términos de un contrato; null si falta una.';
comment on function privado.anotar_versiones() is 'Disparador: cada cambio de los términos es una versión.';
comment on function privado.anotar_versiones_de_precio() is 'Disparador: cada cambio de lo acordado sobre el precio es una versión.';
comment on function privado.aplicar_terminos(public.contratos, jsonb, bigint) is 'Escribe en un contrato los cambios de una enmienda.';
comment on function privado.cambios_de(public.contratos, jsonb) is 'De unos cambios, los que lo son para los términos de ese contrato; null si ninguno.';
comment on function privado.conservar_enmienda() is 'Disparador: las enmiendas son evidencia.';
comment on function privado.conservar_version() is 'Disparador: las versiones son evidencia; solo se anota una vez que se aceptaron.';
comment on function privado.contar_enmienda() is 'Disparador: propuestas y respuestas de enmiendas, en la conversación y avisadas a las otras partes.';
comment on function privado.diferencias(jsonb, jsonb) is 'En qué se distinguen dos versiones de unos términos.';

comment on function privado.editar_contrato(bigint, jsonb, timestamp with time zone, timestamp
  with time zone) is 'Cambia lo que se pide de un contrato, o lo propone a la otra parte; da cómo queda, o ninguna fila si es otra su versión.';

comment on function privado.ensayar_terminos(public.contratos, jsonb) is 'Nada, si esos cambios podrían aplicarse ahora; si no, el error que darían.';
comment on function privado.escribir_terminos(public.contratos, jsonb) is 'Escribe en un contrato y en su precio lo que cambia; quien llama los tiene tomados, y anota la versión.';
comment on function privado.exigir_enmienda() is 'Disparador: los términos de un contrato Activo no los cambia una parte sola.';
comment on function privado.exigir_enmienda_abierta(bigint) is 'La enmienda, con su contrato tomado, si espera respuesta y el usuario firma por una de las partes.';
comment on function privado.exigir_enmienda_de_precio() is 'Disparador: el precio de un contrato Activo no lo cambia una parte sola.';
comment on function privado.exigir_entregado(public.contratos, public.contratos) is 'Nada, si lo entregado cabe en los términos nuevos; si no, volumen_menor_que_entregado.';
comment on function privado.exigir_parte(public.contratos) is 'Nada, si el usuario firma por una de las partes del contrato; si no, enmienda_de_las_partes.';
comment on function privado.leer_cambios(jsonb) is 'Los cambios que alguien propone, con sus decimales como texto; o el error que dice cuál no sirve.';
comment on function privado.mi_parte(public.contratos) is 'La empresa por la que el usuario firma en este contrato; null si por ninguna.';
comment on function privado.precio_promedio(bigint) is 'Precio promedio de las fijaciones firmes de un contrato, en dólares por tonelada con centavos; null si no tiene.';
comment on function privado.proponer_edicion(bigint, jsonb) is 'Propone a la otra parte los términos que una edición cambia; null si no cambia ninguno.';
comment on function privado.proponer_enmienda(bigint, jsonb, text) is 'Propone un cambio de los términos de un contrato Activo.';
comment on function privado.responder_enmienda(bigint, boolean, text) is 'Acepta o rechaza la enmienda que propuso la otra parte.';
comment on function privado.responder_fijacion(bigint, boolean, text) is 'Confirma la fijación de la otra parte, o la anula diciendo por qué.';
comment on function privado.retirar_enmienda(bigint) is 'Retira una enmienda que propuso la empresa del usuario.';
comment on function privado.terminos(public.contratos) is 'Los términos esenciales de un contrato, con sus decimales como texto.';
comment on function privado.terminos_esenciales() is 'Los términos que ninguna de las dos partes cambia sola; las partes mismas no cambian nunca.';
comment on function privado.tomar_terminos(bigint) is 'El contrato, tomado con su precio hasta el fin de la transacción; si no es del usuario, contrato_no_existe.';
comment on function privado.vencer_enmiendas(bigint) is 'Marca como vencidas las enmiendas que nadie respondió a tiempo; da cuántas.';
comment on function privado.vencer_fijaciones(bigint) is 'Anula las fijaciones que nadie confirmó a tiempo; da cuántas.';
comment on function privado.version_vigente(bigint) is 'Número de la última versión de los términos de un contrato.';
comment on function privado.versionar(bigint, bigint) is 'Anota los términos de un contrato como su versión siguiente, si no son los de la última.';

comment on function
  public.crear_contrato(numeric, bigint, bigint, numeric, date, text, bigint[], text, date, numeric, text, text,
  numeric, integer) is 'Crea un contrato entre la empresa del usuario y otra, con sus proveedores asociados.';

comment on function public.proponer_enmienda(bigint, jsonb, text) is 'Propone a la otra parte un cambio de los términos de un contrato Activo: {"volumen_tm": "250"}. Vence en 30 días.';
comment on function public.responder_enmienda(bigint, boolean, text) is 'Acepta la enmienda que propuso la otra parte, y entonces rige; o la rechaza, diciendo por qué.';
comment on function public.responder_fijacion(bigint, boolean, text) is 'Confirma la fijación que registró la otra parte; o no, diciendo por qué, y queda anulada.';
comment on function public.retirar_enmienda(bigint) is 'Retira una enmienda que propuso la empresa del usuario.';
comment on table public.contratos_versiones is 'Cada versión de los términos de un contrato; no se modifica ni se borra.';
comment on table public.enmiendas is 'Cambios de los términos de un contrato que una parte propone y la otra acepta o no.';
revoke all on function privado.aceptar_versiones() from public;
revoke all on function privado.acordado_en(contrato public.contratos) from public;
revoke all on function privado.anotar_versiones() from public;
revoke all on function privado.anotar_versiones_de_precio() from public;
revoke all on function privado.aplicar_terminos(contrato public.contratos, cambios jsonb, v_enmienda bigint) from public;
revoke all on function privado.cambios_de(contrato public.contratos, cambios jsonb) from public;
revoke all on function privado.conservar_enmienda() from public;
revoke all on function privado.conservar_version() from public;
revoke all on function privado.contar_enmienda() from public;
revoke all on function privado.diferencias(v_antes jsonb, v_despues jsonb) from public;
revoke all on function privado.editar_contrato(v_contrato bigint, cambios jsonb, v_version timestamp with time zone, v_otra timestamp with time zone, OUT contrato public.contratos, OUT precio_fijado_tm numeric, OUT diferencial_tm numeric, OUT enmienda public.enmiendas) from public;
revoke all on function privado.ensayar_terminos(contrato public.contratos, cambios jsonb) from public;
revoke all on function privado.escribir_terminos(antes public.contratos, cambios jsonb) from public;
revoke all on function privado.exigir_enmienda() from public;
revoke all on function privado.exigir_enmienda_abierta(v_id bigint) from public;
revoke all on function privado.exigir_enmienda_de_precio() from public;
revoke all on function privado.exigir_entregado(antes public.contratos, despues public.contratos) from public;
revoke all on function privado.exigir_parte(contrato public.contratos) from public;
revoke all on function privado.leer_cambios(cambios jsonb) from public;
revoke all on function privado.mi_parte(contrato public.contratos) from public;
revoke all on function privado.proponer_edicion(v_contrato bigint, v_cambios jsonb) from public;
revoke all on function privado.proponer_enmienda(v_contrato bigint, v_cambios jsonb, v_nota text) from public;
revoke all on function privado.responder_enmienda(v_id bigint, v_acepta boolean, v_motivo text) from public;
revoke all on function privado.responder_fijacion(v_id bigint, v_acepta boolean, v_motivo text) from public;
revoke all on function privado.retirar_enmienda(v_id bigint) from public;
revoke all on function privado.terminos(contrato public.contratos) from public;
revoke all on function privado.terminos_esenciales() from public;
revoke all on function privado.tomar_terminos(v_contrato bigint) from public;
revoke all on function privado.vencer_enmiendas(v_contrato bigint) from public;
revoke all on function privado.vencer_fijaciones(v_contrato bigint) from public;
revoke all on function privado.version_vigente(contrato bigint) from public;
revoke all on function privado.versionar(v_contrato bigint, v_enmienda bigint) from public;
revoke all on function public.crear_contrato(volumen_tm numeric, contraparte_id bigint, exportadora_id bigint, precio_fijado_tm numeric, fecha_firma date, observaciones text, proveedores bigint[], calidad text, fecha_entrega date, tolerancia_pct numeric, modalidad_precio text, cierre text, diferencial_tm numeric, dias_confirmacion integer) from public, anon, service_role;
revoke all on function public.proponer_enmienda(contrato_id bigint, cambios jsonb, nota text) from public, anon, service_role;
revoke all on function public.responder_enmienda(id bigint, acepta boolean, motivo text) from public, anon, service_role;
revoke all on function public.responder_fijacion(id bigint, acepta boolean, motivo text) from public, anon, service_role;
revoke all on function public.retirar_enmienda(id bigint) from public, anon, service_role;
revoke all on sequence public.enmiendas_id_seq from anon, authenticated, service_role;
revoke all on table public.contratos_versiones from anon, authenticated, service_role;
revoke all on table public.enmiendas from anon, authenticated, service_role;
grant insert (dias_confirmacion), update (dias_confirmacion) on table public.contratos to authenticated, service_role;
grant execute on function privado.diferencias(v_antes jsonb, v_despues jsonb) to authenticated;
grant execute on function privado.editar_contrato(v_contrato bigint, cambios jsonb, v_version timestamp with time zone, v_otra timestamp with time zone, OUT contrato public.contratos, OUT precio_fijado_tm numeric, OUT diferencial_tm numeric, OUT enmienda public.enmiendas) to authenticated;
grant execute on function privado.escribir_terminos(antes public.contratos, cambios jsonb) to authenticated;
grant execute on function privado.proponer_edicion(v_contrato bigint, v_cambios jsonb) to authenticated;
grant execute on function privado.proponer_enmienda(v_contrato bigint, v_cambios jsonb, v_nota text) to authenticated;
grant execute on function privado.responder_enmienda(v_id bigint, v_acepta boolean, v_motivo text) to authenticated;
grant execute on function privado.responder_fijacion(v_id bigint, v_acepta boolean, v_motivo text) to authenticated;
grant execute on function privado.retirar_enmienda(v_id bigint) to authenticated;
grant execute on function privado.terminos_esenciales() to authenticated;
grant execute on function privado.vencer_enmiendas(v_contrato bigint) to service_role;
grant execute on function privado.vencer_fijaciones(v_contrato bigint) to service_role;
grant execute on function privado.versionar(v_contrato bigint, v_enmienda bigint) to authenticated;
grant execute on function public.crear_contrato(volumen_tm numeric, contraparte_id bigint, exportadora_id bigint, precio_fijado_tm numeric, fecha_firma date, observaciones text, proveedores bigint[], calidad text, fecha_entrega date, tolerancia_pct numeric, modalidad_precio text, cierre text, diferencial_tm numeric, dias_confirmacion integer) to authenticated;
grant execute on function public.proponer_enmienda(contrato_id bigint, cambios jsonb, nota text) to authenticated;
grant execute on function public.responder_enmienda(id bigint, acepta boolean, motivo text) to authenticated;
grant execute on function public.responder_fijacion(id bigint, acepta boolean, motivo text) to authenticated;
grant execute on function public.retirar_enmienda(id bigint) to authenticated;
grant select on table public.contratos_versiones to authenticated;
grant select on table public.enmiendas to authenticated;
reset check_function_bodies;

-- Every contract that was there has its terms of today as its first version. Nobody knows who proposed them, or that the
-- other side accepted: it says so.
insert into public.contratos_versiones (contrato_id, n, terminos, origen, propuesta_en)
select c.id, 1, privado.terminos(c), 'migracion', clock_timestamp() from public.contratos c order by c.id;
