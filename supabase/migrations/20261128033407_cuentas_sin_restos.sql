-- Why: whoever takes an account over by its invitation ends what others have left in it; a way in that was being added
--   to it (a flow whose linking target it is) stayed, and would have been theirs once the provider had answered.
--   privado.serie_contratos() said in words what privado.serie_por_exportadora() knows, and nothing else: the public
--   function says it now.
-- Touches: privado.serie_contratos, privado.serie_por_exportadora, privado.tomar_cuenta, public.serie_contratos.
-- Destructive: no; the function that goes is called by the one that is replaced here, and by nothing else.

set check_function_bodies = off;
drop function privado.serie_contratos();

create or replace function privado.tomar_cuenta (
  v_cuenta uuid,
  v_sesion uuid,
  v_contrasena text
)
  returns void
  language plpgsql
  security definer
  set search_path to ''
  AS $function$
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
$function$;

create or replace function public.serie_contratos()
  returns text
  language sql
  stable
  set search_path to ''
  AS $function$
  select case when privado.serie_por_exportadora() then 'por exportadora' else 'única' end
$function$;

grant execute on function privado.serie_por_exportadora() to authenticated;
reset check_function_bodies;
