-- Why: versions of the terms, amendments and relations are in no chain: what two companies agree must prove itself too.
-- Those of before get an evidence each, dated today. And messages are digested a minute later, so that nobody at work
-- finds the head of its chain moved.
-- Touches: privado.encadenar_enmienda, privado.encadenar_relacion, privado.encadenar_version,
--   privado.evidencia_inicial, privado.fila_enmienda, privado.fila_relacion, privado.fila_version,
--   privado.filas_de_contrato, privado.filas_de_empresa, privado.por_resumir, privado.resumir_mensajes,
--   public.contratos_versiones, public.enmiendas, public.relaciones.
-- Destructive: no.

set check_function_bodies = off;

create or replace function privado.encadenar_enmienda()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.encadenar(array[(new.contrato_id, 'enmienda.' || new.estado, 'enmienda/' || new.id,
    '{"fila":' || privado.fila_enmienda(new,
      case when num_nonnulls(new.nota, new.motivo) > 0 then privado.sal_de('enmienda/' || new.id) end)
      || '}')::privado.evidencia_nueva]);
  return null;
end
$function$;

create or replace function privado.encadenar_relacion()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  que constant text := case when tg_op = 'INSERT' or old.estado <> new.estado then 'relacion.' || new.estado
    else 'relacion.cambiada' end;
  dicho constant text := '{"fila":' || privado.fila_relacion(new,
    case when num_nonnulls(new.ruc, new.correo, new.motivo) > 0 then privado.sal_de('relacion/' || new.id) end) || '}';
  antes constant bigint := case when tg_op = 'UPDATE' then old.para_id end;
begin
  perform privado.encadenar(array_agg((x.cadena, x.tipo, 'relacion/' || new.id, x.datos)::privado.evidencia_nueva
    order by x.cadena))
  from (values
    (-new.propone_id, que, dicho), (-new.para_id, que, dicho),
    (case when antes is distinct from new.para_id then -antes end, 'relacion.retirada', '{"fila":null}')
  ) as x (cadena, tipo, datos)
  where x.cadena is not null;
  return null;
end
$function$;

create or replace function privado.encadenar_version()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.encadenar(array[(new.contrato_id,
    case tg_op when 'INSERT' then 'version.anotada' else 'version.aceptada' end, 'version/' || new.n,
    '{"fila":' || privado.fila_version(new) || '}')::privado.evidencia_nueva]);
  return null;
end
$function$;

create or replace function privado.evidencia_inicial()
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  tanda bigint[];
  v_empresa bigint;
begin
  perform privado.sal_de('contrato/' || c.id) from public.contratos c where num_nonnulls(c.observaciones, c.rechazo_motivo) > 0;
  perform privado.sal_de('documento/' || d.id) from public.documentos_contrato d;
  perform privado.sal_de('fijacion/' || f.id) from public.fijaciones f where f.motivo is not null;
  perform privado.sal_de('reapertura/' || r.id) from public.contratos_reaperturas r;
  perform privado.sal_de('enmienda/' || e.id) from public.enmiendas e where num_nonnulls(e.nota, e.motivo) > 0;
  perform privado.sal_de('relacion/' || r.id) from public.relaciones r where num_nonnulls(r.ruc, r.correo, r.motivo) > 0;
  perform privado.sal_de('empresa/' || e.id) from public.empresas e;
  loop
    tanda := array(
      select c.id from public.contratos c
      where not exists (select from privado.evidencias_cabezas h where h.cadena = c.id) order by c.id limit 1000);
    exit when cardinality(tanda) = 0;
    perform privado.encadenar(array_agg((f.cadena, 'migracion.inicial', 'contrato/' || f.cadena,
      '{"filas":{' || f.filas || '},"resumen":"' || encode(sha256(convert_to(f.filas, 'UTF8')), 'hex') || '"}'
      )::privado.evidencia_nueva order by f.cadena))
    from (
      select t.cadena, string_agg('"' || t.objeto || '":' || t.fila, ',' order by t.objeto collate "C") as filas
      from privado.filas_de_contrato(tanda) as t group by t.cadena
    ) as f;
  end loop;
  for v_empresa in select e.id from public.empresas e union all select null order by 1 desc nulls last loop
    perform privado.encadenar(array_agg((f.cadena, 'migracion.inicial', f.objeto, '{"fila":' || f.fila || '}'
      )::privado.evidencia_nueva order by f.objeto collate "C"))
    from privado.filas_de_empresa(v_empresa) as f
    where not exists (select from privado.evidencias_cabezas h where h.cadena = f.cadena);
  end loop;
end
$function$;

create or replace function privado.fila_enmienda (
  e public.enmiendas,
  sal bytea
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"cambios":' || privado.json_de(e.cambios::text)
    || ',"contrato_id":' || privado.json_de(e.contrato_id)
    || ',"de_version":' || privado.json_de(e.de_version::bigint)
    || ',"estado":' || privado.json_de(e.estado)
    || ',"id":' || privado.json_de(e.id)
    || ',"motivo":' || privado.json_de(e.motivo, sal)
    || ',"n":' || privado.json_de(e.n::bigint)
    || ',"nota":' || privado.json_de(e.nota, sal)
    || ',"propuesta_empresa":' || privado.json_de(e.propuesta_empresa)
    || ',"propuesta_en":' || privado.json_de(e.propuesta_en)
    || ',"propuesta_por":' || privado.json_de(e.propuesta_por)
    || ',"respondida_empresa":' || privado.json_de(e.respondida_empresa)
    || ',"respondida_en":' || privado.json_de(e.respondida_en)
    || ',"respondida_por":' || privado.json_de(e.respondida_por)
    || ',"vence_en":' || privado.json_de(e.vence_en) || '}';
end
$function$;

create or replace function privado.fila_relacion (
  r public.relaciones,
  sal bytea
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"avisada":' || privado.json_de(r.avisada)
    || ',"con_id":' || privado.json_de(r.con_id)
    || ',"contrato_id":' || privado.json_de(r.contrato_id)
    || ',"correo":' || privado.json_de(r.correo, sal)
    || ',"estado":' || privado.json_de(r.estado)
    || ',"id":' || privado.json_de(r.id)
    || ',"motivo":' || privado.json_de(r.motivo, sal)
    || ',"para_id":' || privado.json_de(r.para_id)
    || ',"propone_id":' || privado.json_de(r.propone_id)
    || ',"propuesta_en":' || privado.json_de(r.propuesta_en)
    || ',"propuesta_por":' || privado.json_de(r.propuesta_por)
    || ',"respondida_en":' || privado.json_de(r.respondida_en)
    || ',"respondida_por":' || privado.json_de(r.respondida_por)
    || ',"ruc":' || privado.json_de(r.ruc, sal)
    || ',"terminada_en":' || privado.json_de(r.terminada_en)
    || ',"terminada_por":' || privado.json_de(r.terminada_por) || '}';
end
$function$;

create or replace function privado.fila_version (
  v public.contratos_versiones
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"aceptada_empresa":' || privado.json_de(v.aceptada_empresa)
    || ',"aceptada_en":' || privado.json_de(v.aceptada_en)
    || ',"aceptada_por":' || privado.json_de(v.aceptada_por)
    || ',"contrato_id":' || privado.json_de(v.contrato_id)
    || ',"enmienda_id":' || privado.json_de(v.enmienda_id)
    || ',"n":' || privado.json_de(v.n::bigint)
    || ',"origen":' || privado.json_de(v.origen)
    || ',"propuesta_empresa":' || privado.json_de(v.propuesta_empresa)
    || ',"propuesta_en":' || privado.json_de(v.propuesta_en)
    || ',"propuesta_por":' || privado.json_de(v.propuesta_por)
    || ',"terminos":' || privado.json_de(v.terminos::text) || '}';
end
$function$;

create or replace function privado.filas_de_contrato (
  v_contratos bigint[]
)
  returns table (
    cadena bigint,
    objeto text,
    fila text
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select c.id, 'contrato/' || c.id, privado.fila_contrato(c, s.sal)
  from public.contratos c left join privado.evidencias_sales s on s.objeto = 'contrato/' || c.id
  where c.id = any (v_contratos)
  union all
  select p.contrato_id, 'acuerdo/' || p.contrato_id, privado.fila_acuerdo(p)
  from public.contratos_precios p where p.contrato_id = any (v_contratos)
  union all
  select p.contrato_id, 'participante/' || p.empresa_id, privado.fila_participante(p)
  from public.contratos_participantes p where p.contrato_id = any (v_contratos)
  union all
  select l.contrato_id, 'lote/' || l.id, privado.fila_lote(l)
  from public.lotes_asociados l where l.contrato_id = any (v_contratos)
  union all
  select d.contrato_id, 'documento/' || d.id, privado.fila_documento(d, s.sal)
  from public.documentos_contrato d left join privado.evidencias_sales s on s.objeto = 'documento/' || d.id
  where d.contrato_id = any (v_contratos)
  union all
  select f.contrato_id, 'fijacion/' || f.id, privado.fila_fijacion(f, s.sal)
  from public.fijaciones f left join privado.evidencias_sales s on s.objeto = 'fijacion/' || f.id
  where f.contrato_id = any (v_contratos)
  union all
  select r.contrato_id, 'reapertura/' || r.id, privado.fila_reapertura(r, s.sal)
  from public.contratos_reaperturas r left join privado.evidencias_sales s on s.objeto = 'reapertura/' || r.id
  where r.contrato_id = any (v_contratos)
  union all
  select v.contrato_id, 'version/' || v.n, privado.fila_version(v)
  from public.contratos_versiones v where v.contrato_id = any (v_contratos)
  union all
  select e.contrato_id, 'enmienda/' || e.id, privado.fila_enmienda(e, s.sal)
  from public.enmiendas e left join privado.evidencias_sales s on s.objeto = 'enmienda/' || e.id
  where e.contrato_id = any (v_contratos)
$function$;

create or replace function privado.filas_de_empresa (
  v_empresa bigint
)
  returns table (
    cadena bigint,
    objeto text,
    fila text
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select -e.id, 'empresa/' || e.id, privado.fila_empresa(e, s.sal)
  from public.empresas e left join privado.evidencias_sales s on s.objeto = 'empresa/' || e.id where e.id = v_empresa
  union all
  select coalesce(-v_empresa, 0), 'usuario/' || u.id, privado.fila_usuario(u)
  from public.usuarios u where u.empresa_id is not distinct from v_empresa
  union all
  select coalesce(-v_empresa, 0), 'parametro/' || p.id, privado.fila_parametro(p)
  from public.parametros p where p.empresa_id is not distinct from v_empresa
  union all
  select coalesce(-v_empresa, 0), 'precio/' || p.id, privado.fila_precio(p)
  from public.precios_fob p where p.empresa_id is not distinct from v_empresa
  union all
  select -v_empresa, 'relacion/' || r.id, privado.fila_relacion(r, s.sal)
  from public.relaciones r left join privado.evidencias_sales s on s.objeto = 'relacion/' || r.id
  where v_empresa = r.propone_id or v_empresa = r.para_id
$function$;

create or replace function privado.por_resumir (
  todos boolean default false
)
  returns SETOF bigint
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  v_desde constant bigint := case when todos then 0 else (
    select l.hasta from privado.evidencias_lecturas l where l.que = 'mensajes') end;
  v_hasta bigint;
begin
  return query
    select u.contrato_id from (
      select m.contrato_id, min(m.creado_en) as primero, max(m.id) as ultimo from public.mensajes m
      where m.id > v_desde and m.creado_en < date_trunc('minute', clock_timestamp() - interval '1 minute') group by m.contrato_id
    ) as u
    left join privado.evidencias_cabezas h on h.cadena = u.contrato_id
    where u.ultimo > coalesce(h.mensajes_hasta, 0)
    order by u.contrato_id;
  select max(m.id) into v_hasta from public.mensajes m
  where m.id > v_desde and m.creado_en < clock_timestamp() - interval '1 hour';
  update privado.evidencias_lecturas l set hasta = v_hasta where l.que = 'mensajes' and l.hasta < v_hasta;
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
        and m.creado_en < date_trunc('minute', clock_timestamp() - interval '1 minute')
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

create trigger _990_encadenar
  after insert or update on public.contratos_versiones
  for each row
  execute function privado.encadenar_version();

create trigger _990_encadenar
  after insert or update on public.enmiendas
  for each row
  execute function privado.encadenar_enmienda();

create trigger _990_encadenar
  after insert or update on public.relaciones
  for each row
  execute function privado.encadenar_relacion();

comment on function privado.encadenar_enmienda() is 'Disparador: lo que se propone y lo que se responde, en la cadena.';
comment on function privado.encadenar_relacion() is 'Disparador: una relación y lo que se responde, en las cadenas de sus empresas.';
comment on function privado.encadenar_version() is 'Disparador: cada versión de los términos, y que se aceptó, en la cadena.';
comment on function privado.fila_enmienda(public.enmiendas, bytea) is 'Una enmienda, en JSON canónico.';
comment on function privado.fila_relacion(public.relaciones, bytea) is 'Una relación entre empresas, en JSON canónico.';
comment on function privado.fila_version(public.contratos_versiones) is 'Una versión de los términos, en JSON canónico.';
comment on function privado.por_resumir(boolean) is 'Contratos con mensajes, de minutos que terminaron hace otro, que no están en su cadena.';
revoke all on function privado.encadenar_enmienda() from public;
revoke all on function privado.encadenar_relacion() from public;
revoke all on function privado.encadenar_version() from public;
revoke all on function privado.fila_enmienda(e public.enmiendas, sal bytea) from public;
revoke all on function privado.fila_relacion(r public.relaciones, sal bytea) from public;
revoke all on function privado.fila_version(v public.contratos_versiones) from public;
reset check_function_bodies;

-- What was there before, a thousand contracts at a time. The owner writes what no trigger of then wrote.
do $$
declare
  v_desde bigint;
begin
  perform privado.sal_de('enmienda/' || e.id) from public.enmiendas e where num_nonnulls(e.nota, e.motivo) > 0;
  perform privado.sal_de('relacion/' || r.id) from public.relaciones r where num_nonnulls(r.ruc, r.correo, r.motivo) > 0;
  for v_desde in select generate_series(0, (select max(c.id) from public.contratos c), 1000) loop
    perform privado.encadenar(array_agg(
      (f.cadena, 'migracion.inicial', f.objeto, '{"fila":' || f.fila || '}')::privado.evidencia_nueva
      order by f.cadena, f.objeto))
    from privado.filas_de_contrato(array(
      select c.id from public.contratos c where c.id > v_desde and c.id <= v_desde + 1000)) as f
    where f.objeto like 'version/%' or f.objeto like 'enmienda/%';
  end loop;
  perform privado.encadenar(array_agg(
    (f.cadena, 'migracion.inicial', f.objeto, '{"fila":' || f.fila || '}')::privado.evidencia_nueva
    order by f.cadena, f.objeto))
  from public.empresas e cross join lateral privado.filas_de_empresa(e.id) as f where f.objeto like 'relacion/%';
end
$$;
