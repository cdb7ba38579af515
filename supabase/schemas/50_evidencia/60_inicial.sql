-- What was there before there were chains: each contract gets one evidence with its rows as they are, dated the day it
-- is made and not a day earlier; a company, one for each row of its own.

create function privado.filas_de_contrato(v_contratos bigint[])
returns table (cadena bigint, objeto text, fila text)
language sql stable security definer set search_path = '' as $$
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
$$;
comment on function privado.filas_de_contrato(bigint[]) is 'Las filas de unos contratos, como las cuentan sus cadenas.';

-- The installation's, which are nobody's, under null.
create function privado.filas_de_empresa(v_empresa bigint)
returns table (cadena bigint, objeto text, fila text)
language sql stable security definer set search_path = '' as $$
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
  union all
  select -v_empresa, f.objeto, f.fila from privado.filas_de_grafo(v_empresa) as f
  union all
  select 0, 'sello/' || s.tamano, privado.fila_sello(s) from privado.evidencias_sellos s where v_empresa is null
$$;
comment on function privado.filas_de_empresa(bigint) is
  'Las filas que son de una empresa, o de nadie, como las cuenta su cadena.';

-- Chains of contracts that have none, all at once: nobody else can have taken a head of theirs.
create function privado.empezar_cadenas(v_contratos bigint[]) returns void
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.empezar_cadenas(bigint[]) is
  'Empieza las cadenas de unos contratos que no tienen, con sus filas como están.';

create function privado.evidencia_inicial() returns void
language plpgsql volatile security definer set search_path = '' as $$
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
$$;
comment on function privado.evidencia_inicial() is
  'Empieza las cadenas de lo que había antes de ellas, con sus filas como están hoy.';

revoke all on function privado.filas_de_contrato(bigint[]), privado.filas_de_empresa(bigint), privado.empezar_cadenas(bigint[]),
  privado.evidencia_inicial() from public;
