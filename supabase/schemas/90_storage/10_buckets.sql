-- The files of a contract live in five private buckets, which admit the types of privado.tipos_documento and besides
-- application/octet-stream: Windows and Android send it for what they do not know.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
select b, b, false, 52428800, (
  select array_agg(m order by m) || array['application/octet-stream']
  from (select mime as m from privado.tipos_documento union select unnest(alias) from privado.tipos_documento) as t
)
from unnest(array['contratos', 'facturas', 'remisiones', 'lotes', 'documentos']) as b
on conflict (id) do update set allowed_mime_types = excluded.allowed_mime_types;

create function privado.es_bucket_de_contratos(bucket text) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select bucket in ('contratos', 'facturas', 'remisiones', 'lotes', 'documentos')
$$;
comment on function privado.es_bucket_de_contratos(text) is '¿Guarda este bucket archivos de contratos?';
revoke all on function privado.es_bucket_de_contratos(text) from public;
grant execute on function privado.es_bucket_de_contratos(text) to authenticated;

create policy triboka_select_activo on storage.buckets for select to authenticated
  using (privado.es_bucket_de_contratos(id) and (select privado.mi_rol()) is not null);
