-- What binds everybody, by triggers of storage.objects. Policies do not bind the service role, and the Storage API ends
-- an upload as it, with the user as the owner: one by a signed link, and in storage-api any other too. A right that
-- ended after the link was taken, or while the bytes came, must end the upload; and it must not replace a legal paper,
-- nor what somebody else put there meanwhile. A registered paper is not removed either while the row that registers it
-- stands, which no role of an API deletes: whoever empties a database on purpose takes its tables first.
--
-- What storage-api is to pass on to clients is raised with a state that it knows (42501 → 403, 23505 → 409): to any
-- other it answers 500.

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

create function privado.exigir_sin_registrar(bucket text, objeto text) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  if privado.es_bucket_de_contratos(bucket) and not privado.objeto_sin_registrar(bucket, objeto) then
    raise exception 'objeto_registrado' using errcode = '23505',
      detail = 'Un archivo registrado como documento no se reemplaza, no se mueve y no se borra.', hint = 'url_archivo';
  end if;
end
$$;
comment on function privado.exigir_sin_registrar(text, text) is 'Rechaza tocar el archivo de un documento.';

create function privado.proteger_objeto() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.exigir_sin_registrar(old.bucket_id, old.name);
  return new;
end
$$;
comment on function privado.proteger_objeto() is
  'Disparador: el archivo de un documento no se reemplaza ni se mueve, sea quien sea.';

create function privado.conservar_objeto() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform privado.exigir_sin_registrar(old.bucket_id, old.name);
  return old;
end
$$;
comment on function privado.conservar_objeto() is 'Disparador: el archivo de un documento no se borra, sea quien sea.';

create function privado.conservar_objetos() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if exists (select from public.documentos_contrato) then
    raise exception 'objeto_registrado' using errcode = '23505',
      detail = 'Un archivo registrado como documento no se reemplaza, no se mueve y no se borra.', hint = 'url_archivo';
  end if;
  return null;
end
$$;
comment on function privado.conservar_objetos() is 'Disparador: tampoco se borran todos a la vez.';

-- A paper may have lost its file: what is put in its place is not that paper. After the row is written, so that policies
-- have spoken: to whom they refuse it, nothing is said of what is registered.
create function privado.guardar_nombre() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  if tg_op = 'INSERT' or (old.bucket_id, old.name) is distinct from (new.bucket_id, new.name) then
    perform privado.exigir_sin_registrar(new.bucket_id, new.name);
  end if;
  return null;
end
$$;
comment on function privado.guardar_nombre() is
  'Disparador: donde estuvo el archivo de un documento no se pone otro, sea quien sea.';

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

revoke all on function privado.juzgar_subida(), privado.exigir_sin_registrar(text, text), privado.proteger_objeto(),
  privado.conservar_objeto(), privado.conservar_objetos(), privado.guardar_nombre(), privado.respetar_objeto_ajeno()
  from public;
