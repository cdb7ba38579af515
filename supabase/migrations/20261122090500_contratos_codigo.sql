-- Why: CT-<year>-<5 digits>, one series per year of Guayaquil, without gaps. A sequence leaves a gap for every
-- insert that fails; the row lock on the counter is undone with it, and makes parallel inserts wait in line.
-- Touches: creates privado.contadores and the trigger that assigns the code. Destructive: no.
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

create function privado.codigo_contrato(anio integer, numero bigint) returns text
language sql immutable set search_path = '' as $$
  select 'CT-' || anio || '-' || lpad(numero::text, greatest(5, length(numero::text)), '0')
$$;
comment on function privado.codigo_contrato(integer, bigint) is 'Código de un contrato: CT-2025-00014.';

create function privado.asignar_codigo() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  anio constant integer := extract(year from new.creado_en at time zone 'America/Guayaquil');
begin
  new.codigo := privado.codigo_contrato(anio, privado.siguiente_numero('contratos', anio));
  return new;
end
$$;
comment on function privado.asignar_codigo() is 'Disparador: código correlativo del contrato.';

revoke all on function privado.siguiente_numero(text, integer, bigint),
  privado.codigo_contrato(integer, bigint), privado.asignar_codigo() from public;

-- Last of the checks, so that the counter is held for as short as possible. Only the owner of the table can
-- give a code (a bulk load that reserved its numbers): no role of the API has a grant on the column.
create trigger _400_asignar_codigo before insert on public.contratos
  for each row when (new.codigo = '') execute function privado.asignar_codigo();
