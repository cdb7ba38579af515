-- Why: whoever watches the system wants to know that what the database broadcasts arrives, which no other answer of
-- Realtime tells: it may take connections and joins while it hears nothing of the database.
-- Touches: adds privado.latido(), for the functions alone. Destructive: no.
create function privado.latido(tema text) returns void
language plpgsql security definer set search_path = '' as $$
begin
  if tema not like 'salud:%' then
    raise exception 'parametros_invalidos' using errcode = 'PT400', detail = 'El tema de un latido empieza con "salud:".';
  end if;
  perform realtime.send('{}'::jsonb, 'latido', tema, false);
end
$$;
comment on function privado.latido(text) is 'Difunde un latido por un canal público, para comprobar que vuelve.';
revoke all on function privado.latido(text) from public;
grant execute on function privado.latido(text) to service_role;
