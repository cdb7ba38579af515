-- Why: what happens on a contract, and in a company, must prove itself: it is told in hash chains that nobody rewrites,
-- whose heads are signed every day. What was there before gets one evidence each, dated today.
-- Touches: privado.evidencias*, the functions and triggers that write and compare them (supabase/schemas/05_evidencia,
-- 50_evidencia and the evidencia.sql of each domain), and the triggers of public.contratos, contratos_participantes,
-- contratos_reaperturas, lotes_asociados, documentos_contrato, fijaciones, empresas, usuarios, parametros, precios_fob.
-- Destructive: no.

set check_function_bodies = off;

create table privado.evidencias_cabezas (
  cadena bigint not null,
  nombre text,
  n bigint not null,
  en timestamp(3) with time zone not null,
  hash bytea not null,
  mensajes_hasta bigint not null default 0,
  constraint evidencias_cabezas_hash_valido check ((octet_length(hash) = 32)),
  constraint evidencias_cabezas_n_valido check ((n >= 0)),
  constraint evidencias_cabezas_nombre_coherente check (((nombre IS NULL) = (cadena <= 0))),
  constraint evidencias_cabezas_pkey primary key (cadena)
);

alter table privado.evidencias_cabezas
  set (fillfactor=70);

create table privado.evidencias_claves (
  verificador text not null,
  desde timestamp with time zone not null default clock_timestamp(),
  hasta timestamp with time zone,
  constraint evidencias_claves_pkey primary key (verificador)
);

create table privado.evidencias_hojas (
  i bigint not null,
  cadena bigint not null,
  n bigint not null,
  hash bytea not null,
  constraint evidencias_hojas_cadena_key unique (cadena, n),
  constraint evidencias_hojas_hash_valido check ((octet_length(hash) = 32)),
  constraint evidencias_hojas_pkey primary key (i)
);

create table privado.evidencias_lecturas (
  que text not null,
  hasta bigint not null,
  constraint evidencias_lecturas_pkey primary key (que)
);

create table privado.evidencias_nodos (
  nivel smallint not null,
  j bigint not null,
  hash bytea not null,
  constraint evidencias_nodos_pkey primary key (nivel, j)
);

create table privado.evidencias_raices (
  tamano bigint not null,
  en timestamp with time zone not null default clock_timestamp(),
  raiz bytea not null,
  nota text not null,
  picos bytea[] not null,
  constraint evidencias_raices_pkey primary key (tamano),
  constraint evidencias_raices_raiz_valida check ((octet_length(raiz) = 32)),
  constraint evidencias_raices_tamano_valido check ((tamano > 0))
);

create table privado.evidencias_sales (
  objeto text not null,
  sal bytea not null,
  constraint evidencias_sales_pkey primary key (objeto),
  constraint evidencias_sales_sal_valida check ((octet_length(sal) = 16))
);

create table privado.evidencias_sellos (
  tamano bigint not null,
  en timestamp with time zone not null,
  tsa text not null,
  respuesta bytea not null,
  constraint evidencias_sellos_pkey primary key (tamano)
);

create table privado.evidencias (
  cadena bigint not null,
  n bigint not null,
  en timestamp(3) with time zone not null,
  tipo text not null,
  actor uuid,
  objeto text not null,
  canonico text not null,
  previo bytea not null,
  hash bytea not null,
  constraint evidencias_huellas_validas check (((octet_length(previo) = 32) AND (octet_length(hash) = 32))),
  constraint evidencias_n_valido check ((n > 0)),
  constraint evidencias_pkey primary key (cadena, n)
);

create type privado.evidencia_nueva as (
  cadena bigint,
  tipo text,
  objeto text,
  datos text
);

create or replace function privado.abrir_cadena (
  nombre text,
  nueva privado.evidencia_nueva
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  v_actor constant uuid := auth.uid();
  ahora constant timestamptz(3) := date_trunc('milliseconds', clock_timestamp());
  cero constant bytea := decode(repeat('00', 32), 'hex');
  texto constant text := privado.canonico(nueva.cadena, nombre, 1, ahora, nueva.tipo, v_actor, nueva.objeto, nueva.datos);
  v_hash constant bytea := sha256(cero || convert_to(texto, 'UTF8'));
begin
  insert into privado.evidencias_cabezas (cadena, nombre, n, en, hash)
  values (nueva.cadena, nombre, 1, ahora, v_hash);
  insert into privado.evidencias (cadena, n, en, tipo, actor, objeto, canonico, previo, hash)
  values (nueva.cadena, 1, ahora, nueva.tipo, v_actor, nueva.objeto, texto, cero, v_hash);
end
$function$;

create or replace function privado.abrir_evidencia()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.abrir_cadena(new.codigo, (new.id, 'contrato.creado', 'contrato/' || new.id,
    '{"fila":' || privado.fila_contrato(new,
      case when new.observaciones is not null then privado.sal_de('contrato/' || new.id) end) || '}')::privado.evidencia_nueva);
  return null;
end
$function$;

create or replace function privado.ancla_contrato (
  contrato bigint
)
  returns table (
    cabeza_n bigint,
    cabeza_hash bytea,
    n bigint,
    hash bytea,
    i bigint,
    tamano bigint,
    nota text,
    prueba bytea[]
  )
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_firma(contrato);
  return query
    select c.n, c.hash, h.n, h.hash, h.i, r.tamano, r.nota,
      case when r.tamano is not null then privado.prueba_de_inclusion(h.i, r.tamano) end
    from privado.evidencias_cabezas c
    left join lateral (select x.tamano, x.nota from privado.evidencias_raices x order by x.tamano desc limit 1) as r on true
    left join lateral (
      select x.n, x.hash, x.i from privado.evidencias_hojas x
      where x.cadena = contrato and x.i < r.tamano order by x.n desc limit 1) as h on true
    where c.cadena = contrato;
end
$function$;

create or replace function privado.anotar_claves (
  v_verificadores text[]
)
  returns void
  language sql
  security definer
  set search_path to ''
  AS $function$
  with nuevas as (
    insert into privado.evidencias_claves (verificador) select unnest(v_verificadores)
    on conflict (verificador) do update set hasta = null where evidencias_claves.hasta is not null
  )
  update privado.evidencias_claves c set hasta = clock_timestamp()
  where c.hasta is null and c.verificador <> all (v_verificadores)
$function$;

create or replace function privado.anotar_evidencia (
  contrato bigint,
  tipo text,
  objeto text,
  datos jsonb
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.encadenar(array[(contrato, tipo, objeto, privado.jcs(datos))::privado.evidencia_nueva]);
end
$function$;

create or replace function privado.anotar_raiz (
  v_tamano bigint,
  v_raiz bytea,
  v_nota text,
  v_picos bytea[]
)
  returns boolean
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  insert into privado.evidencias_raices (tamano, raiz, nota, picos) values (v_tamano, v_raiz, v_nota, v_picos)
  on conflict (tamano) do nothing;
  if found then
    perform privado.notificar_administradores('respaldo', format('Raíz de las evidencias del día: %s.',
      left(encode(v_raiz, 'hex'), 8)), jsonb_build_object('motivo', 'raiz', 'nota', v_nota));
  end if;
  return found;
end
$function$;

create or replace function privado.anotar_sello (
  v_tamano bigint,
  v_en timestamp with time zone,
  v_tsa text,
  v_respuesta bytea
)
  returns void
  language sql
  security definer
  set search_path to ''
  AS $function$
  insert into privado.evidencias_sellos (tamano, en, tsa, respuesta) values (v_tamano, v_en, v_tsa, v_respuesta)
  on conflict (tamano) do nothing
$function$;

create or replace function privado.avisar_de_evidencias (
  v_fallas bigint,
  v_primeras text
)
  returns void
  language sql
  security definer
  set search_path to ''
  AS $function$
  select privado.notificar_administradores('respaldo',
    format('La verificación de las evidencias encontró %s cosas que no cuadran.', v_fallas),
    jsonb_build_object('motivo', 'evidencias', 'fallas', v_fallas, 'primeras', left(v_primeras, 4000)))
$function$;

create or replace function privado.cabezas_de (
  v_cadenas bigint[]
)
  returns table (
    cadena bigint,
    nombre text,
    n bigint,
    hash bytea
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select h.cadena, h.nombre, h.n, h.hash from privado.evidencias_cabezas h where h.cadena = any (v_cadenas)
$function$;

create or replace function privado.cadenas_que_faltan()
  returns table (
    cadena bigint
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select c.id from public.contratos c
  where not exists (select from privado.evidencias e where e.cadena = c.id and e.n = 1)
  union all
  select -e.id from public.empresas e
  where not exists (select from privado.evidencias v where v.cadena = -e.id and v.n = 1)
  union all
  select h.cadena from privado.evidencias_cabezas h
  where not exists (select from privado.evidencias v where v.cadena = h.cadena and v.n = h.n)
$function$;

create or replace function privado.canonico (
  cadena bigint,
  nombre text,
  n bigint,
  en timestamp with time zone,
  tipo text,
  actor uuid,
  objeto text,
  datos text
)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
begin
  return '{"actor":' || coalesce('"' || actor || '"', 'null')
    || case when cadena > 0 then ',"contrato":' || to_json(nombre) else '' end
    || ',"datos":' || datos
    || case when cadena < 0 then ',"empresa":' || -cadena else '' end
    || ',"en":"' || to_char(en at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    || case when cadena = 0 then '","instalacion":1,"n":' else '","n":' end || n
    || ',"objeto":' || to_json(objeto) || ',"tipo":' || to_json(tipo) || ',"v":1}';
end
$function$;

create or replace function privado.claves_de_evidencia()
  returns table (
    verificador text,
    desde timestamp with time zone,
    hasta timestamp with time zone
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select c.verificador, c.desde, c.hasta from privado.evidencias_claves c order by c.desde, c.verificador
$function$;

create or replace function privado.con_sal (
  sal bytea,
  valor text
)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
begin
  return encode(sha256(sal || convert_to(valor, 'UTF8')), 'hex');
end
$function$;

create or replace function privado.conservar_evidencia()
  returns trigger
  language plpgsql
  set search_path to ''
  AS $function$
begin
  raise exception 'evidencia_inmutable' using errcode = 'PT409', detail = 'Una evidencia no se modifica ni se borra.';
end
$function$;

create or replace function privado.crecer_hojas()
  returns bigint
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  antes bigint;
  ahora bigint;
begin
  perform pg_advisory_xact_lock(hashtextextended('privado.evidencias_hojas', 0));
  select coalesce(max(x.i) + 1, 0) into antes from privado.evidencias_hojas x;
  insert into privado.evidencias_hojas (i, cadena, n, hash)
  select antes + row_number() over (order by h.cadena) - 1, h.cadena, h.n, h.hash
  from privado.evidencias_cabezas h
  where h.n > 0 and not exists (select from privado.evidencias_hojas x where x.cadena = h.cadena and x.n = h.n);
  select coalesce(max(x.i) + 1, 0) into ahora from privado.evidencias_hojas x;
  insert into privado.evidencias_nodos (nivel, j, hash)
  select 0, x.i, sha256('\x00'::bytea || x.hash) from privado.evidencias_hojas x where x.i >= antes;
  for k in 1 .. 60 loop
    exit when ahora >> k = 0;
    insert into privado.evidencias_nodos (nivel, j, hash)
    select k, t.j, sha256('\x01'::bytea || izquierdo.hash || derecho.hash)
    from generate_series(antes >> k, (ahora >> k) - 1) as t (j)
    join privado.evidencias_nodos izquierdo on izquierdo.nivel = k - 1 and izquierdo.j = 2 * t.j
    join privado.evidencias_nodos derecho on derecho.nivel = k - 1 and derecho.j = 2 * t.j + 1;
  end loop;
  return ahora;
end
$function$;

create or replace function privado.discrepancias_contrato (
  contrato bigint
)
  returns table (
    objeto text,
    falla text,
    campos text[]
  )
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_firma(contrato);
  return query
    select f.objeto, f.falla, f.campos from privado.filas_que_no_cuadran(array[contrato]) as f
    union all
    select f.objeto, f.falla, f.campos from privado.mensajes_que_no_cuadran(array[contrato]) as f
    union all
    select 'evidencia/' || h.n, 'ancla', '{}'::text[] from privado.evidencias_hojas h
    left join privado.evidencias e on e.cadena = h.cadena and e.n = h.n
    where h.cadena = contrato and e.hash is distinct from h.hash
    order by 1;
end
$function$;

create or replace function privado.encadenar (
  nuevas privado.evidencia_nueva[]
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  v_actor constant uuid := auth.uid();
  nueva privado.evidencia_nueva;
  cabeza privado.evidencias_cabezas;
  previo bytea;
  texto text;
begin
  if nuevas is null then
    return;
  end if;
  foreach nueva in array nuevas loop
    if cabeza.cadena is distinct from nueva.cadena then
      if cabeza.cadena is not null then
        update privado.evidencias_cabezas h set n = cabeza.n, en = cabeza.en, hash = cabeza.hash
        where h.cadena = cabeza.cadena;
      end if;
      cabeza := privado.tomar_cabeza(nueva.cadena);
      -- Under the head, so that hours never go back along a chain.
      cabeza.en := greatest(cabeza.en, date_trunc('milliseconds', clock_timestamp()));
    end if;
    previo := cabeza.hash;
    cabeza.n := cabeza.n + 1;
    texto := privado.canonico(
      cabeza.cadena, cabeza.nombre, cabeza.n, cabeza.en, nueva.tipo, v_actor, nueva.objeto, nueva.datos);
    cabeza.hash := sha256(previo || convert_to(texto, 'UTF8'));
    insert into privado.evidencias (cadena, n, en, tipo, actor, objeto, canonico, previo, hash) values (
      cabeza.cadena, cabeza.n, cabeza.en, nueva.tipo, v_actor, nueva.objeto, texto, previo, cabeza.hash);
  end loop;
  if cabeza.cadena is not null then
    update privado.evidencias_cabezas h set n = cabeza.n, en = cabeza.en, hash = cabeza.hash
    where h.cadena = cabeza.cadena;
  end if;
end
$function$;

create or replace function privado.encadenar_acuerdo()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.encadenar(array[(new.contrato_id,
    case tg_op when 'INSERT' then 'acuerdo.registrado' else 'acuerdo.cambiado' end, 'acuerdo/' || new.contrato_id,
    '{"fila":' || privado.fila_acuerdo(new) || '}')::privado.evidencia_nueva]);
  return null;
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
      case when n.observaciones is not null then privado.sal_de('contrato/' || n.id) end) || '}')::privado.evidencia_nueva
    order by n.id))
  from nuevos n join viejos v on v.id = n.id
  where privado.fila_contrato(n::public.contratos, '') <> privado.fila_contrato(v::public.contratos, '');
  return null;
end
$function$;

create or replace function privado.encadenar_documentos()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if tg_op = 'INSERT' then
    perform privado.encadenar(array_agg((n.contrato_id, 'documento.registrado', 'documento/' || n.id,
      '{"fila":' || privado.fila_documento(n::public.documentos_contrato, privado.sal_de('documento/' || n.id))
        || '}')::privado.evidencia_nueva order by n.contrato_id, n.id))
    from nuevos n;
  else
    perform privado.encadenar(array_agg((n.contrato_id,
      case when n.verificacion = v.verificacion then 'documento.cambiado'
        else 'documento.' || replace(n.verificacion, ' ', '_') end,
      'documento/' || n.id,
      '{"fila":' || privado.fila_documento(n::public.documentos_contrato, privado.sal_de('documento/' || n.id))
        || '}')::privado.evidencia_nueva order by n.contrato_id, n.id))
    from nuevos n join viejos v on v.id = n.id
    where privado.fila_documento(n::public.documentos_contrato, '')
      <> privado.fila_documento(v::public.documentos_contrato, '');
  end if;
  return null;
end
$function$;

create or replace function privado.encadenar_empresa()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  fila constant public.empresas := case tg_op when 'DELETE' then old else new end;
begin
  perform privado.encadenar(array[(-fila.id,
    case when tg_op = 'INSERT' then 'empresa.creada' when tg_op = 'DELETE' then 'empresa.borrada'
      when old.activo and not new.activo then 'empresa.apagada' when new.activo and not old.activo then 'empresa.encendida'
      else 'empresa.cambiada' end,
    'empresa/' || fila.id,
    '{"fila":' || case tg_op when 'DELETE' then 'null'
      else privado.fila_empresa(fila, privado.sal_de('empresa/' || fila.id)) end || '}')::privado.evidencia_nueva]);
  return null;
end
$function$;

create or replace function privado.encadenar_fijaciones()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if tg_op = 'INSERT' then
    perform privado.encadenar(array_agg((n.contrato_id, 'fijacion.registrada', 'fijacion/' || n.id,
      '{"fila":' || privado.fila_fijacion(n::public.fijaciones, null) || '}')::privado.evidencia_nueva
      order by n.contrato_id, n.id))
    from nuevos n;
  else
    perform privado.encadenar(array_agg((n.contrato_id,
      case when v.anulada_en is null and n.anulada_en is not null then 'fijacion.anulada' else 'fijacion.cambiada' end,
      'fijacion/' || n.id,
      '{"fila":' || privado.fila_fijacion(n::public.fijaciones,
        case when n.motivo is not null then privado.sal_de('fijacion/' || n.id) end) || '}')::privado.evidencia_nueva
      order by n.contrato_id, n.id))
    from nuevos n join viejos v on v.id = n.id
    where privado.fila_fijacion(n::public.fijaciones, '') <> privado.fila_fijacion(v::public.fijaciones, '');
  end if;
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
      '{"fila":' || privado.fila_lote(n::public.lotes_asociados) || '}')::privado.evidencia_nueva
      order by n.contrato_id, n.id))
    from nuevos n;
  else
    perform privado.encadenar(array_agg((n.contrato_id,
      case when v.estado = n.estado then 'lote.cambiado' when n.estado = 'Recibido' then 'lote.recibido'
        when n.estado = 'Secado' then 'lote.secado' when n.estado = 'Exportado' then 'lote.exportado'
        else 'lote.cambiado' end,
      'lote/' || n.id, '{"fila":' || privado.fila_lote(n::public.lotes_asociados) || '}')::privado.evidencia_nueva
      order by n.contrato_id, n.id))
    from nuevos n join viejos v on v.id = n.id
    where privado.fila_lote(n::public.lotes_asociados) <> privado.fila_lote(v::public.lotes_asociados);
  end if;
  return null;
end
$function$;

create or replace function privado.encadenar_parametros()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if tg_op = 'INSERT' then
    perform privado.encadenar(array_agg((coalesce(-n.empresa_id, 0), 'parametro.publicado', 'parametro/' || n.id,
      '{"fila":' || privado.fila_parametro(n::public.parametros) || '}')::privado.evidencia_nueva
      order by coalesce(-n.empresa_id, 0), n.id))
    from nuevas n;
  elsif tg_op = 'DELETE' then
    perform privado.encadenar(array_agg((coalesce(-v.empresa_id, 0), 'parametro.borrado', 'parametro/' || v.id,
      '{"fila":null}')::privado.evidencia_nueva order by coalesce(-v.empresa_id, 0), v.id))
    from viejas v;
  else
    perform privado.encadenar(array_agg((coalesce(-n.empresa_id, 0), 'parametro.cambiado', 'parametro/' || n.id,
      '{"fila":' || privado.fila_parametro(n::public.parametros) || '}')::privado.evidencia_nueva
      order by coalesce(-n.empresa_id, 0), n.id))
    from nuevas n join viejas v on v.id = n.id
    where privado.fila_parametro(n::public.parametros) <> privado.fila_parametro(v::public.parametros);
  end if;
  return null;
end
$function$;

create or replace function privado.encadenar_participante()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  parte constant public.contratos_participantes := case tg_op when 'DELETE' then old else new end;
begin
  perform privado.encadenar(array[(parte.contrato_id,
    case tg_op when 'INSERT' then 'participante.asociado' when 'DELETE' then 'participante.retirado'
      else 'participante.cambiado' end,
    'participante/' || parte.empresa_id,
    '{"fila":' || case tg_op when 'DELETE' then 'null' else privado.fila_participante(parte) end
      || '}')::privado.evidencia_nueva]);
  return null;
end
$function$;

create or replace function privado.encadenar_precios()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if tg_op = 'INSERT' then
    perform privado.encadenar(array_agg((coalesce(-n.empresa_id, 0), 'precio.publicado', 'precio/' || n.id,
      '{"fila":' || privado.fila_precio(n::public.precios_fob) || '}')::privado.evidencia_nueva
      order by coalesce(-n.empresa_id, 0), n.id))
    from nuevas n;
  elsif tg_op = 'DELETE' then
    perform privado.encadenar(array_agg((coalesce(-v.empresa_id, 0), 'precio.borrado', 'precio/' || v.id,
      '{"fila":null}')::privado.evidencia_nueva order by coalesce(-v.empresa_id, 0), v.id))
    from viejas v;
  else
    perform privado.encadenar(array_agg((coalesce(-n.empresa_id, 0), 'precio.cambiado', 'precio/' || n.id,
      '{"fila":' || privado.fila_precio(n::public.precios_fob) || '}')::privado.evidencia_nueva
      order by coalesce(-n.empresa_id, 0), n.id))
    from nuevas n join viejas v on v.id = n.id
    where privado.fila_precio(n::public.precios_fob) <> privado.fila_precio(v::public.precios_fob);
  end if;
  return null;
end
$function$;

create or replace function privado.encadenar_reapertura()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.encadenar(array[(new.contrato_id, 'reapertura.registrada', 'reapertura/' || new.id,
    '{"fila":' || privado.fila_reapertura(new, privado.sal_de('reapertura/' || new.id)) || '}')::privado.evidencia_nueva]);
  return null;
end
$function$;

create or replace function privado.encadenar_usuario()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  antes constant bigint := case when tg_op <> 'INSERT' then coalesce(-old.empresa_id, 0) end;
  ahora constant bigint := case when tg_op <> 'DELETE' then coalesce(-new.empresa_id, 0) end;
  entra privado.evidencia_nueva;
  sale privado.evidencia_nueva;
begin
  if ahora is not null then
    entra := (ahora, case when antes = ahora then 'usuario.cambiado' else 'usuario.incorporado' end,
      'usuario/' || new.id, '{"fila":' || privado.fila_usuario(new) || '}');
  end if;
  if antes is distinct from ahora and antes is not null then
    sale := (antes, case when ahora is null then 'usuario.borrado' else 'usuario.retirado' end,
      'usuario/' || old.id, '{"fila":null}');
  end if;
  perform privado.encadenar(case when sale is null then array[entra] when entra is null then array[sale]
    when antes < ahora then array[sale, entra] else array[entra, sale] end);
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
  perform privado.sal_de('contrato/' || c.id) from public.contratos c where c.observaciones is not null;
  perform privado.sal_de('documento/' || d.id) from public.documentos_contrato d;
  perform privado.sal_de('fijacion/' || f.id) from public.fijaciones f where f.motivo is not null;
  perform privado.sal_de('reapertura/' || r.id) from public.contratos_reaperturas r;
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

create or replace function privado.evidencias_contrato (
  contrato bigint,
  despues_de bigint,
  tope integer
)
  returns table (
    n bigint,
    en timestamp with time zone,
    tipo text,
    actor uuid,
    objeto text,
    canonico text,
    previo bytea,
    hash bytea
  )
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_firma(contrato);
  return query select e.n, e.en::timestamptz, e.tipo, e.actor, e.objeto, e.canonico, e.previo, e.hash
    from privado.evidencias e where e.cadena = contrato and e.n > despues_de order by e.n limit tope;
end
$function$;

create or replace function privado.evidencias_pagina (
  v_cadena bigint,
  v_n bigint,
  tope integer
)
  returns table (
    cadena bigint,
    n bigint,
    en timestamp with time zone,
    tipo text,
    actor uuid,
    objeto text,
    canonico text,
    previo bytea,
    hash bytea
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select e.cadena, e.n, e.en, e.tipo, e.actor, e.objeto, e.canonico, e.previo, e.hash
  from privado.evidencias e where (e.cadena, e.n) > (v_cadena, v_n) order by e.cadena, e.n limit tope
$function$;

create or replace function privado.exigir_firma (
  contrato bigint
)
  returns void
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  if not exists (
    select from public.contratos c
    where c.id = contrato and ((c.eliminado_en is null and privado.participa(c.id)) or privado.es_admin())
  ) then
    raise exception 'contrato_no_existe' using errcode = 'PT404', detail = 'No existe ese contrato.';
  elsif not privado.es_admin() and not exists (select from privado.mis_firmas m where m.contrato_id = contrato) then
    raise exception 'evidencia_sin_permiso' using errcode = 'PT403',
      detail = 'La evidencia de un contrato la leen quienes lo firman.';
  end if;
end
$function$;

create or replace function privado.fila_acuerdo (
  p public.contratos_precios
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"contrato_id":' || privado.json_de(p.contrato_id)
    || ',"diferencial_tm":' || privado.json_de(p.diferencial_tm)
    || ',"precio_fijado_tm":' || privado.json_de(p.precio_fijado_tm) || '}';
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
    || ',"etiqueta":' || privado.json_de(d.etiqueta)
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
    || ',"url_archivo":' || privado.json_de(d.url_archivo)
    || ',"verificacion":' || privado.json_de(d.verificacion) || '}';
end
$function$;

create or replace function privado.fila_empresa (
  e public.empresas,
  sal bytea
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"activo":' || privado.json_de(e.activo)
    || ',"creado_en":' || privado.json_de(e.creado_en)
    || ',"id":' || privado.json_de(e.id)
    || ',"nombre":' || privado.json_de(e.nombre, sal)
    -- That of a natural person is a cédula.
    || ',"ruc":' || privado.json_de(e.ruc, sal)
    || ',"siglas":' || privado.json_de(e.siglas)
    || ',"tipo":' || privado.json_de(e.tipo) || '}';
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
    || ',"contrato_id":' || privado.json_de(f.contrato_id)
    || ',"creado_en":' || privado.json_de(f.creado_en)
    || ',"creado_por":' || privado.json_de(f.creado_por)
    || ',"diferencial":' || privado.json_de(f.diferencial)
    || ',"fecha":' || privado.json_de(f.fecha)
    || ',"id":' || privado.json_de(f.id)
    || ',"motivo":' || privado.json_de(f.motivo, sal)
    || ',"ny":' || privado.json_de(f.ny)
    || ',"precio_tm":' || privado.json_de(f.precio_tm)
    || ',"tm":' || privado.json_de(f.tm) || '}';
end
$function$;

create or replace function privado.fila_lote (
  l public.lotes_asociados
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"codigo_lote":' || privado.json_de(l.codigo_lote)
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

create or replace function privado.fila_mensaje (
  m public.mensajes
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"autor":' || privado.json_de(m.autor)
    || ',"contrato_id":' || privado.json_de(m.contrato_id)
    || ',"creado_en":' || privado.json_de(m.creado_en)
    || ',"documento_id":' || privado.json_de(m.documento_id)
    || ',"empresa":' || privado.json_de(m.empresa)
    || ',"id":' || privado.json_de(m.id)
    || ',"id_cliente":' || privado.json_de(m.id_cliente)
    || ',"lote_id":' || privado.json_de(m.lote_id)
    || ',"texto":' || privado.json_de(m.texto)
    || ',"tipo":' || privado.json_de(m.tipo)
    || ',"usuario_id":' || privado.json_de(m.usuario_id) || '}';
end
$function$;

create or replace function privado.fila_parametro (
  p public.parametros
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"creado_en":' || privado.json_de(p.creado_en)
    || ',"creado_por":' || privado.json_de(p.creado_por)
    || ',"desde":' || privado.json_de(p.desde)
    || ',"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"hasta":' || privado.json_de(p.hasta)
    || ',"id":' || privado.json_de(p.id)
    || ',"tipo":' || privado.json_de(p.tipo)
    -- As text: its decimals keep their zeros.
    || ',"valor":' || privado.json_de(p.valor::text)
    || ',"variante":' || privado.json_de(p.variante) || '}';
end
$function$;

create or replace function privado.fila_participante (
  p public.contratos_participantes
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"contrato_id":' || privado.json_de(p.contrato_id)
    || ',"creado_en":' || privado.json_de(p.creado_en)
    || ',"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"papel":' || privado.json_de(p.papel) || '}';
end
$function$;

create or replace function privado.fila_precio (
  p public.precios_fob
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"calidad":' || privado.json_de(p.calidad)
    || ',"creado_en":' || privado.json_de(p.creado_en)
    || ',"creado_por":' || privado.json_de(p.creado_por)
    || ',"diferencial":' || privado.json_de(p.diferencial)
    || ',"empresa_id":' || privado.json_de(p.empresa_id)
    || ',"fecha":' || privado.json_de(p.fecha)
    || ',"fuente":' || privado.json_de(p.fuente)
    || ',"id":' || privado.json_de(p.id)
    || ',"mercado":' || privado.json_de(p.mercado)
    || ',"precio_tm":' || privado.json_de(p.precio_tm) || '}';
end
$function$;

create or replace function privado.fila_reapertura (
  r public.contratos_reaperturas,
  sal bytea
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"autor":' || privado.json_de(r.autor, sal)
    || ',"cerrado_en":' || privado.json_de(r.cerrado_en)
    || ',"contrato_id":' || privado.json_de(r.contrato_id)
    || ',"creado_en":' || privado.json_de(r.creado_en)
    || ',"empresa":' || privado.json_de(r.empresa, sal)
    || ',"exportado_tm":' || privado.json_de(r.exportado_tm)
    || ',"id":' || privado.json_de(r.id)
    || ',"motivo":' || privado.json_de(r.motivo, sal)
    || ',"usuario_id":' || privado.json_de(r.usuario_id)
    || ',"volumen_tm":' || privado.json_de(r.volumen_tm) || '}';
end
$function$;

create or replace function privado.fila_usuario (
  u public.usuarios
)
  returns text
  language plpgsql
  immutable
  set search_path to ''
  AS $function$
begin
  return '{"activo":' || privado.json_de(u.activo)
    || ',"creado_en":' || privado.json_de(u.creado_en)
    || ',"empresa_id":' || privado.json_de(u.empresa_id)
    || ',"id":' || privado.json_de(u.id)
    || ',"invitado_por":' || privado.json_de(u.invitado_por)
    || ',"rol":' || privado.json_de(u.rol) || '}';
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
  select distinct on (t.cadena, t.objeto) t.cadena, t.objeto, t.fila
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
$function$;

create or replace function privado.filas_que_no_cuadran (
  v_cadenas bigint[]
)
  returns table (
    cadena bigint,
    objeto text,
    falla text,
    campos text[]
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  with halladas as (
    select t.cadena, t.objeto, t.fila::jsonb as fila from privado.filas_de_contrato(v_cadenas) as t
    union all
    select t.cadena, t.objeto, t.fila::jsonb
    from unnest(v_cadenas) as u (cadena) cross join lateral privado.filas_de_empresa(nullif(-u.cadena, 0)) as t
    where u.cadena <= 0
  ), juntas as (
    select coalesce(h.cadena, c.cadena) as cadena, coalesce(h.objeto, c.objeto) as objeto, h.fila as hallada,
      nullif(c.fila, 'null'::jsonb) as contada
    from privado.filas_contadas(v_cadenas) as c
    full join halladas h on h.cadena = c.cadena and h.objeto = c.objeto
  )
  select j.cadena, j.objeto,
    case when j.hallada is null then 'falta' when j.contada is null then 'sobra'
      when d.cambiados is null then 'sin sal' else 'cambiada' end,
    coalesce(d.cambiados, d.sin_sal, '{}')
  from juntas j
  cross join lateral (
    -- Where the chain told of no text, any text is another, whatever its salt.
    select array_agg(e.key order by e.key) filter (where not e.borrado) as cambiados,
      array_agg(e.key order by e.key) filter (where e.borrado) as sin_sal
    from (
      select c.key, j.hallada ->> c.key = 'sin sal' and c.value <> 'null' as borrado
      from jsonb_each(j.contada) as c where j.hallada -> c.key is distinct from c.value and j.hallada is not null
    ) as e
  ) as d
  where (j.hallada is null) <> (j.contada is null) or not j.hallada @> j.contada
  union all
  select p.contrato_id, 'participante/' || p.empresa_id, 'cambiada', '{oculto}'
  from public.contratos_participantes p join public.contratos c on c.id = p.contrato_id
  where p.contrato_id = any (v_cadenas) and p.oculto <> (c.eliminado_en is not null)
$function$;

create or replace function privado.hojas (
  desde bigint,
  tope integer
)
  returns table (
    i bigint,
    cadena bigint,
    n bigint,
    hash bytea
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select h.i, h.cadena, h.n, h.hash from privado.evidencias_hojas h where h.i >= desde order by h.i limit tope
$function$;

create or replace function privado.hojas_que_no_cuadran (
  desde bigint,
  hasta bigint
)
  returns table (
    cadena bigint,
    n bigint
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select h.cadena, h.n from privado.evidencias_hojas h
  left join privado.evidencias e on e.cadena = h.cadena and e.n = h.n
  where h.i >= desde and h.i < hasta and e.hash is distinct from h.hash
$function$;

create or replace function privado.jcs (
  valor jsonb
)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
declare
  partes text;
begin
  case jsonb_typeof(valor)
    when 'object' then
      if valor::text ~ '[\ue000-\U0010ffff]' then
        select string_agg(to_json(e.key)::text || ':' || privado.jcs(e.value), ',' order by privado.unidades_utf16(e.key) collate "C")
        into partes from jsonb_each(valor) as e;
      else
        select string_agg(to_json(e.key)::text || ':' || privado.jcs(e.value), ',' order by e.key collate "C")
        into partes from jsonb_each(valor) as e;
      end if;
      return '{' || coalesce(partes, '') || '}';
    when 'array' then
      select string_agg(privado.jcs(e.value), ',' order by e.i) into partes
      from jsonb_array_elements(valor) with ordinality as e (value, i);
      return '[' || coalesce(partes, '') || ']';
    when 'string' then
      return to_json(valor #>> '{}')::text;
    when 'number' then
      -- A decimal goes as text, which keeps its zeros; and 2^53 is as far as a number of JSON counts by ones.
      if scale(valor::numeric) > 0 or abs(valor::numeric) > 9007199254740991 then
        raise exception 'evidencia_con_decimales' using errcode = 'PT422',
          detail = 'En una evidencia un decimal va como texto.', hint = 'datos';
      end if;
      return valor::text;
    when 'boolean' then
      return valor::text;
    else
      return 'null';
  end case;
end
$function$;

create or replace function privado.json_de (
  valor timestamp with time zone
)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
begin
  return coalesce('"' || to_char(valor at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"', 'null');
end
$function$;

create or replace function privado.json_de (
  valor bigint
)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
begin
  return coalesce(valor::text, 'null');
end
$function$;

create or replace function privado.json_de (
  valor boolean
)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
begin
  return coalesce(valor::text, 'null');
end
$function$;

create or replace function privado.json_de (
  valor date
)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
begin
  return coalesce('"' || to_char(valor, 'YYYY-MM-DD') || '"', 'null');
end
$function$;

create or replace function privado.json_de (
  valor numeric
)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
begin
  return coalesce('"' || valor || '"', 'null');
end
$function$;

create or replace function privado.json_de (
  valor text
)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
begin
  return coalesce(to_json(valor)::text, 'null');
end
$function$;

create or replace function privado.json_de (
  valor text,
  sal bytea
)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
begin
  return case when valor is null then 'null' when sal is null then '"sin sal"'
    else '"sha256:' || privado.con_sal(sal, valor) || '"' end;
end
$function$;

create or replace function privado.json_de (
  valor uuid
)
  returns text
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
begin
  return coalesce('"' || valor || '"', 'null');
end
$function$;

create or replace function privado.mensajes_que_no_cuadran (
  v_cadenas bigint[]
)
  returns table (
    cadena bigint,
    objeto text,
    falla text,
    campos text[]
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  with resumenes as materialized (
    select e.cadena, e.canonico::jsonb -> 'datos' as datos, s.sal
    from privado.evidencias e left join privado.evidencias_sales s on s.objeto = e.objeto
    where e.cadena = any (v_cadenas) and e.tipo = 'mensajes.resumen'
  ), contados as (
    select r.cadena, r.sal, (x.value ->> 0)::bigint as id, decode(x.value ->> 1, 'hex') as hoja
    from resumenes r cross join lateral jsonb_array_elements(r.datos -> 'mensajes') as x (value)
  ), hallados as (
    select r.cadena, m.id, m from resumenes r join public.mensajes m
    on m.contrato_id = r.cadena and m.id between (r.datos ->> 'desde')::bigint and (r.datos ->> 'hasta')::bigint
  )
  select coalesce(c.cadena, h.cadena), 'mensaje/' || coalesce(c.id, h.id),
    case when h.id is null then 'falta' when c.id is null then 'sobra' when c.sal is null then 'sin sal' else 'cambiada' end,
    '{}'::text[]
  from contados c full join hallados h on h.cadena = c.cadena and h.id = c.id
  where c.id is null or h.id is null or c.sal is null
    or sha256(c.sal || convert_to(privado.fila_mensaje(h.m), 'UTF8')) <> c.hoja
$function$;

create or replace function privado.merkle (
  hojas bytea[]
)
  returns bytea
  language plpgsql
  immutable
  parallel safe
  set search_path to ''
  AS $function$
declare
  nivel bytea[] := '{}';
  arriba bytea[];
  hoja bytea;
begin
  foreach hoja in array hojas loop
    nivel := nivel || sha256('\x00'::bytea || hoja);
  end loop;
  while cardinality(nivel) > 1 loop
    arriba := '{}';
    for i in 1 .. cardinality(nivel) by 2 loop
      arriba := arriba || case when i = cardinality(nivel) then nivel[i]
        else sha256('\x01'::bytea || nivel[i] || nivel[i + 1]) end;
    end loop;
    nivel := arriba;
  end loop;
  return coalesce(nivel[1], sha256(''));
end
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
      where m.id > v_desde and m.creado_en < date_trunc('minute', clock_timestamp()) group by m.contrato_id
    ) as u
    left join privado.evidencias_cabezas h on h.cadena = u.contrato_id
    where u.ultimo > coalesce(h.mensajes_hasta, 0)
    order by u.contrato_id;
  select max(m.id) into v_hasta from public.mensajes m
  where m.id > v_desde and m.creado_en < clock_timestamp() - interval '1 hour';
  update privado.evidencias_lecturas l set hasta = v_hasta where l.que = 'mensajes' and l.hasta < v_hasta;
end
$function$;

create or replace function privado.prueba_de_consistencia (
  viejo bigint,
  tamano bigint
)
  returns bytea[]
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
declare
  desde bigint := 0;
  hasta bigint := tamano;
  medio bigint;
  camino bytea[] := '{}';
begin
  if viejo = 0 or viejo = tamano then
    return camino;
  end if;
  while hasta <> viejo loop
    medio := 1;
    while medio * 2 < hasta - desde loop
      medio := medio * 2;
    end loop;
    medio := desde + medio;
    if viejo <= medio then
      camino := privado.subarbol(medio, hasta) || camino;
      hasta := medio;
    else
      camino := privado.subarbol(desde, medio) || camino;
      desde := medio;
    end if;
  end loop;
  return case when desde = 0 then camino else privado.subarbol(desde, hasta) || camino end;
end
$function$;

create or replace function privado.prueba_de_inclusion (
  v_i bigint,
  tamano bigint
)
  returns bytea[]
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
declare
  desde bigint := 0;
  hasta bigint := tamano;
  medio bigint;
  camino bytea[] := '{}';
begin
  while hasta - desde > 1 loop
    medio := 1;
    while medio * 2 < hasta - desde loop
      medio := medio * 2;
    end loop;
    medio := desde + medio;
    if v_i < medio then
      camino := privado.subarbol(medio, hasta) || camino;
      hasta := medio;
    else
      camino := privado.subarbol(desde, medio) || camino;
      desde := medio;
    end if;
  end loop;
  return camino;
end
$function$;

create or replace function privado.raices (
  despues_de bigint,
  tope integer
)
  returns table (
    tamano bigint,
    en timestamp with time zone,
    raiz bytea,
    nota text,
    picos bytea[]
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select r.tamano, r.en, r.raiz, r.nota, r.picos from privado.evidencias_raices r
  where r.tamano > despues_de order by r.tamano limit tope
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
        and m.creado_en < date_trunc('minute', clock_timestamp())
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

create or replace function privado.sal_de (
  v_objeto text
)
  returns bytea
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  v_sal bytea;
begin
  select s.sal into v_sal from privado.evidencias_sales s where s.objeto = v_objeto;
  if not found then
    insert into privado.evidencias_sales (objeto, sal) values (v_objeto, extensions.gen_random_bytes(16))
    on conflict (objeto) do nothing returning sal into v_sal;
    if v_sal is null then
      select s.sal into v_sal from privado.evidencias_sales s where s.objeto = v_objeto;
    end if;
  end if;
  return v_sal;
end
$function$;

create or replace function privado.sellos_que_faltan()
  returns table (
    tamano bigint,
    nota text
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select r.tamano, r.nota from privado.evidencias_raices r
  where not exists (select from privado.evidencias_sellos s where s.tamano = r.tamano)
    and r.en > now() - interval '30 days'
  order by r.tamano limit 10
$function$;

create or replace function privado.subarbol (
  desde bigint,
  hasta bigint
)
  returns bytea
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
declare
  resto bigint := hasta - desde;
  fin bigint := hasta;
  v_nivel int := 0;
  nodo bytea;
  v_hash bytea;
begin
  -- From the right, where the smallest whole subtrees are.
  while resto > 0 loop
    if resto & 1 = 1 then
      select x.hash into strict v_hash from privado.evidencias_nodos x where x.nivel = v_nivel and x.j = (fin >> v_nivel) - 1;
      nodo := case when nodo is null then v_hash else sha256('\x01'::bytea || v_hash || nodo) end;
      fin := fin - (1::bigint << v_nivel);
    end if;
    resto := resto >> 1;
    v_nivel := v_nivel + 1;
  end loop;
  return coalesce(nodo, sha256(''));
end
$function$;

create or replace function privado.tomar_cabeza (
  v_cadena bigint
)
  returns privado.evidencias_cabezas
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  cabeza privado.evidencias_cabezas;
begin
  select * into cabeza from privado.evidencias_cabezas h where h.cadena = v_cadena for no key update;
  if not found then
    insert into privado.evidencias_cabezas (cadena, nombre, n, en, hash) values (
      v_cadena, (select c.codigo from public.contratos c where c.id = v_cadena), 0, '-infinity',
      decode(repeat('00', 32), 'hex'))
    on conflict (cadena) do nothing;
    select * into cabeza from privado.evidencias_cabezas h where h.cadena = v_cadena for no key update;
  end if;
  return cabeza;
end
$function$;

create or replace function privado.ultima_raiz()
  returns table (
    tamano bigint,
    en timestamp with time zone,
    raiz bytea,
    nota text,
    picos bytea[]
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select r.tamano, r.en, r.raiz, r.nota, r.picos from privado.evidencias_raices r order by r.tamano desc limit 1
$function$;

create or replace function privado.unidades_utf16 (
  texto text
)
  returns text
  language sql
  immutable
  parallel safe
  strict
  set search_path to ''
  AS $function$
  select coalesce(string_agg(
    case when ascii(c) < 65536 then lpad(to_hex(ascii(c)), 4, '0')
      else to_hex(55232 + (ascii(c) >> 10)) || to_hex(56320 + (ascii(c) & 1023)) end, '' order by i), '')
  from regexp_split_to_table(texto, '') with ordinality as t (c, i) where texto <> ''
$function$;

alter table privado.evidencias_sellos
  add constraint evidencias_sellos_tamano_fkey foreign key (tamano) references privado.evidencias_raices(tamano)
    on delete restrict;

create trigger _100_conservar
  before delete or update on privado.evidencias
  for each row
  execute function privado.conservar_evidencia();

create trigger _110_conservar_todas
  before truncate on privado.evidencias
  for each STATEMENT
  execute function privado.conservar_evidencia();

create trigger _100_conservar
  before delete on privado.evidencias_cabezas
  for each row
  execute function privado.conservar_evidencia();

create trigger _110_avanzar
  before update on privado.evidencias_cabezas
  for each row
  when
    (((new.n < old.n) OR ((new.n = old.n) AND (new.hash <> old.hash)) OR (new.en < old.en) OR (new.mensajes_hasta <
    old.mensajes_hasta) OR ((new.cadena IS DISTINCT FROM old.cadena) OR (new.nombre IS DISTINCT FROM old.nombre))))
  execute function privado.conservar_evidencia();

create trigger _120_conservar_todas
  before truncate on privado.evidencias_cabezas
  for each STATEMENT
  execute function privado.conservar_evidencia();

create trigger _100_conservar
  before delete on privado.evidencias_claves
  for each row
  execute function privado.conservar_evidencia();

create trigger _110_conservar_todas
  before truncate on privado.evidencias_claves
  for each STATEMENT
  execute function privado.conservar_evidencia();

create trigger _100_conservar
  before delete or update on privado.evidencias_hojas
  for each row
  execute function privado.conservar_evidencia();

create trigger _110_conservar_todas
  before truncate on privado.evidencias_hojas
  for each STATEMENT
  execute function privado.conservar_evidencia();

create trigger _100_conservar
  before delete or update on privado.evidencias_raices
  for each row
  execute function privado.conservar_evidencia();

create trigger _110_conservar_todas
  before truncate on privado.evidencias_raices
  for each STATEMENT
  execute function privado.conservar_evidencia();

create trigger _100_conservar
  before delete or update on privado.evidencias_sellos
  for each row
  execute function privado.conservar_evidencia();

create trigger _110_conservar_todas
  before truncate on privado.evidencias_sellos
  for each STATEMENT
  execute function privado.conservar_evidencia();

create trigger _010_abrir_evidencia
  after insert on public.contratos
  for each row
  execute function privado.abrir_evidencia();

create trigger _990_encadenar
  after update on public.contratos referencing OLD table as viejos NEW table as nuevos
  for each STATEMENT
  execute function privado.encadenar_contratos();

create trigger _990_encadenar_cambio
  after update on public.contratos_participantes
  for each row when ((old.contrato_id, old.empresa_id, old.papel, old.creado_en) is distinct from (new.contrato_id, new.empresa_id, new.papel, new.creado_en))
  execute function privado.encadenar_participante();

create trigger _990_encadenar_retiro
  after delete on public.contratos_participantes
  for each row
  execute function privado.encadenar_participante();

create trigger _990_encadenar
  after insert on public.contratos_participantes
  for each row
  when ((new.papel = 'proveedor'::text))
  execute function privado.encadenar_participante();

create trigger _990_encadenar_cambio
  after update on public.contratos_precios
  for each row when ((old.precio_fijado_tm, old.diferencial_tm) is distinct from (new.precio_fijado_tm, new.diferencial_tm))
  execute function privado.encadenar_acuerdo();

create trigger _990_encadenar
  after insert on public.contratos_precios
  for each row
  when ((num_nonnulls(new.precio_fijado_tm, new.diferencial_tm) > 0))
  execute function privado.encadenar_acuerdo();

create trigger _400_encadenar
  after insert on public.contratos_reaperturas
  for each row
  execute function privado.encadenar_reapertura();

create trigger _990_encadenar_cambio
  after update on public.documentos_contrato referencing OLD table as viejos NEW table as nuevos
  for each STATEMENT
  execute function privado.encadenar_documentos();

create trigger _990_encadenar
  after insert on public.documentos_contrato referencing NEW table as nuevos
  for each STATEMENT
  execute function privado.encadenar_documentos();

create trigger _990_encadenar_cambio
  after update on public.empresas
  for each row when ((old.ruc, old.nombre, old.tipo, old.activo, old.creado_en, old.siglas) is distinct from (new.ruc, new.nombre, new.tipo, new.activo, new.creado_en, new.siglas))
  execute function privado.encadenar_empresa();

create trigger _990_encadenar
  after insert or delete on public.empresas
  for each row
  execute function privado.encadenar_empresa();

create trigger _990_encadenar_cambio
  after update on public.fijaciones referencing OLD table as viejos NEW table as nuevos
  for each STATEMENT
  execute function privado.encadenar_fijaciones();

create trigger _990_encadenar
  after insert on public.fijaciones referencing NEW table as nuevos
  for each STATEMENT
  execute function privado.encadenar_fijaciones();

create trigger _990_encadenar_cambio
  after update on public.lotes_asociados referencing OLD table as viejos NEW table as nuevos
  for each STATEMENT
  execute function privado.encadenar_lotes();

create trigger _990_encadenar
  after insert on public.lotes_asociados referencing NEW table as nuevos
  for each STATEMENT
  execute function privado.encadenar_lotes();

create trigger _990_encadenar_borrado
  after delete on public.parametros referencing OLD table as viejas
  for each STATEMENT
  execute function privado.encadenar_parametros();

create trigger _990_encadenar_cambio
  after update on public.parametros referencing OLD table as viejas NEW table as nuevas
  for each STATEMENT
  execute function privado.encadenar_parametros();

create trigger _990_encadenar
  after insert on public.parametros referencing NEW table as nuevas
  for each STATEMENT
  execute function privado.encadenar_parametros();

create trigger _990_encadenar_borrado
  after delete on public.precios_fob referencing OLD table as viejas
  for each STATEMENT
  execute function privado.encadenar_precios();

create trigger _990_encadenar_cambio
  after update on public.precios_fob referencing OLD table as viejas NEW table as nuevas
  for each STATEMENT
  execute function privado.encadenar_precios();

create trigger _990_encadenar
  after insert on public.precios_fob referencing NEW table as nuevas
  for each STATEMENT
  execute function privado.encadenar_precios();

create trigger _990_encadenar_cambio
  after update on public.usuarios
  for each row when ((old.empresa_id, old.rol, old.activo, old.creado_en, old.invitado_por) is distinct from (new.empresa_id, new.rol, new.activo, new.creado_en, new.invitado_por))
  execute function privado.encadenar_usuario();

create trigger _990_encadenar
  after insert or delete on public.usuarios
  for each row
  execute function privado.encadenar_usuario();

comment on function privado.abrir_cadena(text, privado.evidencia_nueva) is 'Empieza la cadena de un contrato que nace.';
comment on function privado.abrir_evidencia() is 'Disparador: un contrato nuevo empieza su cadena.';
comment on function privado.ancla_contrato(bigint) is 'La cabeza de la cadena de un contrato, la última que está bajo una raíz firmada, y su prueba de inclusión.';
comment on function privado.anotar_claves(text[]) is 'Anota con qué claves se firma desde hoy.';
comment on function privado.anotar_evidencia(bigint, text, text, jsonb) is 'Añade a la cadena de un contrato lo que pasó, sin nombres ni cédulas; un decimal va como texto.';
comment on function privado.anotar_raiz(bigint, bytea, text, bytea[]) is 'Guarda una raíz firmada y la dice a los administradores; falso si ya estaba.';

comment on function privado.anotar_sello(bigint, timestamp
  with time zone, text, bytea) is 'Guarda el sello de tiempo de una raíz.';

comment on function privado.avisar_de_evidencias(bigint, text) is 'Avisa a los administradores de lo que la verificación encontró.';
comment on function privado.cabezas_de(bigint[]) is 'Cabezas de unas cadenas.';
comment on function privado.cadenas_que_faltan() is 'Contratos y empresas sin cadena, y cadenas que terminan antes de lo que dice su cabeza.';

comment on function privado.canonico(bigint, text, bigint, timestamp
  with time zone, text, uuid, text, text) is 'Texto canónico de una evidencia; datos ya lo es.';

comment on function privado.claves_de_evidencia() is 'Claves públicas de las raíces, con sus fechas.';
comment on function privado.con_sal(bytea, text) is 'Huella de un dato personal: sha256(sal || dato).';
comment on function privado.conservar_evidencia() is 'Disparador: las cadenas solo crecen, también para su dueño.';
comment on function privado.crecer_hojas() is 'Añade como hojas las cabezas que avanzaron; devuelve cuántas hojas hay.';
comment on function privado.discrepancias_contrato(bigint) is 'Lo que en un contrato no es lo que su cadena contó, o lo que se ancló de ella.';
comment on function privado.encadenar(privado.evidencia_nueva[]) is 'Añade evidencias a sus cadenas; las de una cadena vienen seguidas, y las cadenas en orden.';
comment on function privado.encadenar_acuerdo() is 'Disparador: el precio que se acuerda, en la cadena del contrato.';
comment on function privado.encadenar_contratos() is 'Disparador: lo que cambia en unos contratos, en sus cadenas.';
comment on function privado.encadenar_documentos() is 'Disparador: documentos y sus huellas, en la cadena de su contrato.';
comment on function privado.encadenar_empresa() is 'Disparador: lo que cambia en una empresa, en su cadena.';
comment on function privado.encadenar_fijaciones() is 'Disparador: fijaciones y anulaciones, en la cadena de su contrato.';
comment on function privado.encadenar_lotes() is 'Disparador: lotes y sus pasos, en la cadena de su contrato.';
comment on function privado.encadenar_parametros() is 'Disparador: parámetros, en la cadena de su empresa.';
comment on function privado.encadenar_participante() is 'Disparador: quién llega a un contrato y quién se va, en su cadena.';
comment on function privado.encadenar_precios() is 'Disparador: precios, en la cadena de su empresa.';
comment on function privado.encadenar_reapertura() is 'Disparador: por qué se reabre un contrato, en su cadena.';
comment on function privado.encadenar_usuario() is 'Disparador: quién entra en una empresa, con qué rol y si está activo, en su cadena.';
comment on function privado.evidencia_inicial() is 'Empieza las cadenas de lo que había antes de ellas, con sus filas como están hoy.';
comment on function privado.evidencias_contrato(bigint, bigint, integer) is 'La cadena de un contrato, por páginas.';
comment on function privado.evidencias_pagina(bigint, bigint, integer) is 'Evidencias que siguen a una, por cadena y número.';
comment on function privado.exigir_firma(bigint) is '¿Firma el usuario este contrato, o administra? Si no, se dice por qué.';
comment on function privado.fila_acuerdo(public.contratos_precios) is 'El precio acordado de un contrato, en JSON canónico.';
comment on function privado.fila_contrato(public.contratos, bytea) is 'Un contrato, en JSON canónico.';
comment on function privado.fila_documento(public.documentos_contrato, bytea) is 'Un documento, en JSON canónico.';
comment on function privado.fila_empresa(public.empresas, bytea) is 'Una empresa, en JSON canónico.';
comment on function privado.fila_fijacion(public.fijaciones, bytea) is 'Una fijación, en JSON canónico.';
comment on function privado.fila_lote(public.lotes_asociados) is 'Un lote, en JSON canónico.';
comment on function privado.fila_mensaje(public.mensajes) is 'Un mensaje, en JSON canónico: de él solo llega a la cadena su huella con sal.';
comment on function privado.fila_parametro(public.parametros) is 'Un parámetro, en JSON canónico.';
comment on function privado.fila_participante(public.contratos_participantes) is 'Una parte de un contrato, en JSON canónico.';
comment on function privado.fila_precio(public.precios_fob) is 'Un precio publicado, en JSON canónico.';
comment on function privado.fila_reapertura(public.contratos_reaperturas, bytea) is 'Una reapertura, en JSON canónico.';
comment on function privado.fila_usuario(public.usuarios) is 'Lo que un usuario puede, en JSON canónico.';
comment on function privado.filas_contadas(bigint[]) is 'Lo último que unas cadenas contaron de cada objeto.';
comment on function privado.filas_de_contrato(bigint[]) is 'Las filas de unos contratos, como las cuentan sus cadenas.';
comment on function privado.filas_de_empresa(bigint) is 'Las filas que son de una empresa, o de nadie, como las cuenta su cadena.';
comment on function privado.filas_que_no_cuadran(bigint[]) is 'Filas que no son lo que sus cadenas contaron: cambiada, falta o sobra, y en qué columnas.';
comment on function privado.hojas(bigint, integer) is 'Hojas desde una, en su orden.';
comment on function privado.hojas_que_no_cuadran(bigint, bigint) is 'Hojas cuya cadena ya no dice lo mismo.';
comment on function privado.jcs(jsonb) is 'JSON canónico (RFC 8785), sin decimales.';
comment on function privado.json_de(timestamp with time zone) is 'Un instante, en UTC, en JSON canónico.';
comment on function privado.json_de(bigint) is 'Un entero, en JSON canónico.';
comment on function privado.json_de(boolean) is 'Sí o no, en JSON canónico.';
comment on function privado.json_de(date) is 'Una fecha, en JSON canónico.';
comment on function privado.json_de(numeric) is 'Un número exacto, como texto, en JSON canónico.';
comment on function privado.json_de(text) is 'Un texto, en JSON canónico.';
comment on function privado.json_de(text, bytea) is 'La huella con sal de lo que alguien escribió, en JSON canónico.';
comment on function privado.json_de(uuid) is 'Un identificador, en JSON canónico.';
comment on function privado.mensajes_que_no_cuadran(bigint[]) is 'Mensajes que no son los que resumieron las cadenas: cambiado, falta o sobra.';
comment on function privado.merkle(bytea[]) is 'Raíz del árbol de RFC 6962 sobre esas hojas.';
comment on function privado.por_resumir(boolean) is 'Contratos con mensajes, de minutos que terminaron, que no están en su cadena.';
comment on function privado.prueba_de_consistencia(bigint, bigint) is 'Hashes que prueban que el árbol de ahora continúa al de antes (RFC 6962).';
comment on function privado.prueba_de_inclusion(bigint, bigint) is 'Hashes que llevan de una hoja a la raíz de las primeras tantas (RFC 6962).';
comment on function privado.raices(bigint, integer) is 'Raíces firmadas, de la más antigua a la más nueva.';
comment on function privado.resumir_mensajes(bigint) is 'Añade a la cadena de un contrato los mensajes de los minutos que terminaron; devuelve cuántos.';
comment on function privado.sal_de(text) is 'Sal de un objeto; la crea si no la tiene.';
comment on function privado.sellos_que_faltan() is 'Raíces del último mes sin sello de tiempo.';
comment on function privado.subarbol(bigint, bigint) is 'Raíz de unas hojas seguidas.';
comment on function privado.tomar_cabeza(bigint) is 'Toma la cabeza de una cadena hasta el fin de la transacción.';
comment on function privado.ultima_raiz() is 'La última raíz firmada.';
comment on function privado.unidades_utf16(text) is 'Unidades UTF-16 de un texto, en hexadecimal, para ordenar claves.';
comment on table privado.evidencias is 'Lo que pasó, encadenado: hash = sha256(previo || canonico). Solo se añade.';
comment on table privado.evidencias_cabezas is 'Última evidencia de cada cadena; quien añade a una cadena toma su fila.';
comment on table privado.evidencias_claves is 'Claves públicas con que se firmaron raíces, y desde y hasta cuándo.';
comment on table privado.evidencias_hojas is 'Cabezas de las cadenas, cada día las que avanzaron: hojas de un árbol de RFC 6962.';
comment on table privado.evidencias_lecturas is 'Hasta dónde leyeron los trabajos de las evidencias.';
comment on table privado.evidencias_nodos is 'Nodos completos del árbol de las hojas; se pueden calcular de ellas.';
comment on table privado.evidencias_raices is 'Raíces firmadas: la nota es un punto de control de C2SP.';
comment on table privado.evidencias_sales is 'Sal de los textos de un objeto; borrarla hace ilegible su huella.';
comment on table privado.evidencias_sellos is 'Sellos de tiempo (RFC 3161) de las notas.';
comment on type privado.evidencia_nueva is 'Lo que se añade a una cadena; datos es JSON canónico.';
revoke all on function privado.abrir_cadena(nombre text, nueva privado.evidencia_nueva) from public;
revoke all on function privado.abrir_evidencia() from public;
revoke all on function privado.ancla_contrato(contrato bigint) from public;
revoke all on function privado.anotar_claves(v_verificadores text[]) from public;
revoke all on function privado.anotar_evidencia(contrato bigint, tipo text, objeto text, datos jsonb) from public;
revoke all on function privado.anotar_raiz(v_tamano bigint, v_raiz bytea, v_nota text, v_picos bytea[]) from public;
revoke all on function privado.anotar_sello(v_tamano bigint, v_en timestamp with time zone, v_tsa text, v_respuesta bytea) from public;
revoke all on function privado.avisar_de_evidencias(v_fallas bigint, v_primeras text) from public;
revoke all on function privado.cabezas_de(v_cadenas bigint[]) from public;
revoke all on function privado.cadenas_que_faltan() from public;
revoke all on function privado.canonico(cadena bigint, nombre text, n bigint, en timestamp with time zone, tipo text, actor uuid, objeto text, datos text) from public;
revoke all on function privado.claves_de_evidencia() from public;
revoke all on function privado.con_sal(sal bytea, valor text) from public;
revoke all on function privado.conservar_evidencia() from public;
revoke all on function privado.crecer_hojas() from public;
revoke all on function privado.discrepancias_contrato(contrato bigint) from public;
revoke all on function privado.encadenar(nuevas privado.evidencia_nueva[]) from public;
revoke all on function privado.encadenar_acuerdo() from public;
revoke all on function privado.encadenar_contratos() from public;
revoke all on function privado.encadenar_documentos() from public;
revoke all on function privado.encadenar_empresa() from public;
revoke all on function privado.encadenar_fijaciones() from public;
revoke all on function privado.encadenar_lotes() from public;
revoke all on function privado.encadenar_parametros() from public;
revoke all on function privado.encadenar_participante() from public;
revoke all on function privado.encadenar_precios() from public;
revoke all on function privado.encadenar_reapertura() from public;
revoke all on function privado.encadenar_usuario() from public;
revoke all on function privado.evidencia_inicial() from public;
revoke all on function privado.evidencias_contrato(contrato bigint, despues_de bigint, tope integer) from public;
revoke all on function privado.evidencias_pagina(v_cadena bigint, v_n bigint, tope integer) from public;
revoke all on function privado.exigir_firma(contrato bigint) from public;
revoke all on function privado.fila_acuerdo(p public.contratos_precios) from public;
revoke all on function privado.fila_contrato(c public.contratos, sal bytea) from public;
revoke all on function privado.fila_documento(d public.documentos_contrato, sal bytea) from public;
revoke all on function privado.fila_empresa(e public.empresas, sal bytea) from public;
revoke all on function privado.fila_fijacion(f public.fijaciones, sal bytea) from public;
revoke all on function privado.fila_lote(l public.lotes_asociados) from public;
revoke all on function privado.fila_mensaje(m public.mensajes) from public;
revoke all on function privado.fila_parametro(p public.parametros) from public;
revoke all on function privado.fila_participante(p public.contratos_participantes) from public;
revoke all on function privado.fila_precio(p public.precios_fob) from public;
revoke all on function privado.fila_reapertura(r public.contratos_reaperturas, sal bytea) from public;
revoke all on function privado.fila_usuario(u public.usuarios) from public;
revoke all on function privado.filas_contadas(v_cadenas bigint[]) from public;
revoke all on function privado.filas_de_contrato(v_contratos bigint[]) from public;
revoke all on function privado.filas_de_empresa(v_empresa bigint) from public;
revoke all on function privado.filas_que_no_cuadran(v_cadenas bigint[]) from public;
revoke all on function privado.hojas(desde bigint, tope integer) from public;
revoke all on function privado.hojas_que_no_cuadran(desde bigint, hasta bigint) from public;
revoke all on function privado.jcs(valor jsonb) from public;
revoke all on function privado.json_de(valor bigint) from public;
revoke all on function privado.json_de(valor boolean) from public;
revoke all on function privado.json_de(valor date) from public;
revoke all on function privado.json_de(valor numeric) from public;
revoke all on function privado.json_de(valor text) from public;
revoke all on function privado.json_de(valor text, sal bytea) from public;
revoke all on function privado.json_de(valor timestamp with time zone) from public;
revoke all on function privado.json_de(valor uuid) from public;
revoke all on function privado.mensajes_que_no_cuadran(v_cadenas bigint[]) from public;
revoke all on function privado.merkle(hojas bytea[]) from public;
revoke all on function privado.por_resumir(todos boolean) from public;
revoke all on function privado.prueba_de_consistencia(viejo bigint, tamano bigint) from public;
revoke all on function privado.prueba_de_inclusion(v_i bigint, tamano bigint) from public;
revoke all on function privado.raices(despues_de bigint, tope integer) from public;
revoke all on function privado.resumir_mensajes(v_contrato bigint) from public;
revoke all on function privado.sal_de(v_objeto text) from public;
revoke all on function privado.sellos_que_faltan() from public;
revoke all on function privado.subarbol(desde bigint, hasta bigint) from public;
revoke all on function privado.tomar_cabeza(v_cadena bigint) from public;
revoke all on function privado.ultima_raiz() from public;
revoke all on function privado.unidades_utf16(texto text) from public;
grant execute on function privado.ancla_contrato(contrato bigint) to authenticated;
grant execute on function privado.anotar_claves(v_verificadores text[]) to service_role;
grant execute on function privado.anotar_raiz(v_tamano bigint, v_raiz bytea, v_nota text, v_picos bytea[]) to service_role;
grant execute on function privado.anotar_sello(v_tamano bigint, v_en timestamp with time zone, v_tsa text, v_respuesta bytea) to service_role;
grant execute on function privado.avisar_de_evidencias(v_fallas bigint, v_primeras text) to service_role;
grant execute on function privado.cabezas_de(v_cadenas bigint[]) to service_role;
grant execute on function privado.cadenas_que_faltan() to service_role;
grant execute on function privado.claves_de_evidencia() to service_role;
grant execute on function privado.crecer_hojas() to service_role;
grant execute on function privado.discrepancias_contrato(contrato bigint) to authenticated;
grant execute on function privado.evidencias_contrato(contrato bigint, despues_de bigint, tope integer) to authenticated;
grant execute on function privado.evidencias_pagina(v_cadena bigint, v_n bigint, tope integer) to service_role;
grant execute on function privado.filas_que_no_cuadran(v_cadenas bigint[]) to service_role;
grant execute on function privado.hojas(desde bigint, tope integer) to service_role;
grant execute on function privado.hojas_que_no_cuadran(desde bigint, hasta bigint) to service_role;
grant execute on function privado.mensajes_que_no_cuadran(v_cadenas bigint[]) to service_role;
grant execute on function privado.por_resumir(todos boolean) to service_role;
grant execute on function privado.prueba_de_consistencia(viejo bigint, tamano bigint) to service_role;
grant execute on function privado.raices(despues_de bigint, tope integer) to service_role;
grant execute on function privado.resumir_mensajes(v_contrato bigint) to service_role;
grant execute on function privado.sellos_que_faltan() to service_role;
grant execute on function privado.ultima_raiz() to service_role;
reset check_function_bodies;

-- What a new database has, and what this one had.
insert into privado.evidencias_lecturas (que, hasta) values ('mensajes', 0);
select privado.evidencia_inicial();
