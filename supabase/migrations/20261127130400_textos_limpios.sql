-- Why: a name with U+202E reads backwards (factura_exe.pdf), and one with characters that nobody sees looks like
-- another: what people read to know a company, a person or a paper is what is written. Names hold no control
-- characters, no marks of direction and nothing invisible; longer texts hold line ends, tabs and the joiners of emoji,
-- and nothing that turns the direction of what follows.
-- Touches: creates privado.es_texto_limpio(), which the checks of names and texts ask; privado.nombre_valido() asks it
-- too. Takes such characters out of the companies', people's and contracts' texts that have them; what is history
-- (papers, messages, fixations, prices) stays as it was written and is judged from now on. Destructive: no.
create function privado.es_texto_limpio(texto text, es_nombre boolean) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  select case when es_nombre
    then texto !~ ('[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2'
      || '\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb'
      || '\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]')
    else texto !~ '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'
  end
$$;
comment on function privado.es_texto_limpio(text, boolean) is
  '¿Dice el texto lo que se ve? Sin controles ni cambios de dirección; si es un nombre, sin nada invisible.';
revoke all on function privado.es_texto_limpio(text, boolean) from public;
grant execute on function privado.es_texto_limpio(text, boolean) to authenticated, service_role;

create or replace function privado.nombre_valido(nombre text, maximo int) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select nombre = btrim(nombre) and length(nombre) between 1 and maximo and privado.es_texto_limpio(nombre, true)
$$;
comment on function privado.nombre_valido(text, int) is
  '¿Es un nombre limpio de hasta tantos caracteres, sin espacios en los extremos?';

-- What was written before: the same letters, without what was never seen.
create function pg_temp.limpiar(texto text, es_nombre boolean) returns text language sql as $$
  select coalesce(string_agg(c, '' order by n), '')
  from regexp_split_to_table(texto, '') with ordinality as t (c, n)
  where privado.es_texto_limpio(c, es_nombre)
$$;

alter table public.empresas disable trigger user;
update public.empresas set nombre = coalesce(nullif(btrim(pg_temp.limpiar(nombre, true)), ''), 'Sin nombre')
where not privado.es_texto_limpio(nombre, true);
alter table public.empresas enable trigger user;
alter table public.usuarios disable trigger user;
update public.usuarios set nombre = coalesce(nullif(btrim(pg_temp.limpiar(nombre, true)), ''), 'Sin nombre')
where not privado.es_texto_limpio(nombre, true);
alter table public.usuarios enable trigger user;
alter table public.contratos disable trigger user;
update public.contratos set observaciones = pg_temp.limpiar(observaciones, false)
where not privado.es_texto_limpio(observaciones, false);
alter table public.contratos enable trigger user;

alter table public.empresas
  drop constraint empresas_nombre_valido,
  add constraint empresas_nombre_valido check (privado.nombre_valido(nombre, 200));
alter table public.usuarios
  drop constraint usuarios_nombre_valido,
  add constraint usuarios_nombre_valido check (privado.nombre_valido(nombre, 200));
alter table public.contratos
  drop constraint contratos_observaciones_valida,
  add constraint contratos_observaciones_valida check (
    length(observaciones) <= 5000 and privado.es_texto_limpio(observaciones, false)),
  drop constraint contratos_calidad_valida,
  add constraint contratos_calidad_valida check (privado.nombre_valido(calidad, 40)) not valid;
alter table public.precios_fob
  drop constraint precios_fob_calidad_valida,
  add constraint precios_fob_calidad_valida check (privado.nombre_valido(calidad, 40)) not valid,
  drop constraint precios_fob_fuente_valida,
  add constraint precios_fob_fuente_valida check (privado.nombre_valido(fuente, 200)) not valid;
alter table public.fijaciones
  drop constraint fijaciones_motivo_valido,
  add constraint fijaciones_motivo_valido check (
    motivo = btrim(motivo) and length(motivo) between 1 and 500 and privado.es_texto_limpio(motivo, false)) not valid;
alter table public.documentos_contrato
  drop constraint documentos_contrato_nombre_archivo_valido,
  add constraint documentos_contrato_nombre_archivo_valido check (
    length(nombre_archivo) between 1 and 255 and nombre_archivo !~ '[/\\]'
    and privado.es_texto_limpio(nombre_archivo, true)) not valid;
alter table public.mensajes
  drop constraint mensajes_texto_valido,
  add constraint mensajes_texto_valido check (
    length(texto) between 1 and 4000 and texto = btrim(texto, E' \t\r\n') and privado.es_texto_limpio(texto, false))
    not valid;
