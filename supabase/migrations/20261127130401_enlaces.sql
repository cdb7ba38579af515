-- Why: the Storage API ends an upload as the service role, past every policy, with the user as its owner: one by a link,
-- and in storage-api any other too. A right that ended after the link was taken, or while the bytes came, must end the
-- upload; and it must not replace what somebody else put there meanwhile. Triggers bind every way in.
-- What storage-api is to pass on to clients is raised with a state that it knows (42501 → 403, 23505 → 409): to any
-- other it answers 500.
-- Touches: privado.puede_subir_objeto() (no name with characters that nobody sees), privado.proteger_objeto() (its
-- state); two triggers on storage.objects. Reads auth.sessions. Destructive: no.
create or replace function privado.puede_subir_objeto(objeto text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  return privado.es_texto_limpio(objeto, true)
    and coalesce(privado.puede_subir(privado.contrato_de_objeto(objeto)), false);
end
$$;

create or replace function privado.proteger_objeto() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if not privado.objeto_sin_registrar(old.bucket_id, old.name) then
    raise exception 'objeto_registrado' using errcode = '23505',
      detail = 'Un archivo registrado como documento no se reemplaza ni se mueve.', hint = 'url_archivo';
  end if;
  return new;
end
$$;

-- Which session the link was taken in is not known here: the person must have one, which ends with the last of them.
create function privado.juzgar_subida() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
declare
  sesion constant text := coalesce(current_setting('request.jwt.claims', true), '');
  sub constant text := coalesce(current_setting('request.jwt.claim.sub', true), '');
  abierta text;
  puede boolean;
begin
  if not privado.es_bucket_de_contratos(new.bucket_id) then
    return new;
  end if;
  if pg_input_is_valid(new.owner_id, 'uuid') then
    select s.id::text into abierta from auth.sessions s where s.user_id = new.owner_id::uuid limit 1;
    perform set_config('request.jwt.claim.sub', '', true), set_config('request.jwt.claims',
      jsonb_build_object('role', 'authenticated', 'sub', new.owner_id, 'session_id', abierta)::text, true);
    puede := privado.puede_subir_objeto(new.name);
    perform set_config('request.jwt.claim.sub', sub, true), set_config('request.jwt.claims', sesion, true);
  end if;
  if puede is distinct from true or (abierta is null and storage.operation() like '%signed%') then
    raise exception 'subida_sin_permiso' using errcode = '42501',
      detail = 'Quien sube este archivo, o pidió el enlace, ya no puede subirlo.', hint = 'url_archivo';
  end if;
  return new;
end
$$;
comment on function privado.juzgar_subida() is
  'Disparador: lo que la API de archivos sube por alguien, lo puede subir él en ese momento.';

create function privado.respetar_objeto_ajeno() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if privado.es_bucket_de_contratos(new.bucket_id) then
    raise exception 'objeto_de_otro' using errcode = '23505',
      detail = 'Otra persona subió un archivo con ese nombre.', hint = 'url_archivo';
  end if;
  return new;
end
$$;
comment on function privado.respetar_objeto_ajeno() is
  'Disparador: nadie reemplaza el archivo que subió otro, venga por donde venga.';
revoke all on function privado.juzgar_subida(), privado.respetar_objeto_ajeno() from public;

create trigger triboka_juzgar_subida before insert on storage.objects
  for each row when (new.owner_id is not null and current_user in ('service_role', 'supabase_storage_admin'))
  execute function privado.juzgar_subida();
create trigger triboka_respetar_objeto_ajeno before update on storage.objects
  for each row when (
    (old.bucket_id, old.name) = (new.bucket_id, new.name) and old.version is distinct from new.version
    and new.owner_id is not null and new.owner_id is distinct from old.owner_id
  ) execute function privado.respetar_objeto_ajeno();
