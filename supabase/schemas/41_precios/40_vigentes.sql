-- Prices in force on a day, all of them or by pages, and pages of a series: the one way in that costs what it answers,
-- whatever there is. Under RLS the planner reads all that an owner has.

create function privado.precios_de(
  v_empresa bigint, v_fecha date, v_calidad text, v_mercado text,
  v_tope int default null, v_tras_calidad text default null, v_tras_mercado text default null, v_tambien boolean default false
) returns setof public.precios_fob
language plpgsql stable security definer set search_path = '' as $$
declare
  serie record;
  fila public.precios_fob;
  faltan int := v_tope;
begin
  -- One after another, so that it ends with the page whatever the planner thinks that there is.
  for serie in
    select s.calidad, s.mercado from privado.precios_series s
    where s.empresa_id = coalesce(v_empresa, 0) and s.desde <= v_fecha
      and (v_calidad is null or s.calidad = v_calidad) and (v_mercado is null or s.mercado = v_mercado)
      and (v_tras_calidad is null or (s.calidad, s.mercado) > (v_tras_calidad, v_tras_mercado)
        or (v_tambien and (s.calidad, s.mercado) = (v_tras_calidad, v_tras_mercado)))
    order by s.calidad, s.mercado
  loop
    exit when faltan = 0;
    -- What comes last up to a place of the index is asked for, and then whether it is of that quality: asked for what
    -- is equal, the planner may as well walk all that the owner has by date. Of everybody's, or of one company's: the
    -- index wants one form or the other.
    if v_empresa is null then
      select * into fila from public.precios_fob x
      where x.empresa_id is null and (x.calidad, x.mercado, x.fecha) <= (serie.calidad, serie.mercado, v_fecha)
      order by x.empresa_id desc, x.calidad desc, x.mercado desc, x.fecha desc limit 1;
    else
      select * into fila from public.precios_fob x
      where x.empresa_id = v_empresa and (x.calidad, x.mercado, x.fecha) <= (serie.calidad, serie.mercado, v_fecha)
      order by x.calidad desc, x.mercado desc, x.fecha desc limit 1;
    end if;
    if (fila.calidad, fila.mercado) = (serie.calidad, serie.mercado) then
      return next fila;
      faltan := faltan - 1;
    end if;
  end loop;
end
$$;
comment on function privado.precios_de(bigint, date, text, text, int, text, text, boolean) is
  'De cada calidad y mercado de una empresa, o de todas, el último precio hasta ese día; hasta tantos, después de uno.';
revoke all on function privado.precios_de(bigint, date, text, text, int, text, text, boolean) from public;

create function privado.precios_vigentes(v_fecha date, v_calidad text, v_mercado text)
returns setof public.precios_fob
language plpgsql stable security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.mi_empresa();
begin
  if privado.mi_rol() is null then
    return;
  end if;
  return query select * from privado.precios_de(null, coalesce(v_fecha, privado.hoy()), v_calidad, v_mercado);
  if empresa is not null then
    return query select * from privado.precios_de(empresa, coalesce(v_fecha, privado.hoy()), v_calidad, v_mercado);
  end if;
end
$$;
comment on function privado.precios_vigentes(date, text, text) is 'Precios que rigen un día para quien llama.';
revoke all on function privado.precios_vigentes(date, text, text) from public;
grant execute on function privado.precios_vigentes(date, text, text) to authenticated;

create function public.precios_vigentes(fecha date default null, calidad text default null, mercado text default null)
returns setof public.precios_fob
language sql stable security invoker set search_path = '' as $$
  select * from privado.precios_vigentes(fecha, calidad, mercado)
$$;
comment on function public.precios_vigentes(date, text, text) is
  'De cada calidad y mercado, el último precio hasta un día (hoy en Guayaquil, si falta): el de todas y el propio.';
revoke all on function public.precios_vigentes(date, text, text) from public, anon, service_role;
grant execute on function public.precios_vigentes(date, text, text) to authenticated;

create function privado.precios_pagina(
  v_tope int, v_id bigint, v_fecha date, v_calidad text, v_mercado text, v_ambito text
) returns setof public.precios_fob
language plpgsql stable security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.mi_empresa();
  dia constant date := coalesce(v_fecha, privado.hoy());
  tras public.precios_fob;
begin
  if privado.mi_rol() is null then
    return;
  end if;
  if v_id is not null then
    select * into tras from public.precios_fob x
    where x.id = v_id and (x.empresa_id is null or x.empresa_id = empresa);
    if tras.id is null then
      return;
    end if;
  end if;
  -- By quality and market, and of each that of everybody first.
  if v_ambito is distinct from 'propio' then
    return query select * from privado.precios_de(null, dia, v_calidad, v_mercado, v_tope, tras.calidad, tras.mercado);
  end if;
  if empresa is not null and v_ambito is distinct from 'global' then
    return query select * from privado.precios_de(
      empresa, dia, v_calidad, v_mercado, v_tope, tras.calidad, tras.mercado, tras.empresa_id is null);
  end if;
end
$$;
comment on function privado.precios_pagina(int, bigint, date, text, text, text) is
  'Los primeros precios vigentes de todas y los primeros propios, después de uno, para una página.';
revoke all on function privado.precios_pagina(int, bigint, date, text, text, text) from public;
grant execute on function privado.precios_pagina(int, bigint, date, text, text, text) to authenticated;

-- Of each owner as many as the page holds, in the order of the index.
create function privado.precios_serie(
  tope int, v_fecha date, v_id bigint, v_desde date, v_hasta date, v_calidad text, v_mercado text, v_ambito text
) returns setof public.precios_fob
language plpgsql stable security definer set search_path = '' as $$
declare
  empresa constant bigint := privado.mi_empresa();
begin
  if privado.mi_rol() is not null and v_ambito is distinct from 'propio' then
    return query select * from public.precios_fob p
    where p.empresa_id is null
      and (v_desde is null or p.fecha >= v_desde) and (v_hasta is null or p.fecha <= v_hasta)
      and (v_calidad is null or p.calidad = v_calidad) and (v_mercado is null or p.mercado = v_mercado)
      and (v_fecha is null or (p.fecha, p.id) < (v_fecha, v_id))
    order by p.empresa_id desc, p.fecha desc, p.id desc limit tope;
  end if;
  if empresa is not null and v_ambito is distinct from 'global' then
    return query select * from public.precios_fob p
    where p.empresa_id = empresa
      and (v_desde is null or p.fecha >= v_desde) and (v_hasta is null or p.fecha <= v_hasta)
      and (v_calidad is null or p.calidad = v_calidad) and (v_mercado is null or p.mercado = v_mercado)
      and (v_fecha is null or (p.fecha, p.id) < (v_fecha, v_id))
    order by p.fecha desc, p.id desc limit tope;
  end if;
end
$$;
comment on function privado.precios_serie(int, date, bigint, date, date, text, text, text) is
  'Los últimos precios de todas y los últimos propios, desde una fila en adelante, para una página de la serie.';
revoke all on function privado.precios_serie(int, date, bigint, date, date, text, text, text) from public;
grant execute on function privado.precios_serie(int, date, bigint, date, date, text, text, text) to authenticated;
