-- Why: rows of a request were bounded where they are inserted alone; to change 20,000 holds the same locks and fires the
-- same triggers. A name could still look like another by a variant selector that changes nothing, or be a space that
-- btrim() does not take for one. And a contract whose quality held what nobody sees could not be written any more, since
-- a check that is not valid for old rows binds each of their changes.
-- Touches: privado.limitar_filas() counts changes and deletions apart, by triggers on the tables where an app makes them,
-- but for public.precios_fob, whose owner erases a list of prices at once; lo_que_no_se_ve(); nombre_valido(); cleans
-- calidad of contracts, and sums again where there was one. Destructive: no.
create or replace function privado.limitar_filas() returns trigger
language plpgsql set search_path = '' as $$
declare
  -- Apart: a row that is written again where it was there counts once as each.
  cuenta constant text := 'triboka.filas_' || tg_relid || '_' || lower(tg_op);
  llevadas constant int := coalesce(nullif(current_setting(cuenta, true), ''), '0')::int + 1;
  tope constant int := coalesce(nullif(current_setting('triboka.filas_por_peticion', true), ''), '1000')::int;
begin
  if llevadas > tope then
    raise exception 'demasiadas_filas' using errcode = 'PT413',
      detail = 'Una petición escribe demasiadas filas: envíe varias.';
  end if;
  perform set_config(cuenta, llevadas::text, true);
  return case tg_op when 'DELETE' then old else new end;
end
$$;

create trigger _000_limitar_cambios before update on public.contratos
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.lotes_asociados
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.fijaciones
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.parametros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.empresas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.usuarios
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.invitaciones
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.lecturas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_cambios before update on public.preferencias
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_borrados before delete on public.contratos_participantes
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_borrados before delete on public.parametros
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_borrados before delete on public.empresas
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();
create trigger _000_limitar_borrados before delete on public.usuarios
  for each row when (current_user in ('anon', 'authenticated')) execute function privado.limitar_filas();

create or replace function privado.lo_que_no_se_ve() returns text
language sql immutable parallel safe set search_path = '' as $$
  select '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2'
      || '\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb'
      || '\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]'
$$;

create or replace function privado.nombre_valido(nombre text, maximo int) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select nombre = btrim(nombre) and length(nombre) between 1 and maximo and privado.es_texto_limpio(nombre, true)
    and nombre ~ '[^[:space:]\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]'
$$;

do $$
declare
  limpiados bigint;
begin
  alter table public.contratos disable trigger user;
  update public.contratos set calidad = nullif(btrim(privado.limpiar_nombre(calidad)), '')
  where not privado.es_texto_limpio(calidad, true);
  get diagnostics limpiados = row_count;
  alter table public.contratos enable trigger user;
  if limpiados > 0 then
    perform privado.recalcular_kpis();
  end if;
end
$$;
alter table public.contratos validate constraint contratos_calidad_valida;
