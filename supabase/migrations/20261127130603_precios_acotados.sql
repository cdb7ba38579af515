-- Why: the prices in force were found with a step of the index for each quality and market, without end: a company with
-- 240,000 qualities of its own kept every reader's connection for ten seconds, as often as it liked. The pairs that an
-- owner has are kept, counted and bounded, and a page reads as many as it holds.
-- Touches: creates privado.precios_series (the pairs, with how many prices each has; those of everybody under company
-- 0), filled with what there is, and its triggers on public.precios_fob; privado.precios_de and precios_vigentes read
-- it; privado.precios_pagina. A company keeps 500 pairs and 200,000 prices of its own at most; what is over that stays,
-- and is not added to. Whoever writes prices of one owner waits for the others of it. Destructive: no.
create table privado.precios_series (
  empresa_id bigint not null,
  calidad text not null,
  mercado text not null,
  filas integer not null,
  desde date not null,
  primary key (empresa_id, calidad, mercado)
);
comment on table privado.precios_series is
  'Calidades y mercados con precios de cada empresa, cuántos y desde cuándo; 0 son los de todas. Lo mantienen disparadores.';
revoke all on privado.precios_series from anon, authenticated, service_role;

do $$
begin
  lock table public.precios_fob in share row exclusive mode;
end
$$;
insert into privado.precios_series (empresa_id, calidad, mercado, filas, desde)
select coalesce(p.empresa_id, 0), p.calidad, p.mercado, count(*), min(p.fecha) from public.precios_fob p group by 1, 2, 3;

-- Before any row: what follows takes the rows of the owner in whatever order, and two never wait crosswise.
create function privado.turno_precios() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('precios ' || case
    when auth.uid() is null or privado.es_admin() then 0 else coalesce(privado.mi_empresa(), 0) end, 0));
  return null;
end
$$;
comment on function privado.turno_precios() is 'Disparador: quienes escriben precios de un mismo dueño se esperan.';

create function privado.contar_precios() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  pares bigint;
  precios bigint;
begin
  if tg_op = 'UPDATE' then
    -- Hardly ever: a price is corrected, and stays where it is.
    if not exists (
      select n.id, n.empresa_id, n.calidad, n.mercado, n.fecha from nuevas n
      except select v.id, v.empresa_id, v.calidad, v.mercado, v.fecha from viejas v
    ) then
      return null;
    end if;
  end if;
  if tg_op <> 'DELETE' then
    insert into privado.precios_series as s (empresa_id, calidad, mercado, filas, desde)
    select coalesce(n.empresa_id, 0), n.calidad, n.mercado, count(*), min(n.fecha)
    from nuevas n group by 1, 2, 3 order by 1, 2, 3
    on conflict (empresa_id, calidad, mercado) do update
      set filas = s.filas + excluded.filas, desde = least(s.desde, excluded.desde);
    if not found then
      return null;
    end if;
  end if;
  if tg_op <> 'INSERT' then
    update privado.precios_series s set filas = s.filas - v.filas
    from (
      select coalesce(o.empresa_id, 0) as empresa_id, o.calidad, o.mercado, count(*) as filas from viejas o group by 1, 2, 3
    ) as v
    where (s.empresa_id, s.calidad, s.mercado) = (v.empresa_id, v.calidad, v.mercado);
    delete from privado.precios_series s
    using (select distinct coalesce(o.empresa_id, 0) as empresa_id, o.calidad, o.mercado from viejas o) as v
    where (s.empresa_id, s.calidad, s.mercado) = (v.empresa_id, v.calidad, v.mercado) and s.filas <= 0;
    -- Of those that stay: of one that is gone, the index would be walked over all that was erased after it.
    update privado.precios_series s set desde = case s.empresa_id
      when 0 then (
        select x.fecha from public.precios_fob x
        where x.empresa_id is null and (x.calidad, x.mercado) >= (s.calidad, s.mercado)
        order by x.empresa_id, x.calidad, x.mercado, x.fecha limit 1)
      else (
        select x.fecha from public.precios_fob x
        where x.empresa_id = s.empresa_id and (x.calidad, x.mercado) >= (s.calidad, s.mercado)
        order by x.calidad, x.mercado, x.fecha limit 1) end
    from (
      select coalesce(o.empresa_id, 0) as empresa_id, o.calidad, o.mercado, min(o.fecha) as desde from viejas o group by 1, 2, 3
    ) as v
    where (s.empresa_id, s.calidad, s.mercado) = (v.empresa_id, v.calidad, v.mercado) and s.desde = v.desde;
  end if;
  if tg_op <> 'DELETE' and auth.uid() is not null and not privado.es_admin() then
    select count(*), sum(s.filas) into pares, precios
    from privado.precios_series s where s.empresa_id = privado.mi_empresa();
    if pares > 500 then
      raise exception 'precios_calidades_demasiadas' using errcode = 'PT409',
        detail = 'Una empresa guarda precios propios de 500 calidades y mercados como máximo.', hint = 'calidad';
    elsif precios > 200000 then
      raise exception 'precios_propios_demasiados' using errcode = 'PT409',
        detail = 'Una empresa guarda 200000 precios propios como máximo: borre los que no use.', hint = 'fecha';
    end if;
  end if;
  return null;
end
$$;
comment on function privado.contar_precios() is
  'Disparador: qué calidades y mercados tiene cada dueño, cuántos precios, y hasta cuántos.';

create trigger _050_turno before insert or update or delete on public.precios_fob
  for each statement execute function privado.turno_precios();
create trigger _800_contar after insert on public.precios_fob
  referencing new table as nuevas for each statement execute function privado.contar_precios();
create trigger _810_contar_cambio after update on public.precios_fob
  referencing old table as viejas new table as nuevas for each statement execute function privado.contar_precios();
create trigger _820_contar_borrado after delete on public.precios_fob
  referencing old table as viejas for each statement execute function privado.contar_precios();

drop function privado.precios_de(bigint, date, text, text);
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

revoke all on function privado.turno_precios(), privado.contar_precios(),
  privado.precios_de(bigint, date, text, text, int, text, text, boolean),
  privado.precios_pagina(int, bigint, date, text, text, text) from public;
grant execute on function privado.precios_pagina(int, bigint, date, text, text, text) to authenticated;
