-- What a chain tells of a row: each of its columns, as canonical JSON put together in the order of its keys, which costs
-- a tenth of going by jsonb. A column that is derived, or that a job writes for nobody in particular, is left out
-- (actualizado_en, revisado_en, usado_hasta); test/database/evidencia-alterada.test.ts knows which.

-- A number with decimals is text, which keeps its zeros; a moment is in UTC, to the microsecond, whatever the session's
-- TimeZone and DateStyle say.
create function privado.json_de(valor text) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return coalesce(to_json(valor)::text, 'null');
end
$$;
comment on function privado.json_de(text) is 'Un texto, en JSON canónico.';

create function privado.json_de(valor numeric) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return coalesce('"' || valor || '"', 'null');
end
$$;
comment on function privado.json_de(numeric) is 'Un número exacto, como texto, en JSON canónico.';

create function privado.json_de(valor bigint) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return coalesce(valor::text, 'null');
end
$$;
comment on function privado.json_de(bigint) is 'Un entero, en JSON canónico.';

create function privado.json_de(valor uuid) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return coalesce('"' || valor || '"', 'null');
end
$$;
comment on function privado.json_de(uuid) is 'Un identificador, en JSON canónico.';

create function privado.json_de(valor boolean) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return coalesce(valor::text, 'null');
end
$$;
comment on function privado.json_de(boolean) is 'Sí o no, en JSON canónico.';

create function privado.json_de(valor date) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return coalesce('"' || to_char(valor, 'YYYY-MM-DD') || '"', 'null');
end
$$;
comment on function privado.json_de(date) is 'Una fecha, en JSON canónico.';

create function privado.json_de(valor timestamptz) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return coalesce('"' || to_char(valor at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '"', 'null');
end
$$;
comment on function privado.json_de(timestamptz) is 'Un instante, en UTC, en JSON canónico.';

-- Of a text without its salt nothing can be said: the key is there and no hash is equal to it.
create function privado.json_de(valor text, sal bytea) returns text
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  return case when valor is null then 'null' when sal is null then '"sin sal"'
    else '"sha256:' || privado.con_sal(sal, valor) || '"' end;
end
$$;
comment on function privado.json_de(text, bytea) is 'La huella con sal de lo que alguien escribió, en JSON canónico.';

revoke all on function privado.json_de(text), privado.json_de(numeric), privado.json_de(bigint), privado.json_de(uuid),
  privado.json_de(boolean), privado.json_de(date), privado.json_de(timestamptz), privado.json_de(text, bytea) from public;
