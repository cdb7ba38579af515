-- What a phone, a scanner, an accountant or a surveyor sends is a paper too. This one list says what is admitted, for
-- the buckets, for the names that are proposed and for what Storage was told of a file; the functions hold the same one
-- and a test compares them.
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

-- What a client says of its file is only what it says (Windows and Android send application/octet-stream for what they
-- do not know): the type of a document is judged by this at first, and by its bytes later.
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
