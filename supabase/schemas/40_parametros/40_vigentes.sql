-- The parameters that hold on a day, asked once by a calculation (also of who has not signed in: those for everybody
-- only), and the mark that a kept calculation leaves on those it used.

create function privado.parametros_vigentes(v_fecha date) returns table (
  id bigint, tipo text, variante text, valor jsonb, desde date, hasta date, propio boolean)
language plpgsql stable security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.mi_empresa();
begin
  return query
  select distinct on (p.tipo, p.variante) p.id, p.tipo, p.variante, p.valor, p.desde, p.hasta, p.empresa_id is not null
  from public.parametros p
  where (p.empresa_id is null or p.empresa_id = empresa)
    and p.desde <= coalesce(v_fecha, privado.hoy()) and coalesce(p.hasta > coalesce(v_fecha, privado.hoy()), true)
  order by p.tipo, p.variante, p.empresa_id nulls last;
end
$$;
comment on function privado.parametros_vigentes(date) is 'Parámetros que rigen un día para quien llama.';
revoke all on function privado.parametros_vigentes(date) from public;
grant execute on function privado.parametros_vigentes(date) to anon, authenticated;

create function public.parametros_vigentes(fecha date default null) returns table (
  id bigint, tipo text, variante text, valor jsonb, desde date, hasta date, propio boolean)
language sql stable security invoker set search_path = '' as $$
  select * from privado.parametros_vigentes(fecha)
$$;
comment on function public.parametros_vigentes(date) is
  'Parámetros que rigen un día (hoy en Guayaquil, si falta): de cada tipo y variante el de la empresa o, si no tiene, el de todas.';
revoke all on function public.parametros_vigentes(date) from public, service_role;
grant execute on function public.parametros_vigentes(date) to anon, authenticated;

-- Called by the trigger of kept calculations. A day to come counts as today: otherwise anybody could keep what is for
-- everybody from ever ending. Written once a day at most, so that calculations do not wait for each other.
create function privado.usar_parametros(ids bigint[], fecha date) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.mi_empresa();
  uso constant date := least(fecha, privado.hoy());
begin
  -- Those to mark, in the order of ids so that nobody waits crosswise; what is marked already nobody edits.
  perform from public.parametros p
  where p.id = any (ids) and (p.empresa_id is null or p.empresa_id = empresa)
    and coalesce(p.usado_hasta < greatest(uso, p.desde), true)
  order by p.id for no key update;
  if exists (
    select from unnest(ids) as usado (id) where not exists (
      select from public.parametros p
      where p.id = usado.id and (p.empresa_id is null or p.empresa_id = empresa)
        and p.desde <= fecha and coalesce(p.hasta > fecha, true))
  ) then
    raise exception 'parametro_no_vigente' using errcode = 'PT409',
      detail = 'Un parámetro del cálculo ya no rige en esa fecha: vuelva a calcular.', hint = 'fecha';
  end if;
  update public.parametros p set usado_hasta = greatest(p.usado_hasta, uso, p.desde)
  where p.id = any (ids) and coalesce(p.usado_hasta < greatest(uso, p.desde), true);
end
$$;
comment on function privado.usar_parametros(bigint[], date) is
  'Un cálculo con fecha usó estos parámetros: ya no se editan. Falla si alguno no rige ese día para quien llama.';
revoke all on function privado.usar_parametros(bigint[], date) from public;
