-- Numbers in a row, without gaps. A sequence leaves a gap for every insert that fails; the row lock on the counter is
-- undone with it, and makes parallel inserts wait in line.

create table privado.contadores (
  serie text not null,
  anio integer not null,
  ultimo bigint not null,
  primary key (serie, anio)
);
comment on table privado.contadores is 'Último número entregado de cada serie y año.';

create function privado.siguiente_numero(serie text, anio integer, cuantos bigint default 1) returns bigint
language sql volatile set search_path = '' as $$
  insert into privado.contadores as c (serie, anio, ultimo) values (serie, anio, cuantos)
  on conflict (serie, anio) do update set ultimo = c.ultimo + excluded.ultimo
  returning ultimo - cuantos + 1
$$;
comment on function privado.siguiente_numero(text, integer, bigint) is
  'Reserva números seguidos de una serie y devuelve el primero; la fila queda tomada hasta el fin de la transacción.';
revoke all on function privado.siguiente_numero(text, integer, bigint) from public;
