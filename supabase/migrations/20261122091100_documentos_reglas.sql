-- Why: a document row always has its file, in the folder of its own contract, with the size and type that
-- storage measured: an app that uploads with the SDK and inserts the row gets what the function gives.
-- Touches: triggers of public.documentos_contrato. Reads storage.objects. Destructive: no.

-- Whoever registers an object and whoever removes or replaces it take this lock first, so that one sees
-- what the other did: a plain check would look at a snapshot from before.
create function privado.tomar_objeto(bucket text, objeto text) returns void
language sql volatile set search_path = '' as $$
  select pg_advisory_xact_lock(hashtextextended(bucket || '/' || objeto, 0))
$$;
comment on function privado.tomar_objeto(text, text) is 'Turno sobre un objeto hasta el fin de la transacción.';

create function privado.validar_documento() returns trigger
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
  new.nombre_archivo := btrim(coalesce(new.nombre_archivo, ''));
  if new.nombre_archivo = '' then
    new.nombre_archivo := case
      when new.tipo = 'contrato' then contrato.codigo || '.pdf' else storage.filename(new.url_archivo) end;
  end if;
  if new.url_archivo is null
    or new.url_archivo !~ ('^(contratos|facturas|remisiones|lotes|documentos)/' || contrato.codigo || '/[^/]+$') then
    raise exception 'objeto_fuera_de_carpeta' using errcode = 'PT422',
      detail = 'El archivo debe estar en la carpeta del contrato: <bucket>/<codigo>/<archivo>.', hint = 'url_archivo';
  end if;
  return new;
end
$$;
comment on function privado.validar_documento() is
  'Disparador: quién sube documentos, a qué contrato y desde qué carpeta.';

create function privado.leer_objeto() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  v_bucket constant text := split_part(new.url_archivo, '/', 1);
  v_objeto constant text := substr(new.url_archivo, length(v_bucket) + 2);
  dueno text;
begin
  perform privado.tomar_objeto(v_bucket, v_objeto);
  select o.owner_id, coalesce((o.metadata ->> 'size')::bigint, 0),
    coalesce(o.metadata ->> 'mimetype', 'application/octet-stream')
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
  return new;
end
$$;
comment on function privado.leer_objeto() is 'Disparador: el archivo existe; de él se toman tamaño y tipo.';

create function privado.fijar_archivo_pdf() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  update public.contratos set archivo_pdf = new.url_archivo where id = new.contrato_id;
  return null;
end
$$;
comment on function privado.fijar_archivo_pdf() is
  'Disparador: el último documento de tipo contrato es el archivo del contrato.';

revoke all on function privado.tomar_objeto(text, text), privado.validar_documento(), privado.leer_objeto(),
  privado.fijar_archivo_pdf() from public;

create trigger _100_validar_documento before insert on public.documentos_contrato
  for each row execute function privado.validar_documento();
create trigger _200_leer_objeto before insert on public.documentos_contrato
  for each row execute function privado.leer_objeto();
create trigger _500_fijar_archivo_pdf after insert on public.documentos_contrato
  for each row when (new.tipo = 'contrato') execute function privado.fijar_archivo_pdf();
