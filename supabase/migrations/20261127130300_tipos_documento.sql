-- Why: what a phone, a scanner, an accountant or a surveyor sends is a paper too: HEIC, TIFF, spreadsheets, plots, and
-- the ZIP of an invoicing system. One list says what is admitted, for the buckets, for the names that are proposed and
-- for what Storage was told of a file; the functions hold the same one and a test compares them. What a client says of
-- its file is only what it says (Windows and Android send application/octet-stream for what they do not know): the
-- bucket takes that as well, and the type of the document is judged by its name at first and by its bytes later.
-- Touches: creates privado.tipos_documento; allowed_mime_types of the five buckets; privado.proponer_nombre refuses the
-- extension of a type that is not admitted. Destructive: no.
create table privado.tipos_documento (
  mime text primary key,
  extensiones text[] not null,
  -- What clients call it besides.
  alias text[] not null default '{}'
);
comment on table privado.tipos_documento is 'Los tipos de archivo que se admiten como documento.';
revoke all on privado.tipos_documento from public, anon, authenticated, service_role;

insert into privado.tipos_documento (mime, extensiones, alias) values
  ('application/pdf', '{pdf}', '{application/x-pdf}'),
  ('application/xml', '{xml}', '{text/xml}'),
  -- Chrome on a Windows that has Excel says so of a .csv.
  ('text/csv', '{csv}', '{application/csv,application/vnd.ms-excel}'),
  ('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', '{xlsx}', '{}'),
  ('application/vnd.oasis.opendocument.spreadsheet', '{ods}', '{}'),
  ('application/geo+json', '{geojson}', '{application/vnd.geo+json}'),
  ('application/zip', '{zip}', '{application/x-zip-compressed}'),
  ('image/jpeg', '{jpg,jpeg}', '{image/jpg}'),
  ('image/png', '{png}', '{}'),
  ('image/webp', '{webp}', '{}'),
  ('image/heic', '{heic,heif}', '{image/heif,image/heic-sequence,image/heif-sequence}'),
  ('image/tiff', '{tif,tiff}', '{}');

update storage.buckets set allowed_mime_types = (
  select array_agg(m order by m) || array['application/octet-stream']
  from (select mime as m from privado.tipos_documento union select unnest(alias) from privado.tipos_documento) as t
)
where id in ('contratos', 'facturas', 'remisiones', 'lotes', 'documentos');

create function privado.tipo_de_objeto(declarado text, objeto text) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  v_declarado constant text := lower(btrim(split_part(coalesce(declarado, ''), ';', 1)));
  v_extension constant text := lower(substring(objeto from '[.]([^./]+)$'));
begin
  return coalesce(
    (select t.mime from privado.tipos_documento t where t.mime = v_declarado),
    (select t.mime from privado.tipos_documento t where v_declarado = any (t.alias)),
    (select t.mime from privado.tipos_documento t
      where v_extension = any (t.extensiones) and v_declarado in ('', 'application/octet-stream')),
    nullif(v_declarado, ''), 'application/octet-stream');
end
$$;
comment on function privado.tipo_de_objeto(text, text) is
  'Tipo de un archivo por lo que dijo quien lo subió o, si no dijo nada, por su nombre.';
revoke all on function privado.tipo_de_objeto(text, text) from public;

create or replace function privado.proponer_nombre(contrato_id bigint, tipo text, etiqueta text, extension text) returns text
language plpgsql volatile security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(contrato_id);
begin
  if auth.uid() is not null and not privado.puede_subir(contrato.id) then
    raise exception 'documento_sin_permiso' using errcode = 'PT403',
      detail = 'Un proveedor solo sube documentos a contratos activos.';
  elsif tipo is null or tipo not in (
    'contrato', 'factura', 'guia_remision', 'analisis', 'certificado_calidad', 'pago', 'foto', 'otro') then
    raise exception 'documento_tipo_invalido' using errcode = 'PT422',
      detail = 'El tipo de documento no es válido.', hint = 'tipo';
  elsif tipo = 'analisis' and coalesce(lower(btrim(etiqueta)), '') !~ '^[a-z0-9][a-z0-9_-]{0,39}$' then
    raise exception 'documento_etiqueta_invalida' using errcode = 'PT422',
      detail = 'Un análisis lleva una etiqueta de hasta 40 letras sin tilde, dígitos, _ o -, por ejemplo humedad.',
      hint = 'etiqueta';
  elsif not exists (select from privado.tipos_documento t where lower(proponer_nombre.extension) = any (t.extensiones)) then
    raise exception 'documento_extension_invalida' using errcode = 'PT422',
      detail = 'La extensión no es la de un tipo de archivo que se admita.', hint = 'extension';
  end if;
  return privado.nombre_libre(contrato, tipo || case when tipo = 'analisis' then '_' || lower(btrim(etiqueta)) else '' end)
    || '.' || lower(extension);
end
$$;
