-- The essential terms of a contract: what both sides agreed on, and neither changes alone. They are named here once;
-- versions, amendments and their differences all ask this file.

create function privado.terminos_esenciales() returns text[]
language sql immutable parallel safe set search_path = '' as $$
  select '{volumen_tm,precio_fijado_tm,diferencial_tm,modalidad_precio,calidad,fecha_entrega,tolerancia_pct,cierre,dias_confirmacion}'::text[]
$$;
comment on function privado.terminos_esenciales() is
  'Los términos que ninguna de las dos partes cambia sola; las partes mismas no cambian nunca.';

-- Decimals as text: what was agreed keeps its digits whoever reads the JSON. The price of a contract to be fixed is no
-- term: it follows from its fixings.
create function privado.terminos(contrato public.contratos) returns jsonb
language plpgsql stable security definer set search_path = '' as $$
declare
  precio public.contratos_precios;
begin
  select * into precio from public.contratos_precios p where p.contrato_id = contrato.id;
  return jsonb_build_object(
    'volumen_tm', contrato.volumen_tm::text,
    'precio_fijado_tm', case when contrato.modalidad_precio = 'fijo' then precio.precio_fijado_tm::text end,
    'diferencial_tm', precio.diferencial_tm::text,
    'modalidad_precio', contrato.modalidad_precio,
    'calidad', contrato.calidad,
    'fecha_entrega', contrato.fecha_entrega,
    'tolerancia_pct', contrato.tolerancia_pct::text,
    'cierre', contrato.cierre,
    'dias_confirmacion', contrato.dias_confirmacion);
end
$$;
comment on function privado.terminos(public.contratos) is
  'Los términos esenciales de un contrato, con sus decimales como texto.';

-- 68.5 and 68.500 are one number.
create function privado.diferencias(v_antes jsonb, v_despues jsonb)
returns table (campo text, antes jsonb, despues jsonb)
language sql immutable parallel safe set search_path = '' as $$
  select t.campo, v_antes -> t.campo, v_despues -> t.campo
  from unnest(privado.terminos_esenciales()) with ordinality as t (campo, orden)
  where case when t.campo in ('volumen_tm', 'precio_fijado_tm', 'diferencial_tm', 'tolerancia_pct')
    then (v_antes ->> t.campo)::numeric is distinct from (v_despues ->> t.campo)::numeric
    else v_antes ->> t.campo is distinct from v_despues ->> t.campo end
  order by t.orden
$$;
comment on function privado.diferencias(jsonb, jsonb) is 'En qué se distinguen dos versiones de unos términos.';

-- Known keys alone, and of the kind of their column: what a value may be, its column says when it is tried.
create function privado.leer_cambios(cambios jsonb) returns jsonb
language plpgsql immutable set search_path = '' as $$
declare
  termino record;
  leidos jsonb := '{}';
begin
  if jsonb_typeof(cambios) is distinct from 'object' then
    raise exception 'enmienda_sin_cambios' using errcode = 'PT422',
      detail = 'Una enmienda dice qué términos cambian, y a qué.', hint = 'cambios';
  end if;
  for termino in select e.key as campo, e.value as valor, e.value #>> '{}' as texto from jsonb_each(cambios) as e loop
    if termino.campo <> all (privado.terminos_esenciales()) then
      raise exception 'termino_desconocido' using errcode = 'PT422',
        detail = 'Ese no es un término esencial del contrato.',
        hint = case when termino.campo ~ '^[a-z_]{1,40}$' then termino.campo else 'cambios' end;
    elsif jsonb_typeof(termino.valor) = 'null' then
      null;
    elsif not (case
      when termino.campo in ('volumen_tm', 'precio_fijado_tm', 'diferencial_tm', 'tolerancia_pct') then
        jsonb_typeof(termino.valor) in ('string', 'number') and termino.texto ~ '^-?[0-9]{1,15}(\.[0-9]{1,15})?$'
      when termino.campo = 'dias_confirmacion' then
        jsonb_typeof(termino.valor) in ('string', 'number') and termino.texto ~ '^[0-9]{1,3}$'
      when termino.campo = 'fecha_entrega' then
        jsonb_typeof(termino.valor) = 'string' and termino.texto ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
          and pg_input_is_valid(termino.texto, 'date')
      else jsonb_typeof(termino.valor) = 'string'
    end) then
      raise exception 'termino_invalido' using errcode = 'PT422', detail = 'Ese valor no sirve para ese término.',
        hint = termino.campo;
    end if;
    leidos := leidos || jsonb_build_object(termino.campo, case
      when termino.texto is null then 'null'
      when termino.campo = 'dias_confirmacion' then to_jsonb(termino.texto::int)
      else to_jsonb(termino.texto) end);
  end loop;
  return leidos;
end
$$;
comment on function privado.leer_cambios(jsonb) is
  'Los cambios que alguien propone, con sus decimales como texto; o el error que dice cuál no sirve.';

revoke all on function privado.terminos_esenciales(), privado.terminos(public.contratos),
  privado.diferencias(jsonb, jsonb), privado.leer_cambios(jsonb) from public;
grant execute on function privado.terminos_esenciales(), privado.diferencias(jsonb, jsonb) to authenticated;
