-- Why: the files of a contract follow the contract. Five private buckets; an object is <codigo>/<file> and its
-- first folder says whose it is. An object registered as a document is never replaced, moved or removed by a
-- user: nothing legal is destroyed.
-- Touches: rows of storage.buckets, policies on storage.buckets and storage.objects. Destructive: no.
insert into storage.buckets (id, name, public, file_size_limit, allowed_mime_types)
select b, b, false, 52428800, array[
  'application/pdf', 'application/xml', 'text/xml', 'text/csv', 'image/jpeg', 'image/png', 'image/webp']
from unnest(array['contratos', 'facturas', 'remisiones', 'lotes', 'documentos']) as b
on conflict (id) do nothing;

create function privado.es_bucket_de_contratos(bucket text) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select bucket in ('contratos', 'facturas', 'remisiones', 'lotes', 'documentos')
$$;
comment on function privado.es_bucket_de_contratos(text) is '¿Guarda este bucket archivos de contratos?';

create function privado.contrato_de_objeto(objeto text) returns bigint
language plpgsql stable security definer set search_path = '' as $$
begin
  if objeto !~ '^[^/]+/[^/]+$' then
    return null;
  end if;
  return (select c.id from public.contratos c where c.codigo = split_part(objeto, '/', 1));
end
$$;
comment on function privado.contrato_de_objeto(text) is 'Contrato de un objeto <codigo>/<archivo>.';

create function privado.puede_ver_objeto(objeto text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
declare
  contrato constant bigint := privado.contrato_de_objeto(objeto);
begin
  return contrato is not null and (privado.participa(contrato) or privado.es_admin());
end
$$;
comment on function privado.puede_ver_objeto(text) is '¿Ve el usuario los archivos de esa carpeta?';

create function privado.puede_subir_objeto(objeto text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return coalesce(privado.puede_subir(privado.contrato_de_objeto(objeto)), false);
end
$$;
comment on function privado.puede_subir_objeto(text) is '¿Puede el usuario subir un archivo a esa carpeta?';

-- Volatile although a policy calls it: after waiting for its turn it must look again, not at the snapshot of
-- the statement.
create function privado.objeto_sin_registrar(bucket text, objeto text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.tomar_objeto(bucket, objeto);
  return not exists (select from public.documentos_contrato d where d.url_archivo = bucket || '/' || objeto);
end
$$;
comment on function privado.objeto_sin_registrar(text, text) is 'Cierto si ningún documento registra ese objeto.';

revoke all on function privado.es_bucket_de_contratos(text), privado.contrato_de_objeto(text),
  privado.puede_ver_objeto(text), privado.puede_subir_objeto(text), privado.objeto_sin_registrar(text, text)
  from public;
grant execute on function privado.es_bucket_de_contratos(text), privado.puede_ver_objeto(text),
  privado.puede_subir_objeto(text), privado.objeto_sin_registrar(text, text) to authenticated;

create policy triboka_select_activo on storage.buckets for select to authenticated
  using (privado.es_bucket_de_contratos(id) and (select privado.mi_rol()) is not null);

create policy triboka_select_participante on storage.objects for select to authenticated
  using (privado.es_bucket_de_contratos(bucket_id) and privado.puede_ver_objeto(name));
create policy triboka_insert_participante on storage.objects for insert to authenticated
  with check (privado.es_bucket_de_contratos(bucket_id) and privado.puede_subir_objeto(name));
create policy triboka_update_propio on storage.objects for update to authenticated
  using (
    privado.es_bucket_de_contratos(bucket_id) and owner_id = (select auth.uid())::text
    and privado.puede_subir_objeto(name) and privado.objeto_sin_registrar(bucket_id, name)
  )
  with check (
    privado.es_bucket_de_contratos(bucket_id) and owner_id = (select auth.uid())::text
    and privado.puede_subir_objeto(name)
  );
create policy triboka_delete_propio on storage.objects for delete to authenticated
  using (
    privado.es_bucket_de_contratos(bucket_id) and owner_id = (select auth.uid())::text
    and privado.puede_subir_objeto(name) and privado.objeto_sin_registrar(bucket_id, name)
  );

-- Policies do not bind the service role, and a signed upload link writes as it: a link taken before the object
-- was registered would replace a legal paper afterwards. This binds everybody. Removing stays with the service
-- role alone, which empties a database on purpose.
create function privado.proteger_objeto() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not privado.objeto_sin_registrar(old.bucket_id, old.name) then
    raise exception 'objeto_registrado' using errcode = 'PT409',
      detail = 'Un archivo registrado como documento no se reemplaza ni se mueve.', hint = 'url_archivo';
  end if;
  return new;
end
$$;
comment on function privado.proteger_objeto() is
  'Disparador: el archivo de un documento no se reemplaza ni se mueve, sea quien sea.';
revoke all on function privado.proteger_objeto() from public;

create trigger triboka_proteger_objeto before update on storage.objects
  for each row when (
    (old.bucket_id, old.name, old.version, old.metadata) is distinct from
    (new.bucket_id, new.name, new.version, new.metadata)
  ) execute function privado.proteger_objeto();
