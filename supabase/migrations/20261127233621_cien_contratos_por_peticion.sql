-- Why: whoever creates a contract waits for all that another company creates in one statement, and each takes a
--   millisecond or more while its people are told: a request creates 100 of them at most, not 1000.
-- Touches: privado.limitar_filas, public.contratos.
-- Destructive: no.

set check_function_bodies = off;
drop trigger _000_limitar_filas on public.contratos;

create or replace function privado.limitar_filas()
  returns trigger
  language plpgsql
  set search_path to ''
  AS $function$
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
$function$;

create trigger _000_limitar_filas
  before insert on public.contratos
  for each row
  when ((CURRENT_USER = ANY (ARRAY['anon'::name, 'authenticated'::name])))
  execute function privado.limitar_filas('100');

reset check_function_bodies;
