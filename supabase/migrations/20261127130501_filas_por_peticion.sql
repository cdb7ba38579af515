-- Why: one insert of 20,000 contracts held the numbers that another company's contract was waiting for, for seconds. What
-- a client writes in one request is bounded: 1000 rows of a table, or triboka.filas_por_peticion where the database sets
-- it. The count fails at the first row too many, before the triggers that come after: a trigger at the end of the
-- statement would have let all the work be done. It is of the transaction, which is what a request is to PostgREST.
-- Touches: a trigger on every table that an app may insert into, for the roles of the API alone: neither the service
-- role nor what our own functions write as their owner is counted. public.precios_fob is left out: a price list of
-- 20,000 lines comes in by the function that imports it, as its caller. Destructive: no.
create function privado.limitar_filas() returns trigger
language plpgsql set search_path = '' as $$
declare
  cuenta constant text := 'triboka.filas_' || tg_relid;
  llevadas constant int := coalesce(nullif(current_setting(cuenta, true), ''), '0')::int + 1;
  tope constant int := coalesce(nullif(current_setting('triboka.filas_por_peticion', true), ''), '1000')::int;
begin
  if llevadas > tope then
    raise exception 'demasiadas_filas' using errcode = 'PT413',
      detail = 'Una petición escribe demasiadas filas: envíe varias.';
  end if;
  perform set_config(cuenta, llevadas::text, true);
  return new;
end
$$;
comment on function privado.limitar_filas() is 'Disparador: lo que un cliente escribe en una petición tiene un tope.';
revoke all on function privado.limitar_filas() from public;

create trigger _000_limitar_filas before insert on public.contratos
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.contratos_participantes
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.lotes_asociados
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.documentos_contrato
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.fijaciones
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.mensajes
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.lecturas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.calculos
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.preferencias
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.parametros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.empresas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_filas before insert on public.usuarios
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
