-- An invitation that holds, who uses it, and who signs up with it. To confirm an address by mail proves the mailbox and
-- not who made the account, so the token is always wanted: brought by the sign-up, or by a session.

create function privado.invitacion_abierta(v_testigo text) returns public.invitaciones
language sql stable security definer set search_path = '' as $$
  select i.*
  from public.invitaciones i
  left join public.empresas e on e.id = i.empresa_id
  left join public.usuarios quien on quien.id = i.invitado_por
  where i.testigo_sha256 = sha256(convert_to(v_testigo, 'UTF8'))
    and i.aceptada_en is null and i.anulada_en is null and i.vence_en > now() and coalesce(e.activo, true)
    and (i.invitado_por is null
      or (quien.activo and (quien.rol = 'admin' or (quien.empresa_id = i.empresa_id and quien.rol = i.rol))))
$$;
comment on function privado.invitacion_abierta(text) is
  'La invitación de un testigo; nada si venció, se usó, se anuló o es de quien ya no puede invitar.';

-- The first of these that is a name once what nobody sees is out of it.
create function privado.nombre_de_cuenta(v_nombre text, v_correo text) returns text
language sql immutable parallel safe set search_path = '' as $$
  select limpio.nombre
  from unnest(array[v_nombre, split_part(v_correo, '@', 1), v_correo]) with ordinality as dado (texto, orden)
  cross join lateral btrim(left(btrim(privado.limpiar_nombre(dado.texto)), 200)) as limpio (nombre)
  where privado.nombre_valido(limpio.nombre, 200)
  order by dado.orden limit 1
$$;
comment on function privado.nombre_de_cuenta(text, text) is
  'Cómo se llama quien llega: lo que dijo, ya limpio, o lo que diga su correo.';

-- Turns an invitation into a profile. Null when there is none that holds, or when it is of another address.
create function privado.usar_invitacion(v_usuario uuid, v_correo text, v_nombre text, v_testigo text)
  returns public.invitaciones
language plpgsql volatile security definer set search_path = '' as $$
declare
  usada public.invitaciones;
begin
  update public.invitaciones i set aceptada_en = now()
  where i.id = (select a.id from privado.invitacion_abierta(v_testigo) as a where a.email = lower(v_correo))
    and i.aceptada_en is null and i.anulada_en is null
  returning * into usada;
  if usada.id is null then
    return null;
  end if;
  insert into public.usuarios (id, empresa_id, nombre, rol, invitado_por)
  values (v_usuario, usada.empresa_id, privado.nombre_de_cuenta(v_nombre, v_correo), usada.rol, usada.invitado_por)
  on conflict (id) do nothing;
  update public.invitaciones i set aceptada_por = v_usuario where i.id = usada.id;
  return usada;
end
$$;
comment on function privado.usar_invitacion(uuid, text, text, text) is 'Da a una cuenta el perfil al que fue invitada.';

-- Signing up never fails for lack of an invitation: the account stands without a company. Only the sign-up writes
-- the token while the address is not confirmed: nobody has a session of such an account.
create function privado.recibir_cuenta() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  testigo constant text := nullif(new.raw_user_meta_data ->> 'invitacion', '');
begin
  if testigo is not null and new.email is not null
    and not exists (select from public.usuarios u where u.id = new.id) then
    perform privado.usar_invitacion(new.id, new.email,
      coalesce(new.raw_user_meta_data ->> 'nombre', new.raw_user_meta_data ->> 'full_name'), testigo);
  end if;
  return null;
end
$$;
comment on function privado.recibir_cuenta() is 'Disparador: quien se registró con su invitación tiene su perfil.';

revoke all on function privado.invitacion_abierta(text), privado.nombre_de_cuenta(text, text),
  privado.usar_invitacion(uuid, text, text, text), privado.recibir_cuenta() from public;

-- The account whose address Auth confirms by itself, and the one that confirms it later.
create trigger triboka_recibir_cuenta after insert on auth.users
  for each row when (new.email_confirmed_at is not null) execute function privado.recibir_cuenta();
create trigger triboka_recibir_confirmada after update on auth.users
  for each row when (old.email_confirmed_at is null and new.email_confirmed_at is not null)
  execute function privado.recibir_cuenta();
