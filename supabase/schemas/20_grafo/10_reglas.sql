-- What holds of every row of the graph: it stays as it was written, and its ids go up with time.

create function privado.conservar_grafo() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'grafo_inmutable' using errcode = 'PT409',
    detail = 'Lo registrado de un lote no se modifica ni se borra: se anula la operación.';
end
$$;
comment on function privado.conservar_grafo() is 'Disparador: lotes y operaciones solo se añaden, también para su dueño.';
revoke all on function privado.conservar_grafo() from public;

-- Postgres 17 has none of its own: milliseconds in front of what is random.
create function privado.uuidv7() returns uuid
language sql volatile parallel safe set search_path = '' as $$
  select encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid())
    placing substring(int8send(floor(extract(epoch from clock_timestamp()) * 1000)::bigint) from 3) from 1 for 6),
    52, 1), 53, 1), 'hex')::uuid
$$;
comment on function privado.uuidv7() is 'Identificador UUIDv7: sube con el tiempo.';
revoke all on function privado.uuidv7() from public;
