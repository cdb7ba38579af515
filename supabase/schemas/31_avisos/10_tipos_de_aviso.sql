-- What people are told of. Whoever adds a kind adds it to the check of public.notificaciones too, which the tests ask
-- for: a check that calls a function runs it anew in every statement, and that was a tenth of what a notice costs.
create function privado.tipos_de_aviso() returns text[]
language sql immutable parallel safe set search_path = '' as $$
  select '{contrato,documento,lote,participante,mensaje,precio,respaldo}'::text[]
$$;
comment on function privado.tipos_de_aviso() is 'De qué se avisa a las personas.';
revoke all on function privado.tipos_de_aviso() from public;
grant execute on function privado.tipos_de_aviso() to authenticated, service_role;
