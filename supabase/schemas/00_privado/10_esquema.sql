-- What no client may touch (counters, idempotency keys, rules of triggers and policies) stands in schema privado,
-- which the REST server does not expose. And the extensions that ours lean on.

-- A Supabase database comes without the last three; pgcrypto it has, and is named because we ask it for random bytes.
create extension if not exists pgcrypto with schema extensions;
create extension if not exists unaccent with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gist with schema extensions;

create schema privado;
comment on schema privado is 'Reglas y datos internos; no se expone por REST.';

-- To name the schema is not yet to execute or read anything in it: each function is revoked from public where it
-- stands, and granted by role. anon executes what works without a session (parameters in force, an invitation);
-- supabase_auth_admin, the hook that counts wrong passwords.
revoke all on schema privado from public;
grant usage on schema privado to anon, authenticated, service_role, supabase_auth_admin;
