-- Why: a name with U+202E reads as another (facturafdp.exe as factura exe.pdf), and one that an app writes by the SDK
-- was kept as it came, while the functions clean theirs. And a signed contract that came as a photo was shown as .pdf.
-- Touches: privado.validar_documento cleans nombre_archivo as the functions do, and takes the extension of the file for
-- that of a contract without a name. Rows that are there stay. Destructive: no.
create or replace function privado.validar_documento() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  contrato constant public.contratos := privado.exigir_contrato(new.contrato_id);
begin
  if auth.uid() is not null and not privado.puede_subir(contrato.id) then
    raise exception 'documento_sin_permiso' using errcode = 'PT403',
      detail = 'Un proveedor solo sube documentos a contratos activos.';
  end if;
  new.subido_por := coalesce(auth.uid(), new.subido_por);
  new.etiqueta := nullif(lower(btrim(new.etiqueta)), '');
  new.sha256 := lower(new.sha256);
  new.nombre_archivo := btrim(regexp_replace(normalize(coalesce(new.nombre_archivo, ''), NFC),
    '[\u2028-\u202e\u2066-\u2069]', '', 'g'));
  if new.nombre_archivo = '' then
    new.nombre_archivo := case when new.tipo = 'contrato'
      then contrato.codigo || coalesce(lower(substring(new.url_archivo from '[.][^./]+$')), '')
      else storage.filename(new.url_archivo) end;
  end if;
  if new.url_archivo is null
    or new.url_archivo !~ ('^(contratos|facturas|remisiones|lotes|documentos)/' || contrato.codigo || '/[^/]+$') then
    raise exception 'objeto_fuera_de_carpeta' using errcode = 'PT422',
      detail = 'El archivo debe estar en la carpeta del contrato: <bucket>/<codigo>/<archivo>.', hint = 'url_archivo';
  end if;
  return new;
end
$$;
