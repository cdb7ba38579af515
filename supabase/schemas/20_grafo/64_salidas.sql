-- What an operation gives: what the client says of each lot, and what it has of those it was made of.

create type privado.salida as (
  kg numeric, centro_id bigint, condicion text, humedad_pct numeric, producto text, variedad text, grado text,
  certificaciones text[], origen_conocido boolean, productor_id bigint, lote_externo text, embarcado boolean);
comment on type privado.salida is 'Un lote que una operación hace.';

create function privado.leer_salidas(salidas jsonb) returns privado.salida[]
language plpgsql immutable set search_path = '' as $$
declare
  leidas privado.salida[] := '{}';
  una privado.salida;
  v jsonb;
  campo text;
begin
  perform privado.exigir_lista(salidas,
    '{kg,condicion,humedad_pct,producto,variedad,grado,certificaciones,productor_id,lote_externo}', 'salidas');
  for v in select e from jsonb_array_elements(salidas) as e loop
    campo := 'salidas[' || cardinality(leidas) || '].';
    una := null;
    -- Where there is one, what remains is its own.
    una.kg := case when v -> 'kg' <> 'null' then privado.leer_kg(v -> 'kg', campo || 'kg') end;
    una.condicion := v ->> 'condicion';
    if una.condicion not in ('baba', 'escurrido', 'semiseco', 'seco', 'transformado') then
      raise exception 'condicion_invalida' using errcode = 'PT422',
        detail = 'La condición es baba, escurrido, semiseco, seco o transformado.', hint = campo || 'condicion';
    end if;
    if v -> 'humedad_pct' <> 'null' then
      if not privado.numero_valido(v -> 'humedad_pct', 0.01, 99.99, 2) then
        raise exception 'humedad_invalida' using errcode = 'PT422',
          detail = 'La humedad es un porcentaje entre 0 y 100, con 2 decimales como máximo.', hint = campo || 'humedad_pct';
      end if;
      una.humedad_pct := (v -> 'humedad_pct')::numeric;
    end if;
    una.producto := privado.leer_nombre(v -> 'producto', 40, campo || 'producto');
    una.variedad := privado.leer_nombre(v -> 'variedad', 40, campo || 'variedad');
    una.grado := privado.leer_nombre(v -> 'grado', 20, campo || 'grado');
    una.certificaciones := privado.leer_certificaciones(v -> 'certificaciones', campo || 'certificaciones');
    una.lote_externo := privado.leer_nombre(v -> 'lote_externo', 80, campo || 'lote_externo');
    if v -> 'productor_id' <> 'null' then
      if not privado.numero_valido(v -> 'productor_id', 1, 9007199254740991, 0) then
        raise exception 'productor_no_existe' using errcode = 'PT404', detail = 'No existe ese productor.',
          hint = campo || 'productor_id';
      end if;
      una.productor_id := (v -> 'productor_id')::bigint;
    end if;
    una.embarcado := false;
    leidas := leidas || una;
  end loop;
  return leidas;
end
$$;
comment on function privado.leer_salidas(jsonb) is 'Los lotes que un cliente dice que salieron.';

-- The weakest origin: a certificate that one of the inputs lacks is not the product's, and one unknown origin is that of
-- all. What all inputs have in common is what the product is, unless it is said.
create function privado.heredar(entradas privado.entrada[], salidas privado.salida[]) returns privado.salida[]
language plpgsql immutable set search_path = '' as $$
declare
  comun record;
  certificadas text[];
  una privado.salida;
  hechas privado.salida[] := '{}';
begin
  select case when count(distinct e.producto) = 1 then min(e.producto) end as producto,
    case when count(distinct e.variedad) = 1 and count(e.variedad) = count(*) then min(e.variedad) end as variedad,
    case when count(distinct e.grado) = 1 and count(e.grado) = count(*) then min(e.grado) end as grado,
    case when count(distinct e.condicion) = 1 then min(e.condicion) end as condicion,
    -- Of moisture, the mean by weight, where all of it was measured.
    case when count(e.humedad_pct) = count(*) then round(sum(e.humedad_pct * e.kg) / sum(e.kg), 2) end as humedad_pct,
    bool_and(e.origen_conocido) as origen_conocido
  into comun from unnest(entradas) as e;
  certificadas := array(
    select c from unnest(entradas) as e cross join lateral unnest(e.certificaciones) as c
    group by c having count(*) = cardinality(entradas) order by c collate "C");
  foreach una in array salidas loop
    una.producto := coalesce(una.producto, comun.producto);
    if una.producto is null then
      raise exception 'producto_sin_decir' using errcode = 'PT422',
        detail = 'Entran productos distintos: diga cuál sale.', hint = format('salidas[%s].producto', cardinality(hechas));
    elsif not coalesce(una.certificaciones <@ certificadas, true) then
      raise exception 'certificacion_ajena' using errcode = 'PT422',
        detail = 'Un lote solo tiene las certificaciones que tienen todos los lotes de que se hizo.',
        hint = format('salidas[%s].certificaciones', cardinality(hechas));
    end if;
    una.variedad := coalesce(una.variedad, comun.variedad);
    una.grado := coalesce(una.grado, comun.grado);
    una.condicion := coalesce(una.condicion, comun.condicion);
    una.humedad_pct := coalesce(una.humedad_pct, comun.humedad_pct);
    una.certificaciones := coalesce(una.certificaciones, certificadas);
    una.origen_conocido := comun.origen_conocido;
    hechas := hechas || una;
  end loop;
  return hechas;
end
$$;
comment on function privado.heredar(privado.entrada[], privado.salida[]) is
  'Lo que los lotes que salen tienen de los que entran: lo común, y en origen y certificaciones lo más débil.';

revoke all on function privado.leer_salidas(jsonb), privado.heredar(privado.entrada[], privado.salida[]) from public;
