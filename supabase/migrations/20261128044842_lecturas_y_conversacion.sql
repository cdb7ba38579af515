-- Why: a Storage that has nothing to give for some minutes has lost nothing, so a known paper is read six times before it
--   is told lost, and one that was never read is read again; an expediente holds the conversation up to now, with what its
--   digests are hashed from; time stamps are verified.
-- Old rows: nothing is needed.
-- Touches: privado.anotar_revision, privado.cerrar_conversacion, privado.mensajes_de_expediente,
--   privado.resumir_hasta, privado.resumir_mensajes, privado.sales_de_mensajes, privado.sellos.
-- Destructive: no.

set check_function_bodies = off;

create or replace function privado.anotar_revision (
  documento bigint,
  v_sha256 text,
  v_mime text
)
  returns text
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  antes public.documentos_contrato;
  espera privado.documentos_por_leer;
  conocida boolean;
  nueva text;
  repetido bigint;
begin
  select * into antes from public.documentos_contrato d where d.id = documento for no key update;
  if not found then
    return null;
  end if;
  conocida := coalesce(antes.huella_de in ('subida', 'revision'), false);
  delete from privado.documentos_por_leer q where q.documento_id = documento returning * into espera;
  if v_sha256 is null and espera.documento_id is not null then
    -- Those in a row: what failed otherwise does not count.
    espera.intentos := case when espera.motivo = 'sin archivo' then espera.intentos else 1 end;
    if espera.intentos < (case when not conocida then 40 when antes.verificacion = 'sin archivo' then 0 else 6 end) then
      insert into privado.documentos_por_leer (documento_id, desde, intentos, motivo) values (
        documento, clock_timestamp() + (case when espera.intentos < 12 then interval '5 seconds' * 2 ^ espera.intentos
          else interval '1 day' end), espera.intentos, 'sin archivo');
      if conocida then
        return antes.verificacion;
      end if;
    end if;
  end if;
  nueva := case
    when v_sha256 is null then 'sin archivo'
    when conocida and antes.sha256 <> v_sha256 then 'alterado'
    else 'verificado' end;
  if nueva = 'verificado' and not conocida then
    perform pg_advisory_xact_lock(hashtextextended(
      format('privado.anotar_revision/%s/%s/%s', antes.contrato_id, antes.empresa_id, v_sha256), 0));
    select d.id into repetido from public.documentos_contrato d
    where d.contrato_id = antes.contrato_id and d.sha256 = v_sha256 and d.verificacion = 'verificado'
      and d.empresa_id is not distinct from antes.empresa_id and d.id <> documento and d.duplicado_de is null
    order by d.id limit 1;
  end if;
  update public.documentos_contrato d
  set verificacion = nueva, revisado_en = clock_timestamp(), duplicado_de = coalesce(d.duplicado_de, repetido),
    sha256 = case when conocida then d.sha256 else v_sha256 end,
    mime = case when d.revisado_en is null or not conocida then coalesce(v_mime, d.mime) else d.mime end,
    huella_de = case
      when not conocida and v_sha256 is null then 'sin_archivo'
      when not conocida then 'revision'
      -- Meanwhile its bytes may have been registered again: it comes back without standing in their way.
      when nueva = 'verificado' and d.verificacion <> 'verificado' then 'revision'
      else d.huella_de end
  where d.id = documento;
  return nueva;
end
$function$;

create or replace function privado.cerrar_conversacion (
  v_contrato bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_firma(v_contrato);
  -- Without the head, which others write on: mostly there is nothing to be added.
  while exists (
    select from public.mensajes m join privado.evidencias_cabezas h on h.cadena = m.contrato_id
    where m.contrato_id = v_contrato and m.id > h.mensajes_hasta) loop
    exit when privado.resumir_hasta(v_contrato, 'infinity') = 0;
  end loop;
end
$function$;

create or replace function privado.mensajes_de_expediente (
  v_contrato bigint,
  despues_de bigint,
  hasta bigint,
  tope integer
)
  returns table (
    id bigint,
    canonico text
  )
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_firma(v_contrato);
  return query select m.id, privado.fila_mensaje(m) from public.mensajes m
    where m.contrato_id = v_contrato and m.id > despues_de and m.id <= hasta order by m.id limit tope;
end
$function$;

create or replace function privado.resumir_hasta (
  v_contrato bigint,
  v_hasta timestamp with time zone
)
  returns integer
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  cabeza privado.evidencias_cabezas;
  resumen record;
  v_sal bytea;
  v_objeto text;
  hechos integer := 0;
begin
  if not exists (select from public.contratos c where c.id = v_contrato) then
    return 0;
  end if;
  cabeza := privado.tomar_cabeza(v_contrato);
  for resumen in
    select t.minuto, min(t.id) as desde, max(t.id) as hasta, array_agg(t.m order by t.id) as mensajes
    from (
      select m, m.id, date_trunc('minute', m.creado_en, 'UTC') as minuto,
        (row_number() over (partition by date_trunc('minute', m.creado_en, 'UTC') order by m.id) - 1) / 200 as tanda
      from public.mensajes m
      where m.contrato_id = v_contrato and m.id > cabeza.mensajes_hasta
        and m.creado_en < v_hasta
    ) as t
    group by t.minuto, t.tanda order by min(t.id)
    limit 100
  loop
    v_objeto := 'mensajes/' || resumen.hasta;
    v_sal := privado.sal_de(v_objeto);
    perform privado.encadenar(array[(
      v_contrato, 'mensajes.resumen', v_objeto,
      (
        select '{"desde":' || resumen.desde || ',"hasta":' || resumen.hasta
          || ',"mensajes":[' || string_agg('[' || s.id || ',"' || encode(s.hoja, 'hex') || '"]', ',' order by s.id)
          || '],"minuto":' || privado.json_de(resumen.minuto)
          || ',"raiz":"' || encode(privado.merkle(array_agg(s.hoja order by s.id)), 'hex') || '"}'
        from (
          select m.id, sha256(v_sal || convert_to(privado.fila_mensaje(m), 'UTF8')) as hoja
          from unnest(resumen.mensajes) as m
        ) as s
      ))::privado.evidencia_nueva]);
    update privado.evidencias_cabezas h set mensajes_hasta = resumen.hasta where h.cadena = v_contrato;
    hechos := hechos + cardinality(resumen.mensajes);
  end loop;
  return hechos;
end
$function$;

create or replace function privado.resumir_mensajes (
  v_contrato bigint
)
  returns integer
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  return privado.resumir_hasta(v_contrato, date_trunc('minute', clock_timestamp() - interval '1 minute'));
end
$function$;

create or replace function privado.sales_de_mensajes (
  v_contrato bigint
)
  returns table (
    objeto text,
    sal text
  )
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_firma(v_contrato);
  return query select e.objeto, encode(s.sal, 'hex') from privado.evidencias e
    join privado.evidencias_sales s on s.objeto = e.objeto
    where e.cadena = v_contrato and e.tipo = 'mensajes.resumen' order by e.n;
end
$function$;

create or replace function privado.sellos (
  desde bigint,
  tope integer
)
  returns table (
    tamano bigint,
    en timestamp with time zone,
    tsa text,
    respuesta bytea
  )
  language sql
  stable
  security definer
  rows 100
  set search_path to ''
  AS $function$
  select s.tamano, s.en, s.tsa, s.respuesta from privado.evidencias_sellos s where s.tamano >= desde
  order by s.tamano limit tope
$function$;

comment on function privado.cerrar_conversacion(bigint) is 'Añade a la cadena de un contrato lo último que se dijo, para su expediente.';
comment on function privado.mensajes_de_expediente(bigint, bigint, bigint, integer) is 'Los mensajes de un contrato como entran en sus huellas, por páginas.';
comment on function privado.resumir_hasta(bigint, timestamp with time zone) is 'Añade a la cadena de un contrato los mensajes de antes de una hora; devuelve cuántos.';
comment on function privado.sales_de_mensajes(bigint) is 'Las sales de los resúmenes de la conversación de un contrato, para quien lo firma.';
comment on function privado.sellos(bigint, integer) is 'Sellos de tiempo de las raíces, desde una.';
revoke all on function privado.cerrar_conversacion(v_contrato bigint) from public;
revoke all on function privado.mensajes_de_expediente(v_contrato bigint, despues_de bigint, hasta bigint, tope integer) from public;
revoke all on function privado.resumir_hasta(v_contrato bigint, v_hasta timestamp with time zone) from public;
revoke all on function privado.sales_de_mensajes(v_contrato bigint) from public;
revoke all on function privado.sellos(desde bigint, tope integer) from public;
grant execute on function privado.cerrar_conversacion(v_contrato bigint) to authenticated;
grant execute on function privado.mensajes_de_expediente(v_contrato bigint, despues_de bigint, hasta bigint, tope integer) to authenticated;
grant execute on function privado.sales_de_mensajes(v_contrato bigint) to authenticated;
grant execute on function privado.sellos(desde bigint, tope integer) to service_role;
reset check_function_bodies;
