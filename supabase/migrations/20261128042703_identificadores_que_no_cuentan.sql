-- Why: an id told how many rows all companies together had made, and a gap among one's own, what another one got: an id
--   is a moment now, and counts nothing. Chains told file paths, lot codes and labels in clear, where a name may stand: they
--   are salted hashes now, and old chains are compared as they were written. A contract's chain begins with a salt.
--   Who is invited by RUC is written to, and told of what waits when it comes; what lapses takes prices first and waits for nobody.
-- Touches: privado.abrir_evidencia, privado.anotar_carta, privado.avisar_al_llegar, privado.cartas,
--   privado.cartas_espera_idx, privado.cartas_pkey, privado.claves_de_ids, privado.claves_de_ids_pkey,
--   privado.con_huellas, privado.encadenar_contratos, privado.encadenar_lotes, privado.escribir_carta,
--   privado.evidencia_inicial, privado.fila_contrato, privado.fila_documento, privado.fila_lote,
--   privado.filas_contadas, privado.filas_de_contrato, privado.firmar_mensaje, privado.id_con_hora,
--   privado.notificar, privado.poner_id, privado.recalcular_kpis, privado.recibir_propuestas, privado.releer_al_azar,
--   privado.testigos, privado.tomar_cartas, privado.tomar_por_turno, privado.vencer_enmiendas,
--   privado.vencer_fijaciones, public.ajustes, public.calculos, public.centros, public.contratos,
--   public.contratos_reaperturas, public.dispositivos, public.documentos_contrato, public.empresas, public.enmiendas,
--   public.fijaciones, public.invitaciones, public.lotes_asociados, public.notificaciones, public.parametros,
--   public.precios_fob, public.productores, public.relaciones, public.relaciones_correo_idx, public.retenciones,
--   public.usuarios.
-- Destructive: no.

set check_function_bodies = off;
drop trigger _500_recibir_propuestas on public.empresas;
drop function privado.fila_lote(public.lotes_asociados);

create table privado.cartas (
  relacion_id bigint not null,
  desde timestamp with time zone not null default now(),
  intentos integer not null default 0,
  enviada_en timestamp with time zone,
  constraint cartas_intentos_validos check (((intentos >= 0) AND (intentos <= 6))),
  constraint cartas_pkey primary key (relacion_id)
);

create table privado.claves_de_ids (
  unica boolean not null default true,
  clave bytea not null,
  constraint claves_de_ids_clave_valida check ((octet_length(clave) = 32)),
  constraint claves_de_ids_pkey primary key (unica),
  constraint claves_de_ids_unica check (unica)
);

create or replace function privado.abrir_evidencia()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.abrir_cadena(new.codigo, (new.id, 'contrato.creado', 'contrato/' || new.id,
    '{"fila":' || privado.fila_contrato(new,
      case when num_nonnulls(new.observaciones, new.archivo_pdf) > 0 then privado.sal_de('contrato/' || new.id) end)
      || ',"sal":"' || encode(extensions.gen_random_bytes(16), 'hex') || '"}')::privado.evidencia_nueva);
  return null;
end
$function$;

create or replace function privado.anotar_carta (
  v_relacion bigint
)
  returns void
  language sql
  security definer
  set search_path to ''
  AS $function$
  update privado.cartas k set enviada_en = clock_timestamp() where k.relacion_id = v_relacion
$function$;

create or replace function privado.avisar_al_llegar()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if not exists (
    select from public.usuarios u where u.empresa_id = new.empresa_id and u.activo and u.id <> new.id
  ) then
    insert into public.notificaciones (usuario_id, tipo, texto, datos, en_app, push)
    select new.id, 'relacion', format(
      case when r.contrato_id is null then '%s le propone trabajar juntos.' else '%s le propone un contrato.' end, e.nombre),
      jsonb_build_object('relacion_id', r.id), true, true
    from public.relaciones r join public.empresas e on e.id = r.propone_id
    where r.para_id = new.empresa_id and r.estado = 'propuesta' and not privado.bloqueo(new.empresa_id, r.propone_id)
    order by r.id desc limit 20;
  end if;
  return null;
end
$function$;

create or replace function privado.con_huellas (
  v_objeto text,
  fila jsonb
)
  returns jsonb
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
declare
  v_sal constant bytea := (select s.sal from privado.evidencias_sales s where s.objeto = v_objeto);
begin
  return fila || coalesce((
    select jsonb_object_agg(e.key, 'sha256:' || privado.con_sal(v_sal, e.value)) from jsonb_each_text(fila) as e
    where v_sal is not null and e.key in ('archivo_pdf', 'codigo_lote', 'etiqueta', 'url_archivo')
      and e.value not like 'sha256:%'), '{}');
end
$function$;

create or replace function privado.encadenar_contratos()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.encadenar(array_agg((n.id,
    case
      when v.eliminado_en is null and n.eliminado_en is not null then 'contrato.eliminado'
      when v.eliminado_en is not null and n.eliminado_en is null then 'contrato.restaurado'
      when v.estado = n.estado then 'contrato.cambiado'
      when n.estado = 'Cerrado' then 'contrato.cerrado'
      when v.estado = 'Cerrado' then 'contrato.reabierto'
      else 'contrato.activado' end,
    'contrato/' || n.id,
    '{"fila":' || privado.fila_contrato(n::public.contratos,
      case when num_nonnulls(n.archivo_pdf, n.observaciones, n.rechazo_motivo) > 0 then privado.sal_de('contrato/' || n.id) end) || '}')::privado.evidencia_nueva
    order by n.id))
  from nuevos n join viejos v on v.id = n.id
  where privado.fila_contrato(n::public.contratos, '') <> privado.fila_contrato(v::public.contratos, '');
  return null;
end
$function$;

create or replace function privado.encadenar_lotes()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if tg_op = 'INSERT' then
    perform privado.encadenar(array_agg((n.contrato_id, 'lote.registrado', 'lote/' || n.id,
      '{"fila":' || privado.fila_lote(n::public.lotes_asociados, privado.sal_de('lote/' || n.id)) || '}'
      )::privado.evidencia_nueva order by n.contrato_id, n.id))
    from nuevos n;
  else
    perform privado.encadenar(array_agg((n.contrato_id,
      case when v.estado = n.estado then 'lote.cambiado' when n.estado = 'Recibido' then 'lote.recibido'
        when n.estado = 'Secado' then 'lote.secado' when n.estado = 'Exportado' then 'lote.exportado'
        else 'lote.cambiado' end,
      'lote/' || n.id,
      '{"fila":' || privado.fila_lote(n::public.lotes_asociados, privado.sal_de('lote/' || n.id)) || '}'
      )::privado.evidencia_nueva order by n.contrato_id, n.id))
    from nuevos n join viejos v on v.id = n.id
    where privado.fila_lote(n::public.lotes_asociados, '') <> privado.fila_lote(v::public.lotes_asociados, '');
  end if;
  return null;
end
$function$;

create or replace function privado.escribir_carta()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform pg_advisory_xact_lock(hashtextextended('cartas a ' || new.correo, 0));
  if (
    select count(*) filter (where r.propone_id = new.propone_id) = 0
      and count(*) filter (where r.propuesta_en > clock_timestamp() - interval '1 day') < 3
    from privado.cartas k join public.relaciones r on r.id = k.relacion_id
    where r.correo = new.correo and r.propuesta_en > clock_timestamp() - interval '30 days'
  ) and not exists (
    select from auth.users a join public.usuarios u on u.id = a.id
    where a.email = new.correo and privado.bloqueo(u.empresa_id, new.propone_id)
  ) then
    insert into privado.cartas (relacion_id) values (new.id);
  end if;
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
  perform privado.sal_de('contrato/' || c.id) from public.contratos c
  where num_nonnulls(c.archivo_pdf, c.observaciones, c.rechazo_motivo) > 0;
  perform privado.sal_de('lote/' || l.id) from public.lotes_asociados l;
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
      '{"filas":{' || f.filas || '},"resumen":"' || encode(sha256(convert_to(f.filas, 'UTF8')), 'hex')
        || '","sal":"' || encode(extensions.gen_random_bytes(16), 'hex') || '"}'
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
  return '{"archivo_pdf":' || privado.json_de(c.archivo_pdf, sal)
    || ',"calidad":' || privado.json_de(c.calidad)
    || ',"cerrado_en":' || privado.json_de(c.cerrado_en)
    || ',"cierre":' || privado.json_de(c.cierre)
    || ',"codigo":' || privado.json_de(c.codigo)
    || ',"contraparte_acepto_en":' || privado.json_de(c.contraparte_acepto_en)
    || ',"contraparte_id":' || privado.json_de(c.contraparte_id)
    || ',"creado_en":' || privado.json_de(c.creado_en)
    || ',"creado_por":' || privado.json_de(c.creado_por)
    || ',"dias_confirmacion":' || privado.json_de(c.dias_confirmacion::bigint)
    || ',"eliminado_en":' || privado.json_de(c.eliminado_en)
    || ',"estado":' || privado.json_de(c.estado)
    || ',"exportadora_acepto_en":' || privado.json_de(c.exportadora_acepto_en)
    || ',"exportadora_id":' || privado.json_de(c.exportadora_id)
    || ',"fecha_entrega":' || privado.json_de(c.fecha_entrega)
    || ',"fecha_firma":' || privado.json_de(c.fecha_firma)
    || ',"id":' || privado.json_de(c.id)
    || ',"modalidad_precio":' || privado.json_de(c.modalidad_precio)
    || ',"observaciones":' || privado.json_de(c.observaciones, sal)
    || ',"propuesto_a":' || coalesce(to_json(c.propuesto_a)::text, 'null')
    || ',"rechazado_como":' || privado.json_de(c.rechazado_como)
    || ',"rechazado_en":' || privado.json_de(c.rechazado_en)
    || ',"rechazo_motivo":' || privado.json_de(c.rechazo_motivo, sal)
    || ',"tolerancia_pct":' || privado.json_de(c.tolerancia_pct)
    || ',"volumen_tm":' || privado.json_de(c.volumen_tm) || '}';
end
$function$;

create or replace function privado.fila_documento (
  d public.documentos_contrato,
  sal bytea
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"bytes":' || privado.json_de(d.bytes)
    || ',"contrato_id":' || privado.json_de(d.contrato_id)
    || ',"duplicado_de":' || privado.json_de(d.duplicado_de)
    || ',"empresa_id":' || privado.json_de(d.empresa_id)
    || ',"etiqueta":' || privado.json_de(d.etiqueta, sal)
    || ',"fecha_subida":' || privado.json_de(d.fecha_subida)
    || ',"huella_de":' || privado.json_de(d.huella_de)
    || ',"id":' || privado.json_de(d.id)
    || ',"lote_id":' || privado.json_de(d.lote_id)
    || ',"mime":' || privado.json_de(d.mime)
    || ',"nombre_archivo":' || privado.json_de(d.nombre_archivo, sal)
    -- What a client said of it is no hash of ours.
    || ',"sha256":' || case when d.huella_de is null then 'null' else privado.json_de(d.sha256) end
    || ',"subido_por":' || privado.json_de(d.subido_por)
    || ',"tipo":' || privado.json_de(d.tipo)
    || ',"url_archivo":' || privado.json_de(d.url_archivo, sal)
    || ',"verificacion":' || privado.json_de(d.verificacion) || '}';
end
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
    || ',"peso_inicial_qq":' || privado.json_de(l.peso_inicial_qq)
    || ',"peso_qq":' || privado.json_de(l.peso_qq)
    || ',"recibido_en":' || privado.json_de(l.recibido_en)
    || ',"secado_en":' || privado.json_de(l.secado_en) || '}';
end
$function$;

create or replace function privado.filas_contadas (
  v_cadenas bigint[]
)
  returns table (
    cadena bigint,
    objeto text,
    fila jsonb
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  with contado as materialized (
    select e.cadena, e.n, e.tipo, e.objeto, e.canonico::jsonb -> 'datos' as datos
    from privado.evidencias e where e.cadena = any (v_cadenas)
  )
  select distinct on (t.cadena, t.objeto) t.cadena, t.objeto,
    case when num_nonnulls(nullif(left(t.fila ->> 'url_archivo', 7), 'sha256:'), nullif(left(t.fila ->> 'archivo_pdf', 7), 'sha256:'),
      nullif(left(t.fila ->> 'codigo_lote', 7), 'sha256:')) > 0
      then privado.con_huellas(t.objeto, t.fila) else t.fila end
  from (
    select k.cadena, k.n, k.objeto, k.datos -> 'fila' as fila from contado k where k.datos ? 'fila'
    union all
    select k.cadena, k.n, f.key, f.value from contado k cross join lateral jsonb_each(k.datos -> 'filas') as f
    where k.datos ? 'filas'
    union all
    select k.cadena, 0, 'participante/' || p.id, jsonb_build_object('empresa_id', p.id, 'papel', p.papel)
    from contado k cross join lateral (values
      ((k.datos -> 'fila' ->> 'exportadora_id')::bigint, 'exportadora'),
      ((k.datos -> 'fila' ->> 'contraparte_id')::bigint, 'contraparte')) as p (id, papel)
    where k.tipo = 'contrato.creado'
    union all
    select k.cadena, 0, 'acuerdo/' || k.cadena, '{"precio_fijado_tm": null, "diferencial_tm": null}'
    from contado k where k.tipo = 'contrato.creado'
  ) as t
  order by t.cadena, t.objeto, t.n desc
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
  select l.contrato_id, 'lote/' || l.id, privado.fila_lote(l, s.sal)
  from public.lotes_asociados l left join privado.evidencias_sales s on s.objeto = 'lote/' || l.id
  where l.contrato_id = any (v_contratos)
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

create or replace function privado.firmar_mensaje()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  -- What the system tells, it tells of what has just been allowed.
  if new.tipo = 'sistema' then
    perform from public.contratos c where c.id = new.contrato_id for no key update;
  else
    perform privado.exigir_contrato(new.contrato_id, bloquear => true);
  end if;
  new.id := privado.id_con_hora(nextval('public.mensajes_id_seq'), coalesce((
    select m.id from public.mensajes m where m.contrato_id = new.contrato_id order by m.id desc limit 1), 0));
  new.creado_en := clock_timestamp();
  new.texto := btrim(new.texto, E' \t\r\n');
  if new.tipo = 'sistema' then
    new.autor := 'Triboka';
  else
    select u.id, u.nombre, e.nombre into new.usuario_id, new.autor, new.empresa
    from public.usuarios u left join public.empresas e on e.id = u.empresa_id where u.id = auth.uid();
  end if;
  return new;
end
$function$;

create or replace function privado.id_con_hora (
  numero bigint,
  despues_de bigint default 0
)
  returns bigint
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  inicio constant bigint := 1735689600000000;
  unidad constant bigint := greatest(
    ((extract(epoch from clock_timestamp()) * 1000000)::bigint - inicio) >> 6, (despues_de >> 8) + 1);
  v_clave bytea := (select k.clave from privado.claves_de_ids k);
begin
  if v_clave is null then
    insert into privado.claves_de_ids (clave) values (extensions.gen_random_bytes(32)) on conflict do nothing;
    select k.clave into strict v_clave from privado.claves_de_ids k;
  end if;
  return (unidad << 8) | ((numero + get_byte(sha256(v_clave || int8send(unidad)), 0)) & 255);
end
$function$;

create or replace function privado.notificar (
  v_contrato bigint,
  v_tipo text,
  v_texto text,
  v_datos jsonb default '{}'::jsonb,
  v_ademas bigint default null::bigint
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  actor constant uuid := auth.uid();
  empresa constant bigint := privado.mi_empresa();
begin
  insert into public.notificaciones as n (usuario_id, contrato_id, tipo, texto, datos, en_app, push)
  select u.id, v_contrato, v_tipo, v_texto, v_datos, coalesce(f.en_app, true), coalesce(f.push, true)
  from public.usuarios u
  join public.empresas e on e.id = u.empresa_id and e.activo
  left join public.preferencias f on f.usuario_id = u.id and f.tipo = v_tipo
  where u.activo and u.id is distinct from actor and u.empresa_id is distinct from empresa
    and u.empresa_id = any (v_ademas || array(
      select p.empresa_id from public.contratos_participantes p where p.contrato_id = v_contrato and not p.oculto))
    and (coalesce(f.en_app, true) or coalesce(f.push, true))
  order by u.id
  on conflict (usuario_id, contrato_id) where tipo = 'mensaje' and leida_en is null do update
  set cantidad = n.cantidad + 1, datos = excluded.datos, en_app = excluded.en_app, push = excluded.push,
    texto = (n.cantidad + 1) || ' mensajes nuevos en ' || (excluded.datos ->> 'codigo') || '.',
    orden = privado.id_con_hora(nextval('public.notificaciones_orden_seq')), actualizado_en = clock_timestamp();
end
$function$;

create or replace function privado.poner_id()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  new.id := privado.id_con_hora(new.id);
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
  loop
    select max(t.id) into ultimo from (
      select c.id from public.contratos c where c.id >= primero order by c.id limit tanda) as t;
    exit when ultimo is null;
    perform privado.agregar_kpis(primero, ultimo);
    primero := ultimo + 1;
  end loop;
end
$function$;

create or replace function privado.recibir_propuestas()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  r public.relaciones;
begin
  -- Of one proposer one is alive, also where an administrator corrects a RUC. Whoever is there already is told; who comes
  -- first, then (privado.avisar_al_llegar).
  for r in
    update public.relaciones x set para_id = new.id,
      avisada = exists (select from public.usuarios u where u.empresa_id = new.id and u.activo)
    where x.ruc = new.ruc and x.estado = 'propuesta' and x.para_id is null and x.propone_id <> new.id
      and not exists (
        select from public.relaciones o
        where least(o.propone_id, o.para_id) = least(x.propone_id, new.id)
          and greatest(o.propone_id, o.para_id) = greatest(x.propone_id, new.id) and o.para_id is not null
          and o.estado in ('propuesta', 'aceptada'))
    returning *
  loop
    if not privado.bloqueo(new.id, r.propone_id) then
      perform privado.notificar_empresa(new.id, 'relacion', format(
        case when r.contrato_id is null then '%s le propone trabajar juntos.' else '%s le propone un contrato.' end,
        (select e.nombre from public.empresas e where e.id = r.propone_id)), jsonb_build_object('relacion_id', r.id));
    end if;
  end loop;
  return null;
end
$function$;

create or replace function privado.releer_al_azar (
  cuantos integer
)
  returns integer
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  elegidos bigint[];
begin
  if cuantos <= 0 then
    return 0;
  end if;
  insert into privado.relecturas (dia) values (privado.hoy()) on conflict do nothing;
  if not found then
    return 0;
  end if;
  select array_agg(distinct e.id) into elegidos
  from (
    select d.id from public.documentos_contrato d
    where d.verificacion in ('alterado', 'sin archivo') and d.huella_de in ('subida', 'revision')
    union all
    select d.id
    from (
      select floor(random() * l.paginas)::bigint as n
      from (
        select pg_relation_size('public.documentos_contrato') / current_setting('block_size')::bigint as paginas
      ) as l, generate_series(1, cuantos)
    ) as pagina
    cross join lateral (
      select x.id from public.documentos_contrato x
      where x.ctid >= format('(%s,0)', pagina.n)::tid and x.ctid < format('(%s,0)', pagina.n + 1)::tid
        and x.huella_de in ('subida', 'revision')
      order by random() limit 1
    ) as d
  ) as e;
  update privado.relecturas r set documentos = coalesce(cardinality(elegidos), 0) where r.dia = privado.hoy();
  return privado.pedir_lecturas(elegidos);
end
$function$;

create or replace function privado.tomar_cartas (
  tope integer
)
  returns table (
    relacion_id bigint,
    correo text,
    nombre text,
    con_contrato boolean
  )
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  return query
    with tomadas as (
      update privado.cartas k set intentos = k.intentos + 1, desde = clock_timestamp() + interval '5 minutes' * (1 << k.intentos)
      where k.relacion_id in (
        select c.relacion_id from privado.cartas c join public.relaciones r on r.id = c.relacion_id and r.estado = 'propuesta'
        where c.enviada_en is null and c.intentos < 6 and c.desde <= clock_timestamp()
        order by c.desde limit least(tope, 100) for update of c skip locked)
      returning k.relacion_id
    )
    select t.relacion_id, r.correo, e.nombre, r.contrato_id is not null
    from tomadas t join public.relaciones r on r.id = t.relacion_id join public.empresas e on e.id = r.propone_id;
end
$function$;

create or replace function privado.tomar_por_turno (
  v_contrato bigint,
  sin_esperar boolean
)
  returns boolean
  language plpgsql
  set search_path to ''
  AS $function$
begin
  if not sin_esperar then
    perform privado.tomar_precio(v_contrato);
    perform from public.contratos c where c.id = v_contrato for no key update;
    return true;
  end if;
  perform from public.contratos_precios p where p.contrato_id = v_contrato for no key update skip locked;
  if not found then
    return false;
  end if;
  perform from public.contratos c where c.id = v_contrato for no key update skip locked;
  return found;
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
    continue when not privado.tomar_por_turno(vieja.contrato_id, v_contrato is null);
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
    -- Of a closed contract nothing changes, until it is reopened; of one that was refused or withdrawn, never.
    select f.* from public.fijaciones f
    join public.contratos c on c.id = f.contrato_id and c.estado <> 'Cerrado' and c.eliminado_en is null
      and c.rechazado_en is null
    where f.confirmada_en is null and f.anulada_en is null and f.vence_en <= clock_timestamp()
      and f.contrato_id = coalesce(v_contrato, f.contrato_id)
    order by f.contrato_id, f.id limit 500
  loop
    continue when not privado.tomar_por_turno(vieja.contrato_id, v_contrato is null);
    update public.fijaciones f set motivo = 'Venció sin confirmar.', anulada_en = clock_timestamp()
    where f.id = vieja.id and f.confirmada_en is null and f.anulada_en is null;
    vencidas := vencidas + found::int;
  end loop;
  return vencidas;
end
$function$;

alter table privado.cartas
  add constraint cartas_relacion_id_fkey foreign key (relacion_id) references public.relaciones(id)
    on delete cascade;

create index cartas_espera_idx on privado.cartas using btree (desde)
  where ((enviada_en is null) AND (intentos < 6));

create index relaciones_correo_idx on public.relaciones using btree (correo)
  where (correo is not null);

create trigger _050_poner_id
  before insert on privado.testigos
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.ajustes
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.calculos
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.centros
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.contratos
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.contratos_reaperturas
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.dispositivos
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.documentos_contrato
  for each row
  execute function privado.poner_id();

create trigger _500_recibir_propuestas
  after insert on public.empresas
  for each row
  execute function privado.recibir_propuestas();

create trigger _510_recibir_propuestas
  after update of ruc on public.empresas
  for each row
  when ((old.ruc <> new.ruc))
  execute function privado.recibir_propuestas();

create trigger _050_poner_id
  before insert on public.enmiendas
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.fijaciones
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.invitaciones
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.lotes_asociados
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.notificaciones
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.parametros
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.precios_fob
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.productores
  for each row
  execute function privado.poner_id();

create trigger _050_poner_id
  before insert on public.relaciones
  for each row
  execute function privado.poner_id();

create trigger _500_escribir_carta
  after insert on public.relaciones
  for each row
  when (((new.ruc IS NOT NULL) AND (new.correo IS NOT NULL) AND (new.estado = 'propuesta'::text)))
  execute function privado.escribir_carta();

create trigger _050_poner_id
  before insert on public.retenciones
  for each row
  execute function privado.poner_id();

create trigger _500_avisar_al_llegar
  after insert on public.usuarios
  for each row
  when ((new.activo AND (new.empresa_id IS NOT NULL)))
  execute function privado.avisar_al_llegar();

create trigger _510_avisar_al_llegar
  after update of empresa_id on public.usuarios
  for each row
  when ((new.activo AND (new.empresa_id IS NOT NULL) AND (new.empresa_id IS DISTINCT FROM old.empresa_id)))
  execute function privado.avisar_al_llegar();

comment on column privado.cartas.desde is 'No antes de esta hora: crece con cada intento.';
comment on function privado.anotar_carta(bigint) is 'Anota que una carta salió.';
comment on function privado.avisar_al_llegar() is 'Disparador: a la primera persona de una empresa se le avisa de las propuestas que la esperan.';
comment on function privado.con_huellas(text, jsonb) is 'Lo que una cadena contó de una fila, con la huella de lo que decía a la vista.';
comment on function privado.escribir_carta() is 'Disparador: carta a la dirección de quien se invitó por su RUC.';
comment on function privado.fila_lote(public.lotes_asociados, bytea) is 'Un lote, en JSON canónico.';
comment on function privado.id_con_hora(bigint, bigint) is 'Identificador que dice cuándo y no cuántos: de un número de secuencia, y mayor que otro si se le da.';
comment on function privado.poner_id() is 'Disparador: el número de la secuencia se vuelve un id que no cuenta.';
comment on function privado.tomar_cartas(integer) is 'Cartas que toca enviar ahora; la que no se anote como enviada vuelve después.';
comment on function privado.tomar_por_turno(bigint, boolean) is 'Toma un contrato con su precio, que va antes; sin esperar, dice si pudo.';
comment on table privado.cartas is 'Cartas a quien se invitó por su RUC: por enviar, enviadas, y las que no se pudo.';
comment on table privado.claves_de_ids is 'Clave que desordena el lugar de un id dentro de su instante; no se lee.';

alter table public.notificaciones
  alter column orden set default privado.id_con_hora(nextval('public.notificaciones_orden_seq'::regclass));

revoke all on function privado.anotar_carta(v_relacion bigint) from public;
revoke all on function privado.avisar_al_llegar() from public;
revoke all on function privado.con_huellas(v_objeto text, fila jsonb) from public;
revoke all on function privado.escribir_carta() from public;
revoke all on function privado.fila_lote(l public.lotes_asociados, sal bytea) from public;
revoke all on function privado.id_con_hora(numero bigint, despues_de bigint) from public;
revoke all on function privado.poner_id() from public;
revoke all on function privado.tomar_cartas(tope integer) from public;
revoke all on function privado.tomar_por_turno(v_contrato bigint, sin_esperar boolean) from public;
grant execute on function privado.anotar_carta(v_relacion bigint) to service_role;
grant execute on function privado.tomar_cartas(tope integer) to service_role;
reset check_function_bodies;

-- By hand: the salts of what chains tell as a hash from now on. A contract whose salt was erased gets none: what it told
-- stays unreadable.
insert into privado.evidencias_sales (objeto, sal)
select 'lote/' || l.id, extensions.gen_random_bytes(16) from public.lotes_asociados l
on conflict (objeto) do nothing;
insert into privado.evidencias_sales (objeto, sal)
select 'contrato/' || c.id, extensions.gen_random_bytes(16) from public.contratos c
where c.archivo_pdf is not null and not exists (
  select from privado.evidencias e
  where e.cadena = c.id and e.objeto = 'contrato/' || c.id and e.canonico like '%"sha256:%')
on conflict (objeto) do nothing;
