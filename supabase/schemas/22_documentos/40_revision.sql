-- The server reads once what is stored of each paper. A hash that was computed while it arrived is bound to the name of
-- its object alone, which its owner could replace before it was registered; after, nobody can change it.
create function privado.documentos_por_revisar(despues_de bigint, tope integer)
returns table (id bigint, url_archivo text)
language sql stable security definer set search_path = '' as $$
  select d.id, d.url_archivo from public.documentos_contrato d
  where d.revisado_en is null and d.huella_de is distinct from 'sin_archivo' and d.id > despues_de order by d.id limit tope
$$;
comment on function privado.documentos_por_revisar(bigint, integer) is
  'Documentos cuyos bytes guardados el servidor no ha leído, después de uno dado.';

create function privado.anotar_revision(documento bigint, v_sha256 text, v_mime text) returns void
language sql volatile security definer set search_path = '' as $$
  update public.documentos_contrato d
  set revisado_en = clock_timestamp(), sha256 = v_sha256, mime = coalesce(v_mime, d.mime),
    huella_de = case when v_sha256 is null then 'sin_archivo'
      -- As it was seen to arrive, it is that very paper.
      when d.huella_de = 'subida' and d.sha256 = v_sha256 then 'subida' else 'revision' end
  where d.id = documento and d.revisado_en is null and d.huella_de is distinct from 'sin_archivo'
$$;
comment on function privado.anotar_revision(bigint, text, text) is
  'Anota la huella y el tipo que el servidor leyó de los bytes de un documento; sin huella, que no hay archivo.';

revoke all on function privado.documentos_por_revisar(bigint, integer),
  privado.anotar_revision(bigint, text, text) from public;
grant execute on function privado.documentos_por_revisar(bigint, integer),
  privado.anotar_revision(bigint, text, text) to service_role;
