-- Our policies and triggers of storage.objects, a table of the stack. An object registered as a document is never
-- replaced, moved or removed by anybody: nothing legal is destroyed.
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

-- Before each row; those of Storage itself come before and after, by their names.
-- What the Storage API uploads for somebody, that person may upload at that moment.
create trigger triboka_juzgar_subida before insert on storage.objects
  for each row when (new.owner_id is not null and current_user in ('service_role', 'supabase_storage_admin'))
  execute function privado.juzgar_subida();
-- The file of a document is not removed, nor are those of all; nor is it replaced or moved, whoever does it.
create trigger triboka_conservar_objeto before delete on storage.objects
  for each row execute function privado.conservar_objeto();
create trigger triboka_conservar_objetos before truncate on storage.objects
  for each statement execute function privado.conservar_objetos();
create trigger triboka_proteger_objeto before update on storage.objects
  for each row when (
    (old.bucket_id, old.name, old.version, old.metadata) is distinct from
    (new.bucket_id, new.name, new.version, new.metadata)
  ) execute function privado.proteger_objeto();
-- Nobody replaces the file that another uploaded, whichever way it comes.
create trigger triboka_respetar_objeto_ajeno before update on storage.objects
  for each row when (
    (old.bucket_id, old.name) = (new.bucket_id, new.name) and old.version is distinct from new.version
    and new.owner_id is not null and new.owner_id is distinct from old.owner_id
  ) execute function privado.respetar_objeto_ajeno();

-- After each row.
-- Nothing takes the place of a document that has lost its file.
create trigger triboka_guardar_nombre after insert or update of bucket_id, name on storage.objects
  for each row execute function privado.guardar_nombre();
