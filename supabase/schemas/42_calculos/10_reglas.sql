-- Functions of the triggers of public.calculos: whose a kept calculation is and which parameters it used, copied by the
-- database; and that it is never changed.

-- Definer: marks parameters as used, which nobody may write.
create function privado.firmar_calculo() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  ids bigint[];
begin
  if auth.uid() is not null then
    perform privado.exigir_cuenta();
    new.usuario_id := auth.uid();
    new.empresa_id := privado.mi_empresa();
  end if;
  new.creado_en := now();
  if not jsonb_path_match(new.parametros, 'strict $.type() == "array" && $.size() <= 50')
    or exists (select from jsonb_array_elements(new.parametros) as e where coalesce(e #>> '{}', '') !~ '^[1-9][0-9]{0,17}$') then
    raise exception 'calculo_parametros_invalidos' using errcode = 'PT422',
      detail = 'Los parámetros de un cálculo se dicen con la lista de sus identificadores.', hint = 'parametros';
  end if;
  select array_agg(distinct (e #>> '{}')::bigint) into ids from jsonb_array_elements(new.parametros) as e;
  -- Taken first, so that what is copied is what holds: nobody edits them from here on.
  perform privado.usar_parametros(ids, new.fecha);
  select coalesce(jsonb_agg(to_jsonb(p) order by p.id), '[]') into new.parametros
  from privado.parametros_vigentes(new.fecha) as p where p.id = any (ids);
  if jsonb_array_length(new.parametros) < cardinality(ids) then
    raise exception 'parametro_no_vigente' using errcode = 'PT409',
      detail = 'Un parámetro del cálculo ya no rige en esa fecha: vuelva a calcular.', hint = 'fecha';
  end if;
  return new;
end
$$;
comment on function privado.firmar_calculo() is
  'Disparador: de quién es un cálculo, y los valores de los parámetros de su fecha, que ya no se editan.';
revoke all on function privado.firmar_calculo() from public;

create function privado.conservar_calculo() returns trigger
language plpgsql set search_path = '' as $$
begin
  raise exception 'calculo_inmutable' using errcode = 'PT409',
    detail = 'Un cálculo guardado no se modifica ni se borra.';
end
$$;
comment on function privado.conservar_calculo() is 'Disparador: los cálculos guardados son evidencia.';
revoke all on function privado.conservar_calculo() from public;
