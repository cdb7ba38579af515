-- How a text is compared, and what a text, a name and a number must be whoever writes them: the checks of the tables
-- ask these functions.

-- unaccent() is only stable because its dictionary may be replaced; ours is named and never changes.
create function privado.normalizar(texto text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select lower(extensions.unaccent('extensions.unaccent'::regdictionary, texto))
$$;
comment on function privado.normalizar(text) is 'Texto en minúsculas y sin tildes, para buscar.';
revoke all on function privado.normalizar(text) from public;
grant execute on function privado.normalizar(text) to authenticated, service_role;

-- A name with U+202E reads backwards (factura_exe.pdf), and one with characters that nobody sees looks like another:
-- what people read to know a company, a person or a paper is what is written. One rule says what a name does not
-- hold; what takes it out and what refuses it both ask it.
create function privado.lo_que_no_se_ve() returns text
language sql immutable parallel safe set search_path = '' as $$
  select '[\u0001-\u001f\u007f-\u009f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2'
      || '\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb'
      || '\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]'
$$;
comment on function privado.lo_que_no_se_ve() is
  'Expresión regular de un carácter que un nombre no lleva: controles, cambios de dirección y lo que no se ve.';

create function privado.limpiar_nombre(texto text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select regexp_replace(texto, privado.lo_que_no_se_ve(), '', 'g')
$$;
comment on function privado.limpiar_nombre(text) is 'El nombre, sin controles, cambios de dirección ni lo que no se ve.';

-- Longer texts hold line ends, tabs and the joiners of emoji, and nothing that turns the direction of what follows.
create function privado.es_texto_limpio(texto text, es_nombre boolean) returns boolean
language sql immutable strict parallel safe set search_path = '' as $$
  select case when es_nombre then texto !~ privado.lo_que_no_se_ve()
    else texto !~ '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'
  end
$$;
comment on function privado.es_texto_limpio(text, boolean) is
  '¿Dice el texto lo que se ve? Sin controles ni cambios de dirección; si es un nombre, sin nada invisible.';

-- Nor is a name nothing but spaces that btrim() does not take for one.
create function privado.nombre_valido(nombre text, maximo int) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select nombre = btrim(nombre) and length(nombre) between 1 and maximo and privado.es_texto_limpio(nombre, true)
    and nombre ~ '[^[:space:]\u00a0\u1680\u2000-\u200a\u202f\u205f\u2800\u3000]'
$$;
comment on function privado.nombre_valido(text, int) is
  '¿Es un nombre limpio de hasta tantos caracteres, sin espacios en los extremos?';

create function privado.numero_valido(numero jsonb, minimo numeric, maximo numeric, decimales int) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select coalesce(
    case when jsonb_typeof(numero) = 'number'
      then numero::numeric between minimo and maximo and min_scale(numero::numeric) <= decimales end, false)
$$;
comment on function privado.numero_valido(jsonb, numeric, numeric, int) is
  '¿Es un número JSON entre esos límites y con esos decimales como máximo?';

revoke all on function privado.lo_que_no_se_ve(), privado.limpiar_nombre(text), privado.es_texto_limpio(text, boolean),
  privado.nombre_valido(text, int), privado.numero_valido(jsonb, numeric, numeric, int) from public;
grant execute on function privado.lo_que_no_se_ve(), privado.es_texto_limpio(text, boolean)
  to authenticated, service_role;
grant execute on function privado.nombre_valido(text, int), privado.numero_valido(jsonb, numeric, numeric, int)
  to authenticated;
