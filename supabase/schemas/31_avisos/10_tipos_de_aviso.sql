-- What people are told of: the one list. The checks of preferencias and notificaciones and what a profile shows come
-- from here.
create function privado.tipos_de_aviso() returns text[]
language sql immutable parallel safe set search_path = '' as $$
  select '{contrato,documento,lote,participante,mensaje,precio,respaldo,relacion}'::text[]
$$;
comment on function privado.tipos_de_aviso() is 'De qué se avisa a las personas.';
revoke all on function privado.tipos_de_aviso() from public;
grant execute on function privado.tipos_de_aviso() to authenticated, service_role;
