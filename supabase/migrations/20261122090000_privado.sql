-- Why: what no client may touch (counters, idempotency keys, rules of triggers and policies) needs a schema
-- that the REST server does not expose.
-- Touches: creates the extensions that ours lean on, schema privado and its two general helpers. Destructive: no.
--
-- A Supabase database comes without these three; pgcrypto it has, and is named because we ask it for random bytes.
create extension if not exists pgcrypto with schema extensions;
create extension if not exists unaccent with schema extensions;
create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gist with schema extensions;

create schema privado;
comment on schema privado is 'Reglas y datos internos; no se expone por REST.';
revoke all on schema privado from public;
grant usage on schema privado to authenticated, service_role;

-- Strictly increasing per row, so that it serves as the version (ETag) of the row.
create function privado.marcar_actualizado() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.actualizado_en := greatest(clock_timestamp(), old.actualizado_en + interval '1 microsecond');
  return new;
end
$$;
comment on function privado.marcar_actualizado() is
  'Disparador: fecha de la última modificación, siempre creciente.';
revoke all on function privado.marcar_actualizado() from public;

-- unaccent() is only stable because its dictionary may be replaced; ours is named and never changes.
create function privado.normalizar(texto text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select lower(extensions.unaccent('extensions.unaccent'::regdictionary, texto))
$$;
comment on function privado.normalizar(text) is 'Texto en minúsculas y sin tildes, para buscar.';
revoke all on function privado.normalizar(text) from public;
grant execute on function privado.normalizar(text) to authenticated, service_role;
