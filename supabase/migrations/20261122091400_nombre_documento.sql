-- Why: the papers of a contract read well on disk: factura_001.pdf, analisis_humedad.csv. The name is proposed
-- here and made unique by the upload itself, which fails on a name that exists; then one asks again.
-- Touches: creates public.siguiente_nombre_documento. Reads storage.objects. Destructive: no.
create function privado.nombre_libre(contrato bigint, tipo text, etiqueta text, extension text) returns text
language plpgsql stable security definer set search_path = '' as $$
declare
  carpeta constant text := (select c.codigo from public.contratos c where c.id = contrato) || '/';
  base constant text := tipo || coalesce('_' || etiqueta, '');
  -- contrato.pdf and analisis_humedad.csv carry no number when they are the first.
  es_unico constant boolean := tipo in ('contrato', 'analisis');
  numero bigint;
begin
  select coalesce(max(coalesce(substring(n.nombre from '_([0-9]+)\.[^.]*$')::bigint, 1)), 0) + 1 into numero
  from (
    select substr(o.name, length(carpeta) + 1) as nombre from storage.objects o
    -- '0' follows '/': everything in the folder, by the index.
    where o.bucket_id = 'contratos' and o.name collate "C" > carpeta and o.name collate "C" < left(carpeta, -1) || '0'
    union all
    select storage.filename(d.url_archivo) from public.documentos_contrato d where d.contrato_id = contrato
  ) as n
  where n.nombre ~ ('^' || base || '(_[0-9]{3,15})?\.[a-z0-9]+$');
  return carpeta || base
    || case when es_unico and numero = 1 then '' else '_' || lpad(numero::text, greatest(3, length(numero::text)), '0') end
    || '.' || extension;
end
$$;
comment on function privado.nombre_libre(bigint, text, text, text) is 'Primer nombre sin usar en la carpeta de un contrato.';

create function privado.exigir_subida(contrato bigint) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.exigir_contrato(contrato);
  if auth.uid() is not null and not privado.puede_subir(contrato) then
    raise exception 'documento_sin_permiso' using errcode = 'PT403',
      detail = 'Un proveedor solo sube documentos a contratos activos.';
  end if;
end
$$;
comment on function privado.exigir_subida(bigint) is 'Falla si el usuario no puede subir documentos a este contrato.';
