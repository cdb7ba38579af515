-- Why: a paper says whether its stored bytes are those of its hash (verificacion), which the server reads as soon as it is
--   registered and now and then again; a registered file is neither removed nor put in the place of a lost one.
-- Touches: privado.alertar_de_documento, privado.anotar_revision, privado.conservar_objeto,
--   privado.conservar_objetos, privado.documentos_por_leer, privado.documentos_por_leer_desde_idx,
--   privado.documentos_por_leer_pkey, privado.documentos_por_revisar, privado.exigir_sin_registrar,
--   privado.guardar_nombre, privado.leer_objeto, privado.pedir_lectura, privado.pedir_lecturas,
--   privado.posponer_lectura, privado.prorrogar_lectura, privado.proteger_objeto, privado.relecturas,
--   privado.relecturas_pkey, privado.releer_al_azar, privado.tomar_lecturas, public.documentos_contrato,
--   public.documentos_contrato_huella_key, public.documentos_contrato_por_revisar_idx, storage.objects.
-- Destructive: no; the papers that nobody has read yet wait to be read in privado.documentos_por_leer.

set check_function_bodies = off;
drop index public.documentos_contrato_huella_key;
drop index public.documentos_contrato_por_revisar_idx;
drop function privado.anotar_revision(bigint, text, text);
drop function privado.documentos_por_revisar(bigint, integer);

create table privado.documentos_por_leer (
  documento_id bigint not null,
  desde timestamp with time zone not null default now(),
  intentos integer not null default 0,
  motivo text,
  constraint documentos_por_leer_pkey primary key (documento_id)
);

create table privado.relecturas (
  dia date not null,
  documentos integer not null default 0,
  constraint relecturas_pkey primary key (dia)
);

alter table public.documentos_contrato
  add column verificacion text not null default 'por verificar'::text;

alter table public.documentos_contrato
  add column duplicado_de bigint;

-- What the server knew of old papers, and what it had not read.
update public.documentos_contrato d
set verificacion = case d.huella_de when 'sin_archivo' then 'sin archivo' else 'verificado' end
where d.huella_de is not null;
insert into privado.documentos_por_leer (documento_id)
select d.id from public.documentos_contrato d
where d.revisado_en is null and d.huella_de is distinct from 'sin_archivo' order by d.id;

create or replace function privado.alertar_de_documento()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  codigo constant text := (select c.codigo from public.contratos c where c.id = new.contrato_id);
  que constant text := case new.verificacion
    when 'alterado' then 'ya no es el que se registró' when 'sin archivo' then 'ya no está en el almacén'
    else 'vuelve a ser el que se registró' end;
begin
  insert into public.mensajes (contrato_id, tipo, texto, documento_id)
  values (new.contrato_id, 'sistema', format('El archivo de %s %s.', new.nombre_archivo, que), new.id);
  insert into public.notificaciones (usuario_id, contrato_id, tipo, texto, datos, en_app, push)
  select u.id, new.contrato_id, 'documento', format('El archivo de un documento de %s %s.', codigo, que),
    jsonb_build_object('codigo', codigo, 'documento_id', new.id, 'tipo', new.tipo, 'verificacion', new.verificacion),
    true, coalesce(f.push, true)
  from public.usuarios u
  left join public.empresas e on e.id = u.empresa_id
  left join public.preferencias f on f.usuario_id = u.id and f.tipo = 'documento'
  where u.activo and coalesce(e.activo, true) and (u.rol = 'admin' or u.empresa_id in (
    select p.empresa_id from public.contratos_participantes p where p.contrato_id = new.contrato_id and not p.oculto))
  order by u.id;
  return null;
end
$function$;

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
  conocida boolean;
  nueva text;
  repetido bigint;
begin
  select * into antes from public.documentos_contrato d where d.id = documento for no key update;
  if not found then
    return null;
  end if;
  delete from privado.documentos_por_leer q where q.documento_id = documento;
  conocida := coalesce(antes.huella_de in ('subida', 'revision'), false);
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

create or replace function privado.conservar_objeto()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_sin_registrar(old.bucket_id, old.name);
  return old;
end
$function$;

create or replace function privado.conservar_objetos()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if exists (select from public.documentos_contrato) then
    raise exception 'objeto_registrado' using errcode = '23505',
      detail = 'Un archivo registrado como documento no se reemplaza, no se mueve y no se borra.', hint = 'url_archivo';
  end if;
  return null;
end
$function$;

create or replace function privado.exigir_sin_registrar (
  bucket text,
  objeto text
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if privado.es_bucket_de_contratos(bucket) and not privado.objeto_sin_registrar(bucket, objeto) then
    raise exception 'objeto_registrado' using errcode = '23505',
      detail = 'Un archivo registrado como documento no se reemplaza, no se mueve y no se borra.', hint = 'url_archivo';
  end if;
end
$function$;

create or replace function privado.guardar_nombre()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  if tg_op = 'INSERT' or (old.bucket_id, old.name) is distinct from (new.bucket_id, new.name) then
    perform privado.exigir_sin_registrar(new.bucket_id, new.name);
  end if;
  return null;
end
$function$;

create or replace function privado.leer_objeto()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  v_bucket constant text := split_part(new.url_archivo, '/', 1);
  v_objeto constant text := substr(new.url_archivo, length(v_bucket) + 2);
  subida constant jsonb := nullif(current_setting('privado.subida', true), '')::jsonb;
  dueno text;
begin
  perform privado.tomar_objeto(v_bucket, v_objeto);
  select o.owner_id, coalesce((o.metadata ->> 'size')::bigint, 0), privado.tipo_de_objeto(o.metadata ->> 'mimetype', o.name)
  into dueno, new.bytes, new.mime
  from storage.objects o where o.bucket_id = v_bucket and o.name = v_objeto;
  if not found then
    raise exception 'objeto_inexistente' using errcode = 'PT422',
      detail = 'Primero se sube el archivo y después se registra el documento.', hint = 'url_archivo';
  end if;
  if auth.uid() is not null and not privado.es_admin() and dueno is distinct from auth.uid()::text then
    raise exception 'objeto_ajeno' using errcode = 'PT403',
      detail = 'Un documento lo registra quien subió su archivo.', hint = 'url_archivo';
  end if;
  new.empresa_id := (select u.empresa_id from public.usuarios u where u.id = new.subido_por);
  if subida ->> 'objeto' = new.url_archivo then
    new.sha256 := subida ->> 'sha256';
    new.mime := subida ->> 'mime';
    new.huella_de := 'subida';
  end if;
  new.verificacion := case new.huella_de
    when 'subida' then 'verificado' when 'revision' then 'verificado' when 'sin_archivo' then 'sin archivo'
    else 'por verificar' end;
  return new;
end
$function$;

create or replace function privado.pedir_lectura()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  insert into privado.documentos_por_leer (documento_id)
  select n.id from nuevos n where n.verificacion <> 'sin archivo' order by n.id;
  if exists (select from nuevos n where n.verificacion = 'por verificar') then
    perform pg_notify('documentos', '');
  end if;
  return null;
end
$function$;

create or replace function privado.pedir_lecturas (
  v_documentos bigint[]
)
  returns integer
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  pedidas int;
begin
  insert into privado.documentos_por_leer as q (documento_id)
  select d.id from public.documentos_contrato d where d.id = any (v_documentos) order by d.id
  on conflict do nothing;
  get diagnostics pedidas = row_count;
  perform pg_notify('documentos', '');
  return pedidas;
end
$function$;

create or replace function privado.posponer_lectura (
  documento bigint,
  v_motivo text
)
  returns void
  language sql
  security definer
  set search_path to ''
  AS $function$
  update privado.documentos_por_leer q
  set motivo = coalesce(left(v_motivo, 500), q.motivo),
    desde = clock_timestamp() + case when v_motivo is null then interval '0'
      else least(interval '1 hour', interval '5 seconds' * 2 ^ least(q.intentos, 12)) end
  where q.documento_id = documento
$function$;

create or replace function privado.prorrogar_lectura (
  documento bigint,
  plazo interval
)
  returns void
  language sql
  security definer
  set search_path to ''
  AS $function$
  update privado.documentos_por_leer q set desde = clock_timestamp() + plazo where q.documento_id = documento
$function$;

create or replace function privado.proteger_objeto()
  returns trigger
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_sin_registrar(old.bucket_id, old.name);
  return new;
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
    select l.primero + floor(random() * (l.ultimo - l.primero + 1))::bigint as id
    from (select min(d.id) as primero, max(d.id) as ultimo from public.documentos_contrato d) as l,
      generate_series(1, cuantos)
  ) as punto
  cross join lateral (
    select d.id from public.documentos_contrato d
    where d.id >= punto.id and d.id < punto.id + 1000 and d.huella_de in ('subida', 'revision') order by d.id limit 1
  ) as e;
  update privado.relecturas r set documentos = coalesce(cardinality(elegidos), 0) where r.dia = privado.hoy();
  return privado.pedir_lecturas(elegidos);
end
$function$;

create or replace function privado.tomar_lecturas (
  cuantas integer,
  plazo interval
)
  returns table (
    documento_id bigint,
    url_archivo text,
    esperado text
  )
  language sql
  security definer
  set search_path to ''
  AS $function$
  with suyas as (
    select q.documento_id from privado.documentos_por_leer q
    where q.desde <= clock_timestamp() order by q.desde limit cuantas for update skip locked
  )
  update privado.documentos_por_leer q set desde = clock_timestamp() + plazo, intentos = q.intentos + 1
  from suyas s join public.documentos_contrato d on d.id = s.documento_id
  where q.documento_id = s.documento_id
  returning d.id, d.url_archivo, case when d.huella_de in ('subida', 'revision') then d.sha256 end
$function$;

alter table privado.documentos_por_leer
  add constraint documentos_por_leer_documento_id_fkey foreign key (documento_id)
    references public.documentos_contrato(id) on delete cascade;

alter table public.documentos_contrato
  add constraint documentos_contrato_verificacion_valida
    check
    (((verificacion = 'sin archivo'::text) OR ((verificacion = 'por verificar'::text) AND (huella_de IS NULL)) OR
    ((verificacion = ANY (ARRAY['verificado'::text, 'alterado'::text])) AND (COALESCE(huella_de, ''::text) = ANY
    (ARRAY['subida'::text, 'revision'::text])))));

create index documentos_por_leer_desde_idx on privado.documentos_por_leer using btree (desde);

create unique index documentos_contrato_huella_key on public.documentos_contrato
  using btree (contrato_id, empresa_id, sha256) nulls not DISTINCT
  where ((huella_de = 'subida'::text) AND (verificacion = 'verificado'::text));

create trigger _800_pedir_lectura
  after insert on public.documentos_contrato referencing NEW table as nuevos
  for each STATEMENT
  execute function privado.pedir_lectura();

create trigger _900_alertar
  after update of verificacion on public.documentos_contrato
  for each row
  when
    (((old.huella_de = ANY (ARRAY['subida'::text, 'revision'::text])) AND (old.verificacion IS DISTINCT FROM
    new.verificacion)))
  execute function privado.alertar_de_documento();

create trigger triboka_conservar_objetos
  before truncate on storage.objects
  for each STATEMENT
  execute function privado.conservar_objetos();

create trigger triboka_conservar_objeto
  before delete on storage.objects
  for each row
  execute function privado.conservar_objeto();

create trigger triboka_guardar_nombre
  after insert or update of bucket_id, name on storage.objects
  for each row
  execute function privado.guardar_nombre();

comment on column privado.documentos_por_leer.desde is 'Antes no se lee: lo tiene un proceso, que lo prorroga mientras lee, o falló y espera.';
comment on column privado.documentos_por_leer.motivo is 'Por qué falló la última vez.';
comment on column public.documentos_contrato.duplicado_de is 'Documento de la misma empresa en el mismo contrato que ya tenía estos bytes cuando se verificó este.';
comment on column public.documentos_contrato.revisado_en is 'Cuándo leyó el servidor sus bytes guardados, la última vez; nulo, por leer.';
comment on column public.documentos_contrato.verificacion is 'por verificar, verificado, alterado (sus bytes ya no son los de su huella) o sin archivo; la escribe el servidor.';
comment on function privado.alertar_de_documento() is 'Disparador: un documento verificado cuyos bytes cambiaron, faltan o volvieron, avisado a las partes y a los administradores.';
comment on function privado.anotar_revision(bigint, text, text) is 'Anota la huella y el tipo que el servidor leyó de los bytes de un documento; sin huella, que no hay archivo. Da su verificación.';
comment on function privado.conservar_objeto() is 'Disparador: el archivo de un documento no se borra, sea quien sea.';
comment on function privado.conservar_objetos() is 'Disparador: tampoco se borran todos a la vez.';
comment on function privado.exigir_sin_registrar(text, text) is 'Rechaza tocar el archivo de un documento.';
comment on function privado.guardar_nombre() is 'Disparador: donde estuvo el archivo de un documento no se pone otro, sea quien sea.';
comment on function privado.pedir_lectura() is 'Disparador: el servidor leerá los bytes guardados de lo que se registró.';
comment on function privado.pedir_lecturas(bigint[]) is 'Manda a leer los bytes guardados de unos documentos.';
comment on function privado.posponer_lectura(bigint, text) is 'No se pudo leer: se intenta más tarde, cada vez más espaciado, hasta cada hora.';
comment on function privado.prorrogar_lectura(bigint, interval) is 'Todavía se está leyendo.';
comment on function privado.releer_al_azar(integer) is 'Una vez al día, manda a leer otra vez unos documentos verificados, elegidos al azar; da cuántos.';
comment on function privado.tomar_lecturas(integer, interval) is 'Documentos por leer, que nadie más lee durante el plazo, y la huella que el servidor les conoce.';
comment on table privado.documentos_por_leer is 'Documentos cuyos bytes guardados espera leer el servidor.';
comment on table privado.relecturas is 'Cuántos documentos, elegidos al azar, se mandaron a leer otra vez cada día.';
revoke all on function privado.alertar_de_documento() from public;
revoke all on function privado.anotar_revision(documento bigint, v_sha256 text, v_mime text) from public;
revoke all on function privado.conservar_objeto() from public;
revoke all on function privado.conservar_objetos() from public;
revoke all on function privado.exigir_sin_registrar(bucket text, objeto text) from public;
revoke all on function privado.guardar_nombre() from public;
revoke all on function privado.pedir_lectura() from public;
revoke all on function privado.pedir_lecturas(v_documentos bigint[]) from public;
revoke all on function privado.posponer_lectura(documento bigint, v_motivo text) from public;
revoke all on function privado.prorrogar_lectura(documento bigint, plazo interval) from public;
revoke all on function privado.releer_al_azar(cuantos integer) from public;
revoke all on function privado.tomar_lecturas(cuantas integer, plazo interval) from public;
grant execute on function privado.anotar_revision(documento bigint, v_sha256 text, v_mime text) to service_role;
grant execute on function privado.pedir_lecturas(v_documentos bigint[]) to service_role;
grant execute on function privado.posponer_lectura(documento bigint, v_motivo text) to service_role;
grant execute on function privado.prorrogar_lectura(documento bigint, plazo interval) to service_role;
grant execute on function privado.releer_al_azar(cuantos integer) to service_role;
grant execute on function privado.tomar_lecturas(cuantas integer, plazo interval) to service_role;
reset check_function_bodies;
