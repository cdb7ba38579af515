-- Trigger functions that any table may use: the version of a row, and how many rows a request writes.

-- Strictly increasing per row, so that it serves as the version (ETag) of the row.
create function privado.marcar_actualizado() returns trigger
language plpgsql set search_path = '' as $$
begin
  new.actualizado_en := greatest(clock_timestamp(), old.actualizado_en + interval '1 microsecond');
  return new;
end
$$;
comment on function privado.marcar_actualizado() is
  'Disparador: fecha de la última modificación, siempre creciente.';
revoke all on function privado.marcar_actualizado() from public;

-- One insert of 20,000 contracts would hold the numbers that another company's contract waits for; to change as many
-- holds the same locks and fires the same triggers. What a client writes in one request is bounded: 1000 rows of a
-- table, or as many as its trigger says (of contracts 100, for each holds the line of the codes while its people are
-- told), or triboka.filas_por_peticion where the database sets it. The count fails at the first row too many, before
-- the triggers that come after: a trigger at the end of the statement would let all the work be done. It is of the
-- transaction, which is what a request is to PostgREST.
-- Its triggers (_000_limitar_filas, _cambios, _borrados) are on every table where an app writes, for the roles of the
-- API alone: neither the service role nor what our own functions write as their owner is counted. public.precios_fob
-- is left out: a price list of 20,000 lines comes in by the function that imports it, as its caller, and its owner
-- erases a list at once.
create function privado.limitar_filas() returns trigger
language plpgsql set search_path = '' as $$
declare
  -- Apart: a row that is written again where it was there counts once as each.
  cuenta constant text := 'triboka.filas_' || tg_relid || '_' || lower(tg_op);
  llevadas constant int := coalesce(nullif(current_setting(cuenta, true), ''), '0')::int + 1;
  tope constant int := coalesce(nullif(current_setting('triboka.filas_por_peticion', true), ''), tg_argv[0], '1000')::int;
begin
  if llevadas > tope then
    raise exception 'demasiadas_filas' using errcode = 'PT413',
      detail = 'Una petición escribe demasiadas filas: envíe varias.';
  end if;
  perform set_config(cuenta, llevadas::text, true);
  return case tg_op when 'DELETE' then old else new end;
end
$$;
comment on function privado.limitar_filas() is 'Disparador: lo que un cliente escribe en una petición tiene un tope.';
revoke all on function privado.limitar_filas() from public;
