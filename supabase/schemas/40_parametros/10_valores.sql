-- What a parameter of the calculators may hold: each kind has a value of its own shape and limits, and its variants.
-- The checks of public.parametros ask here, so whatever way a value is written, a calculation can trust it.

-- The first step is 0, so that every calificación has its discount; a worse one never discounts less.
create function privado.tramos_validos(tramos jsonb) returns boolean
language plpgsql immutable parallel safe set search_path = '' as $$
declare
  tramo jsonb;
  antes jsonb;
begin
  if jsonb_typeof(tramos) is distinct from 'array' or jsonb_array_length(tramos) not between 1 and 200 then
    return false;
  end if;
  for tramo in select t from jsonb_array_elements(tramos) with ordinality as e (t, n) order by n loop
    if jsonb_typeof(tramo) <> 'object' or tramo - '{calificacion,descuento}'::text[] <> '{}'
      or not privado.numero_valido(tramo -> 'calificacion', 0, 100, 2)
      or not privado.numero_valido(tramo -> 'descuento', 0, 99.9999, 4) then
      return false;
    elsif antes is null then
      if (tramo ->> 'calificacion')::numeric <> 0 then
        return false;
      end if;
    elsif (tramo ->> 'calificacion')::numeric <= (antes ->> 'calificacion')::numeric
      or (tramo ->> 'descuento')::numeric < (antes ->> 'descuento')::numeric then
      return false;
    end if;
    antes := tramo;
  end loop;
  return true;
end
$$;
comment on function privado.tramos_validos(jsonb) is
  'Tabla de descuentos: calificaciones crecientes desde 0, con descuentos que no bajan.';
revoke all on function privado.tramos_validos(jsonb) from public;
grant execute on function privado.tramos_validos(jsonb) to authenticated;

-- A limit that an edition does not set is absent.
create function privado.grados_validos(grados jsonb) returns boolean
language plpgsql immutable parallel safe set search_path = '' as $$
declare
  grado jsonb;
  vistos text[] := '{}';
  limite record;
begin
  if jsonb_typeof(grados) is distinct from 'array' or jsonb_array_length(grados) not between 1 and 20 then
    return false;
  end if;
  for grado in select g from jsonb_array_elements(grados) as e (g) loop
    if jsonb_typeof(grado) <> 'object' or jsonb_typeof(grado -> 'grado') is distinct from 'string'
      or not privado.nombre_valido(grado ->> 'grado', 20)
      or grado ->> 'grado' = any (vistos) then
      return false;
    end if;
    vistos := vistos || (grado ->> 'grado');
    for limite in select e.key, e.value from jsonb_each(grado - 'grado') as e loop
      if limite.key = 'gramos_100' then
        if jsonb_typeof(limite.value) <> 'array' or jsonb_array_length(limite.value) <> 2
          or not privado.numero_valido(limite.value -> 0, 1, 1000, 2)
          or not privado.numero_valido(limite.value -> 1, 1, 1000, 2)
          or (limite.value ->> 0)::numeric > (limite.value ->> 1)::numeric then
          return false;
        end if;
      elsif limite.key not in ('bien_fermentado_min', 'ligeramente_fermentado_min', 'fermentado_min', 'violeta_max',
        'pizarroso_max', 'moho_max', 'defectos_max', 'humedad_max')
        or not privado.numero_valido(limite.value, 0, 100, 2) then
        return false;
      end if;
    end loop;
  end loop;
  return true;
end
$$;
comment on function privado.grados_validos(jsonb) is 'Grados de una norma de calidad, del mejor al peor, con sus límites.';
revoke all on function privado.grados_validos(jsonb) from public;
grant execute on function privado.grados_validos(jsonb) to authenticated;

create function privado.parametro_valido(tipo text, valor jsonb) returns boolean
language plpgsql immutable parallel safe set search_path = '' as $$
begin
  if jsonb_typeof(valor) is distinct from 'object' then
    return false;
  end if;
  return case
    when tipo in ('quintal', 'saco') then valor - 'kg' = '{}' and privado.numero_valido(valor -> 'kg', 0.001, 1000, 6)
    when tipo = 'humedad_objetivo'
      then valor - 'porcentaje' = '{}' and privado.numero_valido(valor -> 'porcentaje', 0, 99.99, 2)
    when tipo = 'rendimiento' then valor - 'factor' = '{}' and privado.numero_valido(valor -> 'factor', 0.0001, 1, 6)
    when tipo = 'descuento_calificacion' then valor - 'tramos' = '{}' and privado.tramos_validos(valor -> 'tramos')
    when tipo = 'costo_qq' then valor - 'usd' = '{}' and privado.numero_valido(valor -> 'usd', 0, 10000, 4)
    when tipo = 'retencion'
      then valor - 'porcentaje' = '{}' and privado.numero_valido(valor -> 'porcentaje', 0, 99.9999, 4)
    when tipo = 'norma_calidad' then valor - '{edicion,grados}'::text[] = '{}'
      and jsonb_typeof(valor -> 'edicion') is not distinct from 'string'
      and privado.nombre_valido(valor ->> 'edicion', 40)
      and privado.grados_validos(valor -> 'grados')
    -- Percents of what should have come out: told, and to be explained; and of what is too much.
    when tipo = 'limite_secado' then valor - '{aviso,alerta,ganancia}'::text[] = '{}'
      and privado.numero_valido(valor -> 'aviso', 0, 100, 2) and privado.numero_valido(valor -> 'ganancia', 0, 100, 2)
      and privado.numero_valido(valor -> 'alerta', coalesce((valor ->> 'aviso')::numeric, 0), 100, 2)
    when tipo = 'limite_fermentado' then valor - '{aviso,alerta}'::text[] = '{}'
      and privado.numero_valido(valor -> 'aviso', 0, 100, 2)
      and privado.numero_valido(valor -> 'alerta', coalesce((valor ->> 'aviso')::numeric, 0), 100, 2)
    when tipo = 'rendimiento_hectarea' then valor - 'kg' = '{}' and privado.numero_valido(valor -> 'kg', 1, 100000, 3)
    when tipo = 'lote_minimo' then valor - 'qq' = '{}' and privado.numero_valido(valor -> 'qq', 0.0001, 1000, 4)
    else false end;
end
$$;
comment on function privado.parametro_valido(text, jsonb) is '¿Tiene el valor la forma y los límites de su tipo?';
revoke all on function privado.parametro_valido(text, jsonb) from public;
grant execute on function privado.parametro_valido(text, jsonb) to authenticated;

create function privado.variante_valida(tipo text, variante text) returns boolean
language sql immutable parallel safe set search_path = '' as $$
  select case
    when tipo = 'rendimiento' then variante in ('baba', 'escurrido', 'semiseco')
    when tipo in ('retencion', 'norma_calidad') then variante ~ '^[a-z][a-z0-9_]{0,39}$'
    else variante = '' end
$$;
comment on function privado.variante_valida(text, text) is
  '¿Es una variante de ese tipo? Rendimientos, retenciones y normas las tienen; lo demás, no.';
revoke all on function privado.variante_valida(text, text) from public;
grant execute on function privado.variante_valida(text, text) to authenticated;
