-- Business dates are those of Guayaquil. What is asked of each row, and the defaults of columns, spell it out.

create function privado.hoy() returns date
language sql stable set search_path = '' as $$
  select (now() at time zone 'America/Guayaquil')::date
$$;
comment on function privado.hoy() is 'La fecha de hoy en Guayaquil.';
revoke all on function privado.hoy() from public;
grant execute on function privado.hoy() to authenticated, service_role;
