-- Why: whoever watches the system sees how many notices wait for the phone, and how many could not be sent.
-- Touches: creates privado.push_estado(), which the service role alone calls.
-- Destructive: no.
create function privado.push_estado(out pendientes bigint, out muertas bigint)
language sql stable security definer set search_path = '' as $$
  select count(*) filter (where not q.muerta), count(*) filter (where q.muerta) from privado.push_cola q
$$;
comment on function privado.push_estado() is 'Cuántos avisos esperan su envío, y cuántos no se pudieron enviar.';
revoke all on function privado.push_estado() from public;
grant execute on function privado.push_estado() to service_role;
