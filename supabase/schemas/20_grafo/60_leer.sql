-- What a client sent, read: an amount, a text, a list. What is not well said is told by its field ('entradas[0].kg').

-- As a number or as text, which no program rounds.
create function privado.leer_kg(valor jsonb, campo text) returns numeric
language plpgsql immutable set search_path = '' as $$
declare
  kg numeric;
begin
  if jsonb_typeof(valor) = 'number' then
    kg := valor::numeric;
  elsif jsonb_typeof(valor) = 'string' and valor #>> '{}' ~ '^[0-9]{1,10}([.][0-9]{1,3})?$' then
    kg := (valor #>> '{}')::numeric;
  end if;
  if coalesce(kg <= 0 or kg > 1000000000 or min_scale(kg) > 3, true) then
    raise exception 'kg_invalidos' using errcode = 'PT422',
      detail = 'Los kilos son un número mayor que cero, con 3 decimales como máximo.', hint = campo;
  end if;
  return kg;
end
$$;
comment on function privado.leer_kg(jsonb, text) is 'Kilos de un JSON, o el error que nombra su campo.';

create function privado.leer_nombre(valor jsonb, maximo int, campo text) returns text
language plpgsql immutable set search_path = '' as $$
begin
  if valor is null or valor = 'null' then
    return null;
  elsif jsonb_typeof(valor) <> 'string' or not privado.nombre_valido(valor #>> '{}', maximo) then
    raise exception 'nombre_invalido' using errcode = 'PT422',
      detail = 'Es un nombre corto, sin espacios en los extremos ni caracteres invisibles.', hint = campo;
  end if;
  return valor #>> '{}';
end
$$;
comment on function privado.leer_nombre(jsonb, int, text) is 'Un nombre corto de un JSON, o el error que nombra su campo.';

create function privado.leer_motivo(motivo text, hace_falta boolean) returns text
language plpgsql immutable set search_path = '' as $$
declare
  limpio constant text := nullif(btrim(motivo, E' \t\r\n'), '');
begin
  if limpio is null and hace_falta then
    raise exception 'operacion_sin_motivo' using errcode = 'PT422',
      detail = 'Diga por qué, en 500 caracteres como máximo.', hint = 'motivo';
  elsif length(limpio) > 500 or not privado.es_texto_limpio(limpio, false) then
    raise exception 'motivo_invalido' using errcode = 'PT422',
      detail = 'El motivo lleva 500 caracteres como máximo, sin caracteres de control.', hint = 'motivo';
  end if;
  return limpio;
end
$$;
comment on function privado.leer_motivo(text, boolean) is 'El motivo sin espacios en los extremos, o el error que dice qué le falta.';

-- A list of objects that hold these keys and no other.
create function privado.exigir_lista(lista jsonb, claves text[], campo text) returns void
language plpgsql immutable set search_path = '' as $$
declare
  i int := 0;
  cosa jsonb;
begin
  if lista is null or jsonb_typeof(lista) <> 'array' or jsonb_array_length(lista) > 1000 then
    raise exception 'lista_invalida' using errcode = 'PT422',
      detail = 'Es una lista de 1000 cosas como máximo, o de 20 certificaciones.', hint = campo;
  end if;
  for cosa in select e from jsonb_array_elements(lista) as e loop
    if jsonb_typeof(cosa) <> 'object' or cosa - claves <> '{}' then
      raise exception 'elemento_invalido' using errcode = 'PT422',
        detail = 'Cada cosa de la lista es un objeto con los datos que se admiten, y ninguno más.',
        hint = campo || '[' || i || ']';
    end if;
    i := i + 1;
  end loop;
end
$$;
comment on function privado.exigir_lista(jsonb, text[], text) is 'Nada, si es una lista de objetos con esas claves.';

create function privado.leer_certificaciones(valor jsonb, campo text) returns text[]
language plpgsql immutable set search_path = '' as $$
begin
  if valor is null or valor = 'null' then
    return null;
  elsif jsonb_typeof(valor) <> 'array' or jsonb_array_length(valor) > 20 then
    raise exception 'lista_invalida' using errcode = 'PT422',
      detail = 'Es una lista de 1000 cosas como máximo, o de 20 certificaciones.', hint = campo;
  end if;
  if exists (select from jsonb_array_elements(valor) as e where privado.leer_nombre(e, 40, campo) is null) then
    raise exception 'nombre_invalido' using errcode = 'PT422',
      detail = 'Es un nombre corto, sin espacios en los extremos ni caracteres invisibles.', hint = campo;
  end if;
  return array(select distinct e collate "C" from jsonb_array_elements_text(valor) as e order by 1);
end
$$;
comment on function privado.leer_certificaciones(jsonb, text) is 'Certificaciones de un JSON, en orden y sin repetir.';

revoke all on function privado.leer_kg(jsonb, text), privado.leer_nombre(jsonb, int, text),
  privado.leer_motivo(text, boolean), privado.exigir_lista(jsonb, text[], text),
  privado.leer_certificaciones(jsonb, text) from public;
