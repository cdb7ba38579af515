-- The server reads what is stored of each paper: once it is registered, and now and then for ever. A hash that was
-- computed while it arrived is bound to the name of its object alone, which its owner could replace before it was
-- registered; after, nobody can by any API, and who can by other means is found out.
create table privado.documentos_por_leer (
  documento_id bigint primary key references public.documentos_contrato (id) on delete cascade,
  desde timestamptz not null default now(),
  intentos int not null default 0,
  motivo text
);
comment on table privado.documentos_por_leer is 'Documentos cuyos bytes guardados espera leer el servidor.';
comment on column privado.documentos_por_leer.desde is
  'Antes no se lee: lo tiene un proceso, que lo prorroga mientras lee, o falló y espera.';
comment on column privado.documentos_por_leer.motivo is 'Por qué falló la última vez.';
create index documentos_por_leer_desde_idx on privado.documentos_por_leer (desde);
revoke all on privado.documentos_por_leer from public, anon, authenticated, service_role;

-- One run a day, whatever number of processes ask for it.
create table privado.relecturas (
  dia date primary key,
  documentos int not null default 0
);
comment on table privado.relecturas is 'Cuántos documentos, elegidos al azar, se mandaron a leer otra vez cada día.';
revoke all on privado.relecturas from public, anon, authenticated, service_role;

-- Taken for a while: of a process that dies, others read it then.
create function privado.tomar_lecturas(cuantas integer, plazo interval)
returns table (documento_id bigint, url_archivo text, esperado text)
language sql volatile security definer set search_path = '' as $$
  with suyas as (
    select q.documento_id from privado.documentos_por_leer q
    where q.desde <= clock_timestamp() order by q.desde limit cuantas for update skip locked
  )
  update privado.documentos_por_leer q set desde = clock_timestamp() + plazo, intentos = q.intentos + 1
  from suyas s join public.documentos_contrato d on d.id = s.documento_id
  where q.documento_id = s.documento_id
  returning d.id, d.url_archivo, case when d.huella_de in ('subida', 'revision') then d.sha256 end
$$;
comment on function privado.tomar_lecturas(integer, interval) is
  'Documentos por leer, que nadie más lee durante el plazo, y la huella que el servidor les conoce.';

create function privado.prorrogar_lectura(documento bigint, plazo interval) returns void
language sql volatile security definer set search_path = '' as $$
  update privado.documentos_por_leer q set desde = clock_timestamp() + plazo where q.documento_id = documento
$$;
comment on function privado.prorrogar_lectura(bigint, interval) is 'Todavía se está leyendo.';

-- Without a reason it is given back: who was reading it stops.
create function privado.posponer_lectura(documento bigint, v_motivo text) returns void
language sql volatile security definer set search_path = '' as $$
  update privado.documentos_por_leer q
  set motivo = coalesce(left(v_motivo, 500), q.motivo),
    desde = clock_timestamp() + case when v_motivo is null then interval '0'
      else least(interval '1 hour', interval '5 seconds' * 2 ^ least(q.intentos, 12)) end
  where q.documento_id = documento
$$;
comment on function privado.posponer_lectura(bigint, text) is
  'No se pudo leer: se intenta más tarde, cada vez más espaciado, hasta cada hora.';

create function privado.pedir_lecturas(v_documentos bigint[]) returns integer
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.pedir_lecturas(bigint[]) is 'Manda a leer los bytes guardados de unos documentos.';

-- At random: who changes a file must not know when it will be looked at. Pages of the table, and of each one that was
-- verified, so that it costs the same however many there are; by their ids those after a quiet week would be read more
-- often. And those that are not what they were: what is put back from a backup is found within a day.
create function privado.releer_al_azar(cuantos integer) returns integer
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.releer_al_azar(integer) is
  'Una vez al día, manda a leer otra vez unos documentos verificados, elegidos al azar; da cuántos.';

-- The one place where it is written whether a paper is what it was. A hash that the server has once computed stays: what
-- is read later agrees with it or does not. A repeated paper is known when its bytes are: it is told and stays, since by
-- then both are registered. Those of one company, one after the other: of two that are read at once, the second is told.
-- A Storage whose disk is not mounted says for minutes that nothing is there: what was known is lost after six such
-- readings in a row, which take five minutes; what was not is said to have no file at once, and is read again for a month.
create function privado.anotar_revision(documento bigint, v_sha256 text, v_mime text) returns text
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.anotar_revision(bigint, text, text) is
  'Anota la huella y el tipo que el servidor leyó de los bytes de un documento; sin huella, que no hay archivo. Da su verificación.';

-- For whoever watches the system.
create function privado.documentos_estado(out por_leer bigint, out alterados bigint, out perdidos bigint)
language sql stable security definer set search_path = '' as $$
  select (select count(*) from privado.documentos_por_leer),
    count(*) filter (where d.verificacion = 'alterado'), count(*) filter (where d.verificacion = 'sin archivo')
  from public.documentos_contrato d
  where d.verificacion in ('alterado', 'sin archivo') and d.huella_de in ('subida', 'revision')
$$;
comment on function privado.documentos_estado() is
  'Cuántos documentos esperan lectura, y de los verificados cuántos cambiaron y cuántos perdieron su archivo.';

revoke all on function privado.tomar_lecturas(integer, interval), privado.prorrogar_lectura(bigint, interval),
  privado.posponer_lectura(bigint, text), privado.pedir_lecturas(bigint[]), privado.releer_al_azar(integer),
  privado.anotar_revision(bigint, text, text), privado.documentos_estado() from public;
grant execute on function privado.tomar_lecturas(integer, interval), privado.prorrogar_lectura(bigint, interval),
  privado.posponer_lectura(bigint, text), privado.pedir_lecturas(bigint[]), privado.releer_al_azar(integer),
  privado.anotar_revision(bigint, text, text), privado.documentos_estado() to service_role;
