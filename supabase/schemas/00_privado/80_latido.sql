-- Whoever watches the system wants to know that what the database broadcasts arrives, which no other answer of Realtime
-- tells: it may take connections and joins while it hears nothing of the database. For the functions alone.

create function privado.latido(quien uuid) returns void
language sql security definer set search_path = '' as $$
  select realtime.send('{}'::jsonb, 'latido', 'salud:' || quien, false)
$$;
comment on function privado.latido(uuid) is 'Difunde un latido por un canal público, para comprobar que vuelve.';
revoke all on function privado.latido(uuid) from public;
grant execute on function privado.latido(uuid) to service_role;
