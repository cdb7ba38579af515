-- What names and dates a contract: CT-<year>-<5 digits>, one series per year of Guayaquil, without gaps (see
-- privado.contadores); and the date that it is looked for by.

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

create function privado.fecha_contrato(fecha_firma date, creado_en timestamptz) returns date
language sql immutable parallel safe set search_path = '' as $$
  select coalesce(fecha_firma, (creado_en at time zone 'America/Guayaquil')::date)
$$;
comment on function privado.fecha_contrato(date, timestamptz) is
  'Fecha de un contrato: la de su firma o, si no la tiene, la de su creación en Guayaquil.';

revoke all on function privado.codigo_contrato(integer, bigint), privado.asignar_codigo(),
  privado.fecha_contrato(date, timestamptz) from public;
-- An index of contratos asks it at every write.
grant execute on function privado.fecha_contrato(date, timestamptz) to authenticated, service_role;
