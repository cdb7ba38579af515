-- Why: a lot of 0.0001 qq, registered and exported by the other party, closed a contract of 100 TM. A lot has a least
-- weight: a quintal, the unit in which the trade buys, or what the parameter `lote_minimo` of the day says.
-- Touches: public.parametros admits that kind, for everybody alone: a company's own would let it lower the rule; one
-- row of it; a trigger of public.lotes_asociados. Lots lighter than that stay and advance. Destructive: no.
create or replace function privado.parametro_valido(tipo text, valor jsonb) returns boolean
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
    when tipo = 'lote_minimo' then valor - 'qq' = '{}' and privado.numero_valido(valor -> 'qq', 0.0001, 1000, 4)
    else false end;
end
$$;

alter table public.parametros
  drop constraint parametros_tipo_valido,
  add constraint parametros_tipo_valido check (tipo in (
    'quintal', 'saco', 'humedad_objetivo', 'rendimiento', 'descuento_calificacion', 'costo_qq', 'retencion',
    'norma_calidad', 'lote_minimo')),
  add constraint parametros_lote_minimo_valido check (tipo <> 'lote_minimo' or empresa_id is null);

create or replace function privado.fijar_dueno_parametro() returns trigger
language plpgsql set search_path = '' as $$
begin
  if auth.uid() is null then
    return new;
  end if;
  perform privado.exigir_cuenta();
  if privado.mi_rol() = 'proveedor' then
    raise exception 'parametro_sin_permiso' using errcode = 'PT403',
      detail = 'Los parámetros los escribe una exportadora, un centro de acopio o un administrador.';
  end if;
  if new.tipo = 'lote_minimo' and not privado.es_admin() then
    raise exception 'parametro_solo_admin' using errcode = 'PT403',
      detail = 'Ese parámetro rige para todas las empresas: lo escribe un administrador.', hint = 'tipo';
  end if;
  new.empresa_id := case when privado.es_admin() then null else privado.mi_empresa() end;
  new.creado_por := auth.uid();
  return new;
end
$$;

insert into public.parametros (tipo, variante, valor, desde) values ('lote_minimo', '', '{"qq": 1}', '1990-01-01');

create function privado.pesar_lote() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  -- What is no weight at all is the constraint's to refuse.
  if new.peso_qq > 0 and new.peso_qq < (
    select (p.valor ->> 'qq')::numeric from public.parametros p
    where p.empresa_id is null and p.tipo = 'lote_minimo' and p.variante = ''
      and p.desde <= privado.hoy() and coalesce(p.hasta > privado.hoy(), true)
  ) then
    raise exception 'lote_peso_minimo' using errcode = 'PT422',
      detail = 'Un lote no pesa menos que el mínimo: un quintal, o lo que diga el parámetro lote_minimo.', hint = 'peso_qq';
  end if;
  return new;
end
$$;
comment on function privado.pesar_lote() is 'Disparador: el peso mínimo de un lote.';
revoke all on function privado.pesar_lote() from public;
-- After who may write it, which says no more than it must to who may not.
create trigger _150_pesar_lote before insert on public.lotes_asociados
  for each row execute function privado.pesar_lote();
create trigger _160_pesar_cambio before update on public.lotes_asociados
  for each row when (old.peso_qq is distinct from new.peso_qq) execute function privado.pesar_lote();
