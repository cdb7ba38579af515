-- Why: chains of many contracts begin in one statement, which db:fill uses, so that what is filled is evidence as well.
--   And a digest of messages waits while its chain moves, ten minutes at most.
-- Touches: privado.empezar_cadenas, privado.evidencia_inicial, privado.por_resumir.
-- Destructive: no.

set check_function_bodies = off;

create or replace function privado.empezar_cadenas (
  v_contratos bigint[]
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
begin
  insert into privado.evidencias_sales (objeto, sal)
  select o.objeto, extensions.gen_random_bytes(16)
  from (
    select 'contrato/' || c.id from public.contratos c
    where c.id = any (v_contratos) and num_nonnulls(c.archivo_pdf, c.observaciones, c.rechazo_motivo) > 0
    union all select 'lote/' || l.id from public.lotes_asociados l where l.contrato_id = any (v_contratos)
    union all select 'documento/' || d.id from public.documentos_contrato d where d.contrato_id = any (v_contratos)
    union all select 'fijacion/' || f.id from public.fijaciones f
    where f.contrato_id = any (v_contratos) and f.motivo is not null
    union all select 'reapertura/' || r.id from public.contratos_reaperturas r where r.contrato_id = any (v_contratos)
    union all select 'enmienda/' || e.id from public.enmiendas e
    where e.contrato_id = any (v_contratos) and num_nonnulls(e.nota, e.motivo) > 0
  ) as o (objeto)
  on conflict (objeto) do nothing;
  with filas as materialized (
    select t.cadena, string_agg('"' || t.objeto || '":' || t.fila, ',' order by t.objeto collate "C") as filas
    from privado.filas_de_contrato(v_contratos) as t group by t.cadena
  ), textos as materialized (
    select f.cadena, c.codigo, privado.canonico(f.cadena, c.codigo, 1, ahora, 'migracion.inicial', v_actor,
      'contrato/' || f.cadena,
      '{"filas":{' || f.filas || '},"resumen":"' || encode(sha256(convert_to(f.filas, 'UTF8')), 'hex')
        || '","sal":"' || encode(extensions.gen_random_bytes(16), 'hex') || '"}') as texto
    from filas f join public.contratos c on c.id = f.cadena
  ), nuevas as materialized (
    select t.cadena, t.codigo, t.texto, sha256(cero || convert_to(t.texto, 'UTF8')) as hash from textos t order by t.cadena
  ), cabezas as (
    insert into privado.evidencias_cabezas (cadena, nombre, n, en, hash)
    select x.cadena, x.codigo, 1, ahora, x.hash from nuevas x
  )
  insert into privado.evidencias (cadena, n, en, tipo, actor, objeto, canonico, previo, hash)
  select x.cadena, 1, ahora, 'migracion.inicial', v_actor, 'contrato/' || x.cadena, x.texto, cero, x.hash from nuevas x;
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
  perform privado.sal_de('relacion/' || r.id) from public.relaciones r where num_nonnulls(r.ruc, r.correo, r.motivo) > 0;
  perform privado.sal_de('empresa/' || e.id) from public.empresas e;
  loop
    tanda := array(
      select c.id from public.contratos c
      where not exists (select from privado.evidencias_cabezas h where h.cadena = c.id) order by c.id limit 1000);
    exit when cardinality(tanda) = 0;
    perform privado.empezar_cadenas(tanda);
  end loop;
  for v_empresa in select e.id from public.empresas e union all select null order by 1 desc nulls last loop
    perform privado.encadenar(array_agg((f.cadena, 'migracion.inicial', f.objeto, '{"fila":' || f.fila || '}'
      )::privado.evidencia_nueva order by f.objeto collate "C"))
    from privado.filas_de_empresa(v_empresa) as f
    where not exists (select from privado.evidencias_cabezas h where h.cadena = f.cadena);
  end loop;
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
    select m.contrato_id from public.mensajes m
    left join privado.evidencias_cabezas h on h.cadena = m.contrato_id
    where m.id > v_desde and m.id > coalesce(h.mensajes_hasta, 0)
    group by m.contrato_id
    having min(m.creado_en) < least(
      date_trunc('minute', clock_timestamp() - interval '1 minute'),
      case when max(h.en) > clock_timestamp() - interval '1 minute' then clock_timestamp() - interval '10 minutes' end)
    order by m.contrato_id;
  select max(m.id) into v_hasta from public.mensajes m
  where m.id > v_desde and m.creado_en < clock_timestamp() - interval '1 hour';
  update privado.evidencias_lecturas l set hasta = v_hasta where l.que = 'mensajes' and l.hasta < v_hasta;
end
$function$;

comment on function privado.empezar_cadenas(bigint[]) is 'Empieza las cadenas de unos contratos que no tienen, con sus filas como están.';
revoke all on function privado.empezar_cadenas(v_contratos bigint[]) from public;
reset check_function_bodies;
