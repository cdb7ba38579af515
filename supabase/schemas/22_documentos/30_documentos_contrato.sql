-- The legal papers of a contract, whole. A row always has its file, in the folder of its own contract, with the size
-- and type that Storage measured. Rows and their files are written once; no role of the API changes or deletes them.
create table public.documentos_contrato (
  id bigint generated always as identity primary key,
  contrato_id bigint not null references public.contratos (id) on delete restrict,
  lote_id bigint,
  tipo text not null,
  etiqueta text,
  nombre_archivo text not null default '',
  url_archivo text not null,
  -- No client writes it: a hash counts when the server computed it from the bytes, while they arrived or reading them
  -- later.
  sha256 text,
  bytes bigint not null default 0,
  mime text not null default '',
  fecha_subida timestamptz not null default now(),
  subido_por uuid references public.usuarios (id) on delete restrict,
  empresa_id bigint,
  huella_de text,
  revisado_en timestamptz,
  verificacion text not null default 'por verificar',
  duplicado_de bigint,
  -- What mensajes refers to: a paper of that same contract. It begins with the contract, so that it serves its pages.
  constraint documentos_contrato_id_contrato_key unique (contrato_id, id),
  constraint documentos_contrato_lote_fkey foreign key (lote_id, contrato_id)
    references public.lotes_asociados (id, contrato_id) on delete restrict,
  constraint documentos_contrato_empresa_id_fkey foreign key (empresa_id)
    references public.empresas (id) on delete restrict,
  constraint documentos_contrato_url_archivo_key unique (url_archivo),
  constraint documentos_contrato_tipo_valido check (tipo in (
    'contrato', 'factura', 'guia_remision', 'analisis', 'certificado_calidad', 'pago', 'foto', 'otro')),
  -- The label of an analysis is part of the name of its file.
  constraint documentos_contrato_etiqueta_valida check (
    case when etiqueta is null then tipo <> 'analisis' else etiqueta ~ '^[a-z0-9][a-z0-9_-]{0,39}$' end),
  constraint documentos_contrato_nombre_archivo_valido check (
    length(nombre_archivo) between 1 and 255 and nombre_archivo !~ '[/\\]'
    and privado.es_texto_limpio(nombre_archivo, true)),
  constraint documentos_contrato_sha256_valido check (sha256 ~ '^[0-9a-f]{64}$'),
  constraint documentos_contrato_huella_de_valida check (
    huella_de = 'sin_archivo' or (huella_de in ('subida', 'revision') and sha256 is not null)),
  constraint documentos_contrato_bytes_valido check (bytes >= 0),
  -- Only what the server has hashed can be as it was, or not be.
  constraint documentos_contrato_verificacion_valida check (
    verificacion = 'sin archivo' or (verificacion = 'por verificar' and huella_de is null)
    or (verificacion in ('verificado', 'alterado') and coalesce(huella_de, '') in ('subida', 'revision')))
);
comment on table public.documentos_contrato is 'Documentos legales de un contrato; no se modifican ni se borran.';
comment on column public.documentos_contrato.nombre_archivo is 'Nombre con el que se muestra y se descarga.';
comment on column public.documentos_contrato.url_archivo is 'Ruta del archivo: <bucket>/<objeto>.';
comment on column public.documentos_contrato.sha256 is
  'SHA-256 de sus bytes; mientras huella_de es nulo, lo que dijo un cliente de antes, o nada.';
comment on column public.documentos_contrato.mime is
  'Tipo de su contenido; mientras huella_de es nulo, el que dijo quien lo subió.';
comment on column public.documentos_contrato.empresa_id is 'Empresa de quien lo subió, ese día.';
comment on column public.documentos_contrato.huella_de is
  'De dónde sale sha256: subida o revision, del servidor; sin_archivo, si no hay qué leer; nulo, por revisar.';
comment on column public.documentos_contrato.revisado_en is
  'Cuándo leyó el servidor sus bytes guardados, la última vez; nulo, por leer.';
comment on column public.documentos_contrato.verificacion is
  'por verificar, verificado, alterado (sus bytes ya no son los de su huella) o sin archivo; la escribe el servidor.';
-- No reference: papers are never deleted, and one would want an index that nobody reads.
comment on column public.documentos_contrato.duplicado_de is
  'Documento de la misma empresa en el mismo contrato que ya tenía estos bytes cuando se verificó este.';

-- Where one contract has most of the papers, the planner takes any other for as full: it is told that each has some
-- twenty.
alter table public.documentos_contrato alter column contrato_id set (n_distinct = -0.05);

create index documentos_contrato_lote_idx on public.documentos_contrato (lote_id, contrato_id);
-- The papers of a kind are numbered whatever their format: factura_001.xml is not beside factura_001.pdf.
create unique index documentos_contrato_numero_key
  on public.documentos_contrato (contrato_id, regexp_replace(url_archivo, '[.][^./]*$', ''))
  where url_archivo like 'contratos/%';
create index documentos_contrato_subido_por_idx on public.documentos_contrato (subido_por);
-- A repeated paper is one that the same company has already: what another has uploaded takes nothing away. Of those
-- seen to arrive alone: a hash that was read later cannot refuse what is registered already, and is told in duplicado_de.
-- Nor does one whose bytes are no longer those stand in the way of who brings them again.
create unique index documentos_contrato_huella_key
  on public.documentos_contrato (contrato_id, empresa_id, sha256) nulls not distinct
  where huella_de = 'subida' and verificacion = 'verificado';
create index documentos_contrato_sha256_idx on public.documentos_contrato (contrato_id, sha256);
create index documentos_contrato_empresa_idx on public.documentos_contrato (empresa_id);
-- Those that are not what they were, which should be none: an administrator looks for them, and they are read each day.
create index documentos_contrato_alterados_idx on public.documentos_contrato (id)
  where verificacion in ('alterado', 'sin archivo') and huella_de in ('subida', 'revision');

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
grant select, insert (contrato_id, lote_id, tipo, etiqueta, nombre_archivo, url_archivo)
  on public.documentos_contrato to authenticated, service_role;

-- Apps follow it with postgres_changes; RLS decides what each of them sees.
alter publication supabase_realtime add table public.documentos_contrato;

-- Before each row.
-- What a client writes in one request is bounded.
create trigger _000_limitar_filas before insert on public.documentos_contrato
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
-- Its id tells no count.
create trigger _050_poner_id before insert on public.documentos_contrato
  for each row execute function privado.poner_id();
-- Who uploads papers, to which contract and from which folder; how they are called.
create trigger _100_validar_documento before insert on public.documentos_contrato
  for each row execute function privado.validar_documento();
-- The file is there; its size, type and hash.
create trigger _200_leer_objeto before insert on public.documentos_contrato
  for each row execute function privado.leer_objeto();

-- After each row.
-- The last paper of kind contrato is the file of the contract.
create trigger _500_fijar_archivo_pdf after insert on public.documentos_contrato
  for each row when (new.tipo = 'contrato') execute function privado.fijar_archivo_pdf();
-- It is told in the conversation of the contract.
create trigger _600_contar after insert on public.documentos_contrato
  for each row execute function privado.contar_documento();
-- And to each person of the other parties.
create trigger _700_notificar after insert on public.documentos_contrato
  for each row execute function privado.avisar_de_documento();
-- The server is to read its stored bytes.
create trigger _800_pedir_lectura after insert on public.documentos_contrato
  referencing new table as nuevos for each statement execute function privado.pedir_lectura();
-- What was verified and is no longer so, or is again, is told to everybody whom it concerns.
create trigger _900_alertar after update of verificacion on public.documentos_contrato
  for each row when (old.huella_de in ('subida', 'revision') and old.verificacion is distinct from new.verificacion)
  execute function privado.alertar_de_documento();

-- After the statement.
-- Last, with the head of the chain held as short as can be: it is registered, and its bytes were read.
create trigger _990_encadenar after insert on public.documentos_contrato
  referencing new table as nuevos for each statement execute function privado.encadenar_documentos();
create trigger _990_encadenar_cambio after update on public.documentos_contrato
  referencing old table as viejos new table as nuevos for each statement execute function privado.encadenar_documentos();
