-- Why: the two that sign a contract take its expediente with them, and whoever has its QR sees a public page of it. This
-- keeps the tokens of those pages (their hashes), what each party lets them show, how often they were opened, and the
-- hash of each expediente that was handed over.
-- Touches: new tables privado.testigos, testigos_vistas, muestras, expedientes and the functions of
-- supabase/schemas/51_expediente; nothing that was there.
-- Destructive: no.

set check_function_bodies = off;

create table privado.expedientes (
  contrato_id bigint not null,
  sha256 text not null,
  n bigint not null,
  bytes bigint not null,
  entregado_por uuid,
  entregado_en timestamp with time zone not null default now(),
  constraint expedientes_pkey primary key (contrato_id, sha256),
  constraint expedientes_sha256_valido check ((sha256 ~ '^[0-9a-f]{64}$'::text))
);

create table privado.muestras (
  contrato_id bigint not null,
  empresa_id bigint not null,
  campos text[] not null,
  elegida_por uuid,
  elegida_en timestamp with time zone not null default now(),
  constraint muestras_campos_validos
    check
    ((campos <@ ARRAY['partes'::text, 'calidad'::text, 'volumen'::text, 'entrega'::text, 'lotes'::text,
    'documentos'::text])),
  constraint muestras_pkey primary key (contrato_id, empresa_id)
);

create table privado.testigos_vistas (
  testigo_id bigint not null,
  dia date not null,
  veces bigint not null,
  constraint testigos_vistas_pkey primary key (testigo_id, dia)
);

create table privado.testigos (
  id bigint generated always as identity not null,
  contrato_id bigint not null,
  huella bytea not null,
  sal bytea not null,
  de_expediente boolean not null default false,
  creado_por uuid,
  empresa_id bigint,
  creado_en timestamp with time zone not null default now(),
  vence_en timestamp with time zone,
  revocado_por uuid,
  revocado_en timestamp with time zone,
  constraint testigos_huella_key unique (huella),
  constraint testigos_huella_valida check ((length(huella) = 32)),
  constraint testigos_pkey primary key (id),
  constraint testigos_sal_valida check ((length(sal) = 16))
);

create or replace function privado.ancla_de_expediente (
  v_contrato bigint,
  v_n bigint
)
  returns table (
    n bigint,
    i bigint,
    nota text,
    camino text[],
    sello text
  )
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_firma(v_contrato);
  return query
    select h.n, h.i, r.nota,
      array(select encode(x.paso, 'hex') from unnest(privado.prueba_de_inclusion(h.i, r.tamano)) with ordinality as x (paso, orden)
        order by x.orden),
      (select encode(s.respuesta, 'base64') from privado.evidencias_sellos s where s.tamano = r.tamano)
    from (
      select o.n, o.i from privado.evidencias_hojas o
      where o.cadena = v_contrato and o.n <= v_n
        and o.i < (select max(u.tamano) from privado.evidencias_raices u)
      order by o.n desc limit 1
    ) as h
    cross join lateral (
      select u.tamano, u.nota from privado.evidencias_raices u where u.tamano > h.i order by u.tamano limit 1
    ) as r;
end
$function$;

create or replace function privado.anotar_expediente (
  v_contrato bigint,
  v_n bigint,
  v_sha256 text,
  v_bytes bigint
)
  returns boolean
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato constant public.contratos := privado.contrato_firmado(v_contrato);
begin
  insert into privado.expedientes (contrato_id, sha256, n, bytes, entregado_por)
  values (contrato.id, v_sha256, v_n, v_bytes, auth.uid()) on conflict (contrato_id, sha256) do nothing;
  if found then
    perform privado.anotar_evidencia(contrato.id, 'expediente.hecho', 'expediente/' || v_n,
      jsonb_build_object('bytes', v_bytes, 'n', v_n, 'sha256', v_sha256));
  end if;
  return found;
end
$function$;

create or replace function privado.cabeza_de_expediente (
  v_contrato bigint
)
  returns table (
    n bigint,
    hash text,
    en timestamp with time zone,
    mensajes_hasta bigint
  )
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_firma(v_contrato);
  return query select e.n, encode(e.hash, 'hex'), e.en::timestamptz, h.mensajes_hasta
    from privado.evidencias e join privado.evidencias_cabezas h on h.cadena = e.cadena
    where e.cadena = v_contrato and e.tipo <> 'expediente.hecho' order by e.n desc limit 1;
end
$function$;

create or replace function privado.contrato_firmado (
  contrato bigint,
  bloquear boolean default false
)
  returns public.contratos
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_cuenta();
  perform privado.exigir_firma(contrato);
  return privado.exigir_contrato(contrato, bloquear);
end
$function$;

create or replace function privado.crear_testigo (
  v_contrato bigint,
  v_huella bytea,
  v_sal bytea,
  v_vence timestamp with time zone,
  es_de_expediente boolean default false
)
  returns privado.testigos
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  -- Its row is held, so that two at once count each other.
  contrato constant public.contratos := privado.contrato_firmado(v_contrato, bloquear => true);
  nuevo privado.testigos;
begin
  if v_vence not between now() and now() + interval '20 years' then
    raise exception 'testigo_vencimiento_invalido' using errcode = 'PT422',
      detail = 'Debe ser un momento por venir, de aquí a 20 años.', hint = 'vence_en';
  elsif (
    select count(*) >= 50 from privado.testigos t
    where t.contrato_id = contrato.id and t.revocado_en is null and coalesce(t.vence_en > now(), true)
  ) then
    raise exception 'testigos_demasiados' using errcode = 'PT409',
      detail = 'Un contrato tiene 50 direcciones públicas a la vez como máximo: revoque alguna.';
  end if;
  insert into privado.testigos (contrato_id, huella, sal, de_expediente, creado_por, empresa_id, vence_en)
  values (contrato.id, v_huella, v_sal, es_de_expediente, auth.uid(), privado.mi_empresa(), v_vence)
  returning * into nuevo;
  perform privado.anotar_evidencia(contrato.id, 'testigo.creado', 'testigo/' || nuevo.id,
    jsonb_build_object('testigo_sha256', encode(v_huella, 'hex')));
  return nuevo;
end
$function$;

create or replace function privado.elegir_muestra (
  v_contrato bigint,
  v_campos text[]
)
  returns json
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato constant public.contratos := privado.contrato_firmado(v_contrato, bloquear => true);
  empresa constant bigint := privado.mi_empresa();
  elegidos constant text[] := array(select distinct campo from unnest(v_campos) as campo order by campo);
begin
  if privado.mi_rol() = 'admin' or not exists (
    select from privado.mis_firmas m where m.contrato_id = contrato.id
  ) then
    raise exception 'muestra_ajena' using errcode = 'PT403',
      detail = 'Lo que se publica de un contrato lo aceptan las personas de cada parte.';
  elsif not coalesce(elegidos <@ array['partes', 'calidad', 'volumen', 'entrega', 'lotes', 'documentos'], false) then
    raise exception 'muestra_invalida' using errcode = 'PT422',
      detail = 'Se publican partes, calidad, volumen, entrega, lotes o documentos.', hint = 'campos';
  end if;
  insert into privado.muestras as m (contrato_id, empresa_id, campos, elegida_por)
  values (contrato.id, empresa, elegidos, auth.uid())
  on conflict (contrato_id, empresa_id) do update
    set campos = excluded.campos, elegida_por = excluded.elegida_por, elegida_en = now()
    where m.campos <> excluded.campos;
  if found then
    perform privado.anotar_evidencia(contrato.id, 'muestra.elegida', 'empresa/' || empresa,
      jsonb_build_object('campos', to_jsonb(elegidos)));
  end if;
  return privado.muestras_de(contrato.id);
end
$function$;

create or replace function privado.es_de_contrato (
  v_contrato bigint,
  v_sha256 text
)
  returns text
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select case
    when exists (
      select from public.documentos_contrato d
      where d.contrato_id = v_contrato and d.sha256 = v_sha256 and d.huella_de in ('subida', 'revision')
    ) then 'documento'
    when exists (
      select from privado.expedientes x where x.contrato_id = v_contrato and x.sha256 = v_sha256
    ) then 'expediente'
  end
$function$;

create or replace function privado.muestra_publica (
  v_contrato bigint
)
  returns text[]
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select coalesce(array_agg(campo order by campo), '{}')
  from public.contratos c
  join privado.muestras una on una.contrato_id = c.id and una.empresa_id = c.exportadora_id
  join privado.muestras otra on otra.contrato_id = c.id and otra.empresa_id = c.contraparte_id
  cross join lateral unnest(una.campos) as campo
  where c.id = v_contrato and campo = any (otra.campos)
$function$;

create or replace function privado.muestras_de (
  v_contrato bigint
)
  returns json
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_firma(v_contrato);
  return (
    select json_build_object('exportadora', coalesce(to_json(una.campos), '[]'),
      'contraparte', coalesce(to_json(otra.campos), '[]'), 'publica', privado.muestra_publica(c.id))
    from public.contratos c
    left join privado.muestras una on una.contrato_id = c.id and una.empresa_id = c.exportadora_id
    left join privado.muestras otra on otra.contrato_id = c.id and otra.empresa_id = c.contraparte_id
    where c.id = v_contrato
  );
end
$function$;

create or replace function privado.partes_de (
  v_contrato bigint
)
  returns json
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_firma(v_contrato);
  return (
    select json_agg(json_build_object('papel', p.papel, 'nombre', e.nombre, 'tipo', e.tipo,
        'ruc', case when p.papel <> 'proveedor' and c.estado <> 'En revisión' then e.ruc end)
      order by p.papel = 'proveedor', p.papel = 'contraparte', e.id)
    from public.contratos_participantes p join public.empresas e on e.id = p.empresa_id
    join public.contratos c on c.id = p.contrato_id
    where p.contrato_id = v_contrato
  );
end
$function$;

create or replace function privado.probar_archivo (
  v_codigo text,
  v_huella bytea,
  v_sha256 text
)
  returns json
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select json_build_object('esta', q.es is not null, 'es', q.es)
  from privado.testigo_vigente(v_codigo, v_huella) as t
  cross join lateral privado.es_de_contrato(t.contrato, v_sha256) as q (es)
$function$;

create or replace function privado.revocar_testigo (
  v_contrato bigint,
  v_testigo bigint
)
  returns bigint
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato constant public.contratos := privado.contrato_firmado(v_contrato, bloquear => true);
  fila privado.testigos;
begin
  select * into fila from privado.testigos t where t.id = v_testigo and t.contrato_id = contrato.id;
  if fila.id is null then
    raise exception 'testigo_no_existe' using errcode = 'PT404', detail = 'Esa dirección no es de ningún expediente, venció o fue revocada.';
  elsif fila.revocado_en is null then
    update privado.testigos t set revocado_en = now(), revocado_por = auth.uid() where t.id = fila.id;
    perform privado.anotar_evidencia(contrato.id, 'testigo.revocado', 'testigo/' || fila.id, '{}');
  end if;
  return fila.id;
end
$function$;

create or replace function privado.testigo_de_expediente (
  v_contrato bigint,
  v_huella bytea,
  v_sal bytea,
  en_lugar_de bigint default null::bigint
)
  returns privado.testigos
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  contrato constant public.contratos := privado.contrato_firmado(v_contrato);
  vigente privado.testigos;
begin
  select * into vigente from privado.testigos t
  where t.contrato_id = contrato.id and t.de_expediente and t.revocado_en is null;
  if vigente.id is not null and vigente.id is distinct from en_lugar_de then
    return vigente;
  end if;
  -- Two at once: the second waits, and finds what the first made.
  perform privado.contrato_firmado(v_contrato, bloquear => true);
  select * into vigente from privado.testigos t
  where t.contrato_id = contrato.id and t.de_expediente and t.revocado_en is null;
  if vigente.id is not null and vigente.id is distinct from en_lugar_de then
    return vigente;
  elsif vigente.id is not null then
    perform privado.revocar_testigo(contrato.id, vigente.id);
  end if;
  return privado.crear_testigo(contrato.id, v_huella, v_sal, null, es_de_expediente => true);
end
$function$;

create or replace function privado.testigo_vigente (
  v_codigo text,
  v_huella bytea
)
  returns table (
    testigo bigint,
    contrato bigint
  )
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select t.id, c.id from privado.testigos t join public.contratos c on c.id = t.contrato_id
  where t.huella = v_huella and c.codigo = v_codigo and c.eliminado_en is null
    and t.revocado_en is null and coalesce(t.vence_en > now(), true)
$function$;

create or replace function privado.testigos_de (
  v_contrato bigint
)
  returns table (
    id bigint,
    de_expediente boolean,
    creado_por uuid,
    empresa_id bigint,
    creado_en timestamp with time zone,
    vence_en timestamp with time zone,
    revocado_en timestamp with time zone,
    vistas bigint,
    vistas_hoy bigint
  )
  language plpgsql
  stable
  security definer
  set search_path to ''
  AS $function$
begin
  perform privado.exigir_firma(v_contrato);
  return query select t.id, t.de_expediente, t.creado_por, t.empresa_id, t.creado_en, t.vence_en, t.revocado_en,
    coalesce((select sum(v.veces)::bigint from privado.testigos_vistas v where v.testigo_id = t.id), 0),
    coalesce((select v.veces from privado.testigos_vistas v where v.testigo_id = t.id and v.dia = privado.hoy()), 0)
  from privado.testigos t where t.contrato_id = v_contrato;
end
$function$;

create or replace function privado.ver_testigo (
  v_codigo text,
  v_huella bytea,
  v_n bigint default null::bigint,
  v_sello text default null::text,
  v_sha256 text default null::text
)
  returns json
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
declare
  v_testigo bigint;
  v_contrato bigint;
  campos text[];
begin
  select t.testigo, t.contrato into v_testigo, v_contrato from privado.testigo_vigente(v_codigo, v_huella) as t;
  if v_testigo is null then
    return null;
  end if;
  insert into privado.testigos_vistas as v (testigo_id, dia, veces) values (v_testigo, privado.hoy(), 1)
  on conflict (testigo_id, dia) do update set veces = v.veces + 1;
  campos := privado.muestra_publica(v_contrato);
  return (
    select json_build_object(
      'codigo', c.codigo, 'estado', c.estado, 'creado_en', c.creado_en, 'fecha_firma', c.fecha_firma,
      'cerrado_en', c.cerrado_en,
      'cabeza', (select json_build_object('n', h.n, 'hash', left(encode(h.hash, 'hex'), 16), 'en', h.en)
        from privado.evidencias_cabezas h where h.cadena = c.id),
      'sello', case when v_n is not null and length(v_sello) >= 8 then (
        select json_build_object('n', v_n, 'hash', v_sello, 'autentico', count(e.n) > 0, 'en', max(e.en))
        from privado.evidencias e
        where e.cadena = c.id and e.n = v_n and left(encode(e.hash, 'hex'), length(v_sello)) = v_sello) end,
      'archivo', case when v_sha256 is not null then
        json_build_object('sha256', v_sha256, 'es', privado.es_de_contrato(c.id, v_sha256)) end,
      'partes', case when 'partes' = any (campos) then (
        select json_agg(e.nombre order by e.id = c.contraparte_id) from public.empresas e
        where e.id in (c.exportadora_id, c.contraparte_id)) end,
      'calidad', case when 'calidad' = any (campos) then c.calidad end,
      'volumen_tm', case when 'volumen' = any (campos) then c.volumen_tm::text end,
      'fecha_entrega', case when 'entrega' = any (campos) then c.fecha_entrega end,
      'lotes', case when 'lotes' = any (campos) then (
        select coalesce(json_agg(json_build_object('estado', l.estado, 'cuantos', l.cuantos) order by l.estado), '[]')
        from (select estado, count(*) as cuantos from public.lotes_asociados where contrato_id = c.id group by estado) as l) end,
      'documentos', case when 'documentos' = any (campos) then (
        select coalesce(json_agg(json_build_object('tipo', d.tipo, 'huella', left(d.sha256, 16)) order by d.id), '[]')
        from (
          select * from public.documentos_contrato
          where contrato_id = c.id and huella_de in ('subida', 'revision') order by id limit 50) as d) end)
    from public.contratos c where c.id = v_contrato
  );
end
$function$;

alter table privado.expedientes
  add constraint expedientes_contrato_id_fkey foreign key (contrato_id) references public.contratos(id)
    on delete restrict;

alter table privado.expedientes
  add constraint expedientes_entregado_por_fkey foreign key (entregado_por) references public.usuarios(id)
    on delete restrict;

alter table privado.muestras
  add constraint muestras_contrato_id_fkey foreign key (contrato_id) references public.contratos(id)
    on delete restrict;

alter table privado.muestras
  add constraint muestras_elegida_por_fkey foreign key (elegida_por) references public.usuarios(id)
    on delete restrict;

alter table privado.muestras
  add constraint muestras_empresa_id_fkey foreign key (empresa_id) references public.empresas(id) on delete restrict;

alter table privado.testigos
  add constraint testigos_contrato_id_fkey foreign key (contrato_id) references public.contratos(id)
    on delete restrict;

alter table privado.testigos
  add constraint testigos_creado_por_fkey foreign key (creado_por) references public.usuarios(id) on delete restrict;

alter table privado.testigos
  add constraint testigos_empresa_id_fkey foreign key (empresa_id) references public.empresas(id) on delete restrict;

alter table privado.testigos
  add constraint testigos_revocado_por_fkey foreign key (revocado_por) references public.usuarios(id)
    on delete restrict;

alter table privado.testigos_vistas
  add constraint testigos_vistas_testigo_id_fkey foreign key (testigo_id) references privado.testigos(id)
    on delete cascade;

create index expedientes_entregado_por_idx on privado.expedientes using btree (entregado_por);
create index muestras_elegida_por_idx on privado.muestras using btree (elegida_por);
create index muestras_empresa_idx on privado.muestras using btree (empresa_id);
create index testigos_contrato_idx on privado.testigos using btree (contrato_id, id desc);
create index testigos_creado_por_idx on privado.testigos using btree (creado_por);

create unique index testigos_de_expediente_key on privado.testigos using btree (contrato_id)
  where (de_expediente AND (revocado_en is null));

create index testigos_empresa_idx on privado.testigos using btree (empresa_id);
create index testigos_revocado_por_idx on privado.testigos using btree (revocado_por);
comment on column privado.testigos.de_expediente is 'El que lleva el QR de expediente.pdf: uno vigente por contrato.';
comment on column privado.testigos.huella is 'SHA-256 del testigo.';
comment on column privado.testigos.sal is 'De ella y de la clave de la instalación, que no está en la base, sale el testigo: el QR se imprime otra vez.';
comment on function privado.ancla_de_expediente(bigint, bigint) is 'La raíz firmada que cubre el expediente de un contrato, y la prueba de que su cadena está en ella.';
comment on function privado.anotar_expediente(bigint, bigint, text, bigint) is 'Anota en la cadena la huella de un expediente que se entregó.';
comment on function privado.cabeza_de_expediente(bigint) is 'Hasta qué hecho de su cadena llega el expediente de un contrato.';
comment on function privado.contrato_firmado(bigint, boolean) is 'El contrato, si el usuario es de una de las dos partes que lo firman, o administrador.';

comment on function privado.crear_testigo(bigint, bytea, bytea, timestamp
  with time zone, boolean) is 'Abre una página pública del expediente de un contrato.';

comment on function privado.elegir_muestra(bigint, text[]) is 'La empresa del usuario dice qué acepta que se publique.';
comment on function privado.es_de_contrato(bigint, text) is 'Si un archivo de esa huella es un documento del contrato, o un expediente suyo.';
comment on function privado.muestra_publica(bigint) is 'Lo que las dos partes de un contrato aceptan que se publique.';
comment on function privado.muestras_de(bigint) is 'Lo que acepta publicar cada parte, y lo que por eso se publica.';
comment on function privado.partes_de(bigint) is 'Quién es parte de un contrato, como lo dice su expediente.';
comment on function privado.probar_archivo(text, bytea, text) is 'Si un archivo de esa huella es de este contrato; nulo si el testigo no vale.';
comment on function privado.revocar_testigo(bigint, bigint) is 'Cierra una página pública, para siempre.';
comment on function privado.testigo_de_expediente(bigint, bytea, bytea, bigint) is 'La dirección pública que lleva el QR del expediente de un contrato.';
comment on function privado.testigo_vigente(text, bytea) is 'El testigo de esa huella, si vale todavía para ese contrato.';
comment on function privado.testigos_de(bigint) is 'Las direcciones públicas de un contrato, con cuántas veces se abrieron.';
comment on function privado.ver_testigo(text, bytea, bigint, text, text) is 'Lo que muestra la página pública de un expediente; nulo si el testigo no vale.';
comment on table privado.expedientes is 'Huella de cada expediente que se entregó, y hasta qué hecho de la cadena llega.';
comment on table privado.muestras is 'Lo que cada parte acepta que se publique; se publica lo que aceptan las dos.';
comment on table privado.testigos is 'Direcciones públicas del expediente de un contrato; el testigo no se guarda.';
comment on table privado.testigos_vistas is 'Cuántas veces se abrió cada página pública, por día de Guayaquil.';
revoke all on function privado.ancla_de_expediente(v_contrato bigint, v_n bigint) from public;
revoke all on function privado.anotar_expediente(v_contrato bigint, v_n bigint, v_sha256 text, v_bytes bigint) from public;
revoke all on function privado.cabeza_de_expediente(v_contrato bigint) from public;
revoke all on function privado.contrato_firmado(contrato bigint, bloquear boolean) from public;
revoke all on function privado.crear_testigo(v_contrato bigint, v_huella bytea, v_sal bytea, v_vence timestamp with time zone, es_de_expediente boolean) from public;
revoke all on function privado.elegir_muestra(v_contrato bigint, v_campos text[]) from public;
revoke all on function privado.es_de_contrato(v_contrato bigint, v_sha256 text) from public;
revoke all on function privado.muestra_publica(v_contrato bigint) from public;
revoke all on function privado.muestras_de(v_contrato bigint) from public;
revoke all on function privado.partes_de(v_contrato bigint) from public;
revoke all on function privado.probar_archivo(v_codigo text, v_huella bytea, v_sha256 text) from public;
revoke all on function privado.revocar_testigo(v_contrato bigint, v_testigo bigint) from public;
revoke all on function privado.testigo_de_expediente(v_contrato bigint, v_huella bytea, v_sal bytea, en_lugar_de bigint) from public;
revoke all on function privado.testigo_vigente(v_codigo text, v_huella bytea) from public;
revoke all on function privado.testigos_de(v_contrato bigint) from public;
revoke all on function privado.ver_testigo(v_codigo text, v_huella bytea, v_n bigint, v_sello text, v_sha256 text) from public;
grant execute on function privado.ancla_de_expediente(v_contrato bigint, v_n bigint) to authenticated;
grant execute on function privado.anotar_expediente(v_contrato bigint, v_n bigint, v_sha256 text, v_bytes bigint) to authenticated;
grant execute on function privado.cabeza_de_expediente(v_contrato bigint) to authenticated;
grant execute on function privado.crear_testigo(v_contrato bigint, v_huella bytea, v_sal bytea, v_vence timestamp with time zone, es_de_expediente boolean) to authenticated;
grant execute on function privado.elegir_muestra(v_contrato bigint, v_campos text[]) to authenticated;
grant execute on function privado.muestras_de(v_contrato bigint) to authenticated;
grant execute on function privado.partes_de(v_contrato bigint) to authenticated;
grant execute on function privado.probar_archivo(v_codigo text, v_huella bytea, v_sha256 text) to anon, authenticated;
grant execute on function privado.revocar_testigo(v_contrato bigint, v_testigo bigint) to authenticated;
grant execute on function privado.testigo_de_expediente(v_contrato bigint, v_huella bytea, v_sal bytea, en_lugar_de bigint) to authenticated;
grant execute on function privado.testigos_de(v_contrato bigint) to authenticated;
grant execute on function privado.ver_testigo(v_codigo text, v_huella bytea, v_n bigint, v_sello text, v_sha256 text) to anon, authenticated;
reset check_function_bodies;
