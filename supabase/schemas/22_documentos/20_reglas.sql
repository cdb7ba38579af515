-- Who uploads a paper, and what is taken from its file. Triggers of public.documentos_contrato, and what they ask: an
-- app that uploads with the SDK and inserts the row gets what the function gives.

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

-- Whoever registers an object and whoever removes or replaces it take this lock first, so that one sees
-- what the other did: a plain check would look at a snapshot from before. In plpgsql, which starts no executor of its
-- own.
create function privado.tomar_objeto(bucket text, objeto text) returns void
language plpgsql volatile set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(bucket || '/' || objeto, 0));
end
$$;
comment on function privado.tomar_objeto(text, text) is 'Turno sobre un objeto hasta el fin de la transacción.';

-- A name is cleaned as the functions clean theirs; a contract without one has its code, with the extension of the file.
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
  new.nombre_archivo := btrim(privado.limpiar_nombre(normalize(coalesce(new.nombre_archivo, ''), NFC)));
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
comment on function privado.validar_documento() is
  'Disparador: quién sube documentos, a qué contrato y desde qué carpeta.';

-- The functions register as who asks. They say what they saw of the file in privado.subida, a setting of the
-- transaction in the very statement that inserts: no client of the API can set one, as none can set who it is
-- (request.jwt.claims is a setting too), and it holds for that object alone.
create function privado.leer_objeto() returns trigger
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
  new.verificacion := case new.huella_de
    when 'subida' then 'verificado' when 'revision' then 'verificado' when 'sin_archivo' then 'sin archivo'
    else 'por verificar' end;
  return new;
end
$$;
comment on function privado.leer_objeto() is
  'Disparador: el archivo existe; de él, o de quien lo vio llegar, se toman tamaño, tipo y huella.';

revoke all on function privado.tomar_objeto(text, text), privado.validar_documento(), privado.leer_objeto() from public;
