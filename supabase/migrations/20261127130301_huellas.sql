-- Why: a partner that knew the sha256 of a paper registered it first with a file of its own, and the upload of who owned
-- the paper was answered with that file and thrown away. A hash counts when the server computed it from the bytes:
-- while they arrived ('subida') or reading them later ('revision'); what a client claims counts for nothing. A repeated
-- paper is one that the same company has already; what another has uploaded takes nothing away.
-- The functions register as who asks. They say what they saw of the file in privado.subida, a setting of the
-- transaction in the very statement that inserts: no client of the API can set one, as none can set who it is
-- (request.jwt.claims is a setting too), and it holds for that object alone.
-- Touches: public.documentos_contrato gets empresa_id (filled from who uploaded) and huella_de; sha256 is no longer
-- written by clients, nor unique in a contract: huella and company are. Hashes that are there stay, and count once the
-- review has read their bytes. Destructive: no.
alter table public.documentos_contrato
  add column empresa_id bigint,
  add column huella_de text,
  add constraint documentos_contrato_empresa_id_fkey foreign key (empresa_id)
    references public.empresas (id) on delete restrict,
  add constraint documentos_contrato_huella_de_valida check (
    huella_de = 'sin_archivo' or (huella_de in ('subida', 'revision') and sha256 is not null)),
  drop constraint documentos_contrato_sha256_key;
comment on column public.documentos_contrato.empresa_id is 'Empresa de quien lo subió, ese día.';
comment on column public.documentos_contrato.sha256 is
  'SHA-256 de sus bytes; mientras huella_de es nulo, lo que dijo un cliente de antes, o nada.';
comment on column public.documentos_contrato.huella_de is
  'De dónde sale sha256: subida o revision, del servidor; sin_archivo, si no hay qué leer; nulo, por revisar.';
comment on column public.documentos_contrato.mime is
  'Tipo de su contenido; mientras huella_de es nulo, el que dijo quien lo subió.';

update public.documentos_contrato d set empresa_id = u.empresa_id
from public.usuarios u where u.id = d.subido_por;

create unique index documentos_contrato_huella_key
  on public.documentos_contrato (contrato_id, empresa_id, sha256) nulls not distinct where huella_de = 'subida';
create index documentos_contrato_sha256_idx on public.documentos_contrato (contrato_id, sha256);
create index documentos_contrato_empresa_idx on public.documentos_contrato (empresa_id);
create index documentos_contrato_por_revisar_idx on public.documentos_contrato (id) where huella_de is null;

revoke insert (sha256) on public.documentos_contrato from authenticated, service_role;

create or replace function privado.leer_objeto() returns trigger
language plpgsql security definer set search_path = '' as $$
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
  return new;
end
$$;
comment on function privado.leer_objeto() is
  'Disparador: el archivo existe; de él, o de quien lo vio llegar, se toman tamaño, tipo y huella.';

create function privado.documentos_por_revisar(despues_de bigint, tope integer)
returns table (id bigint, url_archivo text)
language sql stable security definer set search_path = '' as $$
  select d.id, d.url_archivo from public.documentos_contrato d
  where d.huella_de is null and d.id > despues_de order by d.id limit tope
$$;
comment on function privado.documentos_por_revisar(bigint, integer) is
  'Documentos cuyos bytes el servidor no ha leído, después de uno dado.';

create function privado.anotar_revision(documento bigint, v_sha256 text, v_mime text) returns void
language sql volatile security definer set search_path = '' as $$
  update public.documentos_contrato d
  set sha256 = coalesce(v_sha256, d.sha256), mime = coalesce(v_mime, d.mime),
    huella_de = case when v_sha256 is null then 'sin_archivo' else 'revision' end
  where d.id = documento and d.huella_de is null
$$;
comment on function privado.anotar_revision(bigint, text, text) is
  'Anota la huella y el tipo que el servidor leyó de los bytes de un documento; sin huella, que no hay archivo.';

revoke all on function privado.documentos_por_revisar(bigint, integer),
  privado.anotar_revision(bigint, text, text) from public;
grant execute on function privado.documentos_por_revisar(bigint, integer),
  privado.anotar_revision(bigint, text, text) to service_role;
