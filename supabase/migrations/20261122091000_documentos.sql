-- Why: the legal papers of a contract. Rows and their files are written once; no role of the API changes or
-- deletes them.
-- Touches: creates public.documentos_contrato. Its rules come in the next migration. Destructive: no.
create table public.documentos_contrato (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  lote_id bigint,
  tipo text not null,
  etiqueta text,
  nombre_archivo text not null default '',
  url_archivo text not null,
  sha256 text,
  bytes bigint not null default 0,
  mime text not null default '',
  fecha_subida timestamptz not null default now(),
  subido_por uuid references public.usuarios (id) on delete restrict,
  constraint documentos_contrato_lote_fkey foreign key (lote_id, contrato_id)
    references public.lotes_asociados (id, contrato_id) on delete restrict,
  constraint documentos_contrato_url_archivo_key unique (url_archivo),
  constraint documentos_contrato_sha256_key unique (contrato_id, sha256),
  constraint documentos_contrato_tipo_valido check (tipo in (
    'contrato', 'factura', 'guia_remision', 'analisis', 'certificado_calidad', 'pago', 'foto', 'otro')),
  -- The label of an analysis is part of the name of its file.
  constraint documentos_contrato_etiqueta_valida check (
    case when etiqueta is null then tipo <> 'analisis' else etiqueta ~ '^[a-z0-9][a-z0-9_-]{0,39}$' end),
  constraint documentos_contrato_nombre_archivo_valido check (
    length(nombre_archivo) between 1 and 255 and nombre_archivo !~ '[/\\[:cntrl:]]'),
  constraint documentos_contrato_sha256_valido check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint documentos_contrato_bytes_valido check (bytes >= 0)
);
comment on table public.documentos_contrato is 'Documentos legales de un contrato; no se modifican ni se borran.';
comment on column public.documentos_contrato.nombre_archivo is 'Nombre con el que se muestra y se descarga.';
comment on column public.documentos_contrato.url_archivo is 'Ruta del archivo: <bucket>/<objeto>.';
create index documentos_contrato_lote_idx on public.documentos_contrato (lote_id, contrato_id);
-- The papers of a kind are numbered whatever their format: factura_001.xml is not beside factura_001.pdf.
create unique index documentos_contrato_numero_key
  on public.documentos_contrato (contrato_id, regexp_replace(url_archivo, '[.][^./]*$', ''))
  where url_archivo like 'contratos/%';
create index documentos_contrato_subido_por_idx on public.documentos_contrato (subido_por);

-- Asked by the policies of documents and of storage.objects and by the triggers.
create function privado.puede_subir(contrato bigint) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return exists (
    select from public.contratos c
    where c.id = contrato and c.eliminado_en is null
      and (
        (privado.participa(c.id) and (c.estado = 'Activo' or privado.mi_rol() <> 'proveedor'))
        or privado.es_admin()
      )
  );
end
$$;
comment on function privado.puede_subir(bigint) is
  '¿Puede el usuario subir documentos a este contrato? Un proveedor, solo si está activo.';
revoke all on function privado.puede_subir(bigint) from public;
grant execute on function privado.puede_subir(bigint) to authenticated, service_role;

alter table public.documentos_contrato enable row level security;
create policy select_participante on public.documentos_contrato for select to authenticated
  using (
    exists (select from privado.mis_contratos m where m.contrato_id = documentos_contrato.contrato_id)
    or (select privado.es_admin())
  );
create policy insert_participante on public.documentos_contrato for insert to authenticated
  with check (privado.puede_subir(contrato_id));

revoke all on public.documentos_contrato from anon, authenticated, service_role;
revoke all on sequence public.documentos_contrato_id_seq from anon, authenticated, service_role;
grant select, insert (contrato_id, lote_id, tipo, etiqueta, nombre_archivo, url_archivo, sha256)
  on public.documentos_contrato to authenticated, service_role;
