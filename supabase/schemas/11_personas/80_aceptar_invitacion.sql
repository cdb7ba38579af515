-- For an account that existed before its invitation is used. Whoever signs up an invited address first owns an account
-- with a password and sessions of its own; an address that a stranger took stays its owner's: accepting with the token
-- ends what others have in the account, and a password is set anew unless the session was begun with the one that
-- holds. Without a session only an account whose mailbox Auth has never asked can be taken: who invites knows the token
-- too.

-- Whatever somebody else may have left in an account: sessions, second factors, other ways in, mails under way. Of
-- the tables of Auth some are there only on a server; an empty text is what Auth writes where there is no token.
create function privado.tomar_cuenta(v_cuenta uuid, v_sesion uuid, v_contrasena text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  tabla text;
  correo text;
begin
  update auth.users a set
    encrypted_password = case when v_contrasena is null then a.encrypted_password
      else extensions.crypt(v_contrasena, extensions.gen_salt('bf', 10)) end,
    confirmation_token = '', recovery_token = '', reauthentication_token = '',
    email_change = '', email_change_token_new = '', email_change_token_current = '', email_change_confirm_status = 0,
    phone = null, phone_confirmed_at = null, phone_change = '', phone_change_token = '', updated_at = now()
  where a.id = v_cuenta returning a.email into correo;
  delete from auth.sessions s where s.user_id = v_cuenta and s.id is distinct from v_sesion;
  delete from auth.refresh_tokens r where r.user_id::text = v_cuenta::text and r.session_id is distinct from v_sesion;
  foreach tabla in array array['flow_state', 'one_time_tokens', 'mfa_factors', 'webauthn_credentials'] loop
    continue when to_regclass(format('auth.%I', tabla)) is null;
    -- The factor that the session has shown is its own.
    continue when tabla in ('mfa_factors', 'webauthn_credentials')
      and exists (select from auth.sessions s where s.id = v_sesion and s.aal::text = 'aal2');
    execute format('delete from auth.%I where user_id = $1', tabla) using v_cuenta;
  end loop;
  -- A way in that was being added belongs to nobody until it is there. Older servers have no such column.
  if exists (select from pg_catalog.pg_attribute a where a.attrelid = to_regclass('auth.flow_state')
    and a.attname = 'linking_target_id' and not a.attisdropped) then
    execute 'delete from auth.flow_state where linking_target_id = $1' using v_cuenta;
  end if;
  delete from auth.identities i where i.user_id = v_cuenta and i.provider <> 'email'
    and lower(i.identity_data ->> 'email') is distinct from correo;
  if found then
    update auth.users a set raw_app_meta_data = coalesce(a.raw_app_meta_data, '{}') || jsonb_build_object('providers',
      (select coalesce(jsonb_agg(distinct i.provider), '[]') from auth.identities i where i.user_id = v_cuenta))
    where a.id = v_cuenta;
  end if;
end
$$;
comment on function privado.tomar_cuenta(uuid, uuid, text) is
  'Deja en una cuenta solo la sesión dada y, si se da, la contraseña: nada de lo que otro pudo dejar.';

create function privado.aceptar_invitacion(v_testigo text, v_contrasena text, v_nombre text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  yo constant uuid := auth.uid();
  invitacion constant public.invitaciones := privado.invitacion_abierta(v_testigo);
  v_sesion uuid;
  cuenta record;
begin
  if exists (select from public.usuarios u where u.id = yo) then
    raise exception 'cuenta_con_empresa' using errcode = 'PT409', detail = 'Su cuenta ya tiene empresa.';
  end if;
  select a.id, a.email, coalesce(a.encrypted_password, '') <> '' as tiene_contrasena,
    a.email_confirmed_at is not null as confirmada,
    coalesce(a.confirmation_sent_at, a.recovery_sent_at) is not null
      or exists (
        select from auth.mfa_amr_claims c join auth.sessions s on s.id = c.session_id
        where s.user_id = a.id and c.authentication_method <> 'password'
      ) as se_le_escribio,
    coalesce(a.raw_user_meta_data ->> 'nombre', a.raw_user_meta_data ->> 'full_name') as nombre
  into cuenta from auth.users a
  where a.email = invitacion.email and not a.is_sso_user and (yo is null or a.id = yo) for update;
  if invitacion.id is null or (yo is not null and cuenta.confirmada is not true) then
    raise exception 'invitacion_no_existe' using errcode = 'PT404',
      detail = 'Esa invitación no existe, venció, ya se usó o es de otro correo.';
  elsif v_contrasena is not null and (length(v_contrasena) < 8 or octet_length(v_contrasena) > 72) then
    raise exception 'contrasena_invalida' using errcode = 'PT422',
      detail = 'La contraseña lleva 8 caracteres o más, y 72 bytes como máximo.', hint = 'contrasena';
  elsif yo is null then
    if cuenta.id is null then
      raise exception 'invitacion_sin_cuenta' using errcode = 'PT404',
        detail = 'Ese correo todavía no tiene cuenta: regístrese con la invitación.';
    elsif exists (select from public.usuarios u where u.id = cuenta.id) then
      raise exception 'cuenta_con_empresa' using errcode = 'PT409', detail = 'Su cuenta ya tiene empresa.';
    -- Who invites knows the token too: where the mailbox has been asked, or can be, its owner enters by it.
    elsif not cuenta.confirmada or cuenta.se_le_escribio or exists (
      select from auth.identities i where i.user_id = cuenta.id and i.provider <> 'email'
        and lower(i.identity_data ->> 'email') = cuenta.email
    ) then
      raise exception 'invitacion_pide_sesion' using errcode = 'PT409',
        detail = 'Ese correo ya tiene cuenta: entre con ella, o recupere su contraseña, y acepte la invitación.';
    end if;
  else
    select s.id into v_sesion from auth.sessions s
    where s.id::text = auth.jwt() ->> 'session_id' and s.user_id = yo;
    if v_sesion is null then
      raise exception 'sesion_cerrada' using errcode = 'PT401', detail = 'Esta sesión fue cerrada: vuelva a entrar.';
    end if;
  end if;
  -- Who entered with the password knows it; any other may be a stranger's.
  if v_contrasena is null and cuenta.tiene_contrasena and not exists (
    select from auth.mfa_amr_claims c where c.session_id = v_sesion and c.authentication_method = 'password'
  ) then
    raise exception 'invitacion_pide_contrasena' using errcode = 'PT422',
      detail = 'Elija una contraseña: la que tenga la cuenta pudo ponerla otra persona.', hint = 'contrasena';
  end if;
  perform privado.tomar_cuenta(cuenta.id, v_sesion, v_contrasena);
  if (privado.usar_invitacion(cuenta.id, cuenta.email,
    coalesce(v_nombre, case when v_contrasena is null then cuenta.nombre end), v_testigo)).id is null then
    raise exception 'invitacion_no_existe' using errcode = 'PT404',
      detail = 'Esa invitación no existe, venció, ya se usó o es de otro correo.';
  end if;
  -- Tokens of the sessions that just ended have not expired.
  update public.usuarios u set sesiones_cerradas_en = now() where u.id = cuenta.id;
  return jsonb_build_object('email', cuenta.email);
end
$$;
comment on function privado.aceptar_invitacion(text, text, text) is
  'Da a la cuenta del correo invitado su empresa, y la deja solo en manos de quien trajo el testigo.';

create function public.aceptar_invitacion(testigo text, contrasena text default null, nombre text default null)
  returns jsonb
language sql volatile security invoker set search_path = '' as $$
  select privado.aceptar_invitacion(testigo, contrasena, nombre)
$$;
comment on function public.aceptar_invitacion(text, text, text) is
  'Acepta una invitación con la cuenta que llama, cuyo correo confirmado es el invitado; o sin sesión, con una '
  'contraseña nueva, la cuenta de ese correo que Auth dio por confirmada sin escribirle nunca. Da el correo.';

revoke all on function privado.tomar_cuenta(uuid, uuid, text), privado.aceptar_invitacion(text, text, text) from public;
revoke all on function public.aceptar_invitacion(text, text, text) from public, service_role;
grant execute on function privado.aceptar_invitacion(text, text, text), public.aceptar_invitacion(text, text, text)
  to anon, authenticated;
