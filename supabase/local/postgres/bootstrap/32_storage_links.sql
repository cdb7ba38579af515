-- Signed links of the embedded Storage API end with the session that made them. Whoever holds one brings no session,
-- so the Storage API asks for its maker's, as the service role: by this door alone, as the sessions are Auth's.
-- Runs as supabase_admin at every start; every statement may run again. The table is made after it, by Auth.
create or replace function storage.session_is_open(session text) returns boolean
language plpgsql stable security definer set search_path = '' as $$
begin
  -- By the key: every use of a link asks it.
  return pg_input_is_valid(session, 'uuid') and exists (select from auth.sessions s where s.id = session::uuid);
end
$$;
alter function storage.session_is_open(text) owner to supabase_auth_admin;
revoke all on function storage.session_is_open(text) from public, anon, authenticated;
grant execute on function storage.session_is_open(text) to service_role;
grant usage on schema storage to supabase_auth_admin;
