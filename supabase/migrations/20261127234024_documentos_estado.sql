-- Why: whoever watches the system sees how many papers wait to be read, and how many are not what they were.
-- Touches: privado.documentos_estado.
-- Destructive: no.

set check_function_bodies = off;

create or replace function privado.documentos_estado (
  OUT por_leer bigint,
  OUT alterados bigint,
  OUT perdidos bigint
)
  returns record
  language sql
  stable
  security definer
  set search_path to ''
  AS $function$
  select (select count(*) from privado.documentos_por_leer),
    count(*) filter (where d.verificacion = 'alterado'), count(*) filter (where d.verificacion = 'sin archivo')
  from public.documentos_contrato d
  where d.verificacion in ('alterado', 'sin archivo') and d.huella_de in ('subida', 'revision')
$function$;

comment on function privado.documentos_estado() is 'Cuántos documentos esperan lectura, y de los verificados cuántos cambiaron y cuántos perdieron su archivo.';
revoke all on function privado.documentos_estado(OUT por_leer bigint, OUT alterados bigint, OUT perdidos bigint) from public;
grant execute on function privado.documentos_estado(OUT por_leer bigint, OUT alterados bigint, OUT perdidos bigint) to service_role;
reset check_function_bodies;
