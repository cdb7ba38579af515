-- Why: three rules could be gone around. The hash that was computed while a paper arrived was bound to the name of its
-- object alone, which its owner could replace before it was registered: what is stored is read again once, after which
-- nobody can change it. A lot had no least weight while no parameter was in force. And who invites, and so knows the
-- token, could take an account whose owner had shown its mailbox by a code, without a session of it.
-- Touches: public.documentos_contrato gets `revisado_en`, filled for those that were read already; documentos_por_revisar
-- and anotar_revision; pesar_lote; aceptar_invitacion. Destructive: no.
alter table public.documentos_contrato add column revisado_en timestamptz;
comment on column public.documentos_contrato.revisado_en is
  'Cuándo leyó el servidor sus bytes guardados; nulo, por leer.';
update public.documentos_contrato d set revisado_en = now() where d.huella_de in ('revision', 'sin_archivo');
drop index public.documentos_contrato_por_revisar_idx;
create index documentos_contrato_por_revisar_idx on public.documentos_contrato (id)
  where revisado_en is null and huella_de is distinct from 'sin_archivo';

create or replace function privado.documentos_por_revisar(despues_de bigint, tope integer)
returns table (id bigint, url_archivo text)
language sql stable security definer set search_path = '' as $$
  select d.id, d.url_archivo from public.documentos_contrato d
  where d.revisado_en is null and d.huella_de is distinct from 'sin_archivo' and d.id > despues_de order by d.id limit tope
$$;
comment on function privado.documentos_por_revisar(bigint, integer) is
  'Documentos cuyos bytes guardados el servidor no ha leído, después de uno dado.';

create or replace function privado.anotar_revision(documento bigint, v_sha256 text, v_mime text) returns void
language sql volatile security definer set search_path = '' as $$
  update public.documentos_contrato d
  set revisado_en = clock_timestamp(), sha256 = v_sha256, mime = coalesce(v_mime, d.mime),
    huella_de = case when v_sha256 is null then 'sin_archivo'
      -- As it was seen to arrive, it is that very paper.
      when d.huella_de = 'subida' and d.sha256 = v_sha256 then 'subida' else 'revision' end
  where d.id = documento and d.revisado_en is null and d.huella_de is distinct from 'sin_archivo'
$$;

create or replace function privado.pesar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- What is no weight at all is the constraint's to refuse. Of a day without a parameter it is a quintal.
  if new.peso_qq > 0 and new.peso_qq < coalesce((
    select (p.valor ->> 'qq')::numeric from public.parametros p
    where p.empresa_id is null and p.tipo = 'lote_minimo' and p.variante = ''
      and p.desde <= privado.hoy() and coalesce(p.hasta > privado.hoy(), true)
  ), 1) then
    raise exception 'lote_peso_minimo' using errcode = 'PT422',
      detail = 'Un lote no pesa menos que el mínimo: un quintal, o lo que diga el parámetro lote_minimo.', hint = 'peso_qq';
  end if;
  return new;
end
$$;

create or replace function privado.aceptar_invitacion(v_testigo text, v_contrasena text, v_nombre text) returns jsonb
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
comment on function public.aceptar_invitacion(text, text, text) is
  'Acepta una invitación con la cuenta que llama, cuyo correo confirmado es el invitado; o sin sesión, con una '
  'contraseña nueva, la cuenta de ese correo que Auth dio por confirmada sin escribirle nunca. Da el correo.';
