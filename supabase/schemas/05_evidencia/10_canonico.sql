-- The text that is hashed: canonical JSON (RFC 8785), as server/evidencia/jcs.ts writes it. What a trigger tells of a row
-- is put together as text, its keys in order; what others tell comes as jsonb and is written here.

-- Keys go by their UTF-16 units: that differs from the order of code points only beside characters from U+E000 on.
create function privado.unidades_utf16(texto text) returns text
language sql immutable strict parallel safe set search_path = '' as $$
  select coalesce(string_agg(
    case when ascii(c) < 65536 then lpad(to_hex(ascii(c)), 4, '0')
      else to_hex(55232 + (ascii(c) >> 10)) || to_hex(56320 + (ascii(c) & 1023)) end, '' order by i), '')
  from regexp_split_to_table(texto, '') with ordinality as t (c, i) where texto <> ''
$$;
comment on function privado.unidades_utf16(text) is 'Unidades UTF-16 de un texto, en hexadecimal, para ordenar claves.';

create function privado.jcs(valor jsonb) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
declare
  partes text;
begin
  case jsonb_typeof(valor)
    when 'object' then
      if valor::text ~ '[\ue000-\U0010ffff]' then
        select string_agg(to_json(e.key)::text || ':' || privado.jcs(e.value), ',' order by privado.unidades_utf16(e.key) collate "C")
        into partes from jsonb_each(valor) as e;
      else
        select string_agg(to_json(e.key)::text || ':' || privado.jcs(e.value), ',' order by e.key collate "C")
        into partes from jsonb_each(valor) as e;
      end if;
      return '{' || coalesce(partes, '') || '}';
    when 'array' then
      select string_agg(privado.jcs(e.value), ',' order by e.i) into partes
      from jsonb_array_elements(valor) with ordinality as e (value, i);
      return '[' || coalesce(partes, '') || ']';
    when 'string' then
      return to_json(valor #>> '{}')::text;
    when 'number' then
      -- A decimal goes as text, which keeps its zeros; and 2^53 is as far as a number of JSON counts by ones.
      if scale(valor::numeric) > 0 or abs(valor::numeric) > 9007199254740991 then
        raise exception 'evidencia_con_decimales' using errcode = 'PT422',
          detail = 'En una evidencia un decimal va como texto.', hint = 'datos';
      end if;
      return valor::text;
    when 'boolean' then
      return valor::text;
    else
      return 'null';
  end case;
end
$$;
comment on function privado.jcs(jsonb) is 'JSON canónico (RFC 8785), sin decimales.';

create function privado.canonico(
  cadena bigint, nombre text, n bigint, en timestamptz, tipo text, actor uuid, objeto text, datos text
) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return '{"actor":' || coalesce('"' || actor || '"', 'null')
    || case when cadena > 0 then ',"contrato":' || to_json(nombre) else '' end
    || ',"datos":' || datos
    || case when cadena < 0 then ',"empresa":' || -cadena else '' end
    || ',"en":"' || to_char(en at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    || case when cadena = 0 then '","instalacion":1,"n":' else '","n":' end || n
    || ',"objeto":' || to_json(objeto) || ',"tipo":' || to_json(tipo) || ',"v":1}';
end
$$;
comment on function privado.canonico(bigint, text, bigint, timestamptz, text, uuid, text, text) is
  'Texto canónico de una evidencia; datos ya lo es.';

-- What a person wrote may hold a name or a cédula: the chain holds its hash, with a salt that can be erased. Without
-- the salt ten thousand million tries give a cédula back.
create function privado.con_sal(sal bytea, valor text) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return encode(sha256(sal || convert_to(valor, 'UTF8')), 'hex');
end
$$;
comment on function privado.con_sal(bytea, text) is 'Huella de un dato personal: sha256(sal || dato).';

-- Pairs, and who has none goes up as it is: the tree of RFC 6962.
create function privado.merkle(hojas bytea[]) returns bytea
language plpgsql immutable parallel safe set search_path = '' as $$
declare
  nivel bytea[] := '{}';
  arriba bytea[];
  hoja bytea;
begin
  foreach hoja in array hojas loop
    nivel := nivel || sha256('\x00'::bytea || hoja);
  end loop;
  while cardinality(nivel) > 1 loop
    arriba := '{}';
    for i in 1 .. cardinality(nivel) by 2 loop
      arriba := arriba || case when i = cardinality(nivel) then nivel[i]
        else sha256('\x01'::bytea || nivel[i] || nivel[i + 1]) end;
    end loop;
    nivel := arriba;
  end loop;
  return coalesce(nivel[1], sha256(''));
end
$$;
comment on function privado.merkle(bytea[]) is 'Raíz del árbol de RFC 6962 sobre esas hojas.';

revoke all on function privado.unidades_utf16(text), privado.jcs(jsonb),
  privado.canonico(bigint, text, bigint, timestamptz, text, uuid, text, text), privado.con_sal(bytea, text),
  privado.merkle(bytea[]) from public;
