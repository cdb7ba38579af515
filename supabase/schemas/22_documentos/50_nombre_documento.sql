-- The papers of a contract read well on disk: factura_001.pdf, analisis_humedad.csv. The name is proposed here and made
-- unique by the upload itself, which fails on a name that exists; then one asks again.
create function privado.nombre_libre(contrato public.contratos, base text) returns text
language plpgsql stable set search_path = '' as $$
declare
  -- contrato.pdf and analisis_humedad.csv carry no number when they are the first.
  numera_el_primero constant boolean := base !~ '^(contrato$|analisis_)';
  usados constant text[] := array(
    select regexp_replace(storage.filename(n.ruta), '\.[^.]*$', '') from (
      select o.name from storage.objects o
      -- '0' follows '/': everything in the folder, by the index on the name.
      where o.bucket_id = 'contratos'
        and o.name collate "C" > contrato.codigo || '/' and o.name collate "C" < contrato.codigo || '0'
      union all
      select d.url_archivo from public.documentos_contrato d where d.contrato_id = contrato.id
    ) as n (ruta)
  );
begin
  return (
    select contrato.codigo || '/' || p.nombre
    from generate_series(1, cardinality(usados) + 1) as n
    cross join lateral (
      select base || case when n > 1 or numera_el_primero
        then '_' || lpad(n::text, greatest(3, length(n::text)), '0') else '' end
    ) as p (nombre)
    where p.nombre <> all (usados) order by n limit 1
  );
end
$$;
comment on function privado.nombre_libre(public.contratos, text) is
  'Primer nombre sin usar, sin extensión, en la carpeta de un contrato.';

create function privado.proponer_nombre(contrato_id bigint, tipo text, etiqueta text, extension text) returns text
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
comment on function privado.proponer_nombre(bigint, text, text, text) is
  'Nombre para el próximo documento, si el usuario puede subirlo.';

create function public.siguiente_nombre_documento(
  contrato_id bigint, tipo text, etiqueta text default null, extension text default 'pdf'
) returns text
language sql volatile security invoker set search_path = '' as $$
  select privado.proponer_nombre(contrato_id, tipo, etiqueta, extension)
$$;
comment on function public.siguiente_nombre_documento(bigint, text, text, text) is
  'Nombre del objeto para el próximo documento de ese tipo, dentro del bucket contratos: CT-2025-00014/factura_002.pdf.';

revoke all on function privado.nombre_libre(public.contratos, text),
  privado.proponer_nombre(bigint, text, text, text) from public;
revoke all on function public.siguiente_nombre_documento(bigint, text, text, text) from public, anon, service_role;
grant execute on function privado.proponer_nombre(bigint, text, text, text),
  public.siguiente_nombre_documento(bigint, text, text, text) to authenticated;
