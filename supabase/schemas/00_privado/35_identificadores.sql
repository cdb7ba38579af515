-- What the id of a row tells: when it was made, and nothing of how many others there are. A sequence counts for
-- everybody: two own ids say how many contracts, messages or companies came between them, and a gap among one's own
-- notices, that somebody else got one. So an id is the moment (units of 64 µs since 2025, as in a Snowflake or a UUIDv7)
-- and a place within it, 8 bits. It keeps growing, so that the order of ids is that of creation, pages go on by them and
-- a new row goes to the last page of its indexes; and it is below 2^53 until the year 2096.

-- Made when the first id is: no file has it, and no two installations the same.
create table privado.claves_de_ids (
  unica boolean primary key default true,
  clave bytea not null,
  constraint claves_de_ids_unica check (unica),
  constraint claves_de_ids_clave_valida check (octet_length(clave) = 32)
);
comment on table privado.claves_de_ids is 'Clave que desordena el lugar de un id dentro de su instante; no se lee.';
revoke all on privado.claves_de_ids from public, anon, authenticated, service_role;

-- The place is the number of the sequence modulo 256, shifted by what the key says of that moment: rows of one moment
-- have places of their own as long as 256 numbers are not given within 64 µs (4 million rows a second), and of another
-- moment's it says nothing. Where a clock is set back the primary key refuses what would repeat.
create function privado.id_con_hora(numero bigint, despues_de bigint default 0) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
declare
  inicio constant bigint := 1735689600000000;
  unidad constant bigint := greatest(
    ((extract(epoch from clock_timestamp()) * 1000000)::bigint - inicio) >> 6, (despues_de >> 8) + 1);
  v_clave bytea := (select k.clave from privado.claves_de_ids k);
begin
  if v_clave is null then
    insert into privado.claves_de_ids (clave) values (extensions.gen_random_bytes(32)) on conflict do nothing;
    select k.clave into strict v_clave from privado.claves_de_ids k;
  end if;
  return (unidad << 8) | ((numero + get_byte(sha256(v_clave || int8send(unidad)), 0)) & 255);
end
$$;
comment on function privado.id_con_hora(bigint, bigint) is
  'Identificador que dice cuándo y no cuántos: de un número de secuencia, y mayor que otro si se le da.';

create function privado.poner_id() returns trigger
language plpgsql volatile security definer set search_path = '' as $$
begin
  new.id := privado.id_con_hora(new.id);
  return new;
end
$$;
comment on function privado.poner_id() is 'Disparador: el número de la secuencia se vuelve un id que no cuenta.';

revoke all on function privado.id_con_hora(bigint, bigint), privado.poner_id() from public;
