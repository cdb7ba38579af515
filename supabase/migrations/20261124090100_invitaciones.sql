-- Why: nobody gives itself a company. Who was invited proves two things: the token of the link, of which only the
-- hash is kept, and that the e-mail is its own. A mail that Auth sent and had confirmed proves both; an account that
-- Auth confirmed by itself (without sending anything) still needs the token.
-- Touches: creates public.invitaciones, two triggers on auth.users, public.invitar and public.aceptar_invitacion.
-- Destructive: no.
create table public.invitaciones (
  id bigint generated always as identity primary key,
  email text not null,
  empresa_id bigint references public.empresas (id) on delete restrict,
  rol text not null,
  testigo_sha256 bytea not null,
  invitado_por uuid references public.usuarios (id) on delete restrict,
  creado_en timestamptz not null default now(),
  vence_en timestamptz not null default now() + interval '7 days',
  aceptada_en timestamptz,
  aceptada_por uuid references public.usuarios (id) on delete set null,
  anulada_en timestamptz,
  constraint invitaciones_testigo_key unique (testigo_sha256),
  constraint invitaciones_email_valido check (
    email = lower(email) and length(email) <= 254 and email ~ '^[^@[:space:]]+@[^@[:space:].]+([.][^@[:space:].]+)+$'),
  constraint invitaciones_rol_valido check (rol in ('exportadora', 'centro_acopio', 'proveedor', 'admin')),
  constraint invitaciones_empresa_id_valida check (rol = 'admin' or empresa_id is not null)
);
comment on table public.invitaciones is 'Invitaciones a una empresa: de un solo uso, por 7 días.';
comment on column public.invitaciones.testigo_sha256 is 'Huella del testigo del enlace; el testigo no se guarda.';
create index invitaciones_invitado_por_idx on public.invitaciones (invitado_por, id desc);
create index invitaciones_empresa_id_idx on public.invitaciones (empresa_id);
create index invitaciones_aceptada_por_idx on public.invitaciones (aceptada_por);
-- Of an address, one invitation to a company is open at a time; the next one voids it.
create unique index invitaciones_abierta_key on public.invitaciones (email, coalesce(empresa_id, 0))
  where aceptada_en is null and anulada_en is null;

alter table public.invitaciones enable row level security;
create policy select_propia on public.invitaciones for select to authenticated
  using ((invitado_por = (select auth.uid()) and (select privado.mi_rol()) is not null) or (select privado.es_admin()));
create policy update_propia on public.invitaciones for update to authenticated
  using ((invitado_por = (select auth.uid()) and (select privado.mi_rol()) is not null) or (select privado.es_admin()));
revoke all on public.invitaciones from anon, authenticated, service_role;
revoke all on sequence public.invitaciones_id_seq from anon, authenticated, service_role;
grant select (id, email, empresa_id, rol, invitado_por, creado_en, vence_en, aceptada_en, aceptada_por, anulada_en),
  update (anulada_en) on public.invitaciones to authenticated;

create function privado.anular_invitacion() returns trigger
language plpgsql set search_path = '' as $$
begin
  if old.aceptada_en is not null then
    raise exception 'invitacion_aceptada' using errcode = 'PT409', detail = 'Esa invitación ya fue aceptada.';
  end if;
  new.anulada_en := coalesce(old.anulada_en, now());
  return new;
end
$$;
comment on function privado.anular_invitacion() is 'Disparador: una invitación abierta se anula, y queda anulada.';
create trigger _100_anular before update of anulada_en on public.invitaciones
  for each row execute function privado.anular_invitacion();

-- The rules of who invites whom; the system (role postgres) invites the first administrator with it.
create function privado.invitar(v_email text, v_empresa bigint, v_rol text) returns jsonb
language plpgsql volatile security definer set search_path = '' as $$
declare
  testigo constant text := encode(extensions.gen_random_bytes(32), 'hex');
  correo constant text := lower(btrim(v_email));
  es_sistema constant boolean := auth.uid() is null and auth.role() is distinct from 'authenticated';
  empresa public.empresas;
  nueva public.invitaciones;
begin
  if not es_sistema then
    perform privado.exigir_cuenta();
    if not privado.es_admin() then
      if v_empresa <> privado.mi_empresa() then
        raise exception 'invitacion_ajena' using errcode = 'PT403',
          detail = 'Solo un administrador invita a otra empresa o da otro rol.', hint = 'empresa_id';
      elsif v_rol <> privado.mi_rol() then
        raise exception 'invitacion_ajena' using errcode = 'PT403',
          detail = 'Solo un administrador invita a otra empresa o da otro rol.', hint = 'rol';
      end if;
      v_empresa := privado.mi_empresa();
    end if;
  end if;
  if v_empresa is not null then
    select * into empresa from public.empresas e where e.id = v_empresa and e.activo;
  end if;
  v_rol := coalesce(v_rol, empresa.tipo, '');
  if (v_empresa is not null or v_rol is distinct from 'admin') and empresa.id is null then
    raise exception 'empresa_invalida' using errcode = 'PT422',
      detail = 'Se invita a una empresa activa. Solo un administrador puede no tenerla.', hint = 'empresa_id';
  elsif v_rol not in ('admin', coalesce(empresa.tipo, 'admin')) then
    raise exception 'usuario_rol_invalido' using errcode = 'PT422',
      detail = 'El rol de un usuario es el tipo de su empresa, o admin.', hint = 'rol';
  elsif correo is null or length(correo) > 254
    or correo !~ '^[^@[:space:]]+@[^@[:space:].]+([.][^@[:space:].]+)+$' then
    raise exception 'invitacion_correo_invalido' using errcode = 'PT422',
      detail = 'Debe ser una dirección de correo.', hint = 'email';
  elsif exists (
    select from auth.users a join public.usuarios u on u.id = a.id
    where a.email = correo and (es_sistema or privado.es_admin() or u.empresa_id = privado.mi_empresa())
  ) then
    raise exception 'usuario_ya_existe' using errcode = 'PT409',
      detail = 'Esa persona ya tiene cuenta.', hint = 'email';
  elsif not es_sistema and (
    select count(*) >= 100 from public.invitaciones i
    where i.invitado_por = auth.uid() and i.creado_en > now() - interval '1 day'
  ) then
    raise exception 'invitaciones_demasiadas' using errcode = 'PT429',
      detail = 'Ya envió 100 invitaciones en un día: espere a mañana.';
  end if;
  update public.invitaciones i set anulada_en = now()
  where i.email = correo and i.empresa_id is not distinct from empresa.id
    and i.aceptada_en is null and i.anulada_en is null;
  insert into public.invitaciones (email, empresa_id, rol, testigo_sha256, invitado_por)
  values (correo, empresa.id, v_rol, sha256(convert_to(testigo, 'UTF8')), auth.uid())
  returning * into nueva;
  return to_jsonb(nueva) - 'testigo_sha256'
    || jsonb_build_object('empresa', empresa.nombre, 'testigo', testigo, 'invita', privado.quien());
end
$$;
comment on function privado.invitar(text, bigint, text) is 'Invita a una persona y da el testigo de su enlace, una vez.';

create function public.invitar(email text, empresa_id bigint default null, rol text default null) returns jsonb
language sql volatile security invoker set search_path = '' as $$
  select privado.invitar(email, empresa_id, rol)
$$;
comment on function public.invitar(text, bigint, text) is
  'Invita a un colega, o un administrador a cualquier empresa; da el testigo del enlace, que no se guarda.';

-- Turns an invitation into a profile. Null when there is none that holds: expired, used, voided, of another
-- address, or of who may no longer invite.
create function privado.usar_invitacion(v_usuario uuid, v_correo text, v_nombre text, v_testigo text)
  returns public.invitaciones
language plpgsql volatile security definer set search_path = '' as $$
declare
  elegidas bigint[];
  usada public.invitaciones;
begin
  select array_agg(i.id) into elegidas
  from public.invitaciones i
  left join public.empresas e on e.id = i.empresa_id
  left join public.usuarios quien on quien.id = i.invitado_por
  where i.email = lower(v_correo) and (v_testigo is null or i.testigo_sha256 = sha256(convert_to(v_testigo, 'UTF8')))
    and i.aceptada_en is null and i.anulada_en is null and i.vence_en > now() and coalesce(e.activo, true)
    and (i.invitado_por is null
      or (quien.activo and (quien.rol = 'admin' or (quien.empresa_id = i.empresa_id and quien.rol = i.rol))));
  -- Invited by two companies and without a token: the link says which.
  if cardinality(elegidas) is distinct from 1 then
    return null;
  end if;
  update public.invitaciones i set aceptada_en = now()
  where i.id = elegidas[1] and i.aceptada_en is null and i.anulada_en is null
  returning * into usada;
  if usada.id is null then
    return null;
  end if;
  insert into public.usuarios (id, empresa_id, nombre, rol, invitado_por)
  values (v_usuario, usada.empresa_id,
    coalesce(nullif(btrim(left(btrim(v_nombre), 200)), ''), left(split_part(v_correo, '@', 1), 200)),
    usada.rol, usada.invitado_por)
  on conflict (id) do nothing;
  update public.invitaciones i set aceptada_por = v_usuario where i.id = usada.id;
  return usada;
end
$$;
comment on function privado.usar_invitacion(uuid, text, text, text) is 'Da a una cuenta el perfil al que fue invitada.';

-- Signing up never fails for lack of an invitation: the account stands without a company.
create function privado.recibir_cuenta() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  testigo constant text := nullif(new.raw_user_meta_data ->> 'invitacion', '');
begin
  if exists (select from public.usuarios u where u.id = new.id) or new.email is null then
    return null;
  end if;
  -- Auth sent a mail and it was answered: the address is proven.
  if testigo is not null
    or (tg_op = 'UPDATE' and old.confirmation_sent_at is not null and old.email = new.email) then
    perform privado.usar_invitacion(new.id, new.email,
      coalesce(new.raw_user_meta_data ->> 'nombre', new.raw_user_meta_data ->> 'full_name'), testigo);
  end if;
  return null;
end
$$;
comment on function privado.recibir_cuenta() is 'Disparador: quien confirmó el correo al que se le invitó tiene su perfil.';

create trigger triboka_recibir_cuenta after insert on auth.users
  for each row when (new.email_confirmed_at is not null) execute function privado.recibir_cuenta();
create trigger triboka_recibir_confirmada after update on auth.users
  for each row when (old.email_confirmed_at is null and new.email_confirmed_at is not null)
  execute function privado.recibir_cuenta();

-- For an account that existed before it was invited.
create function privado.aceptar_invitacion(testigo text) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  cuenta record;
begin
  if exists (select from public.usuarios u where u.id = auth.uid()) then
    raise exception 'cuenta_con_empresa' using errcode = 'PT409', detail = 'Su cuenta ya tiene empresa.';
  end if;
  select a.id, a.email, coalesce(a.raw_user_meta_data ->> 'nombre', a.raw_user_meta_data ->> 'full_name') as nombre
  into cuenta from auth.users a where a.id = auth.uid() and a.email_confirmed_at is not null;
  if coalesce(testigo, '') = '' or cuenta.id is null
    or (privado.usar_invitacion(cuenta.id, cuenta.email, cuenta.nombre, testigo)).id is null then
    raise exception 'invitacion_no_existe' using errcode = 'PT404',
      detail = 'Esa invitación no existe, venció, ya se usó o es de otro correo.';
  end if;
end
$$;
comment on function privado.aceptar_invitacion(text) is 'Da a la cuenta que llama la empresa a la que fue invitada.';

create function public.aceptar_invitacion(testigo text) returns void
language sql volatile security invoker set search_path = '' as $$
  select privado.aceptar_invitacion(testigo)
$$;
comment on function public.aceptar_invitacion(text) is
  'Acepta una invitación con la cuenta que llama, cuyo correo confirmado es el invitado.';

revoke all on function privado.anular_invitacion(), privado.invitar(text, bigint, text),
  privado.usar_invitacion(uuid, text, text, text), privado.recibir_cuenta(), privado.aceptar_invitacion(text) from public;
revoke all on function public.invitar(text, bigint, text), public.aceptar_invitacion(text) from public, anon, service_role;
grant execute on function privado.invitar(text, bigint, text), privado.aceptar_invitacion(text),
  public.invitar(text, bigint, text), public.aceptar_invitacion(text) to authenticated;
